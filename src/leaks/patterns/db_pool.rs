//! A pool whose clients are checked out and never returned, or whose queue of waiters only grows.

use super::{Case, Pattern};

pub(super) struct DbPool;

impl Pattern for DbPool {
    fn id(&self) -> &'static str {
        "db-pool"
    }

    fn title(&self) -> &'static str {
        "Connections that are not given back to their pool"
    }

    fn advice(&self) -> &'static str {
        "Release every connection in a finally block: `finally { if (connection) connection.release(); }`."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        const LISTS: [&str; 12] = [
            "_clients",
            "_pendingQueue",
            "_allConnections",
            "_connectionQueue",
            "_acquiringConnections",
            "_allObjects",
            "_resourceLoans",
            "_waitingClientsQueue",
            "checkedOut",
            "waitQueue",
            "_borrowed",
            "pendingAcquires",
        ];
        let list = LISTS.iter().find(|list| case.is_under(list));
        let pool = |class: &str| class.ends_with("Pool") || class.ends_with("ConnectionPool") || class == "BoundPool";
        let in_pool = case.above.iter().take(3).any(|(_, class)| pool(class)) || pool(&case.holder_class());
        // A pool of buffers is no pool of connections.
        let buffers = case.share(|class| class.ends_with("Array") && class != "Array" || class.ends_with("Buffer"));
        if list.is_none() && !in_pool || buffers > 0.5 {
            return None;
        }
        Some(vec![format!("the list{} belongs to a pool", list.map_or_else(String::new, |list| format!(" {list}")))])
    }
}

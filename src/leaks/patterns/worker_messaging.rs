//! Listeners and ports of workers that pile up.

use super::{Case, Pattern};

pub(super) struct WorkerMessaging;

impl Pattern for WorkerMessaging {
    fn id(&self) -> &'static str {
        "worker-messaging"
    }

    fn title(&self) -> &'static str {
        "Workers, ports and their listeners"
    }

    fn advice(&self) -> &'static str {
        "Close ports and terminate workers that are done, and remove the listeners that were added for one message: use once(), or one listener that dispatches by id."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let is_port = |class: &str| matches!(class, "MessagePort" | "Worker" | "MessageChannel" | "BroadcastChannel");
        let under = is_port(&case.holder_class()) || case.above.iter().take(4).any(|(_, class)| is_port(class));
        let share = case.share(is_port);
        (under || share > 0.5).then(|| vec!["the entries are ports or workers, or hang on one".to_owned()])
    }
}

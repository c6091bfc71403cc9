//! Who sees a scope and what of it nobody reads, by looking at every edge and every row again and again.

use super::{super::model::Model, tables::Scope};

/// Steps after which a walk goes round in circles, or takes too long for anybody.
const MOST: usize = 1_000;

/// All closures that see a scope; `None` when there are none, too many, or somebody else has it.
pub(super) fn of(model: &Model, scope: usize) -> Option<Vec<usize>> {
    let mut closures = Vec::new();
    let mut walk = vec![scope];
    let mut at = 0;
    while let Some(&seen) = walk.get(at) {
        for (holder, node) in model.nodes.iter().enumerate() {
            for edge in node.edges.iter().filter(|edge| edge.to == seen && edge.kind != "weak") {
                if edge.kind != "internal" {
                    return None;
                }
                let is_scope = model.is_scope(holder) && !node.kind.ends_with("string");
                match edge.name.as_deref() {
                    Some("previous") if is_scope => walk.push(holder),
                    Some("context") if node.kind == "closure" => closures.push(holder),
                    Some("context") => {
                        // What waits has its function beside it.
                        let function = node.edges.iter().find(|edge| edge.name.as_deref() == Some("function"))?.to;
                        if model.nodes[function].kind != "closure" {
                            return None;
                        }
                        closures.push(function);
                    }
                    _ => return None,
                }
                if closures.len() + walk.len() > MOST {
                    return None;
                }
            }
        }
        at += 1;
    }
    (!closures.is_empty()).then_some(closures)
}

/// The script of a closure.
pub(super) fn script(model: &Model, closure: usize) -> Option<usize> {
    let shared = model.follow(closure, "shared")?;
    model.follow(shared, "script").or_else(|| model.follow(shared, "script_or_debug_info"))
}

/// By edge whether nobody who is alive reads the variable; `None` where the tables do not say.
pub(super) fn unread(model: &Model, tables: &[Scope], scope: usize, closures: &[usize]) -> Option<Vec<(usize, bool)>> {
    let script = script(model, closures[0])?;
    if model.follow(script, "eval_from_scope_info").is_some() {
        return None;
    }
    // The row of an id, if it is one.
    let row = |holder: usize| {
        let number = model.follow(model.follow(holder, "scope_id")?, "value")?;
        let id: i64 = model.nodes[number].name.parse::<i32>().ok()?.into();
        only(tables, script, id)
    };
    let mut alive = Vec::new();
    for &closure in closures {
        if self::script(model, closure) != Some(script) {
            return None;
        }
        alive.push(row(model.follow(closure, "shared")?)?);
    }
    let declaring = row(model.follow(scope, "scope_info")?)?;
    let edges = &model.nodes[scope].edges;
    let variables: Vec<usize> = (0..edges.len()).filter(|&edge| edges[edge].kind == "context").collect();
    let names: Vec<&String> = variables.iter().map(|&edge| edges[edge].name.as_ref().unwrap()).collect();
    if names != tables[declaring].names.iter().collect::<Vec<_>>() {
        return None;
    }
    let lives =
        |row: usize| std::iter::successors(Some(row), |&row| tables[row].parent).any(|row| alive.contains(&row));
    let is_read = |slot: usize| {
        tables.iter().enumerate().any(|(row, user)| {
            let uses =
                |&(id, used): &(i64, u64)| used == slot as u64 && only(tables, user.script, id) == Some(declaring);
            user.uses.iter().any(uses) && lives(row)
        })
    };
    Some(variables.iter().enumerate().map(|(slot, &edge)| (edge, !is_read(slot))).collect())
}

/// The row with an id, when there is one only.
fn only(tables: &[Scope], script: usize, id: i64) -> Option<usize> {
    let mut rows = (0..tables.len()).filter(|&row| tables[row].script == script && tables[row].id == id);
    rows.next().filter(|_| rows.next().is_none())
}

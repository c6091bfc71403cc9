//! Whose the bytes are, once more: the file that each node belongs to, and the object of that file it hangs on.

use super::{facts::Facts, model::Model};

/// A source file, and the package it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Package.
    pub package: String,
    /// Name.
    pub name: String,
}

const NODE: &str = "(Node.js)";

impl File {
    fn of(name: &str) -> Self {
        let inside = name.rsplit_once("/node_modules/").map(|(_, inside)| inside);
        let parts: Vec<&str> = inside.unwrap_or_default().split('/').collect();
        let package = match (inside, &parts[..]) {
            (Some(_), [scope]) if scope.starts_with('@') => None,
            (Some(_), [scope, name, ..]) if scope.starts_with('@') => Some(format!("{scope}/{name}")),
            (Some(_), [name, ..]) => Some((*name).to_owned()),
            _ => None,
        };
        let is_nodes = name.starts_with("node:") || name.starts_with("internal/");
        let other = if is_nodes { NODE } else { "(application)" };
        Self { package: package.unwrap_or_else(|| other.to_owned()), name: name.to_owned() }
    }

    fn native() -> Self {
        Self { package: NODE.to_owned(), name: "(native)".to_owned() }
    }

    fn unknown() -> Self {
        Self { package: "(unknown)".to_owned(), name: "(unknown)".to_owned() }
    }
}

/// What is known of a node before anybody looks at who holds it.
#[derive(Clone)]
enum Claim {
    None,
    /// It is this file's.
    Own(File),
    /// It is Node's, unless somebody of the program holds it.
    Means(File),
}

/// Name of the script that a closure is of.
fn script_of(model: &Model, closure: usize) -> Option<String> {
    let shared = model.follow(closure, "shared")?;
    let script = model.follow(shared, "script").or_else(|| model.follow(shared, "script_or_debug_info"))?;
    let name = model.shown(script);
    let name = name.strip_prefix("system / Script / ").unwrap_or(&name);
    (!name.is_empty() && !name.starts_with("system / ")).then(|| name.to_owned())
}

/// The file of each node.
#[must_use]
pub fn files(facts: &Facts) -> Vec<File> {
    let model = &facts.model;
    let mut places = model.locations.clone();
    places.sort_unstable();
    let closures = |&&(node, _): &&(usize, _)| model.nodes[node].kind == "closure";
    let file = |script: u32| {
        let mut named = places.iter().filter(closures).filter(|(_, place)| place[0] == script);
        named.find_map(|&(closure, _)| script_of(model, closure)).map(|name| File::of(&name))
    };
    let mut claims = vec![Claim::None; model.nodes.len()];
    for &(node, [script, ..]) in &places {
        let Some(file) = file(script) else { continue };
        if model.nodes[node].kind != "closure" {
            claims[node] = if file.package == NODE { Claim::Means(file) } else { Claim::Own(file) };
            continue;
        }
        claims[node] = Claim::Own(file.clone());
        let scope = model.follow(node, "context").filter(|&scope| model.is_scope(scope));
        let shared = model.follow(node, "shared");
        let script = shared
            .and_then(|shared| model.follow(shared, "script").or_else(|| model.follow(shared, "script_or_debug_info")));
        for part in [scope, shared, script].into_iter().flatten() {
            if matches!(claims[part], Claim::None) {
                claims[part] = Claim::Own(file.clone());
            }
        }
    }
    for (node, claim) in claims.iter_mut().enumerate() {
        let is_native = model.nodes[node].kind == "native" && model.shown(node).starts_with("Node / ");
        if is_native && matches!(claim, Claim::None) {
            *claim = Claim::Means(File::native());
        }
    }
    (0..claims.len()).map(|node| settled(facts, &claims, node)).collect()
}

/// The file of a node: its own, or that of the nearest dominator that has one.
fn settled(facts: &Facts, claims: &[Claim], node: usize) -> File {
    // Recursion: heaps of the fuzzer are small.
    let above = || facts.above(node).next().map_or_else(File::unknown, |above| settled(facts, claims, above));
    match &claims[node] {
        Claim::Own(file) => file.clone(),
        Claim::None => above(),
        Claim::Means(file) => {
            let above = above();
            let has_owner = above.package != NODE && above != File::unknown();
            if has_owner { above } else { file.clone() }
        }
    }
}

/// The node that a node's bytes hang on: of those of its file above it without a gap the uppermost that is more than a
/// link between others; or itself.
#[must_use]
pub fn holder(facts: &Facts, files: &[File], node: usize) -> usize {
    let ways = std::iter::once(node).chain(facts.above(node).take_while(|&above| files[above] == files[node]));
    ways.filter(|&node| !is_link(&facts.model, node)).last().unwrap_or(node)
}

fn is_link(model: &Model, node: usize) -> bool {
    let name = model.shown(node);
    match model.nodes[node].kind.as_str() {
        "hidden" | "array" | "code" | "closure" | "synthetic" => true,
        "object" => {
            model.is_scope(node) || name.starts_with("global") || name.starts_with("system / ") || name == "Module"
        }
        _ => node == model.root,
    }
}

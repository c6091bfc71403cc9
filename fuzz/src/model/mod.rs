//! The format once more, read the slow and obvious way: JSON by `serde_json`, every rule of the specification as a plain
//! sentence of code, nothing shared with the engine. What the engine says of a small snapshot is held against this.

mod reading;

pub use self::reading::{KNOWN_TYPES, Reading};

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its type's name.
    pub kind: String,
    /// Its name as the file has it.
    pub name: String,
    /// V8's id.
    pub id: u32,
    /// Bytes by the file.
    pub size: u64,
    /// DOM state by the file.
    pub state: u8,
    /// Its edges.
    pub edges: Vec<Edge>,
}

/// An edge.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Its type's name.
    pub kind: String,
    /// Its name, unless it has a number.
    pub name: Option<String>,
    /// Its number, where it has one.
    pub index: u32,
    /// The node it ends at.
    pub to: usize,
}

/// A snapshot, understood.
#[derive(Debug, Clone)]
pub struct Model {
    /// All nodes.
    pub nodes: Vec<Node>,
    /// The root.
    pub root: usize,
    /// Native bytes without a node.
    pub extra: u64,
    /// All strings.
    pub strings: Vec<String>,
    /// Node, script, line and column, the last row of a node.
    pub locations: Vec<(usize, [u32; 3])>,
    /// Nodes whose name is shown with `Detached ` before it.
    pub renamed: Vec<bool>,
    /// Numbers in the record of a node.
    pub node_fields: usize,
    /// Whether the file says of nodes how they hang on a document.
    pub has_states: bool,
}

impl Model {
    /// Whether the node has this name, `Detached ` considered.
    #[must_use]
    pub fn is_named(&self, node: usize, name: &str) -> bool {
        !self.renamed[node] && self.nodes[node].name == name
    }

    fn is_synthetic(&self, node: usize) -> bool {
        self.nodes[node].kind == "synthetic"
    }

    fn is_document_root(&self, node: usize) -> bool {
        self.is_synthetic(node) && self.is_named(node, "(Document DOM trees)")
    }

    fn user_roots(&self) -> Vec<usize> {
        let targets = self.nodes[self.root].edges.iter().map(|edge| edge.to);
        targets.filter(|&to| !self.is_synthetic(to) || self.is_document_root(to)).collect()
    }

    /// Bytes of each node with what V8 allocates for it alone.
    #[must_use]
    pub fn shallow(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.nodes.iter().map(|node| node.size).collect();
        if self.user_roots().is_empty() {
            return sizes;
        }
        let ownable = |node: usize| {
            let kind = self.nodes[node].kind.as_str();
            kind == "hidden"
                || kind == "array"
                || kind == "native" && self.is_named(node, "system / ExternalStringData")
        };
        // For each node that may have an owner, all that lead to it over nothing but such nodes.
        let mut owners: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for owner in (0..self.nodes.len()).filter(|&node| !ownable(node)) {
            let mut seen = vec![false; self.nodes.len()];
            let mut work = vec![owner];
            while let Some(node) = work.pop() {
                for edge in self.nodes[node].edges.iter().filter(|edge| edge.kind != "weak" && ownable(edge.to)) {
                    if !std::mem::replace(&mut seen[edge.to], true) {
                        owners[edge.to].push(owner);
                        work.push(edge.to);
                    }
                }
            }
        }
        for node in 0..self.nodes.len() {
            if let [owner] = owners[node][..]
                && owner != self.root
                && !self.is_synthetic(owner)
            {
                sizes[owner] += std::mem::take(&mut sizes[node]);
            }
        }
        sizes
    }

    /// Steps from the user's roots, by node; -5 where no way leads.
    #[must_use]
    pub fn distances(&self) -> Vec<i32> {
        let mut found = vec![-5; self.nodes.len()];
        let mut pairs: Vec<&str> = Vec::new();
        let roots = self.user_roots();
        roots.iter().for_each(|&node| found[node] = 1);
        let had_roots = !roots.is_empty();
        self.steps(roots, &mut found, &mut pairs);
        found[self.root] = if had_roots { 100_000_000 } else { 0 };
        self.steps(vec![self.root], &mut found, &mut pairs);
        found
    }

    fn steps<'a>(&'a self, mut queue: Vec<usize>, found: &mut [i32], pairs: &mut Vec<&'a str>) {
        let mut next = 0;
        while next < queue.len() {
            let node = queue[next];
            next += 1;
            for edge in &self.nodes[node].edges {
                if found[edge.to] != -5 || edge.kind == "weak" || !self.is_followed(node, edge, pairs) {
                    continue;
                }
                found[edge.to] = found[node] + 1;
                queue.push(edge.to);
            }
        }
    }

    fn is_followed<'a>(&self, node: usize, edge: &'a Edge, pairs: &mut Vec<&'a str>) -> bool {
        let kind = self.nodes[node].kind.as_str();
        if kind == "array" && self.is_named(node, "(map descriptors)") {
            let index = match &edge.name {
                None => Some(i64::from(edge.index)),
                Some(name) => leading_integer(name),
            };
            return index.is_none_or(|index| index < 2 || index % 3 != 1);
        }
        let Some(name) = &edge.name else { return true };
        if kind == "hidden" && self.is_named(node, "system / NativeContext") && name == "sloppy_function_map" {
            return false;
        }
        if edge.kind == "internal" && pair_table(name).is_some() {
            // The first of an entry's two edges is passed over, the second is followed.
            let entry = name.trim_start_matches(|letter: char| letter.is_ascii_digit());
            if let Some(known) = pairs.iter().position(|&other| other == entry) {
                pairs.remove(known);
                return true;
            }
            pairs.push(entry);
            return false;
        }
        true
    }

    /// The edges that count for dominators, by node.
    #[must_use]
    pub fn counting(&self) -> Vec<Vec<usize>> {
        let mut owned = vec![false; self.nodes.len()];
        let start = |edge: &&Edge| edge.kind == "shortcut" || edge.kind == "element" && self.is_document_root(edge.to);
        let mut work: Vec<usize> = self.nodes[self.root].edges.iter().filter(start).map(|edge| edge.to).collect();
        while let Some(node) = work.pop() {
            if !std::mem::replace(&mut owned[node], true) {
                work.extend(self.nodes[node].edges.iter().filter(|edge| edge.kind != "weak").map(|edge| edge.to));
            }
        }
        let counts = |from: usize, edge: &Edge| {
            let table_side = edge.kind == "internal"
                && edge.name.as_deref().and_then(pair_table) == Some(u64::from(self.nodes[from].id));
            edge.kind != "weak"
                && edge.to != from
                && !table_side
                && (from == self.root || edge.kind != "shortcut" && (owned[from] || !owned[edge.to]))
        };
        let targets =
            |node: usize| self.nodes[node].edges.iter().filter(|edge| counts(node, edge)).map(|edge| edge.to).collect();
        (0..self.nodes.len()).map(targets).collect()
    }

    /// Immediate dominators by the definition; the root's is the root.
    #[must_use]
    pub fn dominators(&self) -> Vec<usize> {
        let edges = self.counting();
        let count = self.nodes.len();
        let reachable = |starts: &[usize], without: Option<usize>| {
            let mut seen = vec![false; count];
            let mut work: Vec<usize> = starts.iter().copied().filter(|&start| Some(start) != without).collect();
            while let Some(node) = work.pop() {
                if !std::mem::replace(&mut seen[node], true) {
                    work.extend(edges[node].iter().copied().filter(|&to| Some(to) != without));
                }
            }
            seen
        };
        // What the root does not reach and nothing enters hangs on the root, in order, with all it reaches.
        let mut starts = vec![self.root];
        let mut entered = vec![false; count];
        edges.iter().flatten().for_each(|&to| entered[to] = true);
        for (node, entered) in entered.into_iter().enumerate() {
            if !entered && !reachable(&starts, None)[node] {
                starts.push(node);
            }
        }
        let alive = reachable(&starts, None);
        let cut: Vec<Vec<bool>> = (0..count).map(|node| reachable(&starts, Some(node))).collect();
        let dominates = |above: usize, below: usize| {
            above != below && alive[above] && alive[below] && above != self.root && !cut[above][below]
        };
        let immediate = |node: usize| {
            let above: Vec<usize> = (0..count).filter(|&other| dominates(other, node)).collect();
            let nearest = above.iter().find(|&&near| above.iter().all(|&far| far == near || dominates(far, near)));
            nearest.copied().unwrap_or(self.root)
        };
        (0..count).map(|node| if node == self.root { node } else { immediate(node) }).collect()
    }

    /// Retained sizes: what hangs below each node in the tree of dominators, itself included.
    #[must_use]
    pub fn retained(&self, dominators: &[usize]) -> Vec<u64> {
        let mut retained = vec![0; self.nodes.len()];
        for (node, size) in self.shallow().into_iter().enumerate() {
            let mut above = node;
            loop {
                retained[above] += size;
                if above == dominators[above] {
                    break;
                }
                above = dominators[above];
            }
        }
        retained
    }
}

/// The integer a text begins with.
fn leading_integer(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse::<i64>().ok().map(|value| sign * value)
}

/// The table's id, when the text is `N / part of key (… @N) -> value (… @N) pair in WeakMap (table @N)` on one line.
fn pair_table(name: &str) -> Option<u64> {
    fn digits(text: &str) -> Option<&str> {
        let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
        (rest.len() < text.len()).then_some(rest)
    }
    /// What may follow ` @N` somewhere in the text, at every place where it stands.
    fn after<'a>(text: &'a str, closing: &'a str) -> impl Iterator<Item = &'a str> {
        text.match_indices(" @").filter_map(move |(at, sign)| {
            let free = &text[..at];
            let one_line = !free.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
            digits(&text[at + sign.len()..]).filter(|_| one_line)?.strip_prefix(closing)
        })
    }
    let rest = digits(name)?.strip_prefix(" / part of key (")?;
    for rest in after(rest, ") -> value (") {
        for rest in after(rest, ") pair in WeakMap (table @") {
            if digits(rest) == Some(")") {
                // No node has an id that is too long for a number.
                return Some(rest[..rest.len() - 1].parse().unwrap_or(u64::MAX));
            }
        }
    }
    None
}

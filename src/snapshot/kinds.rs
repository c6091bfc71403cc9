//! Node and edge kinds: the format's type names, turned once into small numbers of our own.
//!
//! A snapshot names its types in its header, and the list differs between V8 versions, so the number in the
//! file means nothing by itself. Everything after the reader works with these kinds.

/// What a node is. Unknown type names of future V8 versions keep their name (see [`NodeKinds::name`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct NodeKind(u8);

macro_rules! node_kinds {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        impl NodeKind {
            $(#[doc = concat!("V8 calls it `", $text, "`.")] pub const $name: Self = Self($number);)*
        }
        /// Names of the known kinds, by number.
        const KNOWN: &[&str] = &[$($text),*];
    };
}

node_kinds! {
    HIDDEN = 0, "hidden";
    ARRAY = 1, "array";
    STRING = 2, "string";
    OBJECT = 3, "object";
    CODE = 4, "code";
    CLOSURE = 5, "closure";
    REGEXP = 6, "regexp";
    NUMBER = 7, "number";
    NATIVE = 8, "native";
    SYNTHETIC = 9, "synthetic";
    CONS_STRING = 10, "concatenated string";
    SLICED_STRING = 11, "sliced string";
    SYMBOL = 12, "symbol";
    BIGINT = 13, "bigint";
    OBJECT_SHAPE = 14, "object shape";
    WASM_OBJECT = 15, "wasm object";
}

impl NodeKind {
    /// Bits a kind takes in a packed column; the reader refuses files with more kinds than fit.
    pub(crate) const BITS: u32 = 6;

    /// More kinds there are not.
    pub(crate) const LIMIT: usize = 1 << Self::BITS;

    pub(crate) fn from_bits(bits: u8) -> Self {
        Self(bits & ((1 << Self::BITS) - 1))
    }

    /// As a table index, below 64.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether it is one of the three string kinds.
    #[must_use]
    pub fn is_string(self) -> bool {
        matches!(self, Self::STRING | Self::CONS_STRING | Self::SLICED_STRING)
    }
}

/// Translation between a file's type numbers and [`NodeKind`], and the names of all kinds.
#[derive(Debug, Clone)]
pub struct NodeKinds {
    by_code: Vec<NodeKind>,
    names: Vec<String>,
}

impl NodeKinds {
    /// From the header's list of type names. `None` when there are more kinds than a node record can hold.
    pub(crate) fn from_names(type_names: &[String]) -> Option<Self> {
        let mut names: Vec<String> = KNOWN.iter().map(|&name| name.to_owned()).collect();
        let mut by_code = Vec::with_capacity(type_names.len());
        for name in type_names {
            let position = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            // At once, since each name is looked for among all before it: a long list would take for ever.
            if names.len() > 1 << NodeKind::BITS {
                return None;
            }
            by_code.push(NodeKind(position as u8));
        }
        Some(Self { by_code, names })
    }

    /// The kind a type number of this file stands for.
    pub(crate) fn kind(&self, code: u64) -> Option<NodeKind> {
        self.by_code.get(usize::try_from(code).ok()?).copied()
    }

    /// The name V8 gives a kind.
    #[must_use]
    pub fn name(&self, kind: NodeKind) -> &str {
        &self.names[kind.index()]
    }

    /// All kinds of this file and the known ones, by index.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// What an edge means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EdgeKind {
    /// A variable kept by a closure's context.
    Context = 0,
    /// An indexed element; its name is a number.
    Element = 1,
    /// A named property.
    Property = 2,
    /// A link V8 makes for itself, with a name.
    Internal = 3,
    /// A link V8 makes for itself, with a number.
    Hidden = 4,
    /// A direct way to something that is also reached otherwise.
    Shortcut = 5,
    /// Does not keep its target alive.
    Weak = 6,
    /// A type name this version does not know; treated as a named link that retains.
    Other = 7,
}

impl EdgeKind {
    /// All kinds, by number.
    pub(crate) const ALL: [Self; 8] = [
        Self::Context,
        Self::Element,
        Self::Property,
        Self::Internal,
        Self::Hidden,
        Self::Shortcut,
        Self::Weak,
        Self::Other,
    ];

    /// The name V8 gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["context", "element", "property", "internal", "hidden", "shortcut", "weak", "other"][self as usize]
    }

    pub(crate) fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(Self::Other)
    }

    pub(crate) fn from_bits(bits: u8) -> Self {
        Self::ALL[(bits & 7) as usize]
    }

    /// Whether the edge's name is a number rather than a string of the table.
    #[must_use]
    pub fn is_indexed(self) -> bool {
        matches!(self, Self::Element | Self::Hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_node_types_keep_their_names() {
        let names = ["string", "wasm array", "hidden"].map(str::to_owned);
        let kinds = NodeKinds::from_names(&names).unwrap();
        assert_eq!(kinds.kind(0), Some(NodeKind::STRING));
        assert_eq!(kinds.name(kinds.kind(1).unwrap()), "wasm array");
        assert_eq!(kinds.kind(2), Some(NodeKind::HIDDEN));
        assert_eq!(kinds.kind(3), None);
    }

    #[test]
    fn a_list_of_a_million_types_is_refused_at_once() {
        let names: Vec<String> = (0..1_000_000).map(|number| number.to_string()).collect();
        assert!(NodeKinds::from_names(&names).is_none());
    }

    #[test]
    fn edge_names_go_both_ways() {
        for kind in EdgeKind::ALL {
            assert_eq!(EdgeKind::from_name(kind.name()), kind);
            assert_eq!(EdgeKind::from_bits(kind as u8), kind);
        }
        assert_eq!(EdgeKind::from_name("invisible"), EdgeKind::Other);
    }
}

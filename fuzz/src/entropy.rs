//! The bytes of a fuzzer as choices: every byte string means something, and a small change of it a small change of that.

/// Hands out choices until the bytes are used up; after that every choice is the first.
pub struct Entropy<'a> {
    bytes: &'a [u8],
}

impl<'a> Entropy<'a> {
    /// Choices from these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.bytes.split_off_first().copied().unwrap_or(0)
    }

    /// A number below `end`, which is at most 2^16 and above 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end <= 256 {
            usize::from(self.byte()) % end
        } else {
            (usize::from(self.byte()) << 8 | usize::from(self.byte())) % end
        }
    }

    /// A whole number of up to eight bytes, small ones likelier.
    pub fn number(&mut self) -> u64 {
        let length = match self.byte() {
            0..=159 => 1,
            160..=223 => 2,
            224..=247 => 4,
            _ => 8,
        };
        (0..length).fold(0, |value, _| value << 8 | u64::from(self.byte()))
    }

    /// One of several.
    pub fn pick<'b, T>(&mut self, list: &'b [T]) -> &'b T {
        &list[self.below(list.len())]
    }

    /// All that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.bytes
    }
}

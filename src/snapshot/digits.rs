//! One integer after another: digits become numbers eight at a time in an ordinary 64-bit register, without a
//! branch on how many there are.

use crate::error::Error;

/// Marks a number that stood with a minus sign. The low 32 bits then hold its two's complement, which is what
/// V8 means by a negative element index; every other reader of a field finds it far out of range.
pub(crate) const NEGATIVE: u64 = 1 << 63;

/// Reads integers separated by commas and JSON whitespace.
pub(super) struct Numbers<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    /// The fault, if there is one, is a missing separator and not a bad number.
    unseparated: bool,
}

/// Each byte of the word that is no ASCII digit has its top bit set in the result. Exact up to and including the
/// lowest such byte, which is all that is asked.
#[inline(always)]
fn non_digits(word: u64) -> u64 {
    let flipped = word ^ 0x3030_3030_3030_3030;
    (flipped.wrapping_add(0x7676_7676_7676_7676) | flipped) & 0x8080_8080_8080_8080
}

/// The number written in the lowest `digits` (1 to 8) bytes of the word, first digit lowest.
#[inline(always)]
fn value_of(word: u64, digits: u32) -> u64 {
    // Leading zeros are shifted in, then neighbouring digits, pairs and fours are joined.
    let mut v = (word ^ 0x3030_3030_3030_3030) << (64 - 8 * digits);
    v = v.wrapping_mul(10).wrapping_add(v >> 8);
    let low = (v & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = ((v >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

impl<'a> Numbers<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, unseparated: false }
    }

    /// The next number, and the separator after it consumed. `None` when there is none: see [`Self::fault`].
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<u64> {
        if let Some(word) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*word);
            let digits = non_digits(word).trailing_zeros() / 8;
            // 8: no end within the word; 0: no digit. Both are rare.
            if digits.wrapping_sub(1) < 7 {
                self.at += digits as usize;
                if (word >> (8 * digits)) as u8 == b',' {
                    self.at += 1;
                    return Some(value_of(word, digits));
                }
                return self.separator().then(|| value_of(word, digits));
            }
        }
        self.next_slowly()
    }

    #[cold]
    #[inline(never)]
    fn next_slowly(&mut self) -> Option<u64> {
        let start = self.skip_whitespace();
        let negative = self.bytes.get(start) == Some(&b'-');
        let digits_start = start + usize::from(negative);
        let mut at = digits_start;
        let mut value = 0_u64;
        while let Some(digit) = self.bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            at += 1;
        }
        // `at` moves only over a whole number, so that a fault is told at its first byte.
        if at == digits_start || value >= NEGATIVE {
            return None;
        }
        if negative {
            let bits = i32::try_from(-(value as i64)).ok()?.cast_unsigned();
            value = NEGATIVE | u64::from(bits);
        }
        self.at = at;
        self.separator().then_some(value)
    }

    /// Consumes whitespace and a comma after a number, or stops before `]`.
    #[inline(always)]
    fn separator(&mut self) -> bool {
        match self.bytes.get(self.skip_whitespace()) {
            Some(b',') => {
                self.at += 1;
                true
            }
            Some(b']') => true,
            _ => {
                self.unseparated = true;
                false
            }
        }
    }

    #[inline(always)]
    pub(super) fn skip_whitespace(&mut self) -> usize {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.at
    }

    /// What is wrong where [`Self::next`] stopped.
    pub(super) fn fault(&self, key: &str) -> Error {
        let Some(&byte) = self.bytes.get(self.at) else {
            return Error::truncated(self.bytes.len() as u64, format_args!("inside \"{key}\""));
        };
        let offset = self.at as u64;
        if !self.unseparated && (byte.is_ascii_digit() || byte == b'-') {
            return Error::malformed(offset, format_args!("in \"{key}\": a number is out of range"));
        }
        let wanted = if self.unseparated { "`,` or `]`" } else { "an integer" };
        let found = std::ascii::escape_default(byte);
        Error::malformed(offset, format_args!("in \"{key}\": expected {wanted}, found `{found}`"))
    }
}

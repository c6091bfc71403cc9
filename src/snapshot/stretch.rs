//! Plainly written integers, many at once.
//!
//! What V8 writes is monotonous: digits, a comma, digits, now and then a newline before the comma. In such a
//! stretch all that has to be found out is where numbers end, and that a vector unit does for 64 bytes at a time.
//! With the ends known every number is its own small calculation, none waits for the one before, and the
//! processor does several at once. Whatever is not plain (a sign, other whitespace, an end, a fault) ends the
//! stretch and is left to the careful reader in [`super::digits`], which also says what is wrong.

/// Bytes looked at together.
const BLOCK: usize = 64;
/// Blocks of a stretch: its ends stay in the first-level cache.
const BLOCKS: usize = 64;
/// Numbers are read backwards from their ends, up to this many bytes.
const LONGEST: usize = 16;

/// Where the numbers of a stretch end.
pub(super) struct Stretch {
    /// Relative to where the stretch starts; only the first `count` mean something.
    ends: [u16; BLOCK * BLOCKS + BLOCK],
    count: usize,
    /// Whether the text goes on as plainly behind the stretch, as far as is known.
    pub(super) goes_on: bool,
}

/// One bit for each byte of a block.
struct Masks {
    digits: u64,
    commas: u64,
    newlines: u64,
}

impl Stretch {
    pub(super) fn new() -> Self {
        Self { ends: [0; _], count: 0, goes_on: false }
    }

    /// Finds the ends of the numbers from `from` on, where a number starts. Each of them is at most one newline
    /// and exactly one comma away from the next.
    #[inline]
    pub(super) fn find(&mut self, bytes: &[u8], from: usize) {
        self.count = 0;
        self.goes_on = false;
        // Reading backwards must not leave the text.
        if from < LONGEST {
            return;
        }
        // As if a comma stood before the first number.
        let (mut no_digit_before, mut newline_before) = (1, 0);
        let (blocks, _) = bytes[from..].as_chunks::<BLOCK>();
        let mut seen = 0;
        for block in blocks.iter().take(BLOCKS) {
            let Masks { digits, commas, newlines } = masks(block);
            let separators = !digits;
            let after_separator = separators << 1 | no_digit_before;
            let after_newline = newlines << 1 | newline_before;
            let plain = separators == commas | newlines
                && after_newline & !commas == 0
                && separators & after_separator & !after_newline == 0;
            if !plain {
                break;
            }
            let mut ends = separators & !after_newline;
            let count = ends.count_ones() as usize;
            let into: &mut [u16; BLOCK] =
                self.ends[self.count..].first_chunk_mut().expect("there is room for another block");
            // Always the usual number of them, whatever there is: a loop that ends where the block's ends do is
            // guessed wrong by the processor once a block.
            for end in into.iter_mut().take(USUAL) {
                *end = (seen + ends.trailing_zeros()) as u16;
                ends &= ends.wrapping_sub(1);
            }
            let mut more = USUAL;
            while ends != 0 {
                into[more] = (seen + ends.trailing_zeros()) as u16;
                ends &= ends - 1;
                more += 1;
            }
            self.count += count;
            seen += BLOCK as u32;
            no_digit_before = separators >> (BLOCK - 1);
            newline_before = newlines >> (BLOCK - 1);
        }
        // What follows a newline at the very end has not been looked at.
        self.count -= newline_before as usize;
        self.goes_on = seen as usize == BLOCK * BLOCKS;
    }

    pub(super) fn ends(&self) -> &[u16] {
        &self.ends[..self.count]
    }
}

/// Ends in a block that are written out without asking how many there are.
const USUAL: usize = 14;

/// The number whose digits stand at `start..end`, at least one of them and `end` at least [`LONGEST`]. `None` when it
/// is too long to be read here.
#[inline(always)]
pub(super) fn number(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    let digits = end - start;
    let last = u64::from_le_bytes(*bytes[..end].last_chunk::<8>()?);
    if digits <= 8 {
        return Some(value_of_last(last, digits));
    }
    if digits > LONGEST {
        return None;
    }
    let first = u64::from_le_bytes(*bytes[..end - 8].last_chunk::<8>()?);
    Some(value_of_last(first, digits - 8) * 100_000_000 + value_of_last(last, 8))
}

/// The number written in the highest `digits` (1 to 8) bytes of the word, last digit highest.
#[inline(always)]
fn value_of_last(word: u64, digits: usize) -> u64 {
    // Bytes before the number become leading zeros, then neighbouring digits, pairs and fours are joined.
    let mut v = (word ^ 0x3030_3030_3030_3030) & u64::MAX << (64 - 8 * digits);
    v = v.wrapping_mul(10).wrapping_add(v >> 8);
    let low = (v & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = ((v >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

#[cfg(target_arch = "x86_64")]
#[expect(clippy::cast_ptr_alignment, reason = "the load is the one that wants no alignment")]
#[inline(always)]
fn masks(block: &[u8; BLOCK]) -> Masks {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set1_epi8, _mm_sub_epi8,
    };

    let mut masks = Masks { digits: 0, commas: 0, newlines: 0 };
    for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
        // SAFETY: every x86-64 processor has SSE2, and the only pointer is to the sixteen bytes of `part`, with a
        // load that wants no alignment.
        let (digits, commas, newlines) = unsafe {
            let text = _mm_loadu_si128(part.as_ptr().cast::<__m128i>());
            let value = _mm_sub_epi8(text, _mm_set1_epi8(b'0'.cast_signed()));
            (
                _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value)),
                _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(b','.cast_signed()))),
                _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(b'\n'.cast_signed()))),
            )
        };
        masks.digits |= u64::from(digits.cast_unsigned()) << (16 * index);
        masks.commas |= u64::from(commas.cast_unsigned()) << (16 * index);
        masks.newlines |= u64::from(newlines.cast_unsigned()) << (16 * index);
    }
    masks
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let bits = |is: fn(u8) -> bool| {
        block.iter().enumerate().fold(0, |mask, (index, &byte)| mask | u64::from(is(byte)) << index)
    };
    Masks {
        digits: bits(|byte| byte.is_ascii_digit()),
        commas: bits(|byte| byte == b','),
        newlines: bits(|byte| byte == b'\n'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers of a text as a stretch finds them.
    fn found(text: &str) -> (Vec<u64>, usize) {
        let text = format!("{}{text}", ",".repeat(LONGEST));
        let mut stretch = Stretch::new();
        stretch.find(text.as_bytes(), LONGEST);
        let mut start = LONGEST;
        let mut numbers = Vec::new();
        for &end in stretch.ends() {
            let end = LONGEST + usize::from(end);
            numbers.push(number(text.as_bytes(), start, end).unwrap());
            start = end + 1 + usize::from(text.as_bytes()[end] == b'\n');
        }
        (numbers, start - LONGEST)
    }

    #[test]
    fn a_stretch_ends_where_the_text_is_not_plain() {
        let plain = "7,".repeat(40);
        for (odd, numbers) in
            [("-1,", 32), ("1 ,", 32), (",1,", 32), ("1]", 32), ("1\r\n,", 32), ("1\n\n,", 32), ("1.5,", 32)]
        {
            let (found, _) = found(&format!("{plain}{odd}{plain}"));
            assert_eq!(found, vec![7; numbers], "{odd}");
        }
        assert!(found(&"\n".repeat(200)).0.is_empty());
        // A newline on the border of two blocks, with a comma behind it and without.
        assert!(found(&format!("{}{}", "1".repeat(63), "\n,".repeat(100))).0.is_empty());
        let border = format!("{}123\n,{plain}", "5,".repeat(30));
        assert_eq!(found(&border).0.len(), 32 + 30);
        let unknown = format!("{}123\n{plain}", "5,".repeat(30));
        assert_eq!(found(&unknown).0, vec![5; 30]);
    }

    #[test]
    fn numbers_too_long_are_left_to_others() {
        let text = format!("{}99999999999999999,", ",".repeat(LONGEST));
        assert_eq!(number(text.as_bytes(), LONGEST, LONGEST + 17), None);
        assert_eq!(number(text.as_bytes(), LONGEST + 1, LONGEST + 17), Some(9_999_999_999_999_999));
    }

    proptest! {
        #[test]
        fn plain_numbers_are_read_as_they_stand(
            numbers in proptest::collection::vec((0..16_u32, any::<u64>(), any::<bool>()), 300..900),
        ) {
            let numbers: Vec<(u64, bool)> =
                numbers.into_iter().map(|(digits, value, newline)| (value % 10_u64.pow(digits + 1), newline)).collect();
            let lines = numbers.iter().map(|&(value, newline)| format!("{value}{}", if newline { "\n" } else { "" }));
            let text = lines.collect::<Vec<_>>().join(",") + ",";
            let (found, reached) = found(&text);
            prop_assert!(found.len() >= numbers.len().min(BLOCK * BLOCKS / 18) - 40);
            prop_assert!(found.iter().zip(&numbers).all(|(found, (wanted, _))| found == wanted));
            let again: usize = numbers[..found.len()].iter().map(|(value, newline)| value.to_string().len() + 1 + usize::from(*newline)).sum();
            prop_assert_eq!(reached, again);
        }
    }
}

//! Numbers as people read them, for the sentences of answers.

/// `41.3 MB`: decimal, at most one decimal place.
pub(crate) fn bytes(size: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if size < 1000 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit < units.len() - 1 {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

/// `1,300`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1000, 41_312_440, 999_960, u64::MAX / 2].map(bytes),
            ["0 B", "999 B", "1.0 kB", "41.3 MB", "1.0 MB", "9223372.0 TB"]
        );
        assert_eq!([0, 12, 1300, 1_234_567].map(count), ["0", "12", "1,300", "1,234,567"]);
    }
}

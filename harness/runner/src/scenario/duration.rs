//! Times as people write them.

use std::time::Duration;

/// Reads `90s`, `30m`, `24h` or `7d`.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time like `90s`, `30m`, `24h` or `7d`");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!(parse("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "h", "24", "1.5h", "-1h", "24 h", "99999999999999999999d", "213503982334602d", "5€"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! What a target says, fit to be shown: it steers no terminal, breaks no XML and turns no line around.

use std::borrow::Cow;

/// `text` with each character that is no plain one replaced by its number: `\u{1b}`. Line ends and tabs stay.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let shown = |character: char| match is_plain(character) {
        true => character.to_string(),
        false => character.escape_unicode().to_string(),
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// The same in one line.
pub(super) fn plain_line(text: &str) -> String {
    plain(text).replace(['\n', '\t'], " ")
}

fn is_plain(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        // What turns the direction of a text or ends its line unseen, and what XML 1.0 does not take.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_told_by_its_number() {
        assert!(matches!(plain("né\n\t→"), Cow::Borrowed(_)));
        assert_eq!(plain("a\u{1b}[31m\u{0}\u{9b}\u{202e}b\u{fffe}"), "a\\u{1b}[31m\\u{0}\\u{9b}\\u{202e}b\\u{fffe}");
        assert_eq!(plain_line("a\nb"), "a b");
    }
}

//! Steps that only move characters: blanks, case, parts, padding. They know nothing of what the text means.

use std::borrow::Cow;

use super::Case;

/// White space in every script, and the characters that look like nothing at all.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{180E}' | '\u{200B}' | '\u{200C}' | '\u{2060}' | '\u{FEFF}')
}

/// Blanks off both ends.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    // Most cells start and end with a plain visible character; asking two bytes is cheaper than decoding.
    let visible = |byte: Option<&u8>| byte.is_some_and(|byte| (0x21..0x7f).contains(byte));
    let bytes = text.as_bytes();
    if visible(bytes.first()) && visible(bytes.last()) { text } else { text.trim_matches(is_blank) }
}

pub(super) fn collapse_blanks(text: &str) -> Option<String> {
    let plain = !text.contains("  ") && !text.chars().any(|character| is_blank(character) && character != ' ');
    if plain {
        return None;
    }
    let mut collapsed = String::with_capacity(text.len());
    let mut in_blanks = false;
    for character in text.chars() {
        let blank = is_blank(character);
        match (blank, in_blanks) {
            (true, false) => collapsed.push(' '),
            (true, true) => {}
            (false, _) => collapsed.push(character),
        }
        in_blanks = blank;
    }
    Some(collapsed)
}

/// Three characters more, each of which says which of five letters are capitals (Salesforce's help, “Convert 15 Character
/// IDs to 18 Character IDs”).
pub(super) fn salesforce_id(text: &str) -> Option<String> {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let is_short = text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_short.then(|| {
        let sign = |five: &[u8]| {
            let bits = five.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
            char::from(SIGNS[bits.map(|(place, _)| 1_usize << place).sum::<usize>() % SIGNS.len()])
        };
        text.chars().chain(text.as_bytes().chunks(5).map(sign)).collect()
    })
}

pub(super) fn remove_blanks(text: &str) -> Option<String> {
    text.contains(is_blank).then(|| text.chars().filter(|character| !is_blank(*character)).collect())
}

pub(super) fn case(text: &str, to: Case) -> Option<String> {
    let changed = match to {
        Case::Upper => text.to_uppercase(),
        Case::Lower => text.to_lowercase(),
        Case::Title => title(text),
    };
    (changed != text).then_some(changed)
}

/// The first letter of each word large, the others small. `O'Neill` is one word.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            titled.extend(character.to_lowercase());
        } else {
            titled.extend(character.to_uppercase());
        }
        inside = character.is_alphanumeric() || (inside && matches!(character, '\'' | '’'));
    }
    titled
}

/// Part `part` of `text`, from 1, or from -1 backwards. A missing part is empty.
pub(super) fn part<'a>(text: &'a str, separator: &str, part: i32) -> &'a str {
    let index = part.unsigned_abs() as usize - 1;
    let found = if part > 0 { text.split(separator).nth(index) } else { text.rsplit(separator).nth(index) };
    found.unwrap_or_default()
}

pub(super) fn pad_zeros(text: &str, width: usize) -> Option<String> {
    let missing = width.checked_sub(text.chars().count()).filter(|missing| *missing > 0)?;
    Some("0".repeat(missing) + text)
}

/// The form in which words are compared: Latin letters without accents, lower case, digits, single blanks between.
///
/// `Vierteljährlich ` and `VIERTELJAHRLICH` become the same word.
pub(crate) fn fold(text: &str) -> String {
    let plain = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(deunicode::deunicode(text)) };
    let mut folded = String::with_capacity(plain.len());
    for character in plain.chars() {
        if character.is_ascii_alphanumeric() {
            folded.push(character.to_ascii_lowercase());
        } else if character != '\'' && !folded.ends_with(' ') && !folded.is_empty() {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Letters, digits and `_` only, as usage streams and free fields are named: `Sensor hours (h)` → `sensor_hours_h`.
pub fn slug(text: &str) -> String {
    fold(text).replace(' ', "_")
}

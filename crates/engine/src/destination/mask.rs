//! What of requests and answers is not kept: card numbers and bank accounts, by what they look like and by what they are
//! called. The key is not looked for here; its connection knows it.

use serde_json::Value;

use super::http::MASK;

/// Names of members, in small letters and without separators, whose values are never kept.
const NAMED: &[&str] = &[
    "cardnumber",
    "creditcard",
    "creditcardnumber",
    "pan",
    "cvv",
    "cvc",
    "cardcvc",
    "iban",
    "bankaccount",
    "bankaccountnumber",
    "accountnumber",
    "routingnumber",
    "sortcode",
    "bic",
    "swift",
    "swiftcode",
];

/// Letters and digits of the longest of them, with the ending of a custom attribute.
const LONGEST_NAME: usize = 24;

/// The JSON with card numbers and bank accounts masked; the very text where there are none, or where it is no JSON.
pub fn masked(text: String) -> String {
    if !may_hold_any(&text) {
        return text;
    }
    let Ok(mut value) = serde_json::from_str::<Value>(&text) else { return text };
    if mask(&mut value) { value.to_string() } else { text }
}

/// Whether any name or text in a JSON is one to mask, or cannot be told without taking the JSON apart. Nearly none is, and
/// every body and every answer is looked at.
fn may_hold_any(json: &str) -> bool {
    let mut rest = json;
    while let Some((_, from)) = rest.split_once('"') {
        let Some((text, after)) = from.split_once('"') else { return true };
        if text.contains('\\') || is_named(text) || is_card(text) || is_iban(text) {
            return true;
        }
        rest = after;
    }
    false
}

/// Says whether there was something to mask.
fn mask(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |any, (name, value)| {
            let hidden = if is_named(name) && !value.is_null() && !value.is_object() && !value.is_array() {
                *value = Value::String(MASK.to_owned());
                true
            } else {
                mask(value)
            };
            any | hidden
        }),
        Value::Array(items) => items.iter_mut().fold(false, |any, item| any | mask(item)),
        Value::String(text) if is_card(text) || is_iban(text) => {
            MASK.clone_into(text);
            true
        }
        _ => false,
    }
}

fn is_named(name: &str) -> bool {
    let mut letters = [0; LONGEST_NAME];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        let Some(letter) = letters.get_mut(length) else { return false };
        *letter = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = &letters[..length];
    // Custom attributes end in what they hold: `ibanStr`.
    let stem = plain.strip_suffix(b"str").unwrap_or(plain);
    NAMED.iter().any(|named| named.as_bytes() == plain || named.as_bytes() == stem)
}

/// The numbers of the large card schemes, by their first digits and length, with a check digit that fits (ISO/IEC 7812).
fn is_card(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let starts = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| digits.starts_with(prefix));
    let scheme = match digits.len() {
        15 => starts(&[&[3, 4], &[3, 7]]),
        16 => starts(&[
            &[4],
            &[5, 1],
            &[5, 2],
            &[5, 3],
            &[5, 4],
            &[5, 5],
            &[2, 2],
            &[2, 3],
            &[2, 4],
            &[2, 5],
            &[2, 6],
            &[2, 7],
            &[6, 0, 1, 1],
            &[6, 5],
        ]),
        _ => false,
    };
    scheme && luhn(&digits)
}

/// The digits of a text that is as long as a card's number and nothing else.
fn digits(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let mut length = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => length += 1,
            b' ' | b'-' => {}
            _ => return None,
        }
    }
    let digits = || text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    matches!(length, 15 | 16).then(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| u32::from(if place % 2 == 1 { doubled(digit) } else { digit }))
        .sum();
    sum.is_multiple_of(10)
}

/// Two letters, two check digits, and as a whole 1 modulo 97 (ISO 13616).
fn is_iban(text: &str) -> bool {
    if text.len() < 15 || !text.trim_start_matches(' ').starts_with(|first: char| first.is_ascii_uppercase()) {
        return false;
    }
    let plain: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    if !(15..=34).contains(&plain.len()) || !plain[..2].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    if !plain[2..4].iter().all(u8::is_ascii_digit) || !plain.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let turned = plain[4..].iter().chain(&plain[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_and_accounts_are_masked_and_nothing_else() {
        let cases = [
            (r#"{"a":"4242 4242 4242 4242"}"#, r#"{"a":"••••••••"}"#),
            (r#"{"a":"378282246310005"}"#, r#"{"a":"••••••••"}"#),
            // One digit off, too short, or the number of a record.
            (r#"{"a":"4242 4242 4242 4243"}"#, r#"{"a":"4242 4242 4242 4243"}"#),
            (r#"{"a":"4600000000000012345"}"#, r#"{"a":"4600000000000012345"}"#),
            (r#"{"a":"DE89 3704 0044 0532 0130 00"}"#, r#"{"a":"••••••••"}"#),
            (r#"{"a":"DE89 3704 0044 0532 0130 01"}"#, r#"{"a":"DE89 3704 0044 0532 0130 01"}"#),
            (
                r#"{"custom":{"ibanStr":"x","Sort Code":12,"tierStr":"gold"}}"#,
                r#"{"custom":{"ibanStr":"••••••••","Sort Code":"••••••••","tierStr":"gold"}}"#,
            ),
            // Nothing is written anew where nothing is masked: digits and order stay.
            (r#"{ "b": 12.50, "a": [1e2] }"#, r#"{ "b": 12.50, "a": [1e2] }"#),
            ("no JSON 4242424242424242", "no JSON 4242424242424242"),
            // Written in another way in the JSON, and beside a text with a quote in it.
            (r#"{"a":"4242 4242 4242\u00204242"}"#, r#"{"a":"••••••••"}"#),
            (r#"{"a":"Søn \" A","IBAN":"x"}"#, r#"{"a":"Søn \" A","IBAN":"••••••••"}"#),
            (
                r#"{"aReasonablyLongNameOfAMember":"4242424242424242"}"#,
                r#"{"aReasonablyLongNameOfAMember":"••••••••"}"#,
            ),
            (r#"{"bank_account_number":7,"tier":null}"#, r#"{"bank_account_number":"••••••••","tier":null}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text.to_owned()), expected);
        }
    }
}

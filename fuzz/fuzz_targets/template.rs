//! A template that a colleague sent: refused, or laid over columns and saved again without a change.
#![no_main]

use engine::mapping::template;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(saved) = template::load(text) else { return };
    template::apply(&saved.mapping, &["Customer Number".to_owned(), "Name".to_owned(), String::new()]);
    let again = template::load(&template::save(&saved)).expect("what was saved can be loaded");
    assert_eq!(again, saved);
});

//! How well columns of exports nobody has seen find their fields, and known exports are told: docs/MATCHING.md.
//!
//! The page is written by `cargo xtask matching`; here it is held against what the engine does today.

#[path = "mapping/labelled.rs"]
mod labelled;
#[path = "mapping/page.rs"]
mod page;
#[path = "mapping/tally.rs"]
mod tally;
#[path = "mapping/variants.rs"]
mod variants;

use std::path::PathBuf;

use labelled::Part;
use tally::{MEASURED, Tally};

/// Set, the page is written in place of being compared.
const WRITE: &str = "CARRYOVER_WRITE_MATCHING";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/MATCHING.md")
}

#[test]
fn the_page_says_what_the_engine_does() {
    let page = page::page();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path(), page).expect("the page is written");
        return;
    }
    let kept = std::fs::read_to_string(path()).expect("the page is there").replace("\r\n", "\n");
    assert_eq!(kept, page, "docs/MATCHING.md is stale; `cargo xtask matching` writes it again");
}

/// Of a thousand: what a change of the matching must not fall below.
#[test]
fn tables_are_matched_as_well_as_was_promised() {
    for part in [Part::HeldOut, Part::Training] {
        let mut all = Tally::default();
        MEASURED.iter().filter(|table| table.part == part).for_each(|table| all.add(&table.tally));
        assert!(all.required.per_mille() >= 950, "required fields, {part:?}: {}", all.required);
        assert!(all.recall.per_mille() >= 900, "all columns, {part:?}: {}", all.recall);
        assert!(all.certain.per_mille() >= 990, "what is called certain, {part:?}: {}", all.certain);
    }
}

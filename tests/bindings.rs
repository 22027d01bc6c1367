//! The page's TypeScript fits the program: what the builder describes is what `ui/src/generated/bindings.ts` says.
//!
//! `CARRYOVER_WRITE_BINDINGS=1 cargo test --features desktop --test bindings` writes it anew.

use std::fs;
use std::path::Path;

use specta_typescript::Typescript;

const FILE: &str = "ui/src/generated/bindings.ts";
const HEAD: &str =
    "// Written by `cargo test --features desktop --test bindings`; not to be edited.\n/* eslint-disable */\n";

#[test]
fn the_page_and_the_program_speak_of_the_same_things() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let fresh = scratch.path().join("bindings.ts");
    carryover_desktop::bindings().export(Typescript::default().header(HEAD), &fresh).expect("every type can be said");
    let fresh = fs::read_to_string(&fresh).expect("just written");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("CARRYOVER_WRITE_BINDINGS").is_some() {
        fs::create_dir_all(kept.parent().expect("a folder")).expect("the folder of the bindings");
        fs::write(&kept, &fresh).expect("the bindings written");
    }
    let kept = fs::read_to_string(&kept).unwrap_or_default();
    assert!(kept == fresh, "{FILE} is stale; write it anew with CARRYOVER_WRITE_BINDINGS=1");
}

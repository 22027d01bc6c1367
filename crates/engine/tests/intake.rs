//! Intake from outside: files in, rows and what is known of them out.

#[path = "intake/columns.rs"]
mod columns;
#[path = "intake/faults.rs"]
mod faults;
#[path = "intake/fixtures.rs"]
mod fixtures;
#[path = "intake/limits.rs"]
mod limits;
#[path = "intake/pollution.rs"]
mod pollution;
#[path = "intake/pollutions.rs"]
mod pollutions;
#[path = "intake/promises.rs"]
mod promises;
#[path = "intake/shown.rs"]
mod shown;
#[path = "intake/support.rs"]
mod support;
#[path = "intake/texts.rs"]
mod texts;
#[path = "intake/workbooks.rs"]
mod workbooks;

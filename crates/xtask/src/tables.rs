//! `cargo xtask tables DIR`: every table of docs that says how well files are read and matched, made again one after the
//! other. What each measures is the business of its own chore.

use std::path::Path;

use crate::trouble::Trouble;
use crate::{accuracy, matching, torture, workbooks};

pub(crate) fn tables(corpus: &Path) -> Result<(), Trouble> {
    eprintln!("docs/MATCHING.md");
    matching::matching()?;
    eprintln!("docs/ACCURACY.md");
    accuracy::accuracy(Some(corpus))?;
    eprintln!("docs/WORKBOOKS.md");
    workbooks::workbooks(&[corpus.to_path_buf(), crate::workspace::root().join("fixtures")], true)?;
    eprintln!("docs/TORTURE.md");
    torture::torture(corpus, true)
}

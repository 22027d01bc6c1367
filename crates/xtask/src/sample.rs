//! `cargo xtask sample DIR`: the sample files, written where the user wants them.

use std::path::Path;

use ::sample::Size;

use crate::trouble::Trouble;

pub(crate) fn sample(dir: &Path, full: bool) -> Result<(), Trouble> {
    std::fs::create_dir_all(dir).map_err(Trouble::file("make", dir))?;
    let size = if full { Size::Full } else { Size::Short };
    let sample = ::sample::write(dir, size).map_err(|source| Trouble::Sample { source: Box::new(source) })?;
    for path in [&sample.customers, &sample.usage, &sample.contracts] {
        println!("{}", path.display());
    }
    Ok(())
}

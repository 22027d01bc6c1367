//! `cargo run -p carryover-sample --example write -- DIR [full]` writes the sample, short or in full.

use std::path::Path;
use std::process::ExitCode;

use sample::Size;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (dir, size) = match &*args {
        [dir] => (dir, Size::Short),
        [dir, size] if size == "full" => (dir, Size::Full),
        _ => {
            eprintln!("usage: write DIR [full]");
            return ExitCode::from(2);
        }
    };
    match sample::write(Path::new(dir), size) {
        Ok(sample) => {
            println!("{} findings to expect in {dir}", sample.expected.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

//! The desktop program: opens the window and does nothing else.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    carryover_desktop::run()
}

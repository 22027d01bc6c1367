//! Hands Tauri's build step the place of the capabilities; does nothing without feature `desktop`.

#[cfg(feature = "desktop")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let capabilities = "./src-tauri/capabilities/**/*.json";
    Ok(tauri_build::try_build(tauri_build::Attributes::new().capabilities_path_pattern(capabilities))?)
}

#[cfg(not(feature = "desktop"))]
fn main() {}

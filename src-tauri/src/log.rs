//! Diagnostics for support, in the system's folder for logs. Never rows, names of customers, or keys.

use tauri::{AppHandle, Manager};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

const DAYS_KEPT: usize = 7;

/// Starts the log. A folder that cannot be written is no reason not to start.
pub(crate) fn start(app: &AppHandle) {
    let Ok(folder) = app.path().app_log_dir() else { return };
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .max_log_files(DAYS_KEPT)
        .filename_prefix("carryover")
        .filename_suffix("log")
        .build(folder);
    let Ok(files) = files else { return };
    let filter = EnvFilter::try_from_env("CARRYOVER_LOG").unwrap_or_else(|_| "info".into());
    // Another logger can only be there already in a test.
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(files).try_init().ok();
    tracing::info!(version = %app.package_info().version, system = std::env::consts::OS, "started");
}

//! The desktop window: a front of the engine. Commands turn what the page asks into calls of `engine::api` and nothing more;
//! what is here beside them is what only a window has: the open migration, dialogs, drops, the list of recent migrations.
//!
//! Empty without feature `desktop`, so that nobody compiles a webview who does not want a window.
#![cfg(feature = "desktop")]
#![expect(clippy::needless_pass_by_value, reason = "commands are handed their arguments by value")]

mod commands;
mod dialog;
mod drop;
mod error;
mod events;
mod log;
mod practice;
mod preferences;
mod recent;
mod sending;
mod state;
mod window;

use std::process::ExitCode;

use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::state::Desk;

/// Everything that crosses between the page and this program. The test `bindings` holds its TypeScript against
/// `ui/src/generated/bindings.ts`.
pub fn bindings() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // Row counts and file sizes stay below 2^53, where JavaScript's numbers are exact. Amounts cross as text.
        .dangerously_cast_bigints_to_number()
        // One shape in both directions: what is left out when empty is `null`, never missing.
        .disable_serde_phases()
        .commands(collect_commands![
            commands::about::app_info,
            commands::about::notify,
            commands::about::stop_task,
            commands::audit::export_trail,
            commands::audit::trail_page,
            commands::connections::add_connection,
            commands::connections::change_connection,
            commands::connections::check_connection,
            commands::connections::connection_key,
            commands::connections::connections,
            commands::connections::remove_connection,
            commands::connections::test_connection,
            commands::files::add_file,
            commands::files::answer_format,
            commands::files::changed_sources,
            commands::files::choose_files,
            commands::files::keep_pasted,
            commands::files::file_cards,
            commands::files::go_on_with,
            commands::files::preview_source,
            commands::files::read_again,
            commands::files::remove_source,
            commands::learned::export_learned,
            commands::learned::forget_all_learned,
            commands::learned::forget_learned,
            commands::learned::import_learned,
            commands::learned::learned,
            commands::learned::look_into_learned,
            commands::history::plan_take_back,
            commands::history::run_page,
            commands::history::run_record,
            commands::history::runs,
            commands::history::take_back,
            commands::matching::change_mapping,
            commands::matching::field_values,
            commands::matching::load_template,
            commands::matching::matched_datasets,
            commands::matching::matched_fields,
            commands::matching::preview_field,
            commands::matching::propose_lookup,
            commands::matching::save_template,
            commands::matching::undo_mapping,
            commands::migration::close_migration,
            commands::migration::current_migration,
            commands::migration::redo,
            commands::migration::undo,
            commands::newer::choose_newer,
            commands::newer::leave_newer,
            commands::newer::read_newer,
            commands::newer::take_newer,
            commands::report::read_back,
            commands::report::report_lines,
            commands::report::reveal_file,
            commands::report::sign_off,
            commands::report::sign_report,
            commands::report::write_report,
            commands::report::written_files,
            commands::review::add_by_hand,
            commands::review::add_pasted,
            commands::review::check_rows,
            commands::review::edit_cells,
            commands::review::export_findings,
            commands::review::fix,
            commands::review::hand_fields,
            commands::review::next_finding,
            commands::review::preview_changes,
            commands::review::preview_fix,
            commands::review::read_pasted,
            commands::review::review,
            commands::review::review_count,
            commands::review::review_index,
            commands::review::review_named,
            commands::review::review_row,
            commands::review::review_rows,
            commands::settings::preferences,
            commands::settings::set_preferences,
            commands::start::choose_migration,
            commands::start::choose_place,
            commands::start::create_migration,
            commands::start::find_migration,
            commands::start::forget_migration,
            commands::start::launched_with,
            commands::start::open_migration,
            commands::start::recent_migrations,
            commands::start::suggested_place,
            commands::start::try_sample,
            commands::syncing::create_attributes,
            commands::syncing::lacking_attributes,
            commands::syncing::set_fill,
            commands::syncing::set_list,
            commands::syncing::set_sync,
            commands::syncing::usual_address,
            commands::tie_out::apart_rows,
            commands::tie_out::exclude_repeated,
            commands::tie_out::expected_totals,
            commands::tie_out::explain_difference,
            commands::tie_out::findings_by_rule,
            commands::tie_out::go_on_open,
            commands::tie_out::read_expected_totals,
            commands::tie_out::attach_report,
            commands::tie_out::set_expected_totals,
            commands::tie_out::take_apart,
            commands::tie_out::totals,
            commands::tie_out::withdraw_explanation,
            commands::upload::cancel_upload,
            commands::upload::close_window,
            commands::upload::first_planned,
            commands::upload::first_sent,
            commands::upload::make_plan,
            commands::upload::pause_upload,
            commands::upload::plan_page,
            commands::upload::plan_request,
            commands::upload::plan_fields,
            commands::upload::rejected,
            commands::upload::export_plan,
            commands::upload::export_rejected,
            commands::upload::start_upload,
            commands::upload::try_upload_now,
            commands::upload::upload_state,
        ])
        .events(collect_events![
            events::CheckTold,
            events::CloseAsked,
            events::Dragged,
            events::OpenRequested,
            events::Progress,
            events::UploadTold,
        ])
}

/// Opens the window and returns when it is closed.
pub fn run() -> ExitCode {
    let bindings = bindings();
    let app = tauri::Builder::default()
        // First, as its documentation asks: a second start hands over its file and ends.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            window::second_start(app, &arguments, folder.as_ref());
        }))
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(window::remembered()).build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .invoke_handler(bindings.invoke_handler())
        .on_window_event(window::on_event)
        .setup(move |app| {
            bindings.mount_events(app);
            log::start(app.handle());
            tauri::Manager::manage(app, Desk::at(engine::settings::folder()?));
            window::open(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(window::on_run_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The window of Carryover could not be opened: {error}");
            ExitCode::from(2)
        }
    }
}

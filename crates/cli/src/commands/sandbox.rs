//! `carryover sandbox`

use ::sandbox::{Faults, Options, Plays, Sandbox as Server};
use engine::api::{ApiError, Code, Result};
use serde_json::json;

use super::{Front, wait};
use crate::args::Sandbox;
use crate::output::{self, Outcome};

pub(super) fn run(front: &Front, args: &Sandbox) -> Result<Outcome> {
    let faults: Faults = args.fault.join(",").parse().map_err(|error| {
        ApiError::new(Code::Argument, format!("{error}"), "For example: --fault latency=5ms,500-after=0.02")
    })?;
    let plays = Plays::called(&args.to).ok_or_else(|| {
        ApiError::new(
            Code::NotFound,
            format!("“{}” is not a destination of Carryover", args.to),
            format!("Choose one of: {}.", engine::schema::DESTINATIONS.join(", ")),
        )
    })?;
    wait(async {
        let options = Options {
            plays,
            port: args.port,
            faults,
            seed: args.seed,
            kept: args.keep.clone(),
            forgetful: args.forgetful,
            ..Options::default()
        };
        let server = Server::start(options).await.map_err(|error| {
            ApiError::new(
                Code::Io,
                format!("the practice destination could not start: {error}"),
                "Choose another port with `--port`, or another file with `--keep`.",
            )
        })?;
        let told = json!({ "url": server.url(), "organisation": server.organisation(), "key": server.api_key() });
        let end = if args.keep.is_some() { "kept" } else { "gone" };
        output::result(front.json, &told, || {
            format!(
                "The practice destination listens on {}. Nothing here reaches a real customer.\n\nIn another terminal:\n  export CARRYOVER_API_KEY={}\n  carryover connect add practice --to {} --url {} --organisation {}\n\nCtrl+C ends it; what was sent to it is then {end}.",
                server.url(),
                server.api_key(),
                args.to,
                server.url(),
                server.organisation()
            )
        });
        let ended = tokio::signal::ctrl_c().await;
        server.stop().await;
        ended.map_err(|error| ApiError::io(std::path::Path::new("signal"), &error))
    })?;
    Ok(Outcome::Clean)
}

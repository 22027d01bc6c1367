//! Tests a connection without changing anything, one step at a time, each with what to do if it fails.

use super::config::{Config, NAME, SANDBOX_KEY};
use super::{Zenskar, answer, request};
use crate::destination::http::Request;
use crate::destination::reach::Reached;
use crate::destination::{Check, StopCause};
use crate::settings::connection::Environment;

impl Zenskar {
    pub(super) async fn check(&self, tell: &(dyn Fn(&Check) + Sync)) -> Vec<Check> {
        let customers = request::get(request::query("/customers", &[("limit", "1")]), self.config.organisation);
        let reading = self.reach(&customers).await;
        let mut checks = vec![reading.check(NAME), key(&reading), organisation(&reading), read(&reading)];
        checks.iter().for_each(tell);
        let writing = match &reading {
            Reached::Answered(reply) if reply.status < 300 => {
                write(&self.reach(&request::harmless_write(self.config.organisation)).await)
            }
            _ => Check::waiting("write"),
        };
        let marked = match reading {
            Reached::Answered(_) => environment(&self.config, self.sandbox_key, self.local),
            Reached::Nowhere { .. } | Reached::Stopped(_) => Check::waiting("environment"),
        };
        for check in [writing, marked] {
            tell(&check);
            checks.push(check);
        }
        checks
    }

    async fn reach(&self, request: &Request) -> Reached {
        Reached::by(&self.line, request, answer::stop).await
    }
}

fn key(reading: &Reached) -> Check {
    match reading {
        Reached::Nowhere { .. } => Check::waiting("key"),
        Reached::Stopped(stop) => match stop.cause {
            StopCause::Address => Check::waiting("key"),
            StopCause::Key => Check::failed("key", &stop.reason, &stop.remedy),
            StopCause::Organisation | StopCause::Permission => Check::passed("key", "The key is accepted."),
        },
        Reached::Answered(_) => Check::passed("key", "The key is accepted."),
    }
}

fn organisation(reading: &Reached) -> Check {
    match reading {
        Reached::Nowhere { .. } => Check::waiting("organisation"),
        Reached::Stopped(stop) => match stop.cause {
            StopCause::Address | StopCause::Key => Check::waiting("organisation"),
            StopCause::Organisation => Check::failed("organisation", &stop.reason, &stop.remedy),
            StopCause::Permission => Check::passed("organisation", "The key belongs to the organisation."),
        },
        Reached::Answered(_) => Check::passed("organisation", "The key belongs to the organisation."),
    }
}

fn read(reading: &Reached) -> Check {
    match reading {
        Reached::Answered(reply) if reply.status < 300 => Check::passed("read", "The key may read customers."),
        Reached::Answered(reply) => {
            let told = format!("{NAME} did not list the customers (status {}).", reply.status);
            Check::failed("read", &told, "Check that the address is that of the Zenskar API, then test again.")
        }
        Reached::Stopped(stop) if stop.cause == StopCause::Permission => {
            Check::failed("read", &stop.reason, &stop.remedy)
        }
        _ => Check::waiting("read"),
    }
}

/// The change was empty and aimed at nobody: “there is no such customer” is what a key that may write gets to hear.
fn write(writing: &Reached) -> Check {
    match writing {
        Reached::Answered(reply) if matches!(reply.status, 200..=299 | 400 | 404 | 422) => {
            Check::passed("write", "The key may write. Nothing was changed for this test.")
        }
        Reached::Answered(reply) => {
            let told = format!("{NAME} did not take a change (status {}).", reply.status);
            Check::failed("write", &told, "Use a key with the right to write, then test again.")
        }
        Reached::Stopped(stop) => {
            Check::failed("write", &stop.reason, "Use a key with the right to write, then test again.")
        }
        Reached::Nowhere { reason } => Check::failed("write", reason, "Test again."),
    }
}

/// One host serves both kinds of accounts, so only the key tells them apart (zenskar.md section 1, mark V).
fn environment(config: &Config, sandbox_key: bool, local: bool) -> Check {
    match (config.environment, sandbox_key || local) {
        (Environment::Practice, true) => {
            Check::passed("environment", "PRACTICE: nothing here reaches a real customer.")
        }
        (Environment::Live, false) => Check::passed("environment", "LIVE: changes reach real customers."),
        (Environment::Practice, false) => Check::warned(
            "environment",
            "The connection is marked PRACTICE, but the key does not look like one of a sandbox account.",
            "Enter the key of the sandbox account, or mark the connection LIVE.",
        ),
        (Environment::Live, true) => Check::warned(
            "environment",
            "The connection is marked LIVE, but its key or its address belongs to a sandbox.",
            "Enter the address and the key of the production account, or mark the connection PRACTICE.",
        ),
    }
}

/// Whether a key is one of a sandbox account.
pub(super) fn is_sandbox_key(key: &str) -> bool {
    key.starts_with(SANDBOX_KEY)
}

//! Tests a connection without changing anything, one step at a time, each with what to do if it fails.

use serde_json::Value;

use super::config::NAME;
use super::request::{self, Object};
use super::roles::{ATTRIBUTES, BULK, COMPANIES, CUSTOMERS, Need, SEARCH};
use super::{Kustomer, answer};
use crate::destination::http::{Content, Reply, Request};
use crate::destination::reach::Reached;
use crate::destination::{Check, StopCause};
use crate::settings::connection::Environment;

impl Kustomer {
    pub(super) async fn check(&self, tell: &(dyn Fn(&Check) + Sync)) -> Vec<Check> {
        let token = self.reach(&request::token()).await;
        let mut checks = vec![token.check(NAME), key(&token), self.organisation(&token).await];
        checks.iter().for_each(tell);
        let roles = roles(&token);
        for need in [&COMPANIES, &CUSTOMERS, &ATTRIBUTES, &BULK, &SEARCH] {
            let check = match &roles {
                Some(roles) => self.allowed(need, roles).await,
                None => Check::waiting(need.name),
            };
            tell(&check);
            checks.push(check);
        }
        let marked = match token {
            Reached::Answered(_) => self.environment(),
            Reached::Nowhere { .. } | Reached::Stopped(_) => Check::waiting("environment"),
        };
        tell(&marked);
        checks.push(marked);
        checks
    }

    /// The roles of the key; `None` when they cannot be read.
    pub(super) async fn roles(&self) -> Option<Vec<String>> {
        roles(&self.reach(&request::token()).await)
    }

    async fn reach(&self, request: &Request) -> Reached {
        Reached::by(&self.line, request, answer::stop).await
    }

    /// A key acts as a user of its own; that it can be read proves that the key is one of this organisation's.
    async fn organisation(&self, token: &Reached) -> Check {
        if !matches!(token, Reached::Answered(_)) {
            return Check::waiting("organisation");
        }
        match self.reach(&request::current_user()).await {
            Reached::Answered(reply) if reply.status < 300 => {
                Check::passed("organisation", "The key belongs to the organisation.")
            }
            Reached::Stopped(stop) => Check::failed("organisation", &stop.reason, &stop.remedy),
            _ => Check::failed(
                "organisation",
                "Kustomer does not say whose key this is.",
                "Compare the organisation and the address, then test again.",
            ),
        }
    }

    fn environment(&self) -> Check {
        match (self.config.environment, self.local) {
            (Environment::Practice, _) => Check::passed(
                "environment",
                "PRACTICE: this should be an organisation in which nothing reaches a real customer.",
            ),
            (Environment::Live, false) => Check::passed("environment", "LIVE: changes reach real customers."),
            (Environment::Live, true) => Check::warned(
                "environment",
                "The connection is marked LIVE, but its key or its address belongs to a sandbox.",
                "Enter the address and the key of the production account, or mark the connection PRACTICE.",
            ),
        }
    }

    /// What the key's roles say, and then whether Kustomer agrees.
    async fn allowed(&self, need: &'static Need, roles: &[String]) -> Check {
        let missing = need.missing(roles);
        if !missing.is_empty() {
            return lacking(need, &missing);
        }
        for probe in probes(need) {
            match self.reach(&probe).await {
                // “There is no such record” and “this is no such list” are what a key that may do it gets to hear
                // (kustomer.md section 1, mark A: the role is looked at before the body).
                Reached::Answered(reply) if matches!(reply.status, 200..=299 | 400 | 404 | 422) => {}
                Reached::Answered(reply) => {
                    let told =
                        format!("{NAME} did not answer a question about {} (status {}).", need.name, reply.status);
                    return Check::failed(need.name, &told, "Test again.");
                }
                Reached::Stopped(_) => return lacking(need, &[]),
                Reached::Nowhere { reason } => return Check::failed(need.name, &reason, "Test again."),
            }
        }
        Check::passed(need.name, &format!("The key may {}. Nothing was changed for this test.", need.told))
    }
}

fn key(token: &Reached) -> Check {
    match token {
        Reached::Nowhere { .. } => Check::waiting("key"),
        Reached::Stopped(stop) if stop.cause == StopCause::Address => Check::waiting("key"),
        Reached::Stopped(stop) => Check::failed("key", &stop.reason, &stop.remedy),
        Reached::Answered(reply) if reply.status < 300 => Check::passed("key", "The key is accepted."),
        Reached::Answered(reply) => Check::failed(
            "key",
            &format!("{NAME} did not say what the key may do (status {}).", reply.status),
            "Check that the address is that of the Kustomer API, then test again.",
        ),
    }
}

fn roles(token: &Reached) -> Option<Vec<String>> {
    let Reached::Answered(Reply { content: Content::Json(value), .. }) = token else { return None };
    let roles = value["data"]["attributes"]["roles"].as_array()?;
    Some(roles.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The missing roles by name, or the fact that Kustomer does not keep to what the names say.
fn lacking(need: &Need, missing: &[&str]) -> Check {
    let remedy = "The roles of a key never change: make a new key in Kustomer under Settings, Security, API Keys with these roles too, and enter it here.";
    let (may, roles) = (need.told, missing.join(", "));
    match (need.optional, missing.is_empty()) {
        (None, false) => Check::failed(need.name, &format!("The key may not {may}. It lacks: {roles}."), remedy),
        (None, true) => Check::failed(need.name, &format!("The key may not {may}, although its roles say so."), remedy),
        (Some(without), false) => {
            Check::warned(need.name, &format!("The key may not {may}. It lacks: {roles}. {without}"), remedy)
        }
        (Some(without), true) => {
            Check::warned(need.name, &format!("The key may not {may}, although its roles say so. {without}"), remedy)
        }
    }
}

/// Questions that show whether something is allowed, and change nothing either way.
fn probes(need: &Need) -> Vec<Request> {
    match need.object() {
        Some(object) => {
            vec![request::first(object), request::harmless_update(object), request::harmless_create(object)]
        }
        None if need.name == "attributes" => [Object::Company, Object::Customer].map(request::metadata).into(),
        None if need.name == "search" => vec![request::empty_search()],
        None => vec![request::job("000000000000000000000000")],
    }
}

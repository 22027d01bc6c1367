//! The practice Kustomer: which operation answers what, who may ask, and in which order a request is judged (key, role,
//! limit, contract, then the operation's own rules; kustomer.md section 1).
//!
//! The contract decides what is allowed; where it and the reference are silent the stricter reading is taken and marked
//! `[A]`, or by its number in the list of what is unknown, `U1` to `U14`. Marks such as `[D]` and `[T]` are the reference's.

mod account;
mod answer;
mod bulk;
mod companies;
mod customers;
mod limits;
mod metadata;
mod record;
mod search;
mod store;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::to_bytes,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use uuid::Uuid;

use self::answer::{Granted, Refusal};
use self::limits::{Limits, Standing};
use self::store::Store;
use crate::{
    call::Call,
    clock::Clock,
    contract::{self, Contract, ContractError, Operation},
    gate::{MAX_BODY_BYTES, Spoiled},
    journal::Journal,
    locked,
    received::Received,
    records::{Counts, Records},
};

/// The published contract, as the practice Kustomer enforces it.
pub const CONTRACT: &str = include_str!("../../contract/kustomer.json");

/// Asks by POST and changes nothing.
const ONLY_READS: [&str; 1] = ["search"];
/// The largest body of most calls. kustomer.md section 5, [D]; for jobs [A].
const LARGEST_BODY: usize = 100_000;

/// What of an organisation can be set up.
#[derive(Clone, Debug)]
pub struct Account {
    /// Of the key. Each is taken to the letter: that one may stand for others is not certain (U6).
    pub roles: Vec<String>,
    /// Of the whole organisation, by its plan. kustomer.md section 5, [D].
    pub requests_per_minute: u32,
}

impl Default for Account {
    fn default() -> Self {
        let of = |object: &str, verbs: &[&str]| -> Vec<String> {
            verbs.iter().map(|verb| format!("org.permission.{object}.{verb}")).collect()
        };
        let all = ["read", "create", "update"];
        let roles = [
            of("customer", &all),
            of("company", &all),
            of("bulk", &["read"]),
            of("search", &["create"]),
            of("metadata", &["read", "update"]),
        ];
        Self { roles: roles.concat(), requests_per_minute: 1000 }
    }
}

/// One organisation of the practice Kustomer.
pub(crate) struct Kustomer {
    api_key: String,
    organisation: Uuid,
    account: Account,
    contract: Contract,
    clock: Arc<Clock>,
    limits: Mutex<Limits>,
    held: Mutex<Held>,
}

/// What is held, and where it is kept. One lock for both: lines stand in the order in which they were acted on.
struct Held {
    store: Store,
    journal: Option<Journal>,
}

/// What a request asks for: the path as the contract writes it, what stands in its places, and what is to be done.
struct Asked<'c> {
    route: &'c str,
    path: Vec<(String, String)>,
    operation: &'c Operation,
}

type Handler = fn(&mut Store, &Call<'_>) -> Result<Granted, Refusal>;

impl Kustomer {
    pub(crate) fn new(
        api_key: String,
        organisation: Uuid,
        account: Account,
        clock: Arc<Clock>,
    ) -> Result<Self, ContractError> {
        let contract = Contract::parse(CONTRACT)?;
        let limits = Mutex::new(Limits::new(account.requests_per_minute));
        let held = Mutex::new(Held { store: Store::new(), journal: None });
        Ok(Self { api_key, organisation, account, contract, clock, limits, held })
    }

    /// Goes on where the journal at `path` ends, and keeps it from now on.
    pub(crate) fn keep_in(&mut self, path: &Path) -> io::Result<()> {
        let mut store = Store::new();
        let journal = Journal::open(path, |line| self.act_again(&mut store, line))?;
        self.held = Mutex::new(Held { store, journal: Some(journal) });
        Ok(())
    }

    pub(crate) fn records(&self) -> Records {
        let store = &mut locked(&self.held).store;
        bulk::settle(store, self.clock.now());
        store.records()
    }

    pub(crate) fn counts(&self) -> Counts {
        let store = &mut locked(&self.held).store;
        bulk::settle(store, self.clock.now());
        store.counts()
    }

    /// The key, then its role. A missing role is 403. kustomer.md section 4, [D].
    fn authorise(&self, headers: &HeaderMap, operation: Option<&Operation>) -> Result<(), Refusal> {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if sent.and_then(|sent| sent.strip_prefix("Bearer ")) != Some(&self.api_key) {
            return Err(Refusal::plain(StatusCode::UNAUTHORIZED, "unauthorized", "invalid token"));
        }
        let wanted = operation.map_or(&[][..], Operation::roles);
        if !wanted.is_empty() && !wanted.iter().any(|role| self.account.roles.contains(role)) {
            let message = format!("one of these roles is needed: {}", wanted.join(", "));
            return Err(Refusal::plain(StatusCode::FORBIDDEN, "forbidden", message));
        }
        Ok(())
    }

    fn operation(&self, method: &str, path: &str) -> Option<Asked<'_>> {
        let (route, path) = self.contract.find(path)?;
        Some(Asked { route, path, operation: self.contract.operation(method, route)? })
    }

    async fn answer(&self, request: Request) -> (Result<Granted, Refusal>, Option<Standing>) {
        let (parts, body) = request.into_parts();
        let found = self.operation(parts.method.as_str(), parts.uri.path());
        if let Err(refusal) = self.authorise(&parts.headers, found.as_ref().map(|asked| asked.operation)) {
            return (Err(refusal), None);
        }
        let is_search = found.as_ref().is_some_and(|asked| asked.operation.id() == "search");
        let standing = locked(&self.limits).count(is_search, self.clock.now());
        if standing.over {
            let refusal = Refusal::plain(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "rate limit exceeded");
            return (Err(refusal), Some(standing));
        }
        let Some(Asked { route, path, operation }) = found else {
            return (Err(Refusal::not_found("path")), Some(standing));
        };
        // The gate has read the body and kept it within bounds.
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
        if bytes.len() > LARGEST_BODY {
            let refusal = Refusal::plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "request entity too large");
            return (Err(refusal), Some(standing));
        }
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|Query(query)| query);
        let received = Received {
            at: self.clock.now(),
            organisation: self.organisation,
            ids: Uuid::new_v4(),
            method: parts.method.to_string(),
            route: route.to_owned(),
            path,
            query: query.unwrap_or_default(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            idempotency_key: None,
            fault: parts.extensions.get::<Spoiled>().map(|spoiled| spoiled.0),
        };
        (self.judge(&received, operation, &parts.headers), Some(standing))
    }

    fn judge(&self, received: &Received, operation: &Operation, headers: &HeaderMap) -> Result<Granted, Refusal> {
        let body = read_body(operation, headers, &received.body)?;
        let request = contract::Request { path: &received.path, query: &received.query, headers, body: body.as_ref() };
        match Refusal::violations(operation.violations(request)) {
            Some(refusal) => Err(refusal),
            None => self.act(received, operation, body),
        }
    }

    /// Kept before it is acted on: what is answered for outlives the sandbox.
    fn act(&self, received: &Received, operation: &Operation, body: Option<Value>) -> Result<Granted, Refusal> {
        match operation.id() {
            "getCurrentToken" => return Ok(account::token(&self.account.roles, &self.organisation.to_string())),
            "getCurrentUser" => return Ok(account::user(&self.organisation.to_string())),
            _ => {}
        }
        let handler = handler(operation)?;
        let Held { store, journal } = &mut *locked(&self.held);
        if let Some(journal) = journal.as_mut().filter(|_| received.writes(operation, &ONLY_READS)) {
            journal.write(received).map_err(|error| {
                tracing::error!(%error, "the journal of the practice destination could not be written");
                Refusal::server_error()
            })?;
        }
        bulk::settle(store, received.at);
        handler(store, &received.call(operation, body))
    }

    fn act_again(&self, store: &mut Store, line: &str) -> io::Result<()> {
        let received: Received = serde_json::from_str(line)?;
        if received.organisation != self.organisation {
            return Ok(());
        }
        let body = if received.body.is_empty() { None } else { Some(serde_json::from_str(&received.body)?) };
        let known = self.contract.operation(&received.method, &received.route);
        let known = known.and_then(|operation| Some((operation, handler(operation).ok()?)));
        let (operation, handler) = known.ok_or_else(|| io::Error::other("a line asks for what is not offered"))?;
        bulk::settle(store, received.at);
        // What it was answered then it would be answered now, a refusal included.
        handler(store, &received.call(operation, body)).ok();
        Ok(())
    }
}

/// Paths have places with letters before them, so they are told apart by the contract itself.
pub(crate) fn router(kustomer: Arc<Kustomer>) -> Router {
    Router::new().fallback(dispatch).with_state(kustomer)
}

async fn dispatch(State(kustomer): State<Arc<Kustomer>>, request: Request) -> Response {
    let (answer, standing) = kustomer.answer(request).await;
    let mut response = answer.map_or_else(IntoResponse::into_response, IntoResponse::into_response);
    if let Some(standing) = standing {
        standing.write(response.headers_mut(), kustomer.clock.now());
    }
    response
}

fn handler(operation: &Operation) -> Result<Handler, Refusal> {
    Ok(match operation.id() {
        "listCustomers" => customers::list_all,
        "createCustomer" => customers::create,
        "getCustomer" => customers::get,
        "getCustomerByExternalId" => customers::get_by_external_id,
        "getCustomerByEmail" => customers::get_by_email,
        "getCustomerByPhone" => customers::get_by_phone,
        "updateCustomer" => customers::update,
        "putCustomer" => customers::put,
        "bulkCreateCustomers" => bulk::create_customers,
        "bulkUpdateCustomers" => bulk::update_customers,
        "findCompanies" => companies::find,
        "createCompany" => companies::create,
        "getCompany" => companies::get,
        "updateCompany" => companies::update,
        "bulkCreateCompanies" => bulk::create_companies,
        "bulkUpdateCompanies" => bulk::update_companies,
        "getBulkJob" => bulk::get,
        "getBulkBatches" => bulk::batches,
        "getAttributeMetadata" => metadata::get,
        "putAttributeMetadata" => metadata::put,
        "search" => search::search,
        id => {
            let message = format!("The practice destination does not offer the operation {id}");
            return Err(Refusal::plain(StatusCode::NOT_IMPLEMENTED, "not_implemented", message));
        }
    })
}

/// The body as JSON; none when nothing was sent or the operation takes none.
fn read_body(operation: &Operation, headers: &HeaderMap, text: &str) -> Result<Option<Value>, Refusal> {
    if text.is_empty() || !operation.takes_body() {
        return Ok(None);
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::plain(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "the body must be sent as application/json",
        ));
    }
    let read = serde_json::from_str(text).map(Some);
    read.map_err(|_| Refusal::plain(StatusCode::BAD_REQUEST, "bad_request", "the body is not JSON"))
}

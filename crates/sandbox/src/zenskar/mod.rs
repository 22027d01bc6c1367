//! The practice Zenskar: which operation answers what, who may ask, and in which order a request is judged
//! (credentials, contract, then the operation's own rules).
//!
//! The contract decides what is allowed; where it and the reference are silent the stricter reading is taken and
//! marked `[A]`. Marks such as `[D5]` and `[V]` are those of the reference's list of sources.

mod answer;
mod catalogue;
mod contracts;
mod customers;
mod events;
mod idempotency;
mod list;
mod phases;
mod preview;
mod settings;
mod store;
mod usage;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{MatchedPath, Query, RawPathParams, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::Value;
use uuid::Uuid;

use self::{
    answer::{Refusal, body_problem, header_problem},
    idempotency::Receipts,
    store::Store,
};
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

/// The published contract, as the practice Zenskar enforces it.
pub const CONTRACT: &str = include_str!("../../contract/zenskar.json");

/// The line of the journal that says so.
const FORGOT: &str = "idempotency keys forgotten";
/// Asks by POST and changes nothing.
const ONLY_READS: [&str; 1] = ["previewUsageRows"];

/// One organisation of the practice Zenskar.
pub(crate) struct Zenskar {
    api_key: String,
    organisation: Uuid,
    contract: Contract,
    clock: Arc<Clock>,
    held: Mutex<Held>,
}

/// What is held, and where it is kept. One lock for both: lines stand in the order in which they were acted on.
struct Held {
    store: Store,
    journal: Option<Journal>,
}

/// An operation: Ok is answered 200.
type Handler = fn(&mut Store, &Call<'_>) -> Result<Value, Refusal>;

impl Zenskar {
    pub(crate) fn new(api_key: String, organisation: Uuid, clock: Arc<Clock>) -> Result<Self, ContractError> {
        let contract = Contract::parse(CONTRACT)?;
        let held = Mutex::new(Held { store: Store::new(), journal: None });
        Ok(Self { api_key, organisation, contract, clock, held })
    }

    /// Goes on where the journal at `path` ends, and keeps it from now on.
    pub(crate) fn keep_in(&mut self, path: &Path) -> io::Result<()> {
        let mut store = Store::new();
        let journal = Journal::open(path, |line| self.act_again(&mut store, line))?;
        self.held = Mutex::new(Held { store, journal: Some(journal) });
        Ok(())
    }

    /// Noted in the journal too: a request that was taken twice because of it has to be taken twice again.
    pub(crate) fn forget_keys(&self) {
        let Held { store, journal } = &mut *locked(&self.held);
        store.receipts = Receipts::default();
        if let Some(Err(error)) = journal.as_mut().map(|journal| journal.write(&FORGOT)) {
            tracing::error!(%error, "the journal of the practice destination could not be written");
        }
    }

    pub(crate) fn records(&self) -> Records {
        locked(&self.held).store.records(self.clock.now())
    }

    pub(crate) fn counts(&self) -> Counts {
        locked(&self.held).store.counts()
    }

    /// The key first, then the organisation. zenskar.md section 1, [D1][D2].
    fn authorise(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if header("x-api-key") != Some(&self.api_key) {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Invalid or missing API key"));
        }
        if header("organisation").and_then(|text| text.parse().ok()) != Some(self.organisation) {
            return Err(Refusal::denied());
        }
        match header("apiversion") {
            // YYYYMMDD. zenskar.md section 1, [D1].
            Some(version) if version.len() != 8 || !version.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(Refusal::problems([header_problem("apiversion", "must be a date written YYYYMMDD")]))
            }
            _ => Ok(()),
        }
    }

    async fn answer(&self, route: &str, path: Vec<(String, String)>, request: Request) -> Result<Value, Refusal> {
        let (parts, body) = request.into_parts();
        self.authorise(&parts.headers)?;
        let operation = self.operation(&parts.method, route)?;
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(query) = query.map_err(|error| Refusal::bad_request(error.to_string()))?;
        // The gate has read the body and kept it within bounds.
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| Refusal::bad_request("Unreadable body"))?;
        let body = read_body(operation, &parts.headers, &bytes)?;
        refuse_without_phases(operation, body.as_ref())?;
        let request = contract::Request { path: &path, query: &query, headers: &parts.headers, body: body.as_ref() };
        answer::refuse_any(operation.violations(request))?;
        let idempotency_key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        let received = Received {
            at: self.clock.now(),
            organisation: self.organisation,
            ids: Uuid::new_v4(),
            method: parts.method.to_string(),
            route: route.to_owned(),
            path,
            query,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            idempotency_key: idempotency_key.map(str::to_owned),
            fault: parts.extensions.get::<Spoiled>().map(|spoiled| spoiled.0),
        };
        self.act(&received, operation, body)
    }

    /// Kept before it is acted on: what is answered for outlives the sandbox.
    fn act(&self, received: &Received, operation: &Operation, body: Option<Value>) -> Result<Value, Refusal> {
        let handler = handler(operation)?;
        let Held { store, journal } = &mut *locked(&self.held);
        if let Some(journal) = journal.as_mut().filter(|_| received.writes(operation, &ONLY_READS)) {
            journal.write(received).map_err(|error| {
                tracing::error!(%error, "the journal of the practice destination could not be written");
                Refusal::server_error()
            })?;
        }
        handler(store, &received.call(operation, body))
    }

    fn act_again(&self, store: &mut Store, line: &str) -> io::Result<()> {
        if serde_json::from_str::<&str>(line).is_ok_and(|line| line == FORGOT) {
            store.receipts = Receipts::default();
            return Ok(());
        }
        let received: Received = serde_json::from_str(line)?;
        if received.organisation != self.organisation {
            return Ok(());
        }
        let body = if received.body.is_empty() { None } else { Some(serde_json::from_str(&received.body)?) };
        let known = self.contract.operation(&received.method, &received.route);
        let known = known.and_then(|operation| Some((operation, handler(operation).ok()?)));
        let (operation, handler) = known.ok_or_else(|| io::Error::other("a line asks for what is not offered"))?;
        // What it was answered then it would be answered now, a refusal included.
        handler(store, &received.call(operation, body)).ok();
        Ok(())
    }

    fn operation(&self, method: &Method, route: &str) -> Result<&Operation, Refusal> {
        let operation = self.contract.operation(method.as_str(), route);
        operation.ok_or_else(|| Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"))
    }
}

/// Every path of the contract, and a 404 for the rest.
pub(crate) fn router(zenskar: Arc<Zenskar>) -> Router {
    let paths: Vec<String> = zenskar.contract.paths().map(str::to_owned).collect();
    let routes = paths.into_iter().fold(Router::new(), |router, path| router.route(&path, any(dispatch)));
    routes.fallback(unknown).with_state(zenskar)
}

async fn dispatch(
    State(zenskar): State<Arc<Zenskar>>,
    route: MatchedPath,
    path: RawPathParams,
    request: Request,
) -> Response {
    let path = path.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    match zenskar.answer(route.as_str(), path, request).await {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn unknown(State(zenskar): State<Arc<Zenskar>>, headers: HeaderMap) -> Refusal {
    zenskar.authorise(&headers).err().unwrap_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "Not Found"))
}

fn handler(operation: &Operation) -> Result<Handler, Refusal> {
    Ok(match operation.id() {
        "listCustomers" => customers::list,
        "createCustomer" => customers::create,
        "getCustomer" => customers::get,
        "updateCustomer" => customers::update,
        "deleteCustomer" => customers::delete,
        "listCustomerAddresses" => customers::list_addresses,
        "listUsageEventDefinitions" => usage::list_streams,
        "createUsageEventDefinition" => usage::create_stream,
        "getUsageEventDefinition" => usage::get_stream,
        "getUsageEventDefinitionBySlug" => usage::get_stream_by_slug,
        "ingestUsage" => usage::ingest,
        "previewUsageRows" => preview::preview,
        "listProducts" => catalogue::list_products,
        "createProduct" => catalogue::create_product,
        "getProduct" => catalogue::get_product,
        "updateProduct" => catalogue::update_product,
        "deleteProduct" => catalogue::delete_product,
        "listProductPricings" => catalogue::list_pricings,
        "createProductPricing" => catalogue::create_pricing,
        "listContracts" => contracts::list,
        "createContract" => contracts::create,
        "getContract" => contracts::get,
        "replaceContract" => contracts::replace,
        "deleteContract" => contracts::delete,
        "createContractPhase" => contracts::add_phase,
        "createContractPhasePricing" => contracts::add_line,
        "expireContract" => contracts::expire,
        "pauseContract" => contracts::pause,
        "updatePause" => contracts::update_pause,
        "resumeContract" => contracts::resume,
        "listContractAmendments" => contracts::list_amendments,
        "listBillingCycles" => contracts::list_billing_cycles,
        "listBusinessEntities" => settings::list_business_entities,
        "getBusinessEntity" => settings::get_business_entity,
        "listContacts" | "listBillableMetrics" | "listPlans" | "listCustomAttributes" | "listJobs" => {
            settings::list_nothing
        }
        "getContact" | "getBillableMetric" | "getPlan" | "getJob" | "getInvoiceByExternalId" => settings::get_nothing,
        id => {
            let detail = format!("The practice destination does not offer the operation {id}");
            return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, detail));
        }
    })
}

/// The body as JSON; none when nothing was sent or the operation takes none.
fn read_body(operation: &Operation, headers: &HeaderMap, bytes: &[u8]) -> Result<Option<Value>, Refusal> {
    if bytes.is_empty() || !operation.takes_body() {
        return Ok(None);
    }
    // Other content types are read as plain text by servers of this make, which is no object. [A]
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        let message = "must be sent as application/json";
        return Err(Refusal::problems([body_problem(vec![], message, "content_type")]));
    }
    let body = serde_json::from_slice(bytes);
    body.map(Some).map_err(|error| Refusal::problems([body_problem(vec![], error.to_string(), "json_invalid")]))
}

/// Leaving the phases out of a replacement answers 500, although the contract has them as required.
/// zenskar.md section 4, [V].
fn refuse_without_phases(operation: &Operation, body: Option<&Value>) -> Result<(), Refusal> {
    let body = body.and_then(Value::as_object);
    if operation.id() == "replaceContract" && body.is_some_and(|body| !body.contains_key("phases")) {
        return Err(Refusal::server_error());
    }
    Ok(())
}

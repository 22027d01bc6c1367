//! A billing system's published contract (an `OpenAPI` 3.1 document) turned into checks, compiled once.
//!
//! Knows how to say what is wrong with a request or an answer. Does not know what any operation means, which system
//! the document belongs to, or how that system words a refusal.
//!
//! Formats (`email`, `uuid`, `date-time`, `date`) are asserted, and a query parameter the document does not list is a
//! violation: a mistyped filter must not quietly match everything.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::http::HeaderMap;
use jsonschema::{EmailOptions, Registry, ValidationError, Validator, error::ValidationErrorKind};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The name under which references inside the document resolve.
const BASE: &str = "contract:/document";
/// A body with more violations than this is reported up to here.
const MAX_VIOLATIONS: usize = 50;
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// All operations of one document.
#[derive(Debug)]
pub struct Contract {
    /// By path template, then by upper-case method.
    paths: BTreeMap<String, HashMap<String, Operation>>,
}

/// One operation: what it takes and what it answers.
#[derive(Debug)]
pub struct Operation {
    id: String,
    /// Any of these is enough; none where the document names none.
    roles: Vec<String>,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: BTreeMap<u16, Arc<Validator>>,
}

/// A request, taken apart, as the checks want it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub path: &'a [(String, String)],
    pub query: &'a [(String, String)],
    pub headers: &'a HeaderMap,
    pub body: Option<&'a Value>,
}

/// One thing in a request that the document forbids.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    pub place: Place,
    /// Members and positions from the place inwards; numbers are positions in arrays.
    pub steps: Vec<Value>,
    /// Never contains the offending value.
    pub message: String,
    /// The broken keyword of the schema: `missing`, `format`, `type`, …
    pub kind: String,
}

/// Where in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
    Body,
}

/// The document itself is unusable.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    #[error("the contract is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the contract cannot be resolved: {0}")]
    Resolve(#[from] jsonschema::ReferencingError),
    #[error("the contract's schema at `{pointer}` cannot be compiled: {message}")]
    Compile { pointer: String, message: String },
}

#[derive(Debug)]
struct Parameter {
    name: String,
    place: Place,
    required: bool,
    kind: ParameterKind,
    validator: Arc<Validator>,
}

#[derive(Clone, Copy, Debug)]
enum ParameterKind {
    Text,
    Integer,
    Boolean,
}

#[derive(Debug)]
struct Body {
    required: bool,
    /// The members the document declares, in its order.
    members: Vec<String>,
    /// Whether it invites members it does not declare, or is not one object in the first place.
    open: bool,
    validator: Arc<Validator>,
}

struct Compiler<'a> {
    document: &'a Value,
    registry: &'a Registry<'a>,
    /// By pointer: operations share most of what they take and answer.
    compiled: RefCell<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// Compiles every schema an operation uses.
    pub fn parse(document: &str) -> Result<Self, ContractError> {
        let document: Value = serde_json::from_str(document)?;
        let registry = Registry::new().draft(jsonschema::Draft::Draft202012).add(BASE, &document)?.prepare()?;
        let compiler = Compiler { document: &document, registry: &registry, compiled: RefCell::default() };
        let paths = members(&document["paths"]).map(|(path, item)| Ok((path.clone(), compiler.methods(path, item)?)));
        Ok(Self { paths: paths.collect::<Result<_, ContractError>>()? })
    }

    /// The path templates, such as `/customers/{customer_id}`.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(String::as_str)
    }

    /// The template that fits a path best, and what stands in its places, unescaped. A place may have letters before it:
    /// `/customers/email={email}`.
    pub fn find(&self, path: &str) -> Option<(&str, Vec<(String, String)>)> {
        let found = self.paths().filter_map(|template| Some((template, places(template, path)?)));
        // The more of it is written out, the better it fits.
        found.max_by_key(|(template, places)| {
            let named: usize = places.iter().map(|(name, _)| name.len() + 2).sum();
            template.len() - named
        })
    }

    /// The operation behind a method (upper case) and a path template.
    pub fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        self.paths.get(path)?.get(method)
    }
}

impl Operation {
    /// The document's `operationId`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The roles of which a key must have one.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Whether requests may carry a body at all.
    pub fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    /// Everything the document forbids in `request`; empty means it may pass.
    pub fn violations(&self, request: Request<'_>) -> Vec<Violation> {
        let mut found: Vec<_> = self.parameters.iter().filter_map(|parameter| parameter.violation(request)).collect();
        found.extend(request.query.iter().filter(|(name, _)| !self.declares_query(name)).map(|(name, _)| Violation {
            place: Place::Query,
            steps: vec![json!(name)],
            message: "is not a parameter of this operation".into(),
            kind: "extra_forbidden".into(),
        }));
        if let Some(body) = &self.body {
            found.extend(body.violations(request.body));
        }
        found
    }

    /// What the document forbids in an answer with this status; nothing is said about statuses it does not list.
    pub fn answer_violations(&self, status: u16, body: &Value) -> Vec<Violation> {
        self.answers.get(&status).map(|validator| violations(validator, Place::Body, body)).unwrap_or_default()
    }

    /// The body without members the document neither declares nor invites.
    pub fn keep_declared(&self, body: Value) -> Value {
        match (&self.body, body) {
            (Some(declared), Value::Object(mut object)) if !declared.open => {
                object.retain(|name, _| declared.members.contains(name));
                Value::Object(object)
            }
            (_, body) => body,
        }
    }

    /// The body's declared members that it leaves out, each as null, before those it has.
    pub fn complete(&self, body: &Value) -> Map<String, Value> {
        let declared = self.body.iter().flat_map(|body| &body.members);
        let mut complete: Map<_, _> = declared.map(|name| (name.clone(), Value::Null)).collect();
        complete.extend(members(body).map(|(name, value)| (name.clone(), value.clone())));
        complete
    }

    fn declares_query(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.place == Place::Query && parameter.name == name)
    }
}

impl Place {
    /// The word a `loc` begins with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

impl Parameter {
    fn violation(&self, request: Request<'_>) -> Option<Violation> {
        let Some(text) = self.find(request) else {
            return self.required.then(|| missing(self.place, vec![json!(self.name)]));
        };
        let error = violations(&self.validator, self.place, &self.kind.read(text)).into_iter().next()?;
        Some(Violation { steps: vec![json!(self.name)], ..error })
    }

    fn find<'a>(&self, request: Request<'a>) -> Option<&'a str> {
        let among = |pairs: &'a [(String, String)]| pairs.iter().find(|(name, _)| *name == self.name);
        match self.place {
            Place::Path => among(request.path).map(|(_, text)| text.as_str()),
            Place::Query => among(request.query).map(|(_, text)| text.as_str()),
            // A value that is not text is none the schema could accept.
            Place::Header => request.headers.get(&self.name).map(|value| value.to_str().unwrap_or_default()),
            Place::Body => None,
        }
    }
}

impl ParameterKind {
    fn of(schema: &Value) -> Self {
        match schema["type"].as_str() {
            Some("integer") => Self::Integer,
            Some("boolean") => Self::Boolean,
            _ => Self::Text,
        }
    }

    /// The JSON value a parameter's text stands for; text that stands for none stays text and so breaks the schema.
    fn read(self, text: &str) -> Value {
        let read = match self {
            Self::Text => None,
            Self::Integer => text.parse::<i64>().ok().map(Value::from),
            Self::Boolean => text.parse::<bool>().ok().map(Value::from),
        };
        read.unwrap_or_else(|| json!(text))
    }
}

impl Body {
    fn violations(&self, body: Option<&Value>) -> Vec<Violation> {
        match body {
            Some(body) => violations(&self.validator, Place::Body, body),
            None if self.required => vec![missing(Place::Body, Vec::new())],
            None => Vec::new(),
        }
    }
}

impl Compiler<'_> {
    fn methods(&self, path: &str, item: &Value) -> Result<HashMap<String, Operation>, ContractError> {
        let present = METHODS.into_iter().filter(|method| item.get(method).is_some());
        present.map(|method| Ok((method.to_uppercase(), self.operation(path, method, &item[method])?))).collect()
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Result<Operation, ContractError> {
        let pointer = format!("/paths/{}/{method}", escape(path));
        let parameters = operation["parameters"].as_array().into_iter().flatten().enumerate();
        let parameters = parameters.map(|(at, _)| self.parameter(&format!("{pointer}/parameters/{at}")));
        Ok(Operation {
            id: text(&operation["operationId"]),
            roles: ["anyOf", "legacy"]
                .iter()
                .flat_map(|name| operation["x-roles"][name].as_array().into_iter().flatten().map(text))
                .collect(),
            parameters: parameters.collect::<Result<_, _>>()?,
            body: operation.get("requestBody").map(|_| self.body(&format!("{pointer}/requestBody"))).transpose()?,
            answers: self.answers(&format!("{pointer}/responses"), &operation["responses"])?,
        })
    }

    fn parameter(&self, pointer: &str) -> Result<Parameter, ContractError> {
        let (pointer, parameter) = self.follow(pointer);
        Ok(Parameter {
            name: text(&parameter["name"]),
            place: match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("header") => Place::Header,
                _ => Place::Query,
            },
            required: parameter["required"] == true,
            kind: ParameterKind::of(&parameter["schema"]),
            validator: self.compile(&format!("{pointer}/schema"))?,
        })
    }

    fn body(&self, pointer: &str) -> Result<Body, ContractError> {
        let (pointer, body) = self.follow(pointer);
        let schema = format!("{pointer}/content/application~1json/schema");
        let declared = self.follow(&schema).1;
        Ok(Body {
            required: body["required"] == true,
            members: members(&declared["properties"]).map(|(name, _)| name.clone()).collect(),
            open: declared["additionalProperties"] == true || declared.get("properties").is_none(),
            validator: self.compile(&schema)?,
        })
    }

    fn answers(&self, pointer: &str, answers: &Value) -> Result<BTreeMap<u16, Arc<Validator>>, ContractError> {
        let statuses = members(answers).filter_map(|(status, _)| status.parse().ok());
        statuses
            .map(|status: u16| {
                let (pointer, _) = self.follow(&format!("{pointer}/{status}"));
                Ok((status, self.compile(&format!("{pointer}/content/application~1json/schema"))?))
            })
            .collect()
    }

    /// The value at a pointer and where it really stands, once a `$ref` there has been followed.
    fn follow(&self, pointer: &str) -> (String, &Value) {
        let value = self.document.pointer(pointer).unwrap_or(&Value::Null);
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(target) => self.follow(target),
            None => (pointer.to_owned(), value),
        }
    }

    fn compile(&self, pointer: &str) -> Result<Arc<Validator>, ContractError> {
        let (pointer, _) = self.follow(pointer);
        if let Some(validator) = self.compiled.borrow().get(&pointer) {
            return Ok(validator.clone());
        }
        let validator = Arc::new(self.build(&pointer)?);
        self.compiled.borrow_mut().insert(pointer, validator.clone());
        Ok(validator)
    }

    fn build(&self, pointer: &str) -> Result<Validator, ContractError> {
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_registry(self.registry)
            .should_validate_formats(true)
            .with_email_options(EmailOptions::default().with_required_tld().without_domain_literal())
            .build(&json!({ "$ref": format!("{BASE}#{}", percent(pointer)) }))
            .map_err(|error| ContractError::Compile { pointer: pointer.to_owned(), message: error.to_string() })
    }
}

fn violations(validator: &Validator, place: Place, value: &Value) -> Vec<Violation> {
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&error, place, &mut found);
    }
    found.truncate(MAX_VIOLATIONS);
    found
}

/// A failed choice between schemas says nothing useful by itself; the branch that got furthest does.
fn collect(error: &ValidationError<'_>, place: Place, found: &mut Vec<Violation>) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = context.iter().max_by_key(|branch| branch.iter().map(reach).max())
    {
        for error in branch {
            collect(error, place, found);
        }
        return;
    }
    let steps = steps(error.instance_path().as_str());
    found.push(match error.kind() {
        ValidationErrorKind::Required { property } => missing(place, [steps, vec![property.clone()]].concat()),
        kind => Violation { place, steps, message: error.masked().to_string(), kind: kind.keyword().to_owned() },
    });
}

fn missing(place: Place, steps: Vec<Value>) -> Violation {
    Violation { place, steps, message: "Field required".into(), kind: "missing".into() }
}

/// How far a branch got before this error: how deep, and whether it was at least of the right type.
fn reach(error: &ValidationError<'_>) -> (usize, bool) {
    let depth = error.instance_path().as_str().matches('/').count();
    (depth, !matches!(error.kind(), ValidationErrorKind::Type { .. }))
}

fn steps(pointer: &str) -> Vec<Value> {
    let step = |step: &str| match step.parse::<usize>() {
        Ok(position) => json!(position),
        Err(_) => json!(step.replace("~1", "/").replace("~0", "~")),
    };
    pointer.split('/').skip(1).map(step).collect()
}

fn places(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, steps): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != steps.len() {
        return None;
    }
    let mut places = Vec::new();
    for (wanted, step) in wanted.into_iter().zip(steps) {
        let Some((before, name)) = wanted.strip_suffix('}').and_then(|wanted| wanted.split_once('{')) else {
            if wanted == step {
                continue;
            }
            return None;
        };
        let value = step.strip_prefix(before).filter(|value| !value.is_empty())?;
        places.push((name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
    }
    Some(places)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// Braces are not allowed in the fragment of a reference.
fn percent(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D")
}

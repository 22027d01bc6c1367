//! Many records as one job: gathered while they come in, sent together, waited for, and told apart in the answer.
//!
//! To the ledger every record stays a request of its own: what it holds travels as it was written down, with a reference
//! beside it. A job that was sent and lost sight of may still write later; so records are created together only where
//! Kustomer itself keeps a second one out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{OnceCell, oneshot};
use tokio::time::{Instant, sleep};

use super::config::Key;
use super::request::{self, Object};
use super::roles::BULK;
use super::{Kustomer, answer};
use crate::destination::heard::{Call, Heard};
use crate::destination::http::{Content, Reply};
use crate::destination::retry::{Outcome, Repeat};
use crate::destination::{Action, Answer, Outgoing};

/// Bytes of a job's body: the 100 kB of single calls are taken to hold for jobs too (kustomer.md U5), with room to spare.
const LARGEST_BODY: usize = 90_000;
/// How long a job waits for more records. They are handed over together, so this is a formality.
const GATHERING: Duration = Duration::from_millis(5);
/// The longest pause between two looks at a job, and how long it is looked at (kustomer.md section 9, mark A).
const LONGEST_LOOK: Duration = Duration::from_secs(15);
const GIVEN_UP: Duration = Duration::from_mins(30);

/// What goes into one job.
type Target = (Object, bool);

/// Records on their way into jobs.
#[derive(Default)]
pub(super) struct Bulk {
    waiting: Mutex<HashMap<Target, Gathering>>,
    /// Whether the key may look at jobs; asked once.
    may: OnceCell<bool>,
    /// Kustomer does not take jobs after all.
    turned_down: AtomicBool,
}

#[derive(Default)]
struct Gathering {
    items: Vec<Item>,
    bytes: usize,
    /// Tells this gathering from the one before.
    number: u64,
}

/// A record and whoever waits for its answer, and for the calls that were made for it. Without an answer, whether it arrived
/// is not known.
struct Item {
    outgoing: Outgoing,
    tell: oneshot::Sender<(Answer, Vec<Call>)>,
}

/// What an added record has to do beside waiting for its answer.
enum Part {
    /// Others see to the job.
    Wait,
    /// The first: it sends the job after a while, unless that is full before.
    First(u64),
    /// The job is full.
    Last(Vec<Item>),
}

impl Bulk {
    fn add(&self, target: Target, item: Item, most: usize) -> (Part, Option<Vec<Item>>) {
        let mut waiting = self.waiting();
        let gathering = waiting.entry(target).or_default();
        let bytes = item.outgoing.body.len() + 80;
        // What would make the job too large sends it off, and begins the next.
        let before = (gathering.bytes + bytes > LARGEST_BODY).then(|| gathering.take()).flatten();
        gathering.items.push(item);
        gathering.bytes += bytes;
        let part = match gathering.items.len() {
            count if count >= most => gathering.take().map_or(Part::Wait, Part::Last),
            1 => Part::First(gathering.number),
            _ => Part::Wait,
        };
        (part, before)
    }

    /// What was gathered under this number, unless it has gone already.
    fn take(&self, target: Target, number: u64) -> Option<Vec<Item>> {
        self.waiting().get_mut(&target).filter(|gathering| gathering.number == number)?.take()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Target, Gathering>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathering {
    fn take(&mut self) -> Option<Vec<Item>> {
        self.number += 1;
        self.bytes = 0;
        Some(std::mem::take(&mut self.items)).filter(|items| !items.is_empty())
    }
}

impl Kustomer {
    pub(super) async fn goes_together(&self, outgoing: &Outgoing) -> bool {
        self.fits_a_job(outgoing) && self.may_send_jobs().await
    }

    /// Whether a record may travel in a job, as far as is known: changes always, new ones where Kustomer keeps their key
    /// unique. That it does so for companies is not certain (kustomer.md U7), so those go one by one.
    pub(super) fn fits_a_job(&self, outgoing: &Outgoing) -> bool {
        let customer = outgoing.dataset == "customers";
        let unique = customer && !matches!(self.config.key("customers"), Key::Custom(_));
        let refused = self.bulk.turned_down.load(Ordering::Relaxed) || self.bulk.may.get() == Some(&false);
        let goes = match outgoing.action {
            Action::Create => unique,
            Action::Update { .. } => true,
            Action::Delete { .. } => false,
        };
        goes && self.config.together > 1 && !refused
    }

    async fn may_send_jobs(&self) -> bool {
        let asked = self.bulk.may.get_or_try_init(async || {
            let roles = self.roles().await.ok_or(())?;
            Ok::<_, ()>(BULK.missing(&roles).is_empty())
        });
        asked.await.copied().unwrap_or(false)
    }

    pub(super) async fn deliver_together(&self, outgoing: &Outgoing, heard: &Heard) -> Answer {
        let target = (Object::of(&outgoing.dataset), outgoing.action == Action::Create);
        let (tell, answer) = oneshot::channel();
        let item = Item { outgoing: outgoing.clone(), tell };
        let (part, before) = self.bulk.add(target, item, self.config.together);
        let earlier = async {
            if let Some(items) = before {
                self.send_job(items).await;
            }
        };
        futures::join!(earlier, self.see_to(target, part));
        // Whoever had the job in hand was called away.
        let lost = Answer::Doubtful { reason: "The job the record was in was lost sight of.".to_owned() };
        let (answer, calls) = answer.await.unwrap_or((lost, Vec::new()));
        heard.extend(calls);
        answer
    }

    async fn see_to(&self, target: Target, part: Part) {
        let items = match part {
            Part::Wait => None,
            Part::Last(items) => Some(items),
            Part::First(number) => {
                sleep(GATHERING).await;
                self.bulk.take(target, number)
            }
        };
        if let Some(items) = items {
            self.send_job(items).await;
        }
    }

    /// Sends records as a job, or as smaller ones until those are found for which it is refused as a whole.
    async fn send_job(&self, items: Vec<Item>) {
        let mut open = vec![items];
        while let Some(mut items) = open.pop() {
            if items.len() == 1 || self.bulk.turned_down.load(Ordering::Relaxed) {
                for Item { outgoing, tell } in items {
                    let heard = Heard::default();
                    let answer = self.deliver_alone(&outgoing, &heard).await;
                    // Whoever asked may have gone.
                    tell.send((answer, heard.take())).ok();
                }
                continue;
            }
            let heard = Heard::default();
            let submitted = self.submit(&items, &heard).await;
            let calls = heard.take();
            match submitted {
                Submitted::Job(id) => self.hear_out(&id, items, &calls).await,
                Submitted::All(answer) => tell_all(items, &answer, &calls),
                Submitted::Apart => {
                    let rest = items.split_off(items.len() / 2);
                    open.extend([rest, items]);
                }
                Submitted::Alone => {
                    self.bulk.turned_down.store(true, Ordering::Relaxed);
                    open.push(items);
                }
            }
        }
    }

    async fn submit(&self, items: &[Item], heard: &Heard) -> Submitted {
        let Some(first) = items.first() else { return Submitted::Alone };
        let bodies: Vec<String> = items.iter().enumerate().map(|(place, item)| with_reference(item, place)).collect();
        let object = Object::of(&first.outgoing.dataset);
        let request = request::bulk(object, &first.outgoing.action, &bodies);
        // Changes may be sent again; so may new records, of which Kustomer takes each but once.
        match self.line.carry_heard(&request, Repeat::Safe, heard).await {
            Outcome::Unsent { reason } => Submitted::All(Answer::NotSent { reason }),
            Outcome::Unclear { reason } => Submitted::All(Answer::Doubtful { reason }),
            Outcome::Answered { reply, .. } => submitted(&reply),
        }
    }

    /// Waits until the job is done and hands out what came of each record. Of the job's own answer only the record's part is
    /// handed on.
    async fn hear_out(&self, id: &str, items: Vec<Item>, calls: &[Call]) {
        let results = match self.wait_for(id).await {
            Ok(()) => self.results(id).await,
            Err(reason) => Err(reason),
        };
        match results {
            Ok(results) => {
                for (place, Item { outgoing, tell }) in items.into_iter().enumerate() {
                    let result = results.get(&reference(place));
                    let answer = self.answer_of(&outgoing, result).await;
                    tell.send((answer, with_result(calls, id, result))).ok();
                }
            }
            Err(reason) => tell_all(items, &Answer::Doubtful { reason }, calls),
        }
    }

    async fn wait_for(&self, id: &str) -> Result<(), String> {
        let begun = Instant::now();
        let mut pause = self.line.patience().first_wait;
        while begun.elapsed() < GIVEN_UP {
            sleep(pause).await;
            let job = self.read(&request::job(id)).await.map_err(|error| error.to_string())?.unwrap_or_default();
            if job["data"]["attributes"]["status"] == "complete" {
                return Ok(());
            }
            pause = (pause * 2).min(LONGEST_LOOK).min(self.line.patience().longest_wait);
        }
        Err(format!("Kustomer has not finished the job {id} within half an hour."))
    }

    /// What came of each record, by its reference. Batches come bare or in an envelope (kustomer.md section 9, mark A).
    async fn results(&self, id: &str) -> Result<HashMap<String, Value>, String> {
        let answer = self.read(&request::job_batches(id)).await.map_err(|error| error.to_string())?.unwrap_or_default();
        let batches = answer.as_array().or_else(|| answer["data"].as_array());
        let inner = |batch: &Value| match &batch["attributes"] {
            Value::Null => batch["results"].as_array().cloned(),
            attributes => attributes["results"].as_array().cloned(),
        };
        let results = batches.into_iter().flatten().filter_map(inner).flatten();
        Ok(results.filter_map(|result| Some((result["_clientRef"].as_str()?.to_owned(), result))).collect())
    }

    async fn answer_of(&self, outgoing: &Outgoing, result: Option<&Value>) -> Answer {
        let Some(result) = result else {
            return Answer::Doubtful { reason: "Kustomer does not say what became of the record.".to_owned() };
        };
        if result["status"] != "error" {
            return Answer::Accepted { remote_id: result["objectId"].as_str().map(str::to_owned) };
        }
        let error = json!({ "errors": [{ "message": result["error"].as_str().unwrap_or_default() }] });
        let objection = answer::objection(outgoing, &Content::Json(error), 400);
        let clash = objection.taken && outgoing.action == Action::Create;
        let refused = answer::refused(outgoing, 400, objection);
        if clash { self.clashed(outgoing, refused).await } else { refused }
    }
}

/// The calls of a job as those of one record in it.
fn with_result(calls: &[Call], job: &str, result: Option<&Value>) -> Vec<Call> {
    let mut calls = calls.to_vec();
    if let (Some(last), Some(result)) = (calls.last_mut(), result) {
        last.answer = Some(json!({ "job": job, "result": result }).to_string());
    }
    calls
}

fn tell_all(items: Vec<Item>, answer: &Answer, calls: &[Call]) {
    for item in items {
        // Whoever asked may have gone.
        item.tell.send((answer.clone(), calls.to_vec())).ok();
    }
}

/// How Kustomer took a job.
enum Submitted {
    Job(String),
    /// The same is true of every record.
    All(Answer),
    /// Something in it is wrong: to be found by halves.
    Apart,
    /// Jobs are not allowed.
    Alone,
}

fn submitted(reply: &Reply) -> Submitted {
    match reply.status {
        200..=299 => match answer::id(&reply.content) {
            Some(id) => Submitted::Job(id),
            None => Submitted::All(Answer::Doubtful { reason: "Kustomer took the job without naming it.".to_owned() }),
        },
        403..=405 => Submitted::Alone,
        _ => answer::stop(reply).map_or(Submitted::Apart, |stop| Submitted::All(Answer::Stopped(stop))),
    }
}

/// The record as it was written down, with a reference in front, and for a change the id of what is changed.
fn with_reference(item: &Item, place: usize) -> String {
    let mut head = json!({ "_clientRef": reference(place) });
    if let Action::Update { remote_id } = &item.outgoing.action {
        head["id"] = json!(remote_id);
    }
    let (head, body) = (head.to_string(), item.outgoing.body.as_str());
    match body.strip_prefix('{').map(str::trim_start) {
        Some("}") | None => head,
        Some(rest) => format!("{},{rest}", head.trim_end_matches('}')),
    }
}

fn reference(place: usize) -> String {
    format!("r{place}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::Method;

    fn item(action: Action, body: &str) -> Item {
        let outgoing = Outgoing {
            dataset: "customers".to_owned(),
            key: "P-1".to_owned(),
            action,
            method: Method::Post,
            path: String::new(),
            body: body.to_owned(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        };
        Item { outgoing, tell: oneshot::channel().0 }
    }

    #[test]
    fn a_record_travels_as_it_was_written_down() {
        let body = r#"{"name":"Søn } A","custom":{"limitNum":12.50}}"#;
        assert_eq!(
            with_reference(&item(Action::Create, body), 3),
            r#"{"_clientRef":"r3","name":"Søn } A","custom":{"limitNum":12.50}}"#
        );
        let update = Action::Update { remote_id: "5f".to_owned() };
        assert_eq!(with_reference(&item(update, r#"{"name":"A"}"#), 0), r#"{"_clientRef":"r0","id":"5f","name":"A"}"#);
        assert_eq!(with_reference(&item(Action::Create, "{}"), 0), r#"{"_clientRef":"r0"}"#);
    }

    #[test]
    fn a_job_goes_when_it_is_full_by_number_or_by_size() {
        let (bulk, target) = (Bulk::default(), (Object::Customer, true));
        let add = |body: &str| bulk.add(target, item(Action::Create, body), 3);
        assert!(matches!(add("{}"), (Part::First(0), None)));
        assert!(matches!(add("{}"), (Part::Wait, None)));
        assert!(matches!(add("{}"), (Part::Last(items), None) if items.len() == 3));
        let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(LARGEST_BODY / 2));
        assert!(matches!(add(&long), (Part::First(1), None)));
        assert!(matches!(add(&long), (Part::First(2), Some(items)) if items.len() == 1));
        assert!(bulk.take(target, 1).is_none(), "it has gone");
        assert!(bulk.take(target, 2).is_some_and(|items| items.len() == 1));
    }
}

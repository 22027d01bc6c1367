//! Taking back what was made in Kustomer: companies that nobody has changed and that have no customers. kustomer.md sections 6
//! and 7.
//!
//! A company is deleted by changing it (`deleted`, mark D), with the revision it was read with, so that a change in between is
//! a conflict (`rev`, mark A). No call that deletes a customer is known. Nothing of this is verified against a live account.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};

use super::request::{self, Object};
use super::{Kustomer, answer};
use crate::destination::touched::{Stamps, touched};
use crate::destination::{Existing, Made, Method, Outgoing, ReadError, TakeBack};

const STAMPS: Stamps = Stamps { made: "createdAt", changed: "updatedAt", revision: Some("rev") };
/// Questions asked side by side; how many are under way is decided by the connection.
const SIDE_BY_SIDE: usize = 16;

/// Why nothing of a stage can be taken back.
pub(super) fn keeps(stage: &str) -> Option<&'static str> {
    (stage != "companies")
        .then_some("Customers cannot be deleted in Kustomer from here. Delete them in Kustomer by hand.")
}

impl Kustomer {
    /// That customers hang on a company cannot be asked; Kustomer refuses it then (section 7).
    pub(super) async fn taken_back(&self, made: &[Made], _going: &HashSet<String>) -> Result<Vec<TakeBack>, ReadError> {
        let asked: Vec<_> = made.iter().map(|one| self.by_id(Object::of(&one.dataset), &one.remote_id)).collect();
        let found: Vec<Option<Existing>> = stream::iter(asked).buffered(SIDE_BY_SIDE).try_collect().await?;
        let judge = |(one, now): (&Made, Option<Existing>)| match now {
            None => TakeBack::Gone,
            Some(now) => self.judge(one, &now.value),
        };
        Ok(made.iter().zip(found).map(judge).collect())
    }

    fn judge(&self, made: &Made, now: &Value) -> TakeBack {
        let answer = answer::record(&made.answer["data"]).map_or(Value::Null, |record| record.value);
        match touched(&Made { answer, ..made.clone() }, &self.line.as_kept(now), STAMPS) {
            Some(field) => TakeBack::Stays { reason: format!("It was changed in Kustomer since (“{field}”).") },
            None => TakeBack::Delete(deletion(made, &now["rev"])),
        }
    }
}

fn deletion(made: &Made, revision: &Value) -> Outgoing {
    let mut body = Map::from_iter([("deleted".to_owned(), json!(true))]);
    if revision.is_number() {
        body.insert("rev".to_owned(), revision.clone());
    }
    let path = request::path(&["v1", Object::of(&made.dataset).plural(), &made.remote_id]);
    made.deletion(Method::Put, path, Value::Object(body).to_string())
}

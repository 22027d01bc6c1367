//! Control totals: what was read, held against the old system's report; and what explains a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ApiError, Code, Migration, Result};
use crate::intake::{Fingerprint, fingerprint};
use crate::report::difference;
use crate::store::edit::Made;
use crate::store::explanation::Explanation as Kept;
use crate::store::lookup::LOOK_UP;

pub use crate::report::control::TotalLine;

/// Under which names the store keeps what this module owns.
const REPORT_NAME: &str = "expected_from";
const REPORT_FILE: &str = "expected_file";
const DECISION: &str = "open_decision";

/// Printed by `totals --json`. Amounts are text, so that no figure passes through a float.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Totals {
    /// What was read is what was expected.
    pub agrees: bool,
    /// What differs is explained to the cent.
    pub closed: bool,
    pub totals: Vec<TotalLine>,
    pub explanations: Vec<Explanation>,
    /// What rows left out on purpose explain, where something differs.
    pub left_out: Vec<LeftOut>,
    /// Why one went on although a difference is open, or without expected figures.
    pub decision: Option<Decision>,
    /// The old system's report itself, as a file.
    pub attached: Option<Attached>,
}

/// A file that shows where the expected figures are from. It is not read; its SHA-256 says which file it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Attached {
    pub path: String,
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// A difference, or a part of it, explained in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Explanation {
    pub id: i64,
    pub dataset: String,
    pub currency: String,
    pub month: String,
    pub amount: String,
    pub reason: String,
    pub who: String,
    pub at: String,
}

/// Rows of a total that one edit left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct LeftOut {
    pub dataset: String,
    pub currency: String,
    pub month: String,
    pub rows: u64,
    pub amount: String,
    pub reason: String,
    pub who: String,
    /// UTC.
    pub at: String,
    /// It is the newest edit of all.
    pub can_undo: bool,
}

/// What is to be explained. `amount` has the sign of the difference.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct NewExplanation {
    pub dataset: String,
    pub currency: String,
    pub month: String,
    pub amount: String,
    pub reason: String,
}

/// Going on with something open, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Decision {
    pub reason: String,
    pub who: String,
    pub at: String,
}

/// The old system's figures as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Expected {
    /// What the old system's report is called.
    pub report: String,
    pub figures: Vec<Figure>,
}

/// One figure: of a month, of a currency (the month is empty), or a count of rows (both are).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Figure {
    pub dataset: String,
    pub currency: String,
    /// `2026-05`
    pub month: String,
    pub amount: String,
}

type Key = (String, String, String);
type Sums = BTreeMap<Key, Decimal>;

impl Migration {
    /// Sums over all rows as read. Needs a check, which is what reads the amounts.
    pub fn totals(&self) -> Result<Totals> {
        let read = self.read_totals()?;
        let expected: Sums = self
            .store
            .expected()?
            .into_iter()
            .map(|(dataset, currency, month, amount)| ((dataset, currency, month), amount))
            .collect();
        let explanations = self.store.explanations()?;
        let (explained, left_out) = self.explained(&read, &expected, &explanations)?;
        let keys: BTreeSet<&Key> = read.keys().chain(expected.keys()).collect();
        let totals: Vec<TotalLine> = keys.into_iter().map(|key| line(key, &read, &expected, &explained)).collect();
        let agrees = expected.iter().all(|(key, wanted)| read.get(key) == Some(wanted));
        let closed = expected.iter().all(|(key, wanted)| {
            let difference = read.get(key).copied().unwrap_or_default() - wanted;
            difference.is_zero() || explained.get(key) == Some(&difference)
        });
        let decision = self.store.meta(DECISION)?.and_then(|text| serde_json::from_str(&text).ok());
        let explanations = explanations.into_iter().map(Explanation::from).collect();
        Ok(Totals { agrees, closed, totals, explanations, left_out, decision, attached: self.attached()? })
    }

    /// What the user says about a difference. It goes into the audit trail.
    pub fn explain(&mut self, wanted: &NewExplanation) -> Result<()> {
        self.dataset(&wanted.dataset)?;
        let reason = reason_given(&wanted.reason)?;
        let amount = amount_of(&wanted.amount)?;
        let totals = self.totals()?;
        let key = (&wanted.dataset, &wanted.currency, &wanted.month);
        let line = totals.totals.iter().find(|line| (&line.dataset, &line.currency, &line.month) == key);
        if line.and_then(|line| line.expected.as_ref()).is_none() {
            return Err(ApiError::new(
                Code::NotFound,
                format!("there is no expected figure for {}", said(&wanted.dataset, &wanted.currency, &wanted.month)),
                "Type the old system's figure first; only a difference can be explained.",
            ));
        }
        let kept = Kept {
            id: 0,
            dataset: wanted.dataset.clone(),
            currency: wanted.currency.clone(),
            month: wanted.month.clone(),
            amount,
            reason: reason.clone(),
            who: self.actor.name.clone(),
            at: self.actor.at(),
        };
        self.act(|this| {
            this.store.add_explanation(&kept)?;
            let what = format!("Explained {amount} of {}", said(&kept.dataset, &kept.currency, &kept.month));
            this.note("Tie out", &what, &reason)
        })
    }

    /// Takes an explanation back; that it was given stays in the audit trail.
    pub fn withdraw_explanation(&mut self, id: i64) -> Result<()> {
        let known = self.store.explanations()?.into_iter().find(|explanation| explanation.id == id);
        let known = known.ok_or_else(|| {
            ApiError::new(Code::NotFound, "this explanation is not there any more", "Look at the totals again.")
        })?;
        self.act(|this| {
            this.store.remove_explanation(id)?;
            let what = format!(
                "Took back the explanation of {} of {}",
                known.amount,
                said(&known.dataset, &known.currency, &known.month)
            );
            this.note("Tie out", &what, &known.reason)
        })
    }

    /// Goes on although a difference is open, or without expected figures. Stays on the report.
    pub fn go_on_open(&mut self, reason: &str) -> Result<()> {
        let decision = Decision { reason: reason_given(reason)?, who: self.actor.name.clone(), at: self.actor.at() };
        let text = serde_json::to_string(&decision).map_err(crate::store::StoreError::from)?;
        self.act(|this| {
            this.store.set_meta(DECISION, &text)?;
            this.note("Tie out", "Went on with an open tie-out", &decision.reason)
        })
    }

    /// The old system's figures as they were typed last.
    pub fn expected(&self) -> Result<Expected> {
        let figures = self.store.expected()?.into_iter().map(|(dataset, currency, month, amount)| Figure {
            dataset,
            currency,
            month,
            amount: amount.to_string(),
        });
        Ok(Expected { report: self.store.meta(REPORT_NAME)?.unwrap_or_default(), figures: figures.collect() })
    }

    /// Takes the old system's figures as typed, in place of those before.
    pub fn set_expected(&mut self, expected: &Expected) -> Result<()> {
        let mut lines = Vec::with_capacity(expected.figures.len());
        for figure in &expected.figures {
            self.dataset(&figure.dataset)?;
            let amount = amount_of(&figure.amount)?;
            lines.push((figure.dataset.clone(), figure.currency.clone(), figure.month.clone(), amount));
        }
        let report = expected.report.trim().to_owned();
        self.act(|this| {
            this.store.set_expected(&lines)?;
            this.store.set_meta(REPORT_NAME, &report)?;
            this.note("Tie out", &format!("Typed in {} control totals", lines.len()), &report)
        })
    }

    /// Notes which file the old system's report is: its place, its name and its SHA-256, in place of one noted before. It
    /// stays where it is.
    pub fn attach_report(&mut self, path: &Path) -> Result<Attached> {
        let Fingerprint { sha256, bytes } = fingerprint(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let attached = Attached { path: path.display().to_string(), name, bytes, sha256 };
        let text = serde_json::to_string(&attached).map_err(crate::store::StoreError::from)?;
        self.act(|this| {
            this.store.set_meta(REPORT_FILE, &text)?;
            let what = format!("Attached the old system’s report {}", attached.name);
            this.note("Tie out", &what, &format!("SHA-256 {}", attached.sha256))
        })?;
        Ok(attached)
    }

    pub(super) fn attached(&self) -> Result<Option<Attached>> {
        Ok(self.store.meta(REPORT_FILE)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Takes the expected totals from a CSV whose header names `dataset`, `currency`, `month` and `expected`, in any order
    /// and beside others. `month` is `2026-05`; both it and the currency are empty for a count of rows, only the month for
    /// the sum of a currency.
    pub fn expect(&mut self, path: &Path) -> Result<usize> {
        let wrong = |line: usize, what: &str| {
            let message = format!("line {line} of “{}”: {what}", path.display());
            ApiError::new(
                Code::Unreadable,
                message,
                "Write a header `dataset,currency,month,expected` and lines such as `usage,EUR,2026-05,412906.18`.",
            )
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|error| wrong(1, &error.to_string()))?;
        let header = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
        let column = |name: &str| {
            header
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name))
                .ok_or_else(|| wrong(1, &format!("there is no column “{name}”")))
        };
        let columns = [column("dataset")?, column("currency")?, column("month")?, column("expected")?];
        let mut expected = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let line = index + 2;
            let record = record.map_err(|error| wrong(line, &error.to_string()))?;
            let [dataset, currency, month, amount] = columns.map(|at| record.get(at).unwrap_or_default());
            self.dataset(dataset)?;
            let amount: Decimal = amount.parse().map_err(|_| wrong(line, &format!("“{amount}” is not an amount")))?;
            expected.push((dataset.to_owned(), currency.to_owned(), month.to_owned(), amount));
        }
        self.act(|this| {
            this.store.set_expected(&expected)?;
            this.note(
                "Tie out",
                &format!("Took {} control totals from a file", expected.len()),
                &path.display().to_string(),
            )
        })?;
        Ok(expected.len())
    }

    /// What explains the differences: edits, and what was said in words. A currency's sum is explained by its months too.
    fn explained(&self, read: &Sums, expected: &Sums, explanations: &[Kept]) -> Result<(Sums, Vec<LeftOut>)> {
        let differs = |key: &Key, wanted: &Decimal| read.get(key).copied().unwrap_or_default() != *wanted;
        let datasets: BTreeSet<&str> =
            expected.iter().filter(|(key, wanted)| differs(key, wanted)).map(|(key, _)| key.0.as_str()).collect();
        let (mut explained, mut left_out) = (Sums::new(), Vec::new());
        for id in datasets {
            let taken = difference::taken_by_edits(&self.store, self.dataset(id)?)?;
            for ((currency, month), amount) in taken.amounts {
                explained.insert((id.to_owned(), currency, month), amount);
            }
            for (((currency, month), edit), (rows, amount)) in taken.left_out {
                let (dataset, amount, made) = (id.to_owned(), amount.to_string(), self.store.made(edit)?);
                let Made { at, who, why: reason, is_newest: can_undo } = made;
                left_out.push(LeftOut { dataset, currency, month, rows, amount, reason, who, at, can_undo });
            }
        }
        for said in explanations {
            let key = (said.dataset.clone(), said.currency.clone(), said.month.clone());
            *explained.entry(key).or_default() += said.amount;
            if !said.month.is_empty() {
                let key = (said.dataset.clone(), said.currency.clone(), String::new());
                *explained.entry(key).or_default() += said.amount;
            }
        }
        Ok((explained, left_out))
    }

    fn read_totals(&self) -> Result<BTreeMap<Key, Decimal>> {
        let checked = self.store.checked()?;
        let mut read = BTreeMap::new();
        for source in self.store.sources()? {
            if source.dataset != LOOK_UP && !checked.iter().any(|checked| checked.dataset == source.dataset) {
                return Err(ApiError::new(
                    Code::Precondition,
                    format!("{} has not been checked since its files or mapping changed", source.dataset),
                    "Run `carryover check` first.",
                ));
            }
        }
        for checked in checked {
            read.insert((checked.dataset.clone(), String::new(), String::new()), Decimal::from(checked.rows));
            for total in self.store.totals(&checked.dataset)?.into_iter().filter(|total| !total.currency.is_empty()) {
                *read.entry((checked.dataset.clone(), total.currency.clone(), String::new())).or_default() +=
                    total.amount;
                if !total.month.is_empty() {
                    *read.entry((checked.dataset.clone(), total.currency, total.month)).or_default() += total.amount;
                }
            }
        }
        Ok(read)
    }
}

impl From<Kept> for Explanation {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            dataset: kept.dataset,
            currency: kept.currency,
            month: kept.month,
            amount: kept.amount.to_string(),
            reason: kept.reason,
            who: kept.who,
            at: kept.at,
        }
    }
}

fn line(key: &Key, read: &Sums, expected: &Sums, explained: &Sums) -> TotalLine {
    let was = read.get(key).copied().unwrap_or_default();
    let wanted = expected.get(key).copied();
    let difference = wanted.map(|wanted| was - wanted);
    let explained = difference.map(|difference| {
        if difference.is_zero() { Decimal::ZERO } else { explained.get(key).copied().unwrap_or_default() }
    });
    let open = difference.zip(explained).map(|(difference, explained)| difference - explained);
    let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
    TotalLine {
        dataset: key.0.clone(),
        currency: key.1.clone(),
        month: key.2.clone(),
        read: was.to_string(),
        expected: text(wanted),
        difference: text(difference),
        explained: text(explained),
        open: text(open),
    }
}

/// A total as the audit trail names it: `usage, EUR, 2026-05`.
pub(super) fn said(dataset: &str, currency: &str, month: &str) -> String {
    let parts = [dataset, if currency.is_empty() { "rows" } else { currency }, month];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

pub(super) fn reason_given(reason: &str) -> Result<String> {
    match reason.trim() {
        "" => {
            Err(ApiError::new(Code::Argument, "the reason is missing", "Write one. An auditor will read it in a year."))
        }
        reason => Ok(reason.to_owned()),
    }
}

fn amount_of(text: &str) -> Result<Decimal> {
    text.trim().parse().map_err(|_| {
        ApiError::new(Code::Argument, format!("“{text}” is not an amount"), "Write it with digits, such as 4318.60.")
    })
}

//! How far an upload is, folded from its events: what a window shows, also one that was opened in between.
//!
//! Keeps figures and the newest happenings, not all of them: those are in the ledger.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Event, RowPlace};

/// Happenings kept for showing.
const KEPT: usize = 200;

/// One dataset of an upload, in rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetProgress {
    pub dataset: String,
    /// Ready to be sent, with what was sent before.
    pub rows: u64,
    /// Of these, the ones of which the outcome is known.
    pub settled: u64,
    /// Of the settled ones, those the destination turned down.
    pub rejected: u64,
    pub state: DatasetState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DatasetState {
    Waits,
    Sending,
    Finished,
}

/// An upload under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct UploadProgress {
    pub datasets: Vec<DatasetProgress>,
    /// Newest first.
    pub happenings: VecDeque<Happening>,
    /// The destination keeps us waiting; `null` while it answers.
    pub waiting: Option<UploadWaiting>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct UploadWaiting {
    /// Why, as a plain sentence.
    pub told: String,
    /// The destination answered, if only to be left alone for a while.
    pub reached: bool,
    /// When the first try ended so, UTC.
    pub began: String,
    /// Until the next try, from `since` (UTC).
    pub seconds: u64,
    pub since: String,
}

/// Something that needed attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Happening {
    /// Counts up over the upload.
    pub id: u64,
    pub at: String,
    pub what: HappeningKind,
    pub dataset: String,
    pub key: String,
    /// A plain sentence; empty where `what` says it all.
    pub reason: String,
    pub place: Option<RowPlace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HappeningKind {
    Rejected,
    Doubtful,
    /// After a doubt: it had arrived.
    Arrived,
    /// After a doubt: it had not, and was sent again.
    SentAgain,
    Waited,
}

impl UploadProgress {
    /// Takes in what happened at `at` (UTC).
    pub fn take(&mut self, event: Event, at: &str) {
        match event {
            Event::Standing { datasets } => self.datasets = datasets,
            Event::Begins { dataset, .. } => self.begin(&dataset),
            Event::Settled { dataset, rows } => {
                self.waiting = None;
                if let Some(dataset) = self.dataset(&dataset) {
                    dataset.settled = (dataset.settled + rows).min(dataset.rows);
                }
            }
            Event::Refused { dataset, key, reason, place, rows } => {
                if let Some(dataset) = self.dataset(&dataset) {
                    dataset.rejected += rows;
                }
                self.happen(HappeningKind::Rejected, at, dataset, key, reason, place);
            }
            Event::Doubtful { dataset, key, reason } => {
                self.happen(HappeningKind::Doubtful, at, dataset, key, reason, None);
            }
            Event::Cleared { dataset, key, arrived } => {
                let what = if arrived { HappeningKind::Arrived } else { HappeningKind::SentAgain };
                self.happen(what, at, dataset, key, String::new(), None);
            }
            Event::Waiting { told, seconds, reached } => {
                self.wait(at, &told);
                let before = self.waiting.take().filter(|waiting| waiting.reached == reached);
                let began = before.map_or_else(|| at.to_owned(), |waiting| waiting.began);
                self.waiting = Some(UploadWaiting { told, reached, began, seconds, since: at.to_owned() });
            }
        }
    }

    /// The upload has come to its end.
    pub fn finish(&mut self) {
        self.waiting = None;
        self.datasets.iter_mut().for_each(|dataset| dataset.state = DatasetState::Finished);
    }

    /// Try after try is one wait, and one line.
    fn wait(&mut self, at: &str, told: &str) {
        match self.happenings.front_mut() {
            Some(newest) if newest.what == HappeningKind::Waited && self.waiting.is_some() => {
                told.clone_into(&mut newest.reason);
            }
            _ => self.happen(HappeningKind::Waited, at, String::new(), String::new(), told.to_owned(), None),
        }
    }

    fn begin(&mut self, name: &str) {
        let mut state = DatasetState::Finished;
        for dataset in &mut self.datasets {
            if dataset.dataset == name {
                dataset.state = DatasetState::Sending;
                state = DatasetState::Waits;
            } else {
                dataset.state = state;
            }
        }
    }

    fn dataset(&mut self, name: &str) -> Option<&mut DatasetProgress> {
        self.datasets.iter_mut().find(|dataset| dataset.dataset == name)
    }

    fn happen(
        &mut self,
        what: HappeningKind,
        at: &str,
        dataset: String,
        key: String,
        reason: String,
        place: Option<RowPlace>,
    ) {
        let id = self.happenings.front().map_or(1, |newest| newest.id + 1);
        self.happenings.push_front(Happening { id, at: at.to_owned(), what, dataset, key, reason, place });
        self.happenings.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(name: &str, rows: u64) -> DatasetProgress {
        DatasetProgress { dataset: name.to_owned(), rows, settled: 0, rejected: 0, state: DatasetState::Waits }
    }

    #[test]
    fn figures_follow_the_events_and_the_newest_happening_stands_first() {
        let mut progress = UploadProgress::default();
        let name = || "customers".to_owned();
        let place = Some(RowPlace { source: 1, row: 7 });
        let events = [
            Event::Standing { datasets: vec![dataset("customers", 3), dataset("usage", 10)] },
            Event::Begins { dataset: name(), rows: 3 },
            Event::Waiting { told: "Zenskar asked for a pause.".to_owned(), seconds: 2, reached: true },
            Event::Refused { dataset: name(), key: "1".to_owned(), reason: "No.".to_owned(), place, rows: 1 },
            Event::Settled { dataset: name(), rows: 2 },
        ];
        for event in events {
            progress.take(event, "2026-10-12T14:27:00Z");
        }
        assert_eq!((progress.datasets[0].settled, progress.datasets[0].rejected), (2, 1));
        assert_eq!(progress.datasets[0].state, DatasetState::Sending);
        assert_eq!(progress.datasets[1].state, DatasetState::Waits);
        assert_eq!(progress.waiting, None, "something was settled, so nothing waits any more");
        let told: Vec<(u64, HappeningKind)> = progress.happenings.iter().map(|one| (one.id, one.what)).collect();
        assert_eq!(told, [(2, HappeningKind::Rejected), (1, HappeningKind::Waited)]);
        progress.take(Event::Begins { dataset: "usage".to_owned(), rows: 10 }, "");
        assert_eq!(progress.datasets[0].state, DatasetState::Finished);
    }

    #[test]
    fn only_the_newest_happenings_are_kept() {
        let mut progress = UploadProgress::default();
        for number in 0..KEPT + 50 {
            progress.take(refused(number), "");
        }
        assert_eq!(progress.happenings.len(), KEPT);
        assert_eq!(progress.happenings[0].reason, (KEPT + 49).to_string());
    }

    #[test]
    fn a_wait_is_one_happening_however_often_it_is_tried() {
        let mut progress = UploadProgress::default();
        let waits = |told: &str| Event::Waiting { told: told.to_owned(), seconds: 1, reached: false };
        for (minute, event) in [waits("first"), waits("second"), refused(1), waits("third")].into_iter().enumerate() {
            progress.take(event, &format!("2026-10-12T14:2{minute}:00Z"));
        }
        let waiting = progress.waiting.as_ref().expect("it waits");
        assert_eq!((waiting.began.as_str(), waiting.since.as_str()), ("2026-10-12T14:20:00Z", "2026-10-12T14:23:00Z"));
        let told: Vec<&str> = progress.happenings.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(told, ["third", "1", "second"]);
    }

    fn refused(number: usize) -> Event {
        let reason = number.to_string();
        Event::Refused { dataset: "usage".to_owned(), key: String::new(), reason, place: None, rows: 1 }
    }
}

//! Cells on their way from the thread that reads a workbook to the one that makes rows of them: taking a sheet apart is
//! most of the work, so nothing else is done beside it.

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Cell, DataRef};

/// A cell, its row and column counted from 0, and how it is to be shown.
pub(super) struct SheetCell<'a> {
    pub(super) position: (u32, u32),
    pub(super) value: DataRef<'a>,
    pub(super) look: &'a Look,
}

/// What the file says of how a cell is shown.
#[derive(Debug, Default)]
pub(super) enum Look {
    #[default]
    Plain,
    /// By this one of the workbook's formats.
    Style(u32),
    /// As this text.
    Text(Box<str>),
}

/// Cells that travel together.
const PARCEL: usize = 2048;
/// Parcels under way at most, where all of a sheet is wanted.
pub(super) const QUEUED: usize = 4;

/// Texts lie one after the other: a text of its own would be given back to memory by another thread than took it, which
/// takes as long as reading it.
pub(super) struct Parcel<'a> {
    cells: Vec<Held<'a>>,
    texts: String,
}

struct Held<'a> {
    position: (u32, u32),
    value: HeldValue<'a>,
    look: Look,
}

enum HeldValue<'a> {
    /// Where it lies among the texts.
    Text(Range<usize>),
    Other(DataRef<'a>),
}

impl Parcel<'_> {
    /// An empty one with room for as many bytes of text as the last one held.
    fn with_room(texts: usize) -> Self {
        Self { cells: Vec::with_capacity(PARCEL), texts: String::with_capacity(texts) }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = SheetCell<'_>> {
        self.cells.iter().map(|cell| {
            let value = match &cell.value {
                HeldValue::Text(range) => DataRef::SharedString(&self.texts[range.clone()]),
                HeldValue::Other(value) => value.clone(),
            };
            SheetCell { position: cell.position, value, look: &cell.look }
        })
    }
}

/// Where the reader puts cells, in the order of the sheet.
pub(super) struct Outbox<'a> {
    parcel: Parcel<'a>,
    sender: SyncSender<Parcel<'a>>,
}

/// `queued`: parcels that may wait. What is read and then not wanted was read for nothing.
pub(super) fn channel<'a>(queued: usize) -> (Outbox<'a>, Receiver<Parcel<'a>>) {
    let (sender, receiver) = sync_channel(queued);
    (Outbox { parcel: Parcel::with_room(0), sender }, receiver)
}

impl<'a> Outbox<'a> {
    /// `Break` when nobody wants more.
    pub(super) fn put(&mut self, cell: &Cell<DataRef<'a>>, look: Look) -> ControlFlow<()> {
        let Parcel { cells, texts } = &mut self.parcel;
        let value = match cell.get_value() {
            DataRef::String(text) => {
                let start = texts.len();
                texts.push_str(text);
                HeldValue::Text(start..texts.len())
            }
            other => HeldValue::Other(other.clone()),
        };
        cells.push(Held { position: cell.get_position(), value, look });
        if cells.len() < PARCEL { ControlFlow::Continue(()) } else { self.send() }
    }

    /// Sends what is left.
    pub(super) fn close(mut self) -> ControlFlow<()> {
        self.send()
    }

    fn send(&mut self) -> ControlFlow<()> {
        let next = Parcel::with_room(self.parcel.texts.capacity());
        let parcel = std::mem::replace(&mut self.parcel, next);
        if self.sender.send(parcel).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

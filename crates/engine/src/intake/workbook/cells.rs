//! Cells on their way from the thread that reads a workbook to the one that makes rows of them: taking a sheet apart is
//! most of the work, so nothing else is done beside it.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Cell, DataRef};

/// A cell, its row and column counted from 0, and how it is to be shown.
pub(super) struct SheetCell<'a> {
    pub(super) cell: Cell<DataRef<'a>>,
    pub(super) look: Look,
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
/// Parcels under way at most.
const QUEUED: usize = 4;

type Parcel<'a> = Vec<SheetCell<'a>>;

/// Where the reader puts cells, in the order of the sheet.
pub(super) struct Outbox<'a> {
    parcel: Parcel<'a>,
    sender: SyncSender<Parcel<'a>>,
}

pub(super) fn channel<'a>() -> (Outbox<'a>, Receiver<Parcel<'a>>) {
    let (sender, receiver) = sync_channel(QUEUED);
    (Outbox { parcel: Vec::with_capacity(PARCEL), sender }, receiver)
}

impl<'a> Outbox<'a> {
    /// `Break` when nobody wants more.
    pub(super) fn put(&mut self, cell: Cell<DataRef<'a>>, look: Look) -> ControlFlow<()> {
        self.parcel.push(SheetCell { cell, look });
        if self.parcel.len() < PARCEL { ControlFlow::Continue(()) } else { self.send(Vec::with_capacity(PARCEL)) }
    }

    /// Sends what is left.
    pub(super) fn close(mut self) -> ControlFlow<()> {
        self.send(Vec::new())
    }

    fn send(&mut self, next: Parcel<'a>) -> ControlFlow<()> {
        let parcel = std::mem::replace(&mut self.parcel, next);
        if self.sender.send(parcel).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

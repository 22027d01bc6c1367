//! The rows of one table on their way out: packed into chunks, sent to the sink, profiled beside on another thread, and
//! held back at the end of the file until it is known which of them are no data.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::chunk::{Chunk, ChunkBuilder, RowRef};
use super::groups::Groups;
use super::header::Row;
use super::profile::Profiler;
use super::{IntakeError, RowSink, TableLayout, TableProfile, footer, turned};

/// Ragged rows whose line and width are told.
const RAGGED: usize = 100;
/// Remarks told of one table; a file of nothing but damage must not fill the memory with them.
const REMARKS: usize = 200;
/// Chunks on their way to the profiler.
const QUEUED: usize = 8;

/// Reads a table: `feed` pushes its rows, of which some may turn out to be no data.
pub(super) fn collect(
    layout: &TableLayout,
    sink: &mut dyn RowSink,
    feed: impl FnOnce(&mut Rows<'_>) -> Result<(), IntakeError>,
) -> Result<TableProfile, IntakeError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Arc<Chunk>>(QUEUED);
        let profiler = scope.spawn(move || {
            let mut profiler = Profiler::new(&layout.columns);
            for chunk in receiver {
                profiler.add(&chunk);
            }
            profiler.finish()
        });
        let mut rows = Rows::new(layout, sink, sender);
        let outcome = feed(&mut rows);
        let (mut profile, numbers) = rows.finish();
        profile.columns = profiler.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        for (column, count) in profile.columns.iter_mut().zip(numbers) {
            column.settle(count);
        }
        outcome.map(|()| profile)
    })
}

/// Pushes the rows of a table that was turned, from its first record on.
pub(super) fn push_turned(upright: &[Row], layout: &TableLayout, rows: &mut Rows<'_>) {
    for row in upright.iter().filter(|row| row.line >= layout.first_row) {
        let ends = row.cells.iter().scan(0, |end, cell| {
            *end += cell.len();
            Some(*end)
        });
        if rows.push(row.line, &row.cells.concat(), ends.collect::<Vec<_>>().into_iter()).is_break() {
            break;
        }
    }
}

/// Takes a table's rows in file order.
pub(super) struct Rows<'a> {
    sink: &'a mut dyn RowSink,
    profiler: SyncSender<Arc<Chunk>>,
    builder: ChunkBuilder,
    /// Closed chunks that may still hold rows of the footer.
    held: VecDeque<Chunk>,
    holding: usize,
    /// The chunk that was sent last.
    last: Option<Arc<Chunk>>,
    stopped: bool,
    columns: usize,
    /// Where rows stand under headings of their own.
    groups: Option<Groups>,
    /// By column, how many cells the file itself holds as numbers; empty for text files.
    numbers: Vec<u64>,
    /// How many of the remarks are of the table as a whole; they stand first.
    notices: usize,
    profile: TableProfile,
}

impl<'a> Rows<'a> {
    fn new(layout: &TableLayout, sink: &'a mut dyn RowSink, profiler: SyncSender<Arc<Chunk>>) -> Self {
        let profile = TableProfile {
            layout: layout.clone(),
            rows: 0,
            last_row: layout.first_row.saturating_sub(1),
            footer_rows: 0,
            footer: Vec::new(),
            ragged: Vec::new(),
            ragged_rows: 0,
            remarks: Vec::new(),
            columns: Vec::new(),
        };
        let (builder, columns) = (ChunkBuilder::new(1), layout.columns.len());
        Self {
            sink,
            profiler,
            builder,
            held: VecDeque::new(),
            holding: 0,
            last: None,
            stopped: false,
            columns,
            groups: layout.grouped.then(Groups::default),
            numbers: Vec::new(),
            notices: 0,
            profile,
        }
    }

    /// Adds a row whose cells lie one after the other in `text`. `Break` when no more are wanted.
    pub(super) fn push(
        &mut self,
        line: u64,
        text: &str,
        ends: impl ExactSizeIterator<Item = usize>,
    ) -> ControlFlow<()> {
        let Some(groups) = &mut self.groups else { return self.add(line, text, ends) };
        let ends: Vec<usize> = ends.collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cells = starts.zip(&ends).map(|(start, end)| text.get(start..*end).unwrap_or_default());
        let Some(heading) = groups.heading(cells) else { return ControlFlow::Continue(()) };
        // Its own first cell is empty or blank.
        let first = ends.first().copied().unwrap_or(0);
        let (with, more) = (format!("{heading}{}", &text[first..]), heading.len());
        self.add(line, &with, ends.into_iter().map(|end| end - first + more))
    }

    fn add(&mut self, line: u64, text: &str, ends: impl ExactSizeIterator<Item = usize>) -> ControlFlow<()> {
        if ends.len() != self.columns {
            self.profile.ragged_rows += 1;
            if self.profile.ragged.len() < RAGGED {
                self.profile.ragged.push((line, u32::try_from(ends.len()).unwrap_or(u32::MAX)));
            }
        }
        self.builder.push(line, text, ends);
        if self.builder.is_full() {
            let chunk = self.builder.close();
            self.hold(chunk);
        }
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Notes that a cell is no text in the file but a number: there is nothing to ask about its marks.
    pub(super) fn number(&mut self, column: usize) {
        self.numbers.resize(self.columns, 0);
        if let Some(count) = self.numbers.get_mut(column) {
            *count += 1;
        }
    }

    /// Notes what holds for many rows: it stands at the header, before remarks on single rows.
    pub(super) fn notice(&mut self, text: String) {
        if self.notices == REMARKS {
            return;
        }
        let line = self.profile.layout.header_row.unwrap_or(self.profile.layout.first_row);
        self.profile.remarks.insert(self.notices, (line, text));
        self.profile.remarks.truncate(REMARKS);
        self.notices += 1;
    }

    /// Notes what could not be read cleanly.
    pub(super) fn remark(&mut self, line: u64, text: impl Into<String>) {
        if self.profile.remarks.len() < REMARKS {
            self.profile.remarks.push((line, text.into()));
        }
    }

    fn hold(&mut self, chunk: Chunk) {
        self.holding += chunk.rows as usize;
        self.held.push_back(chunk);
        while let Some(first) = self.held.front()
            && self.holding - first.rows as usize >= footer::ROWS
            && let Some(chunk) = self.held.pop_front()
        {
            self.holding -= chunk.rows as usize;
            self.send(chunk);
        }
    }

    fn send(&mut self, chunk: Chunk) {
        if self.stopped || chunk.rows == 0 {
            return;
        }
        self.profile.rows += u64::from(chunk.rows);
        let chunk = Arc::new(chunk);
        self.last = Some(Arc::clone(&chunk));
        // The profiler only hangs up by a panic, which joining it passes on.
        self.stopped |= self.profiler.send(Arc::clone(&chunk)).is_err();
        self.stopped |= self.sink.chunk(chunk).is_break();
    }

    /// Remarks on a small table whose fields are its rows.
    fn look_for_side(&mut self, body: &[Row]) {
        let layout = &self.profile.layout;
        let named = layout.header_row.filter(|_| layout.header_rows == 1);
        let first = named.map(|line| Row { line, cells: layout.columns.clone() });
        let rows: Vec<Row> = first.into_iter().chain(body.iter().cloned()).collect();
        if turned::is_likely(&rows) {
            let line = rows.first().map_or(1, |row| row.line);
            self.remark(
                line,
                "This table seems to lie on its side: the names of its fields stand in the first column. Say that it is \
                 to be read turned, or turn it in a spreadsheet and add it again.",
            );
        }
    }

    /// The profile but for its columns, and how many numbers each of them holds.
    fn finish(mut self) -> (TableProfile, Vec<u64>) {
        if let Some(Groups { taken_out, .. }) = &self.groups {
            let told =
                format!("{taken_out} headings and totals of groups were taken out; each row got the heading above it.");
            self.remark(self.profile.layout.first_row, told);
        }
        let last = self.builder.close();
        self.holding += last.rows as usize;
        self.held.push_back(last);
        let tail: Vec<Row> = self.held.iter().flatten().flatten().map(|row| unpack(&row)).collect();
        let looked_at = &tail[tail.len().saturating_sub(footer::ROWS)..];
        let footer = if self.stopped { 0 } else { footer::count(looked_at, self.columns) };
        let (body, cut) = tail.split_at(tail.len() - footer);
        if self.profile.layout.turned.is_some() {
            self.notice(
                "This table lies on its side: the names of its fields stand in the first column. It was read turned; what \
                 is told of a line is told of a column of the file."
                    .to_owned(),
            );
        } else if self.profile.rows == 0 && !self.stopped {
            self.look_for_side(body);
        }
        let end = cut.first().map_or(u64::MAX, |row| row.line);
        self.profile.ragged.retain(|&(line, _)| line < end);
        self.profile.ragged_rows -= cut.iter().filter(|row| row.cells.len() != self.columns).count() as u64;
        let mut left = body.len();
        while let Some(chunk) = self.held.pop_front() {
            let keep = left.min(chunk.rows as usize);
            left -= keep;
            self.send(shorten(chunk, keep));
        }
        if let Some(last) = self.last.iter().flat_map(|chunk| chunk.iter()).flatten().last() {
            self.profile.last_row = last.line;
        }
        self.profile.footer_rows = u32::try_from(footer).unwrap_or(u32::MAX);
        self.profile.footer = cut.iter().map(|row| row.cells.clone()).collect();
        (self.profile, self.numbers)
    }
}

fn unpack(row: &RowRef<'_>) -> Row {
    Row { line: row.line, cells: row.cells().map(str::to_owned).collect() }
}

/// The first `keep` rows of a chunk.
fn shorten(chunk: Chunk, keep: usize) -> Chunk {
    if keep == chunk.rows as usize {
        return chunk;
    }
    let mut builder = ChunkBuilder::new(chunk.first_row);
    for row in chunk.iter().flatten().take(keep) {
        let text: String = row.cells().collect();
        let ends = row.cells().scan(0, |end, cell| {
            *end += cell.len();
            Some(*end)
        });
        builder.push(row.line, &text, ends.collect::<Vec<_>>().into_iter());
    }
    builder.close()
}

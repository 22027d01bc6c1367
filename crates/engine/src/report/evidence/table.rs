//! Tables on the sheets: columns of shares of the width, rows that grow with their text, sums as in a ledger.

use super::sheet::{BOTTOM, Block, EDGE, Said, Sheet, Spot, Style, WIDTH};

/// Between two columns.
const GAP: f32 = 8.0;
/// Above and below the lines of a row.
const ROOM: f32 = 3.0;
const HAIR: f32 = 0.25;
const LINE: f32 = 0.75;
/// Between the two lines below a closed sum.
const DOUBLE: f32 = 2.0;

pub(super) struct Column {
    pub(super) title: &'static str,
    /// Of the width.
    pub(super) share: f32,
    pub(super) is_figure: bool,
}

impl Column {
    pub(super) const fn text(title: &'static str, share: f32) -> Self {
        Self { title, share, is_figure: false }
    }

    pub(super) const fn figure(title: &'static str, share: f32) -> Self {
        Self { title, share, is_figure: true }
    }
}

pub(super) struct Row {
    pub(super) cells: Vec<String>,
    /// The last line of something closed: the double line stands below.
    pub(super) is_closing: bool,
}

/// Columns at their places.
struct Grid<'c> {
    columns: &'c [Column],
    /// Left edge and width.
    places: Vec<(f32, f32)>,
    /// Where the figures begin.
    figures: f32,
}

impl<'c> Grid<'c> {
    fn of(columns: &'c [Column]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a table has a few columns")]
        let free = WIDTH - 2.0 * EDGE - GAP * (columns.len() - 1) as f32;
        let shares: f32 = columns.iter().map(|column| column.share).sum();
        let mut places = Vec::with_capacity(columns.len());
        let mut x = EDGE;
        for column in columns {
            let width = free * column.share / shares;
            places.push((x, width));
            x += width + GAP;
        }
        let figures = columns.iter().zip(&places).find(|(column, _)| column.is_figure);
        let figures = figures.map_or(EDGE, |(_, (x, _))| *x);
        Self { columns, places, figures }
    }

    fn spots(&self, y: f32) -> impl Iterator<Item = Spot> {
        let spot = move |(column, place): (&Column, &(f32, f32))| Spot {
            x: place.0,
            width: place.1,
            y,
            to_the_right: column.is_figure,
        };
        self.columns.iter().zip(&self.places).map(spot)
    }
}

impl Sheet {
    /// The head stands again at the top of each page.
    pub(super) fn table(&mut self, columns: &[Column], rows: &[Row]) {
        let grid = Grid::of(columns);
        let head = self.head(&grid, true);
        let rows = rows.iter().map(|row| self.row(&grid, row)).collect();
        self.space(6.0);
        self.blocks.push(Block::Table { head, rows });
    }

    fn head(&mut self, grid: &Grid<'_>, said: bool) -> Vec<Vec<Said>> {
        self.need(60.0);
        let spots: Vec<Spot> = grid.spots(self.y + Style::LABEL.line()).collect();
        let titles = grid.columns.iter().zip(spots);
        let told = titles.map(|(column, spot)| vec![self.put(spot, column.title, Style::LABEL, said)]).collect();
        self.space(Style::LABEL.line() + ROOM + 1.0);
        self.rule(EDGE, WIDTH - EDGE, LINE);
        told
    }

    fn row(&mut self, grid: &Grid<'_>, row: &Row) -> Vec<Vec<Said>> {
        let cells: Vec<Vec<String>> = row
            .cells
            .iter()
            .zip(&grid.places)
            .map(|(text, (_, width))| self.broken(text, Style::CELL, *width))
            .collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "a cell has a few lines")]
        let height = Style::CELL.line() * lines as f32 + 2.0 * ROOM;
        if self.y + height > BOTTOM {
            self.turn();
            self.head(grid, false);
        }
        let spots: Vec<Spot> = grid.spots(self.y + ROOM + Style::CELL.size + 1.0).collect();
        let told = cells.iter().zip(spots).map(|(lines, spot)| self.cell(lines, spot)).collect();
        self.space(height);
        if row.is_closing {
            self.rule(grid.figures, WIDTH - EDGE, LINE);
            self.space(DOUBLE);
            self.rule(grid.figures, WIDTH - EDGE, LINE);
        } else {
            self.rule(EDGE, WIDTH - EDGE, HAIR);
        }
        told
    }

    fn cell(&mut self, lines: &[String], mut spot: Spot) -> Vec<Said> {
        let mut told = Vec::with_capacity(lines.len());
        for line in lines {
            told.push(self.put(spot, line, Style::CELL, true));
            spot.y += Style::CELL.line();
        }
        told
    }
}

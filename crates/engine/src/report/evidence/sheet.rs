//! Sheets of paper filled from top to bottom: headings and paragraphs, broken into lines and pages.
//!
//! What is laid out is kept as marks at places, and as the tree of what they mean, so that a reader that speaks finds
//! headings, and cells under their columns. Lengths are points.

use super::PdfError;
use super::face::{Faces, Weight};

pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;
pub(super) const EDGE: f32 = 48.0;
const TOP: f32 = 76.0;
pub(super) const BOTTOM: f32 = HEIGHT - 64.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Tone {
    Ink,
    /// Explanations and labels.
    Quiet,
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) tone: Tone,
}

impl Style {
    pub(super) const TITLE: Self = Self { size: 18.0, weight: Weight::Strong, tone: Tone::Ink };
    pub(super) const HEADING: Self = Self { size: 11.5, weight: Weight::Strong, tone: Tone::Ink };
    pub(super) const TEXT: Self = Self { size: 9.0, weight: Weight::Regular, tone: Tone::Ink };
    pub(super) const QUIET: Self = Self { size: 8.5, weight: Weight::Regular, tone: Tone::Quiet };
    pub(super) const STRONG: Self = Self { size: 9.0, weight: Weight::Strong, tone: Tone::Ink };
    pub(super) const CELL: Self = Self { size: 8.0, weight: Weight::Regular, tone: Tone::Ink };
    pub(super) const LABEL: Self = Self { size: 7.5, weight: Weight::Strong, tone: Tone::Quiet };

    /// From one line to the next.
    pub(super) fn line(self) -> f32 {
        (self.size * 1.45).round()
    }
}

/// Where a line of text goes: `y` is the line on which letters stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) y: f32,
    pub(super) to_the_right: bool,
}

pub(super) enum Mark {
    Text {
        x: f32,
        y: f32,
        text: String,
        style: Style,
        /// Part of what is read, and not only decoration such as the head of a table that stands there again.
        said: bool,
    },
    Rule {
        from: f32,
        to: f32,
        y: f32,
        thick: f32,
    },
}

/// A text among the marks: number of the page, number of the mark on it.
pub(super) type Said = (usize, usize);

/// What the marks mean, in the order of reading.
pub(super) enum Block {
    Heading { level: u16, title: String, said: Vec<Said> },
    Paragraph(Vec<Said>),
    Table { head: Vec<Vec<Said>>, rows: Vec<Vec<Vec<Said>>> },
}

pub(super) struct Sheet {
    pub(super) faces: Faces,
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) blocks: Vec<Block>,
    pub(super) y: f32,
}

impl Sheet {
    pub(super) fn new() -> Result<Self, PdfError> {
        Ok(Self { faces: Faces::load()?, pages: vec![Vec::new()], blocks: Vec::new(), y: TOP })
    }

    pub(super) fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// A heading stays with what follows it.
    pub(super) fn heading(&mut self, level: u16, title: &str, style: Style) {
        self.need(style.line() + 60.0);
        let said = self.lines(title, style);
        self.space(2.0);
        self.blocks.push(Block::Heading { level, title: title.to_owned(), said });
    }

    pub(super) fn paragraph(&mut self, text: &str, style: Style) {
        let said = self.lines(text, style);
        self.blocks.push(Block::Paragraph(said));
    }

    /// Sets text over the whole width from where the last one ended.
    fn lines(&mut self, text: &str, style: Style) -> Vec<Said> {
        let lines = self.broken(text, style, WIDTH - 2.0 * EDGE);
        let mut said = Vec::with_capacity(lines.len());
        for line in lines {
            self.need(style.line());
            self.y += style.line();
            let base = self.y - (style.line() - style.size) / 2.0 - 1.0;
            let spot = Spot { x: EDGE, width: WIDTH - 2.0 * EDGE, y: base, to_the_right: false };
            said.push(self.put(spot, &line, style, true));
        }
        said
    }

    pub(super) fn put(&mut self, spot: Spot, text: &str, style: Style, said: bool) -> Said {
        let face = self.faces.of(style.weight);
        let text = face.readable(text);
        let free = if spot.to_the_right { spot.width - face.width(&text) * style.size } else { 0.0 };
        let page = self.pages.len() - 1;
        let marks = &mut self.pages[page];
        marks.push(Mark::Text { x: spot.x + free, y: spot.y, text, style, said });
        (page, marks.len() - 1)
    }

    pub(super) fn rule(&mut self, from: f32, to: f32, thick: f32) {
        let y = self.y;
        if let Some(marks) = self.pages.last_mut() {
            marks.push(Mark::Rule { from, to, y, thick });
        }
    }

    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.turn();
        }
    }

    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    /// Text in lines of this width, broken at spaces, or inside words that are longer than a line.
    pub(super) fn broken(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let face = self.faces.of(style.weight);
        let fits = |text: &str| face.width(text) * style.size <= width;
        let mut lines = vec![String::new()];
        for word in face.readable(text).split(' ').filter(|word| !word.is_empty()) {
            let Some(line) = lines.last_mut() else { break };
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                *line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(String::new());
            }
            for letter in word.chars() {
                if lines.last().is_some_and(|line| !fits(&format!("{line}{letter}"))) {
                    lines.push(String::new());
                }
                if let Some(line) = lines.last_mut() {
                    line.push(letter);
                }
            }
        }
        lines
    }
}

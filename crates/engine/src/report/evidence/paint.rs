//! Laid-out sheets as PDF/A-2a and PDF/UA-1: archived as they are, and readable by a machine that speaks.

use std::collections::HashMap;
use std::num::NonZeroU16;

use jiff::Timestamp;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::PdfError;
use super::face::Weight;
use super::sheet::{Block, EDGE, HEIGHT, Mark, Said, Sheet, Style, Tone, WIDTH};

/// What stands at the top and the foot of every page, and in the properties of the file.
pub(super) struct Frame {
    pub(super) title: String,
    /// Whether this is real: `PRACTICE`, or `LIVE` with the account.
    pub(super) badge: String,
    pub(super) foot: String,
    pub(super) at: Option<Timestamp>,
}

const HEADER: f32 = 44.0;
const FOOTER: f32 = HEIGHT - 36.0;

pub(super) fn document(sheet: &Sheet, frame: &Frame) -> Result<Vec<u8>, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError::Document(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut named = HashMap::new();
    for (number, marks) in sheet.pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| PdfError::Document("a page has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        around(&mut surface, sheet, frame, number);
        for (at, mark) in marks.iter().enumerate() {
            if let Some(name) = draw(&mut surface, sheet, mark) {
                named.insert((number, at), name);
            }
        }
        surface.finish();
        page.finish();
    }
    document.set_metadata(properties(frame));
    document.set_outline(outline(sheet));
    document.set_tag_tree(tree(sheet, &named));
    document.finish().map_err(|error| PdfError::Document(format!("{error:?}")))
}

/// The head and the foot of a page.
fn around(surface: &mut Surface<'_>, sheet: &Sheet, frame: &Frame, number: usize) {
    let label = |weight| Style { weight, ..Style::QUIET };
    let page = format!("Page {} of {}", number + 1, sheet.pages.len());
    let marks = [
        (ArtifactType::Header, false, HEADER, &frame.title, label(Weight::Regular)),
        (ArtifactType::Header, true, HEADER, &frame.badge, label(Weight::Strong)),
        (ArtifactType::Footer, false, FOOTER, &frame.foot, label(Weight::Regular)),
        (ArtifactType::Footer, true, FOOTER, &page, label(Weight::Regular)),
    ];
    for (kind, to_the_right, y, text, style) in marks {
        let face = sheet.faces.of(style.weight);
        let text = face.readable(text);
        let x = if to_the_right { WIDTH - EDGE - face.width(&text) * style.size } else { EDGE };
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        write(surface, sheet, (x, y), &text, style);
        surface.end_tagged();
    }
}

/// Draws a mark and names it, if it is said.
fn draw(surface: &mut Surface<'_>, sheet: &Sheet, mark: &Mark) -> Option<Identifier> {
    match mark {
        Mark::Text { x, y, text, style, said } => {
            let tag = if *said { ContentTag::Span(SpanTag::empty()) } else { decoration() };
            let name = surface.start_tagged(tag);
            write(surface, sheet, (*x, *y), text, *style);
            surface.end_tagged();
            said.then_some(name)
        }
        Mark::Rule { from, to, y, thick } => {
            surface.start_tagged(decoration());
            let mut path = PathBuilder::new();
            path.push_rect(Rect::from_ltrb(*from, *y, *to, *y + *thick)?);
            surface.set_fill(Some(ink(Tone::Ink)));
            surface.draw_path(&path.finish()?);
            surface.end_tagged();
            None
        }
    }
}

fn decoration() -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout))
}

fn write(surface: &mut Surface<'_>, sheet: &Sheet, (x, y): (f32, f32), text: &str, style: Style) {
    let face = sheet.faces.of(style.weight);
    surface.set_fill(Some(ink(style.tone)));
    surface.draw_glyphs(Point::from_xy(x, y), &face.glyphs(text), face.font.clone(), text, style.size, false);
}

/// `--text` and `--text-2` of the light theme.
fn ink(tone: Tone) -> Fill {
    let colour = match tone {
        Tone::Ink => rgb::Color::new(0x1b, 0x1a, 0x18),
        Tone::Quiet => rgb::Color::new(0x4d, 0x4a, 0x44),
    };
    Fill { paint: colour.into(), ..Fill::default() }
}

fn properties(frame: &Frame) -> Metadata {
    let metadata =
        Metadata::new().title(frame.title.clone()).language("en-GB".to_owned()).creator("Carryover".to_owned());
    let Some(at) = frame.at.map(|at| at.to_zoned(jiff::tz::TimeZone::UTC)) else { return metadata };
    let unsigned = |part: i8| u8::try_from(part).unwrap_or_default();
    metadata.creation_date(
        DateTime::new(u16::try_from(at.year()).unwrap_or_default())
            .month(unsigned(at.month()))
            .day(unsigned(at.day()))
            .hour(unsigned(at.hour()))
            .minute(unsigned(at.minute()))
            .second(unsigned(at.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0),
    )
}

/// The headings, for the pane beside the pages.
fn outline(sheet: &Sheet) -> Outline {
    let mut outline = Outline::new();
    for block in &sheet.blocks {
        if let Block::Heading { title, said, .. } = block
            && let Some((page, at)) = said.first()
            && let Some(Mark::Text { y, .. }) = sheet.pages[*page].get(*at)
        {
            let place = XyzDestination::new(*page, Point::from_xy(EDGE, y - 20.0));
            outline.push_child(OutlineNode::new(title.clone(), place));
        }
    }
    outline
}

/// What the marks mean, in the order of reading.
fn tree(sheet: &Sheet, named: &HashMap<Said, Identifier>) -> TagTree {
    let group = |tag: TagKind, said: &[Said]| {
        let mut group = TagGroup::new(tag);
        for name in said.iter().filter_map(|said| named.get(said)) {
            group.push(*name);
        }
        group
    };
    let row = |cells: &[Vec<Said>], tag: &dyn Fn() -> TagKind| {
        let mut row = TagGroup::new(Tag::TR);
        for said in cells {
            row.push(group(tag(), said));
        }
        row
    };
    let mut tree = TagTree::new();
    for block in &sheet.blocks {
        match block {
            Block::Heading { level, title, said } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(group(Tag::Hn(level, Some(title.clone())).into(), said));
            }
            Block::Paragraph(said) => tree.push(group(Tag::P.into(), said)),
            Block::Table { head, rows } => {
                let mut table = TagGroup::new(Tag::Table);
                table.push(row(head, &|| Tag::TH(TableHeaderScope::Column).into()));
                for cells in rows {
                    table.push(row(cells, &|| Tag::TD.into()));
                }
                tree.push(table);
            }
        }
    }
    tree
}

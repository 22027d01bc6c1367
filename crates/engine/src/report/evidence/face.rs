//! A typeface as the pages need it: the glyph of each letter, and how wide a line is.
//!
//! Letters are set one beside the other; nothing is shaped or set from right to left. A letter that the typeface does not
//! have is written in Latin letters instead; the result files hold it as it stands.

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use super::PdfError;

static REGULAR: &[u8] = include_bytes!("../../../assets/inter/Inter-Regular.ttf");
static STRONG: &[u8] = include_bytes!("../../../assets/inter/Inter-SemiBold.ttf");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Strong,
}

/// Both weights.
pub(super) struct Faces {
    regular: Face,
    strong: Face,
}

impl Faces {
    pub(super) fn load() -> Result<Self, PdfError> {
        Ok(Self { regular: Face::load(REGULAR)?, strong: Face::load(STRONG)? })
    }

    pub(super) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Strong => &self.strong,
        }
    }
}

pub(super) struct Face {
    pub(super) font: Font,
    letters: Charmap<'static>,
    /// In parts of the size.
    widths: GlyphMetrics<'static>,
}

impl Face {
    fn load(bytes: &'static [u8]) -> Result<Self, PdfError> {
        let font = Font::new(Data::from(bytes), 0).ok_or(PdfError::Typeface)?;
        let table = FontRef::new(bytes).map_err(|_| PdfError::Typeface)?;
        let widths = table.glyph_metrics(Size::new(1.0), LocationRef::default());
        Ok(Self { font, letters: table.charmap(), widths })
    }

    /// The text in letters that this typeface has.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut readable = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                letter if letter.is_whitespace() || letter.is_control() => readable.push(' '),
                letter if self.letters.map(letter).is_some() => readable.push(letter),
                letter => readable.push_str(deunicode::deunicode_char(letter).unwrap_or("?")),
            }
        }
        readable
    }

    /// How wide readable text is, in parts of its size.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum()
    }

    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| KrillaGlyph {
            glyph_id: GlyphId::new(self.letters.map(letter).unwrap_or_default().to_u32()),
            text_range: at..at + letter.len_utf8(),
            x_advance: self.advance(letter),
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        };
        text.char_indices().map(glyph).collect()
    }

    fn advance(&self, letter: char) -> f32 {
        self.letters.map(letter).and_then(|glyph| self.widths.advance_width(glyph)).unwrap_or_default()
    }
}

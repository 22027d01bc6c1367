//! What the columns do not settle: asked with its evidence and every outcome, never guessed.

use serde::Serialize;

use crate::api::{Migration, Result};
use crate::intake::{ColumnProfile, ColumnType};
use crate::mapping::{Confidence, FieldMapping};
use crate::store::source::Source;
use crate::transform::{Pipeline, Step};

/// Values shown per answer.
const SHOWN: usize = 3;
/// Other columns that may help.
const HINTS: usize = 3;

/// A field that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "MatchQuestion", tag = "asks", rename_all = "snake_case")]
pub enum Question {
    /// Which date order the column has. `rows` are those whose value the answers read differently; 0 where they were not
    /// counted.
    DateOrder { rows: u64, answers: Vec<Answer>, hints: Vec<Hint> },
    /// Which decimal mark the column has. `rows` as with dates.
    DecimalMark { rows: u64, answers: Vec<Answer>, hints: Vec<Hint> },
    /// Of which country the numbers without a country code are.
    Region,
    /// What the words mean that are not known.
    Words,
}

/// One way to read a column, on its own values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Answer {
    pub format: String,
    pub outcomes: Vec<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Outcome {
    pub value: String,
    pub becomes: Option<String>,
}

/// Another column of the migration that can be read in one way only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Hint {
    pub file: String,
    pub column: String,
    pub format: String,
    /// A value of it.
    pub value: String,
}

impl Migration {
    /// Everything about the question of a field, when it has one.
    pub(super) fn question(
        &self,
        source: &Source,
        field: &FieldMapping,
        profiles: &[ColumnProfile],
    ) -> Result<Option<Question>> {
        if field.confidence != Confidence::Question {
            return Ok(None);
        }
        let profile = profiles.iter().find(|profile| field.columns.first() == Some(&profile.name));
        let rows = profile.map_or(0, |profile| profile.ambiguous);
        for step in &field.steps {
            match step {
                Step::Date { format } if format.contains('|') => {
                    let answers = answers(format, profile, |format| Step::Date { format });
                    let hints = self.hints(source, field, ColumnType::Date)?;
                    return Ok(Some(Question::DateOrder { rows, answers, hints }));
                }
                Step::Number { format } if format.contains('|') => {
                    let answers = answers(format, profile, |format| Step::Number { format });
                    let hints = self.hints(source, field, ColumnType::Decimal)?;
                    return Ok(Some(Question::DecimalMark { rows, answers, hints }));
                }
                Step::Phone { region: None, .. } => return Ok(Some(Question::Region)),
                _ => {}
            }
        }
        Ok(Some(Question::Words))
    }

    /// Columns of the same kind that leave no doubt, first those of the same file.
    fn hints(&self, asked: &Source, field: &FieldMapping, kind: ColumnType) -> Result<Vec<Hint>> {
        let mut sources = self.store.sources()?;
        sources.sort_by_key(|source| source.id != asked.id);
        let mut hints = Vec::new();
        for source in sources {
            for profile in self.store.reading(source.id)?.profile.columns {
                let own = source.id == asked.id && field.columns.contains(&profile.name);
                let format = profile.format.clone().filter(|format| speaks(kind, format));
                if let (false, Some(format), true, true) = (own, format, profile.also.is_empty(), profile.kind == kind)
                {
                    let value = telling(&profile, &format);
                    hints.push(Hint { file: source.file.clone(), column: profile.name, format, value });
                }
                if hints.len() == HINTS {
                    return Ok(hints);
                }
            }
        }
        Ok(hints)
    }
}

/// Whether a format has anything to say to the question: an order of day and month, or a decimal mark.
fn speaks(kind: ColumnType, format: &str) -> bool {
    match kind {
        ColumnType::Date => {
            format.contains('d') && format.contains('M') && !format.contains("MMM") && !format.starts_with('y')
        }
        _ => format.contains([',', '.']),
    }
}

/// A value that shows it best: a date with a day above 12, or else the first.
fn telling(profile: &ColumnProfile, format: &str) -> String {
    let place = usize::from(format.starts_with('M'));
    let day = |value: &&String| {
        let mut parts = value.trim().split(|character: char| !character.is_ascii_digit());
        parts.nth(place).and_then(|part| part.parse::<u32>().ok()).is_some_and(|day| (13..=31).contains(&day))
    };
    profile.samples.iter().find(day).or(profile.samples.first()).cloned().unwrap_or_default()
}

/// The column's own values in each way to read them, those first that come out differently.
fn answers(formats: &str, profile: Option<&ColumnProfile>, step: impl Fn(String) -> Step) -> Vec<Answer> {
    let formats: Vec<&str> = formats.split('|').collect();
    let pipelines: Vec<Pipeline> =
        formats.iter().filter_map(|format| Pipeline::compile(&[Step::Trim, step((*format).to_owned())]).ok()).collect();
    let read =
        |pipeline: &Pipeline, value: &str| pipeline.apply(&[value]).ok().flatten().map(std::borrow::Cow::into_owned);
    let differs = |value: &&String| {
        let mut all = pipelines.iter().map(|pipeline| read(pipeline, value));
        let first = all.next().flatten();
        all.any(|other| other != first)
    };
    let samples = profile.map_or(&[][..], |profile| &profile.samples);
    let mut values: Vec<&String> = samples.iter().filter(differs).take(SHOWN).collect();
    let others = samples.iter().filter(|value| !differs(value));
    values.extend(others.take(SHOWN - values.len()));
    let answer = |(format, pipeline): (&&str, &Pipeline)| Answer {
        format: (*format).to_owned(),
        outcomes: values
            .iter()
            .map(|value| Outcome { value: (*value).clone(), becomes: read(pipeline, value) })
            .collect(),
    };
    formats.iter().zip(&pipelines).map(answer).collect()
}

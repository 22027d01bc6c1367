//! A first mapping, found by comparing the columns' names and values with the fields.
//!
//! Every field is scored against every column; one assignment over the whole table then gives each column to at most one
//! field, so that a good second choice is not taken by a field that has a better one. What is said to be certain must be
//! right: name and values have to agree and no other column may come near. Ambiguous columns are asked about.

use std::cell::LazyCell;

use pathfinding::prelude::{Matrix, kuhn_munkres};

use super::content::{self, Fit, Verdict, Wanted, count};
use super::heading::Reading;
use super::score::{self, FAINT, HINT, PLAIN, Scores};
use super::{Confidence, FieldMapping, Mapping, STREAM, VERSION, finish, heading, left_over};
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::{Dataset, Field, Kind};
use crate::transform::{Step, currency, is_email};

/// A column that could be a field's.
#[derive(Debug)]
struct Candidate {
    /// Place of the field in the dataset, and of the column in the source.
    field: usize,
    column: usize,
    /// Score of the name, 0 to 100.
    name: u32,
    fit: Fit,
}

impl Candidate {
    /// Name and values together.
    fn weight(&self) -> i64 {
        let telling = match self.fit.verdict {
            Verdict::Agrees => 20,
            Verdict::Unsure => 0,
            Verdict::Against => return 0,
        };
        i64::from(self.name) + telling
    }

    /// Whether a name that says little has values that say the rest.
    fn is_told(&self) -> bool {
        self.name >= HINT || self.fit.verdict == Verdict::Agrees
    }
}

/// Every sensible pair of field and column, and which of them belong together.
#[derive(Debug)]
struct Matching {
    candidates: Vec<Candidate>,
    /// Per field the candidate it got.
    chosen: Vec<Option<usize>>,
}

/// Another column this close to the chosen one makes the choice doubtful.
const RIVAL: i64 = 15;
/// Another field, itself without a column, that the chosen column fits as well as that.
const AS_GOOD: i64 = 5;
/// More than there are columns, so that their order decides only between equals.
const FIRST_COUNTS: i64 = 1 << 20;
/// The score of a column whose name says nothing but whose values can be nothing else.
const UNNAMED: u32 = HINT;
/// The same where the name speaks of something else: good enough where there is no other.
const MISNAMED: u32 = 40;
/// The score of a column that is the only one left which a required field could come from.
const LEFT: u32 = 30;
/// The score of the one that comes nearest, of several.
const NEAREST: u32 = 20;

/// How far a column may be sought for a field that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// As far as headings and values tell.
    Told,
    /// To the nearest of what is left, for the user to confirm.
    Nearest,
}

/// What is known before anything is compared, because it is known who wrote the file.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    pub why: String,
    pub fields: Vec<SettledField>,
    /// Fields that are the same for every row.
    pub constants: Vec<(String, String)>,
}

/// A field and where it comes from.
#[derive(Debug, Clone)]
pub struct SettledField {
    pub field: String,
    /// As the source spells them.
    pub columns: Vec<String>,
    /// What is done before the values are read.
    pub steps: Vec<Step>,
    /// Why, where that is another reason than that of all others.
    pub why: Option<String>,
}

impl Settled {
    fn field(&self, id: &str) -> Option<&SettledField> {
        self.fields.iter().find(|settled| settled.field == id)
    }

    fn constant(&self, id: &str) -> Option<&str> {
        self.constants.iter().find(|(field, _)| field == id).map(|(_, value)| value.as_str())
    }

    /// Only what is settled of fields that a dataset has.
    fn within(&self, dataset: &Dataset) -> Self {
        let has = |id: &str| dataset.field(id).is_some() || dataset.takes_free(id);
        Self {
            why: self.why.clone(),
            fields: self.fields.iter().filter(|settled| has(&settled.field)).cloned().collect(),
            constants: self.constants.iter().filter(|(field, _)| has(field)).cloned().collect(),
        }
    }

    fn is_open(&self, id: &str) -> bool {
        self.field(id).is_none() && self.constant(id).is_none()
    }

    /// Whether it is known who wrote the file: what such an export leaves open is not in it.
    fn is_of_an_export(&self) -> bool {
        !self.why.is_empty()
    }

    fn has(&self, column: &str) -> bool {
        self.fields.iter().any(|settled| settled.columns.iter().any(|name| name == column))
    }
}

/// Suggests how `columns` become the fields of `dataset`. What is `settled` is not compared.
pub fn suggest(destination: &str, dataset: &Dataset, columns: &[ColumnProfile], settled: &Settled) -> Mapping {
    let reach = if settled.is_of_an_export() { Reach::Told } else { Reach::Nearest };
    suggest_within(reach, destination, dataset, columns, settled)
}

/// The same as far as headings and values tell: what says whether a table is about `dataset` at all.
pub fn told(destination: &str, dataset: &Dataset, columns: &[ColumnProfile], settled: &Settled) -> Mapping {
    suggest_within(Reach::Told, destination, dataset, columns, settled)
}

fn suggest_within(
    reach: Reach,
    destination: &str,
    dataset: &Dataset,
    columns: &[ColumnProfile],
    settled: &Settled,
) -> Mapping {
    let settled = &settled.within(dataset);
    let matching = Matching::of(dataset, columns, settled, reach);
    let field = |index: usize| {
        let id = dataset.fields[index].id;
        match (settled.field(id), settled.constant(id)) {
            (Some(known), _) => known_field(dataset, known, columns, known.why.as_deref().unwrap_or(&settled.why)),
            (None, Some(value)) => FieldMapping {
                constant: Some(value.to_owned()),
                confidence: Confidence::Fixed,
                why: settled.why.clone(),
                ..FieldMapping::unmapped(id)
            },
            (None, None) => matching.mapping(index, dataset, columns),
        }
    };
    let mut fields: Vec<FieldMapping> = (0..dataset.fields.len()).map(field).collect();
    finish::settle_phones(dataset, &mut fields, columns);
    finish::join_names(dataset, &mut fields, columns);
    finish::doubt_amount(dataset, &mut fields);
    if dataset.field(STREAM).is_some() {
        finish::keep_left_over(dataset, &mut fields, columns);
    }
    Mapping {
        version: VERSION,
        destination: destination.to_owned(),
        dataset: dataset.id.to_owned(),
        fields,
        meters: Vec::new(),
    }
}

/// The mapping of one field whose columns the user chose: the steps that their values ask for, and the question that is
/// still open. `columns` in the order in which they are joined; none takes the field off.
pub fn choose(dataset: &Dataset, id: &str, columns: &[&ColumnProfile]) -> FieldMapping {
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let mut mapping = FieldMapping { columns: names, ..FieldMapping::unmapped(id) };
    let Some(first) = columns.first() else { return mapping };
    let fit = if let Some(field) = dataset.field(id) {
        content::fit(wanted(dataset, field), first)
    } else {
        let (kind, fit) = match dataset.free_kind(id) {
            Some(kind) => (kind, content::free_as(kind, first)),
            None => content::free(first),
        };
        mapping.kind = Some(kind);
        fit
    };
    if columns.len() > 1 {
        mapping.steps.push(Step::Join { separator: " ".to_owned() });
    }
    mapping.steps.extend(fit.steps);
    (mapping.confidence, mapping.why) = match fit.question {
        Some(question) => (Confidence::Question, question),
        None => (Confidence::User, "Set by you".to_owned()),
    };
    mapping
}

/// A field whose columns are known; its values may still leave a question.
fn known_field(dataset: &Dataset, known: &SettledField, columns: &[ColumnProfile], why: &str) -> FieldMapping {
    let names = known.columns.iter();
    let profiles: Vec<&ColumnProfile> =
        names.filter_map(|name| columns.iter().find(|column| column.name == *name)).collect();
    let mut mapping = choose(dataset, &known.field, &profiles);
    // Columns are put together before anything else.
    let joined = mapping.steps.iter().take_while(|step| matches!(step, Step::Join { .. })).count();
    mapping.steps.splice(joined..joined, known.steps.iter().cloned());
    if mapping.confidence == Confidence::User {
        mapping.confidence = Confidence::Certain;
        why.clone_into(&mut mapping.why);
    }
    mapping
}

/// [`choose`], but with the steps the field had, as long as they read the new column's values no worse and the column
/// leaves no question. How dates and numbers are written is the column's own. Says whether they were kept.
pub fn choose_again(dataset: &Dataset, old: &FieldMapping, columns: &[&ColumnProfile]) -> (FieldMapping, bool) {
    let mut mapping = choose(dataset, &old.field, columns);
    let Some(first) = columns.first() else { return (mapping, false) };
    let kind = dataset.field(&old.field).map(|field| field.kind).or(mapping.kind);
    let settled =
        !matches!(mapping.confidence, Confidence::Question) && !matches!(old.confidence, Confidence::Question);
    let alike = old.columns.len() == columns.len() && formats(&old.steps) == formats(&mapping.steps);
    let Some(kind) = kind.filter(|_| settled && alike && old.steps != mapping.steps) else { return (mapping, false) };
    let fits = content::reads(kind, &old.steps, first) >= content::reads(kind, &mapping.steps, first);
    if fits {
        mapping.steps.clone_from(&old.steps);
    }
    (mapping, fits)
}

/// How the steps say that dates and numbers are written.
fn formats(steps: &[Step]) -> Vec<&str> {
    fn format(step: &Step) -> Option<&str> {
        match step {
            Step::Date { format } | Step::Number { format } => Some(format),
            _ => None,
        }
    }
    steps.iter().filter_map(format).collect()
}

/// A free field that keeps a left-over column along; `None` where the dataset takes no free fields.
pub fn keep(dataset: &Dataset, mapping: &Mapping, profile: &ColumnProfile) -> Option<FieldMapping> {
    let taken = mapping.fields.iter().map(|field| field.field.clone()).collect();
    let (kind, fit) = content::free(profile);
    let (confidence, why) = match fit.question {
        Some(question) => (Confidence::Question, question),
        None => (Confidence::Certain, format!("Kept as it is; {} filled", count(profile.filled))),
    };
    Some(FieldMapping {
        columns: vec![profile.name.clone()],
        steps: fit.steps,
        confidence,
        why,
        kind: Some(kind),
        ..FieldMapping::unmapped(&finish::free_id(dataset, &profile.name, kind, &taken)?)
    })
}

/// What is still to be asked about the words of a field that takes only some: `6 words, 2 not known`.
pub fn unknown_words(dataset: &Dataset, mapping: &FieldMapping, profile: &ColumnProfile) -> Option<String> {
    let field = dataset.field(&mapping.field)?;
    let asked = matches!(field.kind, Kind::Cadence | Kind::Choice);
    if asked { content::unknown(field.kind, field.allowed, &mapping.steps, profile) } else { None }
}

impl Matching {
    fn of(dataset: &Dataset, columns: &[ColumnProfile], settled: &Settled, reach: Reach) -> Self {
        let mut candidates = Vec::new();
        let headings: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let readings = heading::readings(dataset, &headings);
        let scores: Vec<Scores> = readings.iter().map(|readings| score::scores(dataset, readings)).collect();
        let compared = columns.iter().zip(&readings).enumerate();
        for (column, (profile, readings)) in compared.filter(|(_, (profile, _))| !settled.has(&profile.name)) {
            // Asked by many fields: gathered once, and only where they can tell something.
            let values = LazyCell::new(|| content::Values::of(profile));
            let of_another = readings.iter().all(|reading| score::is_of_another(dataset, &reading.words));
            let open = dataset.fields.iter().enumerate().filter(|(_, field)| settled.is_open(field.id));
            for (index, field) in open {
                let named = scores[column].get(&field.concept).copied().filter(|name| *name >= least(field.kind));
                let plainly = named.filter(|name| *name >= HINT);
                let name = plainly.or_else(|| unnamed(field, profile, &values, of_another)).or(named);
                if let Some(name) = name {
                    let fit = content::fit_of(wanted(dataset, field), profile, &values);
                    candidates.push(Candidate { field: index, column, name, fit });
                }
            }
        }
        candidates.retain(|candidate| candidate.weight() > 0 && candidate.is_told());
        let chosen = assign(&candidates, dataset.fields.len());
        let mut matching = Self { candidates, chosen };
        matching.by_elimination(dataset, columns, &readings, settled);
        if reach == Reach::Nearest {
            matching.by_nearness(dataset, columns, &readings, &scores, settled);
        }
        matching
    }

    /// Gives required fields that still have none the column that comes nearest to what they hold.
    fn by_nearness(
        &mut self,
        dataset: &Dataset,
        columns: &[ColumnProfile],
        readings: &[Vec<Reading>],
        scores: &[Scores],
        settled: &Settled,
    ) {
        for (index, field) in dataset.fields.iter().enumerate() {
            let wanted = wanted(dataset, field);
            let needed = left_over::is_worth(dataset, field) && settled.is_open(field.id);
            if !needed || self.chosen(index).is_some() {
                continue;
            }
            // A person's name is put together from two columns.
            if finish::is_whole_name(field) && finish::first_and_last(columns).is_some() {
                continue;
            }
            let left = (0..columns.len()).filter(|column| {
                let named = readings[*column].iter().any(|reading| left_over::is_for_another(dataset, wanted, reading));
                !settled.has(&columns[*column].name) && !self.takes(*column) && !named
            });
            let name = |column: usize| scores[column].get(&field.concept).copied().unwrap_or(0);
            if let Some(column) = left_over::nearest(wanted, columns, readings, name, left) {
                let fit = content::fit(wanted, &columns[column]);
                self.chosen[index] = Some(self.candidates.len());
                self.candidates.push(Candidate { field: index, column, name: NEAREST, fit });
            }
        }
    }

    /// Gives required fields that found nothing a column that an optional field took, or what is left and can be nothing
    /// else.
    fn by_elimination(
        &mut self,
        dataset: &Dataset,
        columns: &[ColumnProfile],
        readings: &[Vec<Reading>],
        settled: &Settled,
    ) {
        for (index, field) in dataset.fields.iter().enumerate() {
            let wanted = wanted(dataset, field);
            if !left_over::is_worth(dataset, field) || !settled.is_open(field.id) || self.chosen(index).is_some() {
                continue;
            }
            if let Some(candidate) = self.taken_by_optional(dataset, index).filter(|_| field.required) {
                let column = self.candidates[candidate].column;
                self.chosen.iter_mut().for_each(|chosen| {
                    chosen.take_if(|taken| self.candidates[*taken].column == column);
                });
                self.chosen[index] = Some(candidate);
                continue;
            }
            let left = |column: &usize| {
                let named =
                    readings[*column].iter().any(|reading| left_over::is_named_otherwise(dataset, wanted, reading));
                !settled.has(&columns[*column].name) && !self.takes(*column) && !named
            };
            if let Some(column) = left_over::only(wanted, columns, (0..columns.len()).filter(left)) {
                let fit = content::fit(wanted, &columns[column]);
                self.chosen[index] = Some(self.candidates.len());
                self.candidates.push(Candidate { field: index, column, name: LEFT, fit });
            }
        }
    }

    /// The best column for a required field, where a field took it that can do without.
    fn taken_by_optional(&self, dataset: &Dataset, field: usize) -> Option<usize> {
        let optional = |column: usize| {
            let mut holders = self.chosen.iter().flatten().map(|index| &self.candidates[*index]);
            holders.any(|holder| holder.column == column && !dataset.fields[holder.field].required)
        };
        let own = self.candidates.iter().enumerate().filter(|(_, candidate)| {
            candidate.field == field && candidate.fit.verdict == Verdict::Agrees && optional(candidate.column)
        });
        own.max_by_key(|(_, candidate)| candidate.weight()).map(|(index, _)| index)
    }

    /// Whether a column was given to a field.
    fn takes(&self, column: usize) -> bool {
        self.chosen.iter().flatten().any(|index| self.candidates[*index].column == column)
    }

    fn chosen(&self, field: usize) -> Option<&Candidate> {
        self.chosen.get(field).copied().flatten().map(|index| &self.candidates[index])
    }

    fn mapping(&self, index: usize, dataset: &Dataset, columns: &[ColumnProfile]) -> FieldMapping {
        let field = &dataset.fields[index];
        let mut mapping = FieldMapping::unmapped(field.id);
        if let Some(candidate) = self.chosen(index) {
            mapping.columns.push(columns[candidate.column].name.clone());
            mapping.steps.clone_from(&candidate.fit.steps);
            (mapping.confidence, mapping.why) = self.confidence(candidate, dataset, columns);
        } else if let Some(preset) = field.preset {
            mapping.constant = Some(preset.to_owned());
            mapping.confidence = Confidence::Fixed;
            mapping.why = format!("Always “{}”", shown(preset));
        }
        mapping
    }

    fn confidence(&self, candidate: &Candidate, dataset: &Dataset, columns: &[ColumnProfile]) -> (Confidence, String) {
        let why = &candidate.fit.why;
        if let Some(question) = &candidate.fit.question {
            return (Confidence::Question, question.clone());
        }
        if let Some(rival) = self.rival(candidate) {
            return (Confidence::Likely, format!("{why}; “{}” fits too", columns[rival].name));
        }
        if let Some(other) = self.other_field(candidate) {
            return (Confidence::Likely, format!("{why}; may be “{}” too", dataset.fields[other].label));
        }
        let plain = candidate.name >= PLAIN;
        match candidate.fit.verdict {
            Verdict::Agrees if plain => (Confidence::Certain, why.clone()),
            _ if candidate.name == NEAREST => {
                (Confidence::Likely, format!("Needed, and nearest of what is left; {}", lower(why)))
            }
            _ if candidate.name == LEFT => (Confidence::Likely, format!("Nothing else is left for it; {}", lower(why))),
            Verdict::Agrees if candidate.name <= UNNAMED => {
                (Confidence::Likely, format!("Unknown heading; {}", lower(why)))
            }
            Verdict::Agrees => (Confidence::Likely, format!("Same meaning; {}", lower(why))),
            _ => (Confidence::Likely, format!("By its heading; {}", lower(why))),
        }
    }

    /// Another column, used for no other field, that fits the field nearly as well.
    fn rival(&self, candidate: &Candidate) -> Option<usize> {
        let near = |other: &&Candidate| {
            other.field == candidate.field
                && other.column != candidate.column
                && other.weight() + RIVAL > candidate.weight()
                && !self.takes(other.column)
        };
        self.candidates.iter().find(near).map(|other| other.column)
    }

    /// Another field, without a column of its own, that the column fits just as well.
    fn other_field(&self, candidate: &Candidate) -> Option<usize> {
        let as_good = |other: &&Candidate| {
            other.column == candidate.column
                && other.field != candidate.field
                && other.weight() + AS_GOOD > candidate.weight()
                && self.chosen(other.field).is_none()
        };
        self.candidates.iter().find(as_good).map(|other| other.field)
    }
}

fn wanted(dataset: &Dataset, field: &Field) -> Wanted {
    // The identity of a grouped dataset is shared by the rows of one record.
    let unique = (field.unique || dataset.identity == field.id) && dataset.grouped_by != Some(field.id);
    Wanted { kind: field.kind, concept: field.concept, unique, allowed: field.allowed }
}

/// The least that a name has to say: less, where few columns hold values of the kind.
fn least(kind: Kind) -> u32 {
    match kind {
        Kind::Text | Kind::Id | Kind::Slug | Kind::Choice | Kind::Boolean => HINT,
        _ => FAINT,
    }
}

/// The score of a column whose values alone tell what it is.
fn unnamed<'a, F: FnOnce() -> content::Values<'a>>(
    field: &Field,
    profile: &ColumnProfile,
    values: &LazyCell<content::Values<'a>, F>,
    of_another: bool,
) -> Option<u32> {
    let nearly_all = |fits: fn(&str) -> bool| values.percent(fits) >= 95;
    let (tells, of_another_too) = match field.kind {
        Kind::Email => (nearly_all(|value| is_email(value.trim())), false),
        Kind::Currency if profile.distinct <= 20 => (nearly_all(is_currency_code), true),
        Kind::Cadence | Kind::Choice if profile.kind == ColumnType::Text && profile.distinct <= 20 => {
            (content::fit_of(Wanted::loosely(field), profile, values).verdict == Verdict::Agrees, true)
        }
        _ => (false, false),
    };
    match (tells, of_another) {
        (true, false) => Some(UNNAMED),
        (true, true) if of_another_too => Some(MISNAMED),
        _ => None,
    }
}

fn is_currency_code(value: &str) -> bool {
    let value = value.trim();
    value.len() == 3 && currency(value, None).is_some_and(|code| code == value)
}

/// The assignment of columns to fields with the greatest sum of weights. A field may stay without a column.
fn assign(candidates: &[Candidate], fields: usize) -> Vec<Option<usize>> {
    let mut used: Vec<usize> = candidates.iter().map(|candidate| candidate.column).collect();
    used.sort_unstable();
    used.dedup();
    // One more column of weight 0 for each field: to have none.
    let mut weights = Matrix::new(fields, used.len() + fields, 0_i64);
    for candidate in candidates {
        if let Ok(column) = used.binary_search(&candidate.column) {
            // Squared, so that one very good pair outweighs two middling ones; of equal columns the first is taken.
            let earlier = i64::try_from(used.len() - column).unwrap_or(0);
            weights[(candidate.field, column)] = candidate.weight().pow(2) * FIRST_COUNTS + earlier;
        }
    }
    if fields == 0 {
        return Vec::new();
    }
    let (_, columns) = kuhn_munkres(&weights);
    let chosen = |(field, column): (usize, usize)| {
        let column = *used.get(column)?;
        candidates.iter().position(|candidate| candidate.field == field && candidate.column == column)
    };
    columns.into_iter().enumerate().map(chosen).collect()
}

/// A fixed value as it is shown.
fn shown(value: &str) -> &str {
    match value {
        "true" => "Yes",
        "false" => "No",
        value => value,
    }
}

fn lower(why: &str) -> String {
    let mut characters = why.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

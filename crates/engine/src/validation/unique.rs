//! Values that may stand only once: which rows share one, and what to say about each.
//!
//! Hashes propose, values decide: every proposed row is read again, so a collision of hashes never accuses anyone.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use xxhash_rust::xxh3::Xxh3;

use super::Located;
use crate::mapping::{Mapper, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Field, Kind};
use crate::store::edit::{self, Overlay};
use crate::store::{Place, Result, chunk};
use crate::transform::Value;

use super::scan::Piece;

/// By source.
pub type Mappers<'m> = HashMap<u32, &'m Mapper>;

/// A row that shares a value with others, as far as it is needed to tell.
#[derive(Debug, Clone)]
struct Holder {
    place: Place,
    line: u64,
    key: String,
    /// The cell as it stands.
    value: String,
    /// Fingerprint of the whole row, to see a true copy.
    row: u128,
}

/// The text by which a value is compared: e-mail addresses regardless of case, all else to the letter.
pub fn key_text(value: &Value<'_>, email: bool) -> Option<String> {
    match value {
        Value::Text(text) if email => Some(text.to_lowercase()),
        Value::Text(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.normalize().to_string()),
        _ => None,
    }
}

/// Findings on the rows of `groups`, each a list of rows that hash alike in `field`. `required`: whether the field names
/// the record. Then every row that shares a value is an error; otherwise a row that is a copy of an earlier one in every
/// cell is a warning on the copy.
pub fn judge(
    connection: &Connection,
    groups: &[Vec<Place>],
    field: &'static Field,
    mappers: &Mappers<'_>,
) -> Result<Vec<Located>> {
    let mut places: Vec<Place> = groups.iter().flatten().copied().collect();
    places.sort_unstable();
    places.dedup();
    let holders = read(connection, &places, field, mappers)?;
    let mut found = Vec::new();
    for group in groups {
        let mut same: BTreeMap<&str, Vec<&Holder>> = BTreeMap::new();
        for holder in group.iter().filter_map(|place| holders.get(place)) {
            same.entry(&holder.key).or_default().push(holder);
        }
        for mut holders in same.into_values().filter(|holders| holders.len() > 1) {
            holders.sort_by_key(|holder| holder.place);
            tell(&holders, field, &mut found);
        }
    }
    Ok(found)
}

fn tell(holders: &[&Holder], field: &'static Field, found: &mut Vec<Located>) {
    let first = holders[0];
    let copies = !field.required && holders.iter().all(|holder| holder.row == first.row);
    for (index, holder) in holders.iter().enumerate() {
        let fault = if copies {
            if index == 0 {
                continue;
            }
            let message = format!(
                "This row repeats line {} in every column. Exclude the copy, or it is loaded twice.",
                first.line
            );
            Fault::warning(Rule::Unique, message)
        } else {
            let other = holders[usize::from(index == 0)];
            let message = format!(
                "{} “{}” is used on line {} too. It must be there only once: correct or exclude one of the rows.",
                field.label, holder.key, other.line
            );
            Fault::error(Rule::Unique, message)
        };
        found.push(Located {
            place: holder.place,
            line: holder.line,
            field: field.id,
            value: Some(holder.value.clone()),
            fault,
        });
    }
}

/// The rows at `places` (sorted), decoding each chunk once.
fn read(
    connection: &Connection,
    places: &[Place],
    field: &'static Field,
    mappers: &Mappers<'_>,
) -> Result<HashMap<Place, Holder>> {
    let mut holders = HashMap::new();
    let mut rest = places;
    while let Some(&first) = rest.first() {
        let Some(found) = chunk::holding(connection, first)? else {
            rest = &rest[1..];
            continue;
        };
        let last = Place::new(first.source, found.first_row + u64::from(found.rows) - 1);
        let (here, after) = rest.split_at(rest.partition_point(|place| *place <= last));
        rest = after;
        let overlay = if edit::touches(connection, first.source)? {
            edit::overlay(connection, first.source, found.first_row, last.row)?
        } else {
            Overlay::default()
        };
        let piece = Piece { source: first.source, chunk: found, overlay };
        let Some(mapper) = mappers.get(&first.source) else { continue };
        let Some(position) = mapper.position(field.id) else { continue };
        let shown = &mapper.fields()[position];
        let email = field.kind == Kind::Email;
        let mut record = Record::default();
        piece.each_at(here, |seen| {
            let value = mapper.value(position, seen.cells, &mut record);
            if let Some(key) = value.and_then(|value| key_text(value, email)) {
                let (value, row) = (shown.text(seen.cells).to_owned(), fingerprint(seen.cells));
                holders.insert(seen.place, Holder { place: seen.place, line: seen.line, key, value, row });
            }
        })?;
    }
    Ok(holders)
}

/// Cells with their lengths, so that no two rows run together alike.
fn fingerprint(cells: &[&str]) -> u128 {
    let mut hash = Xxh3::new();
    for cell in cells {
        hash.update(&(cell.len() as u64).to_le_bytes());
        hash.update(cell.as_bytes());
    }
    hash.digest128()
}

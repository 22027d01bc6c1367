//! Promises of look-ups, on tables of all kinds: what is taken stands in a row with that very key, and wherever rows differ
//! nothing is taken.

use std::convert::Infallible;
use std::sync::Arc;

use engine::mapping::{FieldMapping, Index, IndexBuilder, Lookup, Mapper, Mapping, Record, Table};
use engine::schema::finding::Rule;
use engine::schema::zenskar;
use proptest::prelude::*;

type Row = (Vec<String>, String);

fn index(rows: &[Row]) -> Arc<Index> {
    let mut builder = IndexBuilder::new(&[]).expect("no steps");
    builder.begin("other.csv");
    for (line, (keys, text)) in (2..).zip(rows) {
        builder.add(&keys.iter().map(String::as_str).collect::<Vec<_>>(), text, line);
    }
    Arc::new(builder.build())
}

/// A field that is looked up by as many columns, in as many tables, as are given.
fn mapper(keys: usize, tables: &[Arc<Index>]) -> Mapper {
    let named = |count: usize| (0..count).map(|at| format!("k{at}")).collect::<Vec<_>>();
    let lookup = |(at, _): (usize, &Arc<Index>)| Lookup {
        table: Table { file: format!("{at}"), sheet: None, headings: Vec::new() },
        keys: named(if at == 0 { keys } else { 1 }),
        take: "text".to_owned(),
        steps: Vec::new(),
    };
    let field = FieldMapping {
        columns: named(keys),
        lookups: tables.iter().enumerate().map(lookup).collect(),
        ..FieldMapping::unmapped("tax_info.tax_id")
    };
    let dataset = zenskar::schema().dataset("customers").expect("a dataset");
    let mapping = Mapping { fields: vec![field], ..Mapping::empty("zenskar", "customers") };
    let mut mapper = Mapper::compile(dataset, &mapping, &named(keys)).expect("the mapping fits");
    let table = |lookup: &Lookup| lookup.table.file.parse::<usize>().ok().and_then(|at| tables.get(at)).cloned();
    let lent = mapper.lend(|lookup| Ok::<_, Infallible>(table(lookup)));
    lent.expect("tables are at hand");
    mapper
}

/// The value of the field, and the rules its row breaks.
fn looked_up(mapper: &Mapper, cells: &[String]) -> (Option<String>, Vec<Rule>) {
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let field = mapper.position("tax_info.tax_id").expect("it is mapped");
    let mut record = Record::default();
    let value = mapper.value(field, &cells, &mut record).map(ToString::to_string);
    (value, record.faults.iter().map(|fault| fault.fault.rule).collect())
}

/// Few letters, so that keys meet; blanks around them, which do not count.
fn cell() -> impl Strategy<Value = String> {
    "[ ]{0,1}[abé]{0,2}[ ]{0,1}"
}

fn rows(keys: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((prop::collection::vec(cell(), keys), "[ ]{0,1}[xyz]{0,2}"), 0..12)
}

/// What the rows with a key say, each once, empty ones left out.
fn said<'r>(rows: &'r [Row], keys: &[String]) -> Option<Vec<&'r str>> {
    let same = |row: &&Row| row.0.iter().zip(keys).all(|(one, other)| one.trim() == other.trim());
    let texts: Vec<&str> = rows.iter().filter(same).map(|(_, text)| text.trim()).collect();
    if texts.is_empty() || keys.iter().all(|key| key.trim().is_empty()) {
        return None;
    }
    let mut filled: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    filled.sort_unstable();
    filled.dedup();
    Some(filled)
}

proptest! {
    #[test]
    fn what_is_taken_stands_in_a_row_with_that_key(rows in rows(2), asked in prop::collection::vec(cell(), 2)) {
        let (value, rules) = looked_up(&mapper(2, &[index(&rows)]), &asked);
        let is_empty = asked.iter().all(|key| key.trim().is_empty());
        match said(&rows, &asked).as_deref() {
            _ if is_empty => prop_assert_eq!((value, rules), (None, vec![])),
            None => prop_assert_eq!((value, rules), (None, vec![Rule::Lookup])),
            Some([]) => prop_assert_eq!((value, rules), (None, vec![])),
            Some([only]) => prop_assert_eq!((value, rules), (Some((*only).to_owned()), vec![])),
            Some(_) => prop_assert_eq!((value, rules), (None, vec![Rule::Ambiguous])),
        }
    }

    #[test]
    fn what_one_table_gives_is_the_next_ones_key(
        first in prop::collection::vec((prop::collection::vec(cell(), 1), cell()), 0..8),
        second in rows(1),
        asked in cell(),
    ) {
        let (value, _) = looked_up(&mapper(1, &[index(&first), index(&second)]), std::slice::from_ref(&asked));
        if let Some(value) = value {
            let between = said(&first, &[asked]).expect("there is a row");
            prop_assert_eq!(between.len(), 1);
            let last = said(&second, &[between[0].to_owned()]).expect("there is a row");
            prop_assert_eq!(last, vec![value.as_str()]);
        }
    }
}

#[test]
fn keys_of_several_columns_do_not_run_together() {
    let row = |keys: [&str; 2], text: &str| (keys.map(str::to_owned).to_vec(), text.to_owned());
    let mapper = mapper(2, &[index(&[row(["ab", "c"], "one"), row(["a", "bc"], "two")])]);
    let value = |keys: [&str; 2]| looked_up(&mapper, &keys.map(str::to_owned)).0;
    assert_eq!([value(["ab", "c"]), value(["a", "bc"])], [Some("one".to_owned()), Some("two".to_owned())]);
    assert_eq!(value(["abc", ""]), None);
}

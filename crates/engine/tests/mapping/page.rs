//! docs/MATCHING.md.

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::mapping::Confidence;

use crate::labelled::Part;
use crate::tally::{Missed, Tally};
use crate::variants;

const HEAD: &str = "\
# How well columns find their fields

Written by `cargo xtask matching`; a test holds this page against what the program does.

Matching is tried on tables of systems that Carryover knows nothing of: other billing systems, CRMs, ledgers and hand-made
lists, in four languages, with short forms and prefixes. Headings are those of the vendors’ documentation where they
could be looked up, otherwise what the product is known to write, or invented in its manner; each table says which in
`fixtures/matching/*.txt`. All values are invented. A table is read and matched as `import` does it, told nothing but what it
is about.

*Training* tables were looked at while the word lists and rules were made. *Held-out* tables were written and labelled before
the first measurement; nothing was changed because of one. They are what the numbers of a new file should be like.

A column is *right* when it feeds the field of its label. Where two columns have an equal claim, either is right. *Required*
counts the fields without which no record can be sent, as far as a column holds them. *Told* is the share of tables whose
dataset was recognised.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut missed = Vec::new();
    for (part, title) in [(Part::HeldOut, "Held-out tables"), (Part::Training, "Training tables")] {
        let (tallies, all_missed) = tallies(part);
        // Writing to a String cannot fail.
        _ = write!(page, "\n## {title}\n\n{}", table(&tallies));
        missed.push((title, all_missed));
    }
    for (title, missed) in missed {
        _ = write!(page, "\n## Missed: {}\n\n{}", title.to_lowercase(), missed_table(&missed));
    }
    page + &variants::section()
}

/// By dataset and language, with `all` for every group.
fn tallies(part: Part) -> (BTreeMap<(String, String), Tally>, Vec<Missed>) {
    let (mut tallies, mut missed) = (BTreeMap::new(), Vec::new());
    for table in part.tables() {
        let (tally, of_table) = Tally::of(&table);
        for dataset in [&table.dataset, "all"] {
            for language in [&table.language, "all"] {
                let group: &mut Tally = tallies.entry((dataset.to_owned(), language.to_owned())).or_default();
                group.add(&tally);
            }
        }
        missed.extend(of_table);
    }
    (tallies, missed)
}

fn table(tallies: &BTreeMap<(String, String), Tally>) -> String {
    let mut text = "| dataset | language | tables | told | required right | mappable right | precision | certain right |\n\
                    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for ((dataset, language), tally) in tallies {
        let Tally { tables, told, required, recall, precision, certain } = tally;
        let line = format!(
            "| {dataset} | {language} | {tables} | {told} | {required} | {recall} | {precision} | {certain} |"
        );
        text += &line;
        text.push('\n');
    }
    text
}

fn missed_table(missed: &[Missed]) -> String {
    let mut text = "| table | column | is | got | how sure |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for Missed { system, column, expected, given, confidence } in missed {
        let sure = match confidence {
            Confidence::None => "not matched",
            Confidence::Question => "asks",
            Confidence::Likely => "likely",
            Confidence::Certain => "**certain**",
            Confidence::Fixed | Confidence::User => "fixed",
        };
        _ = writeln!(text, "| {system} | {column} | {expected} | {given} | {sure} |");
    }
    text
}

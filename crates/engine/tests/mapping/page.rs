//! docs/MATCHING.md.

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::mapping::Confidence;

use crate::labelled::Part;
use crate::tally::{MEASURED, Missed, Tally};
use crate::variants;

const HEAD: &str = "\
# How well columns find their fields

Written by `cargo xtask matching`; a test holds this page against what the program does.

Matching is tried on tables of systems that Carryover knows nothing of: other billing systems, CRMs, ledgers and hand-made
lists, in four languages, with short forms and prefixes. Headings are those of the vendors’ documentation where they
could be looked up, otherwise what the product is known to write, or invented in its manner; each table says which in
`fixtures/matching/*.txt`. All values are invented. A table is read and matched as `import` does it, told nothing but what it
is about.

A column is *right* when it feeds the field of its label. Where two columns have an equal claim, either is right. *Required*
counts the fields without which no record can be sent, as far as a column holds them. *Told* is the share of tables whose
dataset was recognised.

## What a new file is like

The tables came in six rounds. Each was labelled before it was measured and measured before anything was changed because of
it; afterwards its misses were looked at, and it became training for the next. These are the first measurements, the ones to
expect of a file nobody has seen:

| round | tables | required right | mappable right | precision | certain right |
| --- | ---: | ---: | ---: | ---: | ---: |
| before any work on it | 56 | 70.5 % | 77.1 % | 98.7 % | 100.0 % |
| second, headings word for word from documentation | 40 | 86.2 % | 87.5 % | 95.0 % | 97.6 % |
| third, the same | 24 | 90.4 % | 91.9 % | 97.6 % | 99.2 % |
| fourth, the same | 22 | 91.4 % | 91.5 % | 99.3 % | 100.0 % |
| fifth, more than half of it German, French and Spanish | 25 | 92.9 % | 93.9 % | 93.2 % | 97.5 % |
| sixth, half of it German, French and Spanish | 21 | 97.5 % | 96.8 % | 98.2 % | 99.2 % |

In rounds two to four the headings are word for word from documentation. In the fifth, those of 14 of 25 tables are, in the
sixth those of 4 of 21; the others are of products whose headings are known, or invented in the manner of a trade, and three
systems had another table in an earlier round. Whoever wrote them also wrote the word lists: the last two lines may flatter.
What was wrong with certainty in the fifth round (a second telephone number, a number taken for a count, a roaming partner taken
for the customer) came of names in the lists that were called sure and are not; they are proposals now.

Since the fifth round a field that a record needs is not left empty where a column could hold it: the one that comes nearest by
its heading and values is proposed, to be confirmed. That answers more of what is required and makes a wrong proposal somewhat
likelier; it is never called certain, and it does not count when Carryover tells what a table is about.

What follows is how the same tables fare today. The last round is kept apart: least was changed because of it.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut missed = Vec::new();
    for (part, title) in [(Part::HeldOut, "The last round"), (Part::Training, "The rounds before")] {
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
fn tallies(part: Part) -> (BTreeMap<(String, String), Tally>, Vec<&'static Missed>) {
    let (mut tallies, mut missed) = (BTreeMap::new(), Vec::new());
    for table in MEASURED.iter().filter(|table| table.part == part) {
        for dataset in [&table.dataset, "all"] {
            for language in [&table.language, "all"] {
                let group: &mut Tally = tallies.entry((dataset.to_owned(), language.to_owned())).or_default();
                group.add(&table.tally);
            }
        }
        missed.extend(&table.missed);
    }
    (tallies, missed)
}

fn table(tallies: &BTreeMap<(String, String), Tally>) -> String {
    let mut text =
        "| dataset | language | tables | told | required right | mappable right | precision | certain right |\n\
                    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for ((dataset, language), tally) in tallies {
        let Tally { tables, told, required, recall, precision, certain } = tally;
        let line =
            format!("| {dataset} | {language} | {tables} | {told} | {required} | {recall} | {precision} | {certain} |");
        text += &line;
        text.push('\n');
    }
    text
}

fn missed_table(missed: &[&Missed]) -> String {
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

//! `carryover inspect FILE…`

use engine::api::Result;
use engine::api::inspect::{InspectedFile, InspectedTable, inspect, write_csv};

use super::{Front, hints};
use crate::args::Inspect;
use crate::output::{self, Outcome, count, table};

pub(super) fn run(front: &Front, args: &Inspect) -> Result<Outcome> {
    let hints = hints(&args.reading);
    let inspection = inspect(&args.files, &hints, "zenskar", args.full)?;
    if let Some(folder) = &args.csv {
        for path in &args.files {
            for written in write_csv(path, &hints, folder)? {
                output::say(&format!("wrote {}", written.display()));
            }
        }
    }
    output::result(front.json, &inspection, || inspection.files.iter().map(file).collect::<Vec<_>>().join("\n"));
    Ok(Outcome::Clean)
}

fn file(file: &InspectedFile) -> String {
    let mut facts = vec![format!("{:?}", file.format).to_lowercase(), format!("{} bytes", count(file.bytes))];
    facts.extend(file.encoding.clone());
    facts.extend(file.delimiter.as_ref().map(|delimiter| format!("separator {}", named(delimiter))));
    facts.extend(file.quote.as_ref().map(|quote| format!("quotes {quote}")));
    facts.extend(file.looked_at.as_ref().map(|looked| {
        let (seen, all) = (count(looked.bytes >> 20), count(file.bytes >> 20));
        format!(
            "only the head, the middle and the tail were looked at ({seen} of {all} MiB): rows, empty and different values \
             are estimates, and what is between is not known; --full reads everything"
        )
    }));
    let tables: Vec<String> = file.tables.iter().map(self::table_text).collect();
    let remarks: Vec<String> =
        file.remarks.iter().map(|remark| format!("  line {}: {}", remark.line, remark.message)).collect();
    format!("{}\n  {}\n{}\n{}", file.path, facts.join(", "), remarks.join("\n"), tables.join("\n"))
}

fn named(delimiter: &str) -> String {
    match delimiter {
        "\t" => "tab".to_owned(),
        " " => "blank".to_owned(),
        other => other.to_owned(),
    }
}

fn table_text(shown: &InspectedTable) -> String {
    let sheet = shown.sheet.as_ref().map(|sheet| format!("sheet “{sheet}”: ")).unwrap_or_default();
    let header = match shown.header_row {
        Some(column) if shown.transposed => format!("on its side, header in column {column}"),
        Some(row) => format!("header in row {row}"),
        None => "no header".to_owned(),
    };
    let about = shown.recognised.as_ref().map_or("it is not clear what it is about".to_owned(), |found| {
        format!("looks like {} ({})", found.dataset, found.why)
    });
    let columns = shown.columns.iter().map(|column| {
        let format =
            if column.also.len() > 1 { column.also.join(" or ") } else { column.format.clone().unwrap_or_default() };
        let kind = format!("{:?}", column.kind).to_lowercase();
        vec![
            column.name.clone(),
            kind,
            format,
            count(column.distinct),
            count(column.empty),
            column.samples.first().cloned().unwrap_or_default(),
        ]
    });
    format!(
        "  {sheet}{} rows, {header}, {} lines above, {} below are not data; {about}\n{}",
        count(shown.rows),
        shown.preamble_rows,
        shown.footer_rows,
        table(&["Column", "Type", "Format", "Different", "Empty", "Example"], 3..5, columns)
    )
}

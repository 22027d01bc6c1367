//! Files as they go wrong: three sound tables, each spoilt in every way that was met in files of others, with what a reader
//! should make of them. All of it is made, none is kept; the same every time.
//!
//! `cargo xtask accuracy` measures other readers on the same files, so this module knows nothing of the engine.

use std::fmt::Write as _;

/// A table as it is meant.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// One spoilt file and what is right about it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// `shop/delimiter_semicolon`.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// `None` where there is nothing to separate.
    pub(crate) delimiter: Option<&'static str>,
    pub(crate) quote: char,
    /// WHATWG label.
    pub(crate) encoding: &'static str,
    /// Rows that are no part of the table and stand above it.
    pub(crate) titles: usize,
    /// Empty for a file without one.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// How a table is written down.
#[derive(Clone, Copy)]
struct Style {
    delimiter: &'static str,
    quote: char,
    inside: Inside,
    ending: &'static str,
    always: bool,
}

/// How a quote inside quotes is written.
#[derive(Clone, Copy)]
enum Inside {
    Doubled,
    Escaped,
    /// As if it were any character.
    Bare,
}

const PLAIN: Style = Style { delimiter: ",", quote: '"', inside: Inside::Doubled, ending: "\n", always: false };

/// Every table spoilt in every way.
pub(crate) fn cases() -> Vec<Case> {
    tables().iter().flat_map(spoilt).chain(single_columns()).chain(several()).collect()
}

fn spoilt(table: &Table) -> Vec<Case> {
    let mut cases = vec![case(table, "sound", PLAIN)];
    cases.extend(dialects(table));
    cases.extend(frames(table));
    cases.extend(rows(table));
    cases.extend(encodings(table));
    cases
}

fn case(table: &Table, how: &str, style: Style) -> Case {
    Case {
        name: format!("{}/{how}", table.name),
        bytes: text(&whole(table), style).into_bytes(),
        delimiter: Some(style.delimiter),
        quote: style.quote,
        encoding: "utf-8",
        titles: 0,
        header: table.header.clone(),
        rows: table.rows.clone(),
    }
}

fn whole(table: &Table) -> Vec<Vec<String>> {
    [std::slice::from_ref(&table.header), &table.rows].concat()
}

fn text(rows: &[Vec<String>], style: Style) -> String {
    rows.iter().fold(String::new(), |mut text, row| {
        let cells: Vec<String> = row.iter().map(|cell| written(cell, style)).collect();
        // Writing to a String cannot fail.
        _ = write!(text, "{}{}", cells.join(style.delimiter), style.ending);
        text
    })
}

fn written(cell: &str, style: Style) -> String {
    let special = |c: char| style.delimiter.contains(c) || c == style.quote || "\r\n".contains(c);
    if !style.always && !cell.contains(special) {
        return cell.to_owned();
    }
    let quote = style.quote.to_string();
    let inside = match style.inside {
        Inside::Doubled => cell.replace(style.quote, &quote.repeat(2)),
        Inside::Escaped => cell.replace('\\', r"\\").replace(style.quote, &format!("\\{quote}")),
        Inside::Bare => cell.to_owned(),
    };
    format!("{quote}{inside}{quote}")
}

const DELIMITERS: [(&str, &str); 19] = [
    ("semicolon", ";"),
    ("tab", "\t"),
    ("pipe", "|"),
    ("blank", " "),
    ("colon", ":"),
    ("caret", "^"),
    ("tilde", "~"),
    ("hash", "#"),
    ("ampersand", "&"),
    ("exclamation", "!"),
    ("asterisk", "*"),
    ("slash", "/"),
    ("at", "@"),
    ("start_of_heading", "\u{1}"),
    ("unit_separator", "\u{1f}"),
    ("section", "§"),
    ("comma_blank", ", "),
    ("two_pipes", "||"),
    ("tilde_pipe_tilde", "~|~"),
];

fn dialects(table: &Table) -> Vec<Case> {
    let mut cases: Vec<Case> = DELIMITERS
        .iter()
        .map(|(name, delimiter)| case(table, &format!("delimiter_{name}"), Style { delimiter, ..PLAIN }))
        .collect();
    for (name, style) in [
        ("quote_single", Style { quote: '\'', ..PLAIN }),
        ("quote_single_semicolon", Style { quote: '\'', delimiter: ";", ..PLAIN }),
        ("quote_always", Style { always: true, ..PLAIN }),
        ("quote_always_pipe", Style { always: true, delimiter: "|", ..PLAIN }),
        ("quote_always_blank", Style { always: true, delimiter: " ", ..PLAIN }),
        ("escape_backslash", Style { inside: Inside::Escaped, ..PLAIN }),
        ("escape_backslash_always", Style { inside: Inside::Escaped, always: true, ..PLAIN }),
        ("ending_cr", Style { ending: "\r", ..PLAIN }),
        ("ending_crlf", Style { ending: "\r\n", ..PLAIN }),
        ("ending_two", Style { ending: "\n\n", ..PLAIN }),
    ] {
        cases.push(case(table, name, style));
    }
    let bare = Style { inside: Inside::Bare, ..PLAIN };
    cases.push(case(table, "quote_undoubled", bare));
    cases.push(case(table, "quote_undoubled_single", Style { quote: '\'', always: true, ..bare }));
    cases.iter_mut().filter(|case| case.delimiter == Some(", ")).for_each(|case| case.delimiter = Some(","));
    cases
}

fn frames(table: &Table) -> Vec<Case> {
    let sound = case(table, "", PLAIN);
    let body = String::from_utf8_lossy(&sound.bytes).into_owned();
    let without = text(&table.rows, PLAIN);
    let header_only = text(std::slice::from_ref(&table.header), PLAIN);
    let with = |how: &str, text: String| Case {
        name: format!("{}/{how}", table.name),
        bytes: text.into_bytes(),
        ..sound.clone()
    };
    let titled = |how: &str, above: &str, titles| Case { titles, ..with(how, format!("{above}{body}")) };
    let commas = ",".repeat(table.header.len() - 1);
    vec![
        with("ending_none", body.trim_end().to_owned()),
        with("ending_twice", format!("{body}\n")),
        with("blank_lines_above", format!("\n\n{body}")),
        with("mark_and_blank", format!("\u{feff}{body}")),
        Case { header: Vec::new(), ..with("header_none", without) },
        Case { rows: Vec::new(), ..with("header_only", header_only.clone()) },
        Case {
            rows: table.rows[..1].to_vec(),
            ..with("row_one", format!("{header_only}{}", text(&table.rows[..1], PLAIN)))
        },
        titled("title_one", "Export of the first quarter\n", 1),
        titled("title_two_and_blank", "Tamar Water Ltd\nExport of the first quarter\n\n", 2),
        titled("title_with_delimiter", "Tamar Water Ltd, Truro\n", 1),
        titled("title_padded", &format!("Export of the first quarter{commas}\n{commas}\n"), 1),
        titled("title_of_pairs", "Report:,Quarter\nFrom:,2026-01-01\nTo:,2026-03-31\n\n", 3),
        titled("comments", "# made by a program\n# do not edit\n", 2),
        with("footer_total", format!("{body}Total{commas}\n")),
        with("footer_note", format!("{body}\nGenerated by a program on 1 April 2026\n")),
        with("footer_count", format!("{body}\n({} rows)\n", table.rows.len())),
        with("footer_ghosts", format!("{body}{commas}\n{commas}\n")),
    ]
}

fn rows(table: &Table) -> Vec<Case> {
    let sound = case(table, "", PLAIN);
    let with = |how: &str, rows: Vec<Vec<String>>| Case {
        name: format!("{}/{how}", table.name),
        bytes: text(&[std::slice::from_ref(&table.header), &rows].concat(), PLAIN).into_bytes(),
        rows,
        ..sound.clone()
    };
    let changed = |row: usize, change: &dyn Fn(&mut Vec<String>)| {
        let mut rows = table.rows.clone();
        change(&mut rows[row]);
        rows
    };
    let last = table.rows.len() - 1;
    let mut cases = vec![
        with("row_short", changed(3, &|row| row.truncate(2))),
        with("row_long", changed(3, &|row| row.push("more".to_owned()))),
        with("row_first_short", changed(0, &|row| row.truncate(row.len() - 1))),
        with("row_last_long", changed(last, &|row| row.extend(["and".to_owned(), "more".to_owned()]))),
        with("cell_with_nul", changed(2, &|row| row[1].push('\0'))),
        with("cell_with_break", changed(2, &|row| row[1].push_str("\nsecond line"))),
        with("cell_empty", changed(2, &|row| row[1].clear())),
    ];
    let lines = |change: &dyn Fn(usize, String) -> String| {
        let all = whole(table);
        let lines = all.iter().enumerate().map(|(index, row)| change(index, text(std::slice::from_ref(row), PLAIN)));
        lines.collect::<String>().into_bytes()
    };
    let opened = lines(&|index, line| if index == 4 { format!("\"{line}") } else { line });
    let mut rows = table.rows.clone();
    rows[3][0].insert(0, '"');
    cases.push(Case { bytes: opened, rows, name: format!("{}/quote_opened", table.name), ..sound.clone() });
    let mixed = lines(&|index, line| if index % 3 == 1 { line.replace('\n', "\r\n") } else { line });
    if !table.rows.iter().flatten().any(|cell| cell.contains('\n')) {
        cases.push(Case { bytes: mixed, name: format!("{}/ending_mixed", table.name), ..sound.clone() });
    }
    cases
}

/// Columns by themselves: there is nothing to separate, although signs that separate elsewhere are there.
fn single_columns() -> Vec<Case> {
    let columns: [(&str, &str, &[&str]); 6] = [
        ("words", "Name", &["Tamar Water", "Kernow Fish", "Öhlmühle & Söhne", "O'Neill Tools"]),
        ("days", "Day", &["01/02/2026", "02/02/2026", "13/02/2026", "20/02/2026"]),
        ("times", "Time", &["2026-02-01 10:00:00", "2026-02-01 10:15:00", "2026-02-01 10:30:00"]),
        ("amounts", "Amount", &["12,50", "7,00", "1234,25", "0,99"]),
        (
            "links",
            "Link",
            &["https://a.example/1?x=1&y=2", "https://a.example/2?x=1&y=3", "https://b.example/3?x=2&y=2"],
        ),
        ("sentences", "Note", &["Paid on time: twice.", "Not paid yet, reminder sent.", "Gone: moved to Cork."]),
    ];
    let case = |(name, header, rows): (&str, &str, &[&str])| Case {
        name: format!("column/{name}"),
        bytes: format!("{header}\n{}\n", rows.join("\n")).into_bytes(),
        delimiter: None,
        quote: '"',
        encoding: "utf-8",
        titles: 0,
        header: vec![header.to_owned()],
        rows: rows.iter().map(|&row| vec![row.to_owned()]).collect(),
    };
    columns.map(case).into()
}

/// Two tables below each other; what counts is the first of them.
fn several() -> Vec<Case> {
    let (first, second) = (customers(), meters());
    let below = |how: &str, between: &str| Case {
        bytes: format!("{}{between}{}", text(&whole(&first), PLAIN), text(&whole(&second), PLAIN)).into_bytes(),
        ..case(&first, how, PLAIN)
    };
    vec![
        below("table_below", "\n"),
        below("table_below_with_title", "\nReadings\n"),
        below("table_below_padded", ",,,,,\n"),
    ]
}

fn encodings(table: &Table) -> Vec<Case> {
    let sound = case(table, "", PLAIN);
    let body = String::from_utf8_lossy(&sound.bytes).into_owned();
    let with = |encoding: &'static str, how: &str, bytes: Vec<u8>| Case {
        name: format!("{}/encoding_{how}", table.name),
        bytes,
        encoding,
        ..sound.clone()
    };
    let wide = |to: fn(u16) -> [u8; 2]| body.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let mut cases = vec![
        with("utf-8", "utf8_mark", [b"\xef\xbb\xbf", body.as_bytes()].concat()),
        with("utf-16le", "utf16_le_mark", [b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat()),
        with("utf-16be", "utf16_be_mark", [b"\xfe\xff".to_vec(), wide(u16::to_be_bytes)].concat()),
        with("utf-16le", "utf16_le", wide(u16::to_le_bytes)),
    ];
    if !body.is_ascii() && body.chars().all(|c| c < '\u{100}') {
        let western = body.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        cases.push(with("windows-1252", "western", western));
    }
    cases
}

fn tables() -> Vec<Table> {
    vec![shop(), customers(), meters()]
}

fn table(name: &'static str, header: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table { name, header: header.iter().map(|&name| name.to_owned()).collect(), rows }
}

/// Days, times, prices, sentences with everything in them, links, and a column that is nearly empty.
fn shop() -> Table {
    let wares = [
        (
            "Rain jacket",
            "The next level of protection: light, warm, and \"breathable\"; for running, biking or walking.",
        ),
        ("Women's boots", "These boots are rugged, yet light enough to keep feet from feeling weighed down."),
        ("Trail shoe", "It's the best-selling shoe, with a more athletic fit (sizes 36/38 only)."),
        ("Day pack", "Holds 20 litres & a bottle."),
    ];
    let row = |number: usize| {
        let (ware, about) = wares[number % wares.len()];
        vec![
            format!("{:02}/01/2026", 13 + number),
            format!("{:02}:{:02}", 8 + number % 12, number * 7 % 60),
            (number % 4).to_string(),
            format!("{}-{}", ["MG", "RI", "HK"][number % 3], 3000 + number * 379 % 6000),
            format!("${}.{:02}", 20 + number * 13 % 80, number * 31 % 100),
            ware.to_owned(),
            about.to_owned(),
            format!("https://shop.example/products/{}", 100 + number),
            if number == 9 { "returned, see \"R-7\"".to_owned() } else { String::new() },
        ]
    };
    let header = ["DATE", "TIME", "Qty", "PRODUCT", "Price", "Ware", "About it", "URL", "Comments"];
    table("shop", &header, (0..18).map(row).collect())
}

/// Words, ids and places, with letters beyond ASCII.
fn customers() -> Table {
    let firms = [
        "Tamar Water",
        "Öhlmühle & Söhne",
        "Café Zürich",
        "O'Neill Tools",
        "Kernow Fish, Ltd",
        "Société Générale d'Eau",
    ];
    let places = ["Truro", "München", "Zürich", "Cork", "St Ives", "Besançon"];
    let row = |number: usize| {
        vec![
            format!("C-{:04}", 100 + number * 17),
            firms[number % firms.len()].to_owned(),
            places[number * 5 % places.len()].to_owned(),
            format!("{}@kernow.example", ["anna", "ben", "chloe", "dan"][number % 4]),
            ["monthly", "yearly"][number % 2].to_owned(),
            ["EUR", "GBP", "CHF"][number % 3].to_owned(),
        ]
    };
    let header = ["Account", "Company", "City", "Contact", "Billing", "Currency"];
    table("customers", &header, (0..15).map(row).collect())
}

/// Figures only but for a name, in few columns.
fn meters() -> Table {
    let row = |number: usize| {
        vec![
            (1000 + number).to_string(),
            format!("2026-03-{:02}", number % 28 + 1),
            format!("{}.{}", number * 37 % 1000, number % 10),
            ["north", "south"][number % 2].to_owned(),
        ]
    };
    table("meters", &["meter", "day", "reading", "side"], (0..20).map(row).collect())
}

//! What a column is, from its values alone.

use std::fmt::Write;

use engine::intake::{ColumnProfile, ColumnType};

use crate::support::{file, inspect};

/// Profiles one column beside a plain one that keeps blank values from being blank lines.
fn column(values: &[&str]) -> ColumnProfile {
    let mut text = "key\tvalue\n".to_owned();
    for (key, value) in values.iter().enumerate() {
        writeln!(text, "k{key}\t{value}").expect("memory can be written to");
    }
    let file = file("column.tsv", text);
    let mut profile = inspect(&file.path);
    assert_eq!(profile.layout.delimiter.as_deref(), Some("\t"), "the values are in one column: {values:?}");
    profile.tables.remove(0).columns.remove(1)
}

fn check(values: &[&str], kind: ColumnType, format: Option<&str>) {
    check_ambiguous(values, kind, format, &[]);
}

fn check_ambiguous(values: &[&str], kind: ColumnType, format: Option<&str>, also: &[&str]) {
    let found = column(values);
    assert_eq!(
        (found.kind, found.format.as_deref(), found.also.iter().map(String::as_str).collect::<Vec<_>>()),
        (kind, format, also.to_vec()),
        "{values:?}"
    );
}

#[test]
fn numbers() {
    use ColumnType::{Decimal, Integer, Text};
    let cases: &[(&[&str], ColumnType, Option<&str>)] = &[
        (&["1", "25", "-7"], Integer, Some("1234")),
        (&["0", "10", "1234567"], Integer, Some("1234")),
        (&["1.5", "2", "1234.25"], Decimal, Some("1234.56")),
        (&["1,5", "2", "1234,25"], Decimal, Some("1234,56")),
        (&["1,234.56", "7.10"], Decimal, Some("1,234.56")),
        (&["1.234,56", "7,10"], Decimal, Some("1.234,56")),
        (&["1 234,56", "7,10"], Decimal, Some("1 234,56")),
        (&["1\u{202f}234,56", "1\u{a0}000,00"], Decimal, Some("1 234,56")),
        (&["1'234.56", "7.10"], Decimal, Some("1'234.56")),
        (&["1’234.56", "7.10"], Decimal, Some("1'234.56")),
        (&["1,234,567", "2,345"], Integer, Some("1,234.56")),
        (&["1.234.567", "2.345"], Integer, Some("1.234,56")),
        (&["12,34,567.50", "1,00,000.00"], Decimal, Some("1,234.56")),
        (&["0.123", "0.456"], Decimal, Some("1234.56")),
        (&[".5", "1.25"], Decimal, Some("1234.56")),
        (&["€ 12.50", "€ 7.00"], Decimal, Some("1234.56")),
        (&["$1,234.50", "-$7.00"], Decimal, Some("1,234.56")),
        (&["12,50 €", "1.000,00 €"], Decimal, Some("1.234,56")),
        (&["EUR 12.50", "USD 7.00"], Decimal, Some("1234.56")),
        (&["12.50 EUR", "7.00 USD"], Decimal, Some("1234.56")),
        (&["(12.50)", "7.00"], Decimal, Some("1234.56")),
        (&["12.50-", "7.00"], Decimal, Some("1234.56")),
        (&["−12.50", "7.00"], Decimal, Some("1234.56")),
        (&["19%", "7 %"], Integer, Some("1234 %")),
        (&["12,5 %", "7"], Decimal, Some("1234,56 %")),
        (&["5.00 CR", "7.50 DR"], Decimal, Some("1234.56")),
        (&["1.234,50 CR", "7,50"], Decimal, Some("1.234,56")),
        (&["(1,234.50)", "7.00"], Decimal, Some("1,234.56")),
        (&["1 234,50-", "7,00"], Decimal, Some("1 234,56")),
        (&["Rs. 12,34,567.50", "Rs 500"], Decimal, Some("1,234.56")),
        (&["US$5.00", "kr 7.50", "R$1.25"], Decimal, Some("1234.56")),
        (&["12,50 kr", "7,00 zł"], Decimal, Some("1234,56")),
        (&["CHF1'234.50", "CHF 7.00"], Decimal, Some("1'234.56")),
        (&["+12.50", "-7.00"], Decimal, Some("1234.56")),
        (&["007", "12"], Text, None),
        (&["01234", "99999"], Text, None),
        (&["1234567890123456", "1"], Text, None),
        (&["123456789012345", "1"], Integer, Some("1234")),
        (&["+49301234567", "+49309876543"], Text, None),
        (&["1.23E+15", "2.5E+10"], Text, None),
        (&["1.2.3", "192.168.1.1"], Text, None),
        (&["1,23,4", "5,67,8"], Text, None),
        (&["ALX 100", "ALX 200"], Text, None),
    ];
    for (values, kind, format) in cases {
        check(values, *kind, *format);
    }
}

#[test]
fn dates() {
    use ColumnType::{Date, DateTime, Text};
    let cases: &[(&[&str], ColumnType, Option<&str>)] = &[
        (&["2026-04-01", "2026-12-31"], Date, Some("yyyy-MM-dd")),
        (&["01.04.2026", "31.12.2026"], Date, Some("dd.MM.yyyy")),
        (&["1.4.2026", "31.12.2026"], Date, Some("d.M.yyyy")),
        (&["03.04.2026", "05.06.2026"], Date, Some("dd.MM.yyyy")),
        (&["04/25/2026", "12/31/2026"], Date, Some("MM/dd/yyyy")),
        (&["4/25/2026", "12/3/2026"], Date, Some("M/d/yyyy")),
        (&["25/04/2026", "31/12/2026"], Date, Some("dd/MM/yyyy")),
        (&["2026/04/01", "2026/12/31"], Date, Some("yyyy/MM/dd")),
        (&["31-12-26", "01-04-26"], Date, Some("dd-MM-yy")),
        (&["99/12/31", "98/11/30"], Date, Some("yy/MM/dd")),
        (&["20260401", "20261231"], Date, Some("yyyyMMdd")),
        (&["1 Apr 2026", "15 Dec 2026"], Date, Some("d MMM yyyy")),
        (&["01-Apr-26", "15-Dec-26"], Date, Some("dd-MMM-yy")),
        (&["April 1, 2026", "May 15, 2026"], Date, Some("MMM d, yyyy")),
        (&["1. April 2026", "15. März 2026"], Date, Some("d. MMM yyyy")),
        (&["1 février 2026", "15 août 2026"], Date, Some("d MMM yyyy")),
        (&["1 de abril de 2026", "15 de mayo de 2026"], Date, Some("d' de 'MMM' de 'yyyy")),
        (&["2026-04-01T12:30:00Z", "2026-04-02T00:00:00+02:00"], DateTime, Some("iso")),
        (&["2026-04-01", "2026-04-02T12:30:00"], DateTime, Some("iso")),
        (&["2026-04-01 12:30:00", "2026-04-02 00:00:00"], DateTime, Some("yyyy-MM-dd HH:mm:ss")),
        (&["2026-04-01 12:30:00 UTC", "2026-04-02 00:00:00 UTC"], DateTime, Some("yyyy-MM-dd HH:mm:ss 'UTC'")),
        (&["01.04.2026 12:30", "02.04.2026 08:15"], DateTime, Some("dd.MM.yyyy HH:mm")),
        (&["4/25/2026 1:05 PM", "12/31/2026 11:59 AM"], DateTime, Some("M/d/yyyy h:mm a")),
        (&["2026-04-01 12:30:00.123456", "2026-04-02 00:00:00.000001"], DateTime, Some("yyyy-MM-dd HH:mm:ss.SSSSSS")),
        // A spreadsheet's real dates arrive as ISO; the texts among them tell the format.
        (&["2026-04-01", "15.04.2026", "2026-04-02"], Date, Some("dd.MM.yyyy")),
        (&["31.02.2026", "30.02.2026"], Text, None),
        (&["2026-04", "2026-05"], Text, None),
        (&["12:30", "08:15"], Text, None),
    ];
    for (values, kind, format) in cases {
        check(values, *kind, *format);
    }
}

#[test]
fn what_is_ambiguous_lists_every_reading() {
    use ColumnType::{Date, Decimal};
    check_ambiguous(&["03/04/2026", "05/06/2026"], Date, Some("dd/MM/yyyy"), &["dd/MM/yyyy", "MM/dd/yyyy"]);
    check_ambiguous(&["3-4-26", "5-6-26"], Date, Some("d-M-yy"), &["d-M-yy", "M-d-yy"]);
    check_ambiguous(&["1.234", "5.678"], Decimal, Some("1234.56"), &["1234.56", "1.234,56"]);
    check_ambiguous(&["1,234", "12"], Decimal, Some("1,234.56"), &["1,234.56", "1234,56"]);
    // One value that fits a single reading settles all the others.
    check(&["03/04/2026", "25/06/2026"], Date, Some("dd/MM/yyyy"));
    check(&["1.234", "5.6"], Decimal, Some("1234.56"));
    check(&["1,234", "0.5"], Decimal, Some("1,234.56"));
    // ISO dates among them settle nothing.
    check_ambiguous(&["03/04/2026", "2026-12-31"], Date, Some("dd/MM/yyyy"), &["dd/MM/yyyy", "MM/dd/yyyy"]);
}

#[test]
fn words_and_nothing() {
    use ColumnType::{Boolean, Empty, Integer, Text};
    check(&["true", "FALSE"], Boolean, None);
    check(&["ja", "nein"], Boolean, None);
    check(&["oui", "Non"], Boolean, None);
    check(&["Sí", "no"], Boolean, None);
    check(&["y", "N"], Boolean, None);
    check(&["wahr", "falsch"], Boolean, None);
    check(&["1", "0"], Integer, Some("1234"));
    check(&["", " "], Empty, None);
    check(&["Anna", "Ben"], Text, None);
    check(&["may", "june"], Text, None);
}

#[test]
fn a_few_misfits_do_not_change_what_a_column_is() {
    let mut values: Vec<String> = (1..=97).map(|day| format!("{:02}.{:02}.2026", day % 28 + 1, day % 12 + 1)).collect();
    values.extend(["unknown".to_owned(), "01.04.26".to_owned(), "31.02.2026".to_owned()]);
    let found = column(&values.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((found.kind, found.format.as_deref(), found.misfits), (ColumnType::Date, Some("dd.MM.yyyy"), 3));
    values.extend(std::iter::repeat_n("unknown".to_owned(), 6));
    let found = column(&values.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((found.kind, found.misfits), (ColumnType::Text, 0), "six per cent are too many");
}

#[test]
fn counts_and_examples() {
    let found = column(&["b", "a", "", "a", "Zoë Müller", "007", "a"]);
    assert_eq!((found.filled, found.empty, found.distinct, found.longest, found.leading_zeros), (6, 1, 4, 10, 1));
    let common: Vec<(&str, u64)> = found.common.iter().map(|(value, count)| (value.as_str(), *count)).collect();
    assert_eq!(common, [("a", 3), ("b", 1), ("Zoë Müller", 1), ("007", 1)]);
    assert_eq!(found.samples, ["b", "a", "Zoë Müller", "007"], "in the order of their first rows");
}

#[test]
fn many_different_values_are_estimated_and_sampled_all_over_the_file() {
    let values: Vec<String> = (0..20_000).map(|number| format!("value {number}")).collect();
    let found = column(&values.iter().map(String::as_str).collect::<Vec<_>>());
    assert!((18_000..22_000).contains(&found.distinct), "about 20,000, not {}", found.distinct);
    assert!(found.common.is_empty(), "there are too many to list");
    assert_eq!(found.samples.len(), 200);
    let late = found.samples.iter().filter(|value| values[10_000..].contains(value)).count();
    assert!((60..140).contains(&late), "half of them from the second half, not {late}");

    let values: Vec<String> =
        (0..1_000).flat_map(|number| [format!("value {number}"), format!("value {number}")]).collect();
    let found = column(&values.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.distinct, 1_000, "exact up to a thousand");
}

#[test]
fn only_values_with_two_meanings_count_as_ambiguous() {
    for (values, ambiguous) in [
        (&["03/04/2026", "04/04/2026", "2026-12-31", "05/06/2026"][..], 2),
        (&["3-4-26", "5-5-26"], 1),
        (&["03/04/2026", "31/12/2026"], 0),
        (&["1.234", "12", "5.678", "5.678"], 3),
        (&["1,234", "1.50", "7"], 0),
        (&["03.04.2026", "05.06.2026"], 0),
    ] {
        assert_eq!(column(values).ambiguous, ambiguous, "{values:?}");
    }
}

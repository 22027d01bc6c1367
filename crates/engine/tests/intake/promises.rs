//! What holds for every table: its cells come back as they were written, on the lines they were written on.

use std::ops::ControlFlow;
use std::sync::Arc;

use engine::intake::{self, Chunk, Hints, RowSink};
use proptest::prelude::*;

use crate::support::{Row, file, read};

/// Cells of everything that means something to a reader of delimited text.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[a-zé0-9 ]{0,8}",
        2 => r#"[,;\t|:^~'"\r\n #=a-c]{0,6}"#,
        1 => any::<String>().prop_map(|text| text.replace('\u{feff}', "")),
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1_usize..6).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(cell(), width), 0..30))
}

/// The lines on which the records of a file begin, counted the plain way.
fn lines(written: &[Vec<String>]) -> Vec<u64> {
    let mut line = 1;
    let breaks = |cell: &String| {
        let text = cell.replace("\r\n", "\n");
        text.matches(['\r', '\n']).count() as u64
    };
    written
        .iter()
        .map(|row| {
            let start = line;
            line += 1 + row.iter().map(breaks).sum::<u64>();
            start
        })
        .collect()
}

proptest! {
    #[test]
    fn a_table_reads_back_cell_for_cell(
        rows in table(),
        delimiter in prop::sample::select(b",;\t|:^~#\x01".to_vec()),
        quote in prop::sample::select(b"\"'".to_vec()),
        ending in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n'), csv::Terminator::Any(b'\r')]),
        always in any::<bool>(),
    ) {
        let width = rows.first().map_or(1, Vec::len);
        // A full last row: what stands below the data may be a footer, and that is another promise.
        let names: Vec<String> = (1..=width).map(|number| format!("name{number}")).collect();
        let end: Vec<String> = (1..=width).map(|number| format!("end{number}")).collect();
        let written: Vec<Vec<String>> = [vec![names.clone()], rows, vec![end]].concat();

        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote(quote).quote_style(style).terminator(ending).from_writer(Vec::new());
        for row in &written {
            writer.write_record(row).expect("memory can be written to");
        }
        let file = file("random.csv", writer.into_inner().expect("memory can be written to"));

        let hints = Hints {
            delimiter: Some(char::from(delimiter)),
            quote: Some(char::from(quote)),
            encoding: Some("utf-8".to_owned()),
            header_row: Some(1),
            ..Hints::default()
        };
        let (profile, found) = read(&file.path, &hints, 0).expect("it can be read");
        let expected: Vec<Row> = lines(&written).into_iter().zip(written).skip(1).collect();
        prop_assert_eq!(profile.layout.columns, names);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), extension in prop::sample::select(vec!["csv", "xlsx", "xls", "gz", "zip"])) {
        let file = file(&format!("random.{extension}"), &bytes);
        // An error is as good as a table here; only a panic is wrong.
        if let Ok(profile) = intake::inspect(&file.path, &Hints::default()) {
            prop_assert_eq!(profile.bytes, bytes.len() as u64);
        }
    }
}

/// Breaks off after the first chunk.
struct Once(u64);

impl RowSink for Once {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        self.0 += u64::from(chunk.rows);
        ControlFlow::Break(())
    }
}

#[test]
fn reading_stops_when_the_sink_says_so() {
    let text: String =
        std::iter::once("id,name\n".to_owned()).chain((0..100_000).map(|id| format!("{id},x\n"))).collect();
    let file = file("long.csv", text);
    let mut opened = intake::open(&file.path).expect("it can be opened");
    let layout = opened.layout(&Hints::default()).expect("it can be read");
    let mut once = Once(0);
    let profile = opened.read(&layout, 0, &mut once).expect("a cancelled reading is no error");
    assert_eq!(profile.rows, once.0, "the profile is that of the rows sent");
    assert!(profile.rows < 10_000, "it stopped early");
}

#[test]
fn rows_are_numbered_through_all_chunks() {
    struct Numbers(u64);
    impl RowSink for Numbers {
        fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
            for row in chunk.iter() {
                let row = row.expect("a chunk decodes its own rows");
                self.0 += 1;
                assert_eq!((row.row, row.line), (self.0, self.0 + 1), "rows from 1, lines below the header");
            }
            ControlFlow::Continue(())
        }
    }
    let text: String =
        std::iter::once("id,name\n".to_owned()).chain((0..5_000).map(|id| format!("{id},x\n"))).collect();
    let file = file("long.csv", text);
    let mut opened = intake::open(&file.path).expect("it can be opened");
    let layout = opened.layout(&Hints::default()).expect("it can be read");
    let mut numbers = Numbers(0);
    let profile = opened.read(&layout, 0, &mut numbers).expect("it can be read");
    assert_eq!((profile.rows, profile.last_row, numbers.0), (5_000, 5_001, 5_000));
}

//! Texts as programs of all kinds write them: which sign separates their cells, and which line names the columns.

use engine::intake::Hints;

use crate::support::{file, layout};

struct Sample {
    name: &'static str,
    text: &'static str,
    /// `None` where there is one column.
    delimiter: Option<&'static str>,
    /// The header's row, 0 for none; `None` where that is open to argument.
    header: Option<u64>,
}

#[rustfmt::skip]
const TEXTS: &[Sample] = &[
    Sample { name: "passwd", text: "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\nsys:x:3:3:sys:/dev:/usr/sbin/nologin\n", delimiter: Some(":"), header: Some(0) },
    Sample { name: "psql", text: " id | name  | city\n----+-------+-------\n  1 | Anna  | Bonn\n  2 | Ben   | Cork\n  3 | Cara  | Truro\n(3 rows)\n", delimiter: Some("|"), header: None },
    Sample { name: "markdown", text: "| id | name | city |\n|----|------|------|\n| 1 | Anna | Bonn |\n| 2 | Ben | Cork |\n", delimiter: Some("|"), header: None },
    Sample { name: "trailing", text: "a,b,c,\n1,2,3,\n4,5,6,\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "decimal_semicolon", text: "Datum;Betrag;Text\n01.02.2026;1.234,50;Miete, Büro\n02.02.2026;7,00;Strom\n", delimiter: Some(";"), header: Some(1) },
    Sample { name: "decimal_semicolon_many", text: "a;b;c;d\n1,5;2,5;3,5;4,5\n1,6;2,6;3,6;4,6\n1,7;2,7;3,7;4,7\n", delimiter: Some(";"), header: Some(1) },
    Sample { name: "tab_commas", text: "name\tnotes\nAnna\tlikes red, blue, green\nBen\tlikes one, two, three\n", delimiter: Some("\t"), header: Some(1) },
    Sample { name: "apache", text: "127.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"GET /a HTTP/1.0\" 200 2326\n127.0.0.1 - - [10/Oct/2026:13:56:36 +0000] \"GET /b HTTP/1.0\" 200 2327\n10.0.0.1 - bob [10/Oct/2026:13:57:36 +0000] \"GET /c HTTP/1.0\" 404 12\n", delimiter: Some(" "), header: Some(0) },
    Sample { name: "latex", text: "a & b & c\n1 & 2 & 3\n4 & 5 & 6\n7 & 8 & 9\n", delimiter: Some("&"), header: Some(1) },
    Sample { name: "libsvm", text: "1 1:0.08 2:0.50 3:0.97 4:0.41\n1 1:0.75 2:0.16 3:0.69 4:0.76\n1 1:0.67 2:0.52 3:0.48 4:0.64\n1 1:0.90 2:0.15 3:0.10 4:0.75\n1 1:0.92 2:0.52 3:0.44 4:0.72\n1 1:0.19 2:0.27 3:0.20 4:0.59\n1 1:0.31 2:0.23 3:0.69 4:0.95\n1 1:0.30 2:0.71 3:0.41 4:0.85\n1 1:0.58 2:0.27 3:0.22 4:0.02\n1 1:0.48 2:0.38 3:0.17 4:0.36\n1 1:0.32 2:0.77 3:0.14 4:0.99\n1 1:0.48 2:0.60 3:0.47 4:0.83\n", delimiter: Some(" "), header: Some(0) },
    Sample { name: "preamble_keys", text: "key0=[0]\nkey1=[1]\nkey2=[2]\nkey3=[3]\nkey4=[4]\nkey5=[5]\nkey6=[6]\nkey7=[7]\nkey8=[8]\nkey9=[9]\nkey10=[10]\nkey11=[11]\ntime,speed,rpm\n0.1,0,0\n1.1,2,30\n2.1,4,60\n3.1,6,90\n4.1,8,120\n5.1,10,150\n6.1,12,180\n7.1,14,210\n8.1,16,240\n9.1,18,270\n10.1,20,300\n11.1,22,330\n12.1,24,360\n13.1,26,390\n14.1,28,420\n15.1,30,450\n16.1,32,480\n17.1,34,510\n18.1,36,540\n19.1,38,570\n20.1,40,600\n21.1,42,630\n22.1,44,660\n23.1,46,690\n24.1,48,720\n25.1,50,750\n26.1,52,780\n27.1,54,810\n28.1,56,840\n29.1,58,870\n30.1,60,900\n31.1,62,930\n32.1,64,960\n33.1,66,990\n34.1,68,1020\n35.1,70,1050\n36.1,72,1080\n37.1,74,1110\n38.1,76,1140\n39.1,78,1170\n", delimiter: Some(","), header: Some(13) },
    Sample { name: "tilde", text: "id~name~city\n1~Anna, A.~Bonn\n2~Ben~Cork\n", delimiter: Some("~"), header: Some(1) },
    Sample { name: "caret_quote", text: "\"id\"^\"name\"\n\"1\"^\"Anna\"\n\"2\"^\"Ben\"\n", delimiter: Some("^"), header: Some(1) },
    Sample { name: "timeseries", text: "2026-01-01 00:00:00,1.5\n2026-01-01 00:15:00,1.6\n2026-01-01 00:30:00,1.7\n", delimiter: Some(","), header: Some(0) },
    Sample { name: "timeseries_semi", text: "2026-01-01 00:00:00;1,5\n2026-01-01 00:15:00;1,6\n2026-01-01 00:30:00;1,7\n", delimiter: Some(";"), header: Some(0) },
    Sample { name: "json_cells", text: "id,data\n1,\"{\"\"a\"\": 1, \"\"b\"\": [1,2]}\"\n2,\"{\"\"a\"\": 2, \"\"b\"\": [3,4]}\"\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "json_raw", text: "id\tdata\n1\t{\"a\": 1, \"b\": [1,2], \"c\": \"x\"}\n2\t{\"a\": 2, \"b\": [3,4], \"c\": \"y\"}\n3\t{\"a\": 2, \"b\": [3,4], \"c\": \"z\"}\n", delimiter: Some("\t"), header: Some(1) },
    Sample { name: "singleq", text: "'id','name','note'\n'1','Anna','it, was'\n'2','Ben','fine'\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "pipe_ragged", text: "a|b|c\n1|2|3\n1|2\n1|2|3|4\n5|6|7\n", delimiter: Some("|"), header: Some(1) },
    Sample { name: "semi_lists", text: "id;tags;n\n1;a,b,c;5\n2;b,c,d;6\n3;x,y,z;7\n", delimiter: Some(";"), header: Some(1) },
    Sample { name: "comma_lists", text: "id,tags,n\n1,a;b;c,5\n2,b;c;d,6\n3,x;y;z,7\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "pipe_lists_in_comma", text: "id,tags,n\n1,a|b|c,5\n2,b|c|d,6\n3,x|y|z,7\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "address", text: "Name;Address\nAnna;1 High St, Truro, TR1\nBen;2 Low St, Cork, T12\nCara;3 Mid St, Bonn, 53111\n", delimiter: Some(";"), header: Some(1) },
    Sample { name: "twocol_title", text: "My report\n\nName,Amount\nAnna,1.50\nBen,2.50\n", delimiter: Some(","), header: Some(3) },
    Sample { name: "excel_semicolon_title", text: "Bericht;;;\nStand 1.4.2026;;;\n;;;\nNr;Name;Ort;Betrag\n1;Anna;Bonn;1,50\n2;Ben;Köln;2,50\n", delimiter: Some(";"), header: Some(4) },
    Sample { name: "one_line", text: "a,b,c", delimiter: Some(","), header: Some(1) },
    Sample { name: "one_line_semi", text: "1;2;3", delimiter: Some(";"), header: Some(0) },
    Sample { name: "header_only_tab", text: "id\tname\tcity\n", delimiter: Some("\t"), header: Some(1) },
    Sample { name: "wide_empty", text: "a,b,c,d,e,f\n1,,,,,\n2,,,,,\n3,,,x,,\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "dates_slash", text: "date,amount\n01/02/2026,5\n02/02/2026,6\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "dates_slash_only", text: "01/02/2026\n02/02/2026\n03/02/2026\n", delimiter: None, header: Some(0) },
    Sample { name: "time_only", text: "12:30\n12:45\n13:00\n", delimiter: None, header: Some(0) },
    Sample { name: "ips", text: "10.0.0.1\n10.0.0.2\n192.168.1.1\n", delimiter: None, header: Some(0) },
    Sample { name: "emails", text: "a@x.example\nb@x.example\nc@y.example\n", delimiter: None, header: None },
    Sample { name: "email_semi", text: "a@x.example;b@x.example;c@y.example\n", delimiter: Some(";"), header: Some(0) },
    Sample { name: "colors", text: "name,hex\nred,#ff0000\ngreen,#00ff00\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "colon_ratio", text: "team,score\nA,1:2\nB,3:4\nC,5:6\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "x01", text: "id\u{1}name\u{1}c\n1\u{1}Anna\u{1}x\n2\u{1}Ben\u{1}y\n", delimiter: Some("\u{1}"), header: Some(1) },
    Sample { name: "nbsp", text: "id;name\n1;Anna\u{a0}B\n2;Ben\n", delimiter: Some(";"), header: Some(1) },
    Sample { name: "quoted_newlines", text: "id,text,n\n1,\"line one\nline two; more\nthree\",5\n2,\"x\ny\",6\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "gps", text: "lat lon ele\n50.1 -5.2 10\n50.2 -5.3 11\n50.3 -5.4 12\n", delimiter: Some(" "), header: Some(1) },
    Sample { name: "fixedwidth", text: "ID   NAME      CITY\n001  Anna      Bonn\n002  Ben       Cork\n003  Cara      Truro\n", delimiter: Some(" "), header: Some(1) },
    Sample { name: "ls", text: "-rw-r--r-- 1 root root 120 Nov 21 a.txt\n-rw-r--r-- 1 root root 130 Nov 22 b.txt\n-rw-r--r-- 1 root root 140 Nov 23 c.txt\n", delimiter: Some(" "), header: Some(0) },
    Sample { name: "tab_blank", text: "Name \t Amount\nAnna \t 5\nBen \t 6\n", delimiter: Some("\t"), header: Some(1) },
    Sample { name: "gtfs", text: "stop_id,stop_name,stop_lat,stop_lon\nS1,\"Main St, North\",50.1,-5.1\nS2,High St,50.2,-5.2\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "units", text: "time,temp,press\ns,degC,hPa\n1,20.5,1013\n2,20.6,1012\n3,20.7,1011\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "pct", text: "a%b%c\n1%2%3\n4%5%6\n", delimiter: Some("%"), header: Some(1) },
    Sample { name: "dollar", text: "a$b$c\nx$y$z\np$q$r\n", delimiter: Some("$"), header: Some(1) },
    Sample { name: "plus", text: "a+b+c\nx+y+z\np+q+r\n", delimiter: Some("+"), header: Some(1) },
    Sample { name: "equals", text: "a=b=c\n1=y=z\n2=q=r\n", delimiter: Some("="), header: Some(1) },
    Sample { name: "cjk", text: "编号,姓名,城市\n1,安娜,波恩\n2,本,科克\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "semis_in_text", text: "id,text\n1,a; b; c\n2,d; e; f\n3,g; h; i\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "longtext", text: "id,comment\n1,\"Great product, would buy again!\"\n2,\"Not bad, but slow\"\n3,Fine\n", delimiter: Some(","), header: Some(1) },
    Sample { name: "bom_sep", text: "sep=;\na;b\n1;2\n", delimiter: Some(";"), header: Some(2) },
];

/// Texts that are no tables: whatever signs are in them, nothing is cut.
const UNCUT: &[(&str, &str)] = &[
    (
        "prose",
        "It was a fine day.\nThe sun shone over Truro, and people walked about.\nNobody said a word; it was too hot.\nThen it rained.\n",
    ),
    ("words", "apple\nbanana\ncherry\ndamson\n"),
    ("names", "Anna Smith\nBen Jones\nCara Brown\nDan White\nEve Black\n"),
    ("urls", "url\nhttp://a.example/x/y?a=1,2\nhttp://a.example/x/z?a=1,3\nhttp://b.example/q/y?a=4,2\n"),
    ("code", "def f(a, b):\n    return a + b\n\ndef g(x, y):\n    return x * y\n"),
    ("ips", "10.0.0.1\n10.0.0.2\n192.168.1.1\n"),
];

#[test]
fn signs_separate_where_they_are_meant_to() {
    let mut wrong = Vec::new();
    for Sample { name, text, delimiter, header } in TEXTS {
        let file = file("text.csv", text);
        let layout = layout(&file.path, &Hints::default()).expect("it can be read");
        let table = &layout.tables[0];
        match delimiter {
            Some(delimiter) if layout.delimiter.as_deref() != Some(*delimiter) => {
                wrong.push(format!("{name}: {:?} instead of {delimiter:?}", layout.delimiter));
            }
            None if table.columns.len() > 1 => wrong.push(format!("{name}: cut into {:?}", table.columns)),
            _ => {}
        }
        let row = table.header_row.unwrap_or(0);
        if header.is_some_and(|header| header != row) {
            wrong.push(format!("{name}: header in row {row} instead of {header:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TEXTS.len(), wrong.join("\n"));
}

#[test]
fn texts_that_are_no_tables_stay_whole() {
    for (name, text) in UNCUT {
        let file = file("text.csv", text);
        let layout = layout(&file.path, &Hints::default()).expect("it can be read");
        assert_eq!(layout.tables[0].columns.len(), 1, "{name}: {:?}", layout.tables[0].columns);
    }
}

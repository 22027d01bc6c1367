//! Files that are no table, told by their first bytes, so that the message can say what they are.

/// What the file is, completing “… is”, when it is not text. UTF-16 is text although half of it is zeros.
pub(super) fn other_than_text(head: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return Some(what);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("an archive");
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Some("a film or a picture");
    }
    if super::text::encoding::utf16(head).is_none() && is_binary(head) {
        return Some("a file of binary data");
    }
    markup(head)
}

const SIGNATURES: [(&[u8], &str); 24] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a sound, a film or a picture"),
    (b"OggS", "a sound or a film"),
    (b"ID3", "a sound"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an XZ archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xff\x06\0\0sNaPpY", "a Snappy archive"),
    (b"SQLite format 3\0", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
];

/// Control characters have no place in a table. A few stray ones, and more NULs, are let through and remarked on;
/// compressed data has one in eleven bytes.
fn is_binary(head: &[u8]) -> bool {
    let nuls = memchr::memchr_iter(0, head).count();
    let odd =
        head.iter().filter(|&&byte| byte < 0x20 && !b"\0\t\n\r\x0c\x01\x1b\x1c\x1d\x1e\x1f".contains(&byte)).count();
    (nuls * 10 > head.len() && nuls > 8) || (odd * 30 > head.len() && odd > 8)
}

fn markup(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let start = text[..text.len().min(200)].to_ascii_lowercase();
    let begins = |with: &[&str]| with.iter().any(|with| start.starts_with(with.as_bytes()));
    if begins(&["<!doctype html", "<html", "<table", "<head", "<body"]) {
        return Some("a web page (HTML)");
    }
    if begins(&["<?xml", "<svg", "<!doctype"]) {
        return Some("an XML file");
    }
    let packed: Vec<u8> = start.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(2).collect();
    let json =
        matches!(packed.as_slice(), b"{\"" | b"[{" | b"{}" | b"[]") || (packed == b"[[" && !text.contains(&b';'));
    json.then_some("a JSON file")
}

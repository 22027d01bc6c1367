//! The parts of an XLSX or XLSB package and how they name each other.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

pub(super) type Archive = ZipArchive<BufReader<File>>;

pub(super) fn open(path: &Path) -> Option<Archive> {
    ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()
}

/// A part's bytes. Some programs write `\` into names, and names in other cases than they are called by.
pub(super) fn part<'a>(archive: &'a mut Archive, name: &str) -> Option<impl Read + use<'a>> {
    let plain = |name: &str| name.replace('\\', "/").to_ascii_lowercase();
    let wanted = plain(name.trim_start_matches('/'));
    let found = archive.file_names().flatten().find(|name| plain(name) == wanted)?.into_owned();
    archive.by_name(&found).ok()
}

/// The main part of the workbook.
pub(super) fn workbook(archive: &mut Archive) -> Option<String> {
    let document = |kind: &str| kind.ends_with("/officeDocument");
    relations(archive, "").into_iter().find(|relation| document(&relation.kind)).map(|relation| relation.target)
}

/// What a part refers to.
pub(super) struct Relation {
    pub(super) id: String,
    kind: String,
    /// From the root of the package.
    pub(super) target: String,
}

/// What the part `of` refers to; the package itself has no name.
pub(super) fn relations(archive: &mut Archive, of: &str) -> Vec<Relation> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let within = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let Some(part) = part(archive, &within(&format!("_rels/{name}.rels"))) else { return Vec::new() };
    let mut relations = Vec::new();
    each_start(part, |element| {
        if element.local_name().as_ref().eq_ignore_ascii_case("relationship") {
            let get = |name| attribute(element, name).unwrap_or_default();
            let target = get("target");
            let target = target.strip_prefix('/').map_or_else(|| within(&target), str::to_owned);
            relations.push(Relation { id: get("id"), kind: get("type"), target });
        }
        true
    });
    relations
}

/// Hands over every element's beginning until `take` wants no more.
pub(super) fn each_start(part: impl Read, mut take: impl FnMut(&BytesStart<'_>) -> bool) {
    let mut xml = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) if !take(&element) => return,
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// An attribute by its name without prefix, in lower case: no part has two that differ in nothing else.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|found| found.key.local_name().as_ref().eq_ignore_ascii_case(name))?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// Whether an attribute of XML Schema's type boolean is true.
pub(super) fn is_set(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| matches!(value.as_str(), "1" | "true"))
}

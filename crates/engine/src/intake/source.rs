//! What a file really is, whatever its name says, and how to read its bytes: plain, from `.gz`, or from the one member of
//! a `.zip`. Guards against archives that unpack to far more than a table of their size.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tempfile::NamedTempFile;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Format, IntakeError};

/// Bytes looked at to tell what a file is.
const HEAD: usize = 64 * 1024;
/// Unpacked bytes that are never suspicious.
const HARMLESS: u64 = 256 << 20;
/// Unpacked bytes per packed byte beyond which a large file is a bomb; tables of text rarely exceed 30.
const RATIO: u64 = 200;
/// A workbook's members together, unpacked.
const WORKBOOK: u64 = 2 << 30;
/// A workbook's shared strings, which are held in memory.
const SHARED_STRINGS: u64 = 512 << 20;

/// A file, how it is packed and what is in it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) content: Content,
    packing: Packing,
    /// A workbook from an archive, unpacked: its readers need to seek.
    unpacked: Option<NamedTempFile>,
    /// The only bytes of a plain file that are read; none for all.
    parts: Vec<Range<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Workbook(Format),
}

#[derive(Debug)]
enum Packing {
    Plain,
    Gzip,
    Zip { member: String, index: usize },
}

/// Carried inside an [`io::Error`] out of a decompressing reader.
#[derive(Debug, thiserror::Error)]
#[error("unpacks to more than {limit} bytes")]
pub(super) struct Bomb {
    pub(super) limit: u64,
}

/// Looks at the first bytes of a file, and into it when it is an archive.
pub(super) fn identify(path: &Path) -> Result<Source, IntakeError> {
    let failed = |error| IntakeError::reading(path, error);
    let metadata = path.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(IntakeError::Folder { path: path.to_path_buf() });
    }
    let head = head(&mut File::open(path).map_err(failed)?).map_err(failed)?;
    let packing = if head.starts_with(&[0x1f, 0x8b]) { Packing::Gzip } else { zipped(path, &head)? };
    let mut source =
        Source { path: path.to_path_buf(), content: Content::Text, packing, unpacked: None, parts: Vec::new() };
    if matches!(source.packing, Packing::Plain) {
        source.content = content(path, &head, File::open(path).map_err(failed)?)?;
        return Ok(source);
    }
    let inner = source.with_reader(|reader| self::head(reader).map_err(failed))?;
    if is_workbook(&inner) {
        let file = source.unpack()?;
        source.content = content(path, &inner, file.reopen().map_err(failed)?)?;
        source.unpacked = Some(file);
    } else {
        source.content = content(path, &inner, Cursor::new(&inner))?;
    }
    Ok(source)
}

impl Source {
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.packing, Packing::Plain)
    }

    /// From here on only these bytes of a plain file are read.
    pub(super) fn only(&mut self, parts: Vec<Range<u64>>) {
        self.parts = parts;
    }

    /// The member of a `.zip` that is read.
    pub(super) fn member(&self) -> Option<&str> {
        match &self.packing {
            Packing::Zip { member, .. } => Some(member),
            _ => None,
        }
    }

    /// The name that tells the format: the member's, or the file's without `.gz`.
    pub(super) fn extension(&self) -> Option<String> {
        let name = match &self.packing {
            Packing::Plain => self.path.clone(),
            Packing::Gzip => self.path.with_extension(""),
            Packing::Zip { member, .. } => PathBuf::from(member),
        };
        Some(name.extension()?.to_str()?.to_ascii_lowercase())
    }

    /// Where a workbook's bytes lie, so that they can be sought in.
    pub(super) fn workbook_path(&self) -> &Path {
        self.unpacked.as_ref().map_or(&self.path, NamedTempFile::path)
    }

    /// Hands the unpacked bytes from their beginning to `read`.
    pub(super) fn with_reader<T>(
        &self,
        read: impl FnOnce(&mut dyn Read) -> Result<T, IntakeError>,
    ) -> Result<T, IntakeError> {
        let failed = |error| IntakeError::reading(&self.path, error);
        let file = File::open(&self.path).map_err(failed)?;
        match &self.packing {
            Packing::Plain if self.parts.is_empty() => read(&mut { file }),
            Packing::Plain => {
                let mut parts: Box<dyn Read> = Box::new(io::empty());
                for part in &self.parts {
                    let mut file = File::open(&self.path).map_err(failed)?;
                    file.seek(SeekFrom::Start(part.start)).map_err(failed)?;
                    parts = Box::new(parts.chain(file.take(part.end - part.start)));
                }
                read(&mut parts)
            }
            Packing::Gzip => {
                let packed = file.metadata().map_err(failed)?.len();
                read(&mut Guarded::new(MultiGzDecoder::new(BufReader::new(file)), packed))
            }
            Packing::Zip { index, .. } => {
                let mut archive =
                    ZipArchive::new(BufReader::new(file)).map_err(|error| unzip_error(&self.path, error))?;
                let member = archive.by_index(*index).map_err(|error| unzip_error(&self.path, error))?;
                let packed = member.compressed_size();
                read(&mut Guarded::new(member, packed))
            }
        }
    }

    fn unpack(&self) -> Result<NamedTempFile, IntakeError> {
        let failed = |error| IntakeError::reading(&self.path, error);
        let mut file = NamedTempFile::new().map_err(failed)?;
        self.with_reader(|reader| io::copy(reader, &mut file).map_err(failed))?;
        file.flush().map_err(failed)?;
        Ok(file)
    }
}

/// Counts what comes out of a decompressor and stops when it is too much for what went in.
struct Guarded<R> {
    inner: R,
    limit: u64,
    read: u64,
}

impl<R: Read> Guarded<R> {
    fn new(inner: R, packed: u64) -> Self {
        Self { inner, limit: HARMLESS.max(packed.saturating_mul(RATIO)), read: 0 }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.read += length as u64;
        if self.read > self.limit {
            return Err(io::Error::other(Bomb { limit: self.limit }));
        }
        Ok(length)
    }
}

fn head(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(COMPOUND)
}

/// What the bytes of one plain file are.
fn content(path: &Path, head: &[u8], file: impl Read + Seek) -> Result<Content, IntakeError> {
    if head.is_empty() {
        return Err(IntakeError::Empty { path: path.to_path_buf() });
    }
    if head.starts_with(COMPOUND) {
        return compound(path, file);
    }
    if head.starts_with(b"PK\x03\x04") {
        return office(path, file)?
            .map(Content::Workbook)
            .ok_or_else(|| not_a_table(path, "an archive inside an archive"));
    }
    match super::kind::other_than_text(head) {
        Some(what) => Err(not_a_table(path, what)),
        None => Ok(Content::Text),
    }
}

fn not_a_table(path: &Path, what: &'static str) -> IntakeError {
    IntakeError::NotATable { path: path.to_path_buf(), what }
}

/// The container of old Office files.
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Streams by which other files in that container are known.
const OTHERS: [(&str, &str); 4] = [
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a presentation"),
    ("__substg1.0_", "an e-mail"),
    ("VisioDocument", "a drawing"),
];

/// Old Office files and encrypted new ones share a container; the names of its streams stand in it as UTF-16.
fn compound(path: &Path, mut file: impl Read + Seek) -> Result<Content, IntakeError> {
    let mut bytes = Vec::new();
    let failed = |error| IntakeError::reading(path, error);
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&bytes, &wide).is_some()
    };
    if holds("EncryptedPackage") {
        return Err(IntakeError::Password { path: path.to_path_buf() });
    }
    if ["Workbook", "WORKBOOK", "Book", "BOOK"].into_iter().any(holds) {
        return Ok(Content::Workbook(Format::Xls));
    }
    match OTHERS.into_iter().find(|(stream, _)| holds(stream)) {
        Some((_, what)) => Err(not_a_table(path, what)),
        None => Ok(Content::Workbook(Format::Xls)),
    }
}

/// The kind of workbook a zip is, if it is one, after weighing what it unpacks to. Some programs write `\` into paths, and
/// some keep the parts elsewhere than usual.
fn office(path: &Path, file: impl Read + Seek) -> Result<Option<Format>, IntakeError> {
    let mut archive = ZipArchive::new(file).map_err(|error| unzip_error(path, error))?;
    let names: Vec<String> =
        archive.file_names().flatten().map(|name| name.replace('\\', "/").to_ascii_lowercase()).collect();
    let holds = |name: &str| names.iter().any(|known| known == name);
    let format = if holds("word/document.xml") {
        return Err(not_a_table(path, "a Word document"));
    } else if holds("ppt/presentation.xml") {
        return Err(not_a_table(path, "a presentation"));
    } else if names.iter().any(|name| name.ends_with("workbook.bin")) {
        Format::Xlsb
    } else if holds("[content_types].xml") {
        if holds("xl/vbaproject.bin") { Format::Xlsm } else { Format::Xlsx }
    } else if holds("mimetype") && holds("content.xml") {
        open_document(path, &mut archive)?
    } else {
        return Ok(None);
    };
    weigh(path, &mut archive)?;
    Ok(Some(format))
}

fn open_document<R: Read + Seek>(path: &Path, archive: &mut ZipArchive<R>) -> Result<Format, IntakeError> {
    let mut kind = String::new();
    let member = archive.by_name("mimetype").map_err(|error| unzip_error(path, error))?;
    member.take(200).read_to_string(&mut kind).map_err(|error| IntakeError::reading(path, error))?;
    if kind.contains("spreadsheet") { Ok(Format::Ods) } else { Err(not_a_table(path, "a document of another kind")) }
}

/// Sizes as the directory of the zip tells them. Deflate gains a factor of 1,032 at most, so a lying directory is bounded
/// by the size of the file.
fn weigh<R: Read + Seek>(path: &Path, archive: &mut ZipArchive<R>) -> Result<(), IntakeError> {
    let bomb = |limit: u64| IntakeError::Bomb { path: path.to_path_buf(), limit: limit >> 20 };
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| unzip_error(path, error))?;
        packed += member.compressed_size();
        unpacked = unpacked.saturating_add(member.size());
        let shared = member.name().is_ok_and(|name| name.to_ascii_lowercase().contains("sharedstrings"));
        if shared && member.size() > SHARED_STRINGS {
            return Err(bomb(SHARED_STRINGS));
        }
    }
    let limit = WORKBOOK.min(HARMLESS.max(packed.saturating_mul(RATIO)));
    if unpacked > limit { Err(bomb(limit)) } else { Ok(()) }
}

/// Plain, or the one file that a zip is about.
fn zipped(path: &Path, head: &[u8]) -> Result<Packing, IntakeError> {
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK\x05\x06") {
        return Ok(Packing::Plain);
    }
    let open = || File::open(path).map_err(|error| IntakeError::reading(path, error));
    if office(path, BufReader::new(open()?))?.is_some() {
        return Ok(Packing::Plain);
    }
    let mut archive = ZipArchive::new(BufReader::new(open()?)).map_err(|error| unzip_error(path, error))?;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| unzip_error(path, error))?;
        let name = member.name().map_err(|error| unzip_error(path, error))?.into_owned();
        if member.is_file() && !is_junk(&name) {
            members.push((name, index, member.encrypted()));
        }
    }
    match members.as_slice() {
        [] => Err(IntakeError::Empty { path: path.to_path_buf() }),
        [(_, _, true)] => Err(IntakeError::Password { path: path.to_path_buf() }),
        [(member, index, false)] => Ok(Packing::Zip { member: member.clone(), index: *index }),
        _ => Err(IntakeError::Several {
            path: path.to_path_buf(),
            members: members.into_iter().map(|(name, ..)| name).collect(),
        }),
    }
}

/// What systems add to archives by themselves.
fn is_junk(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX/") || last.starts_with("._") || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

fn unzip_error(path: &Path, error: ZipError) -> IntakeError {
    match error {
        ZipError::Io(error) => IntakeError::reading(path, error),
        ZipError::InvalidPassword => IntakeError::Password { path: path.to_path_buf() },
        other => IntakeError::Damaged { path: path.to_path_buf(), sheet: None, detail: other.to_string() },
    }
}

//! A package (ZIP) as its reader gets to see it: its large parts lie in it unpacked, and are unpacked by a thread of their
//! own while they are read.
//!
//! calamine takes a file and unpacks on its own thread between taking apart XML. So it is handed a file that is laid out a
//! little differently from the one on the disk: after all bytes of that one stand the large parts, unpacked, and a directory
//! that says so. The unpacked bytes exist only a few blocks at a time. Any other file is handed out as it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use flate2::read::DeflateDecoder;
use zip::read::ZipFile;
use zip::{CompressionMethod, ZipArchive};

/// Unpacked bytes from which a part is large.
const LARGE: u64 = 256 << 10;
/// Unpacked bytes that travel together, and how many such blocks wait at most.
const BLOCK: usize = 64 << 10;
const QUEUED: usize = 8;

/// Empty bytes before the directory: whoever looks for its end from behind, as all do, must not come upon a large part.
const GAP: usize = 64 << 10;

/// What stands at the beginning of a part, of its entry in the directory, and of the end of it (APPNOTE 4.3.7, 4.3.12, 4.3.16).
const PART: u32 = 0x0403_4b50;
const ENTRY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

pub(super) struct Ahead {
    path: PathBuf,
    file: BufReader<File>,
    /// Where `file` stands.
    stands: u64,
    /// How much of the file itself is part of what is read, from its beginning.
    own: u64,
    /// After it and one after the other: the large parts, then the directory.
    parts: Vec<Part>,
    directory: Vec<u8>,
    /// Where the next byte is read.
    at: u64,
    unpacking: Option<Unpacking>,
}

/// A large part: what stands before it, then its unpacked bytes.
struct Part {
    start: u64,
    header: Vec<u8>,
    packed: Packed,
    size: u64,
}

/// Where a packed part lies in the file.
#[derive(Clone, Copy)]
struct Packed {
    start: u64,
    size: u64,
}

/// A part on its way from the thread that unpacks it.
struct Unpacking {
    part: usize,
    /// The unpacked bytes that were taken.
    taken: u64,
    block: Vec<u8>,
    /// Those taken of the block.
    used: usize,
    blocks: Receiver<io::Result<Vec<u8>>>,
}

impl Ahead {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let own = file.metadata()?.len();
        let plain = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            stands: 0,
            own,
            parts: Vec::new(),
            directory: Vec::new(),
            at: 0,
            unpacking: None,
        };
        Ok(match lay_out(path) {
            Some((own, parts, directory)) => Self { own, parts, directory, ..plain },
            None => plain,
        })
    }

    fn directory_start(&self) -> u64 {
        self.parts.last().map_or(self.own, Part::end)
    }

    fn read_own(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.stands != self.at {
            self.stands = self.file.seek(SeekFrom::Start(self.at))?;
        }
        let read = self.file.read(within(into, self.own - self.at))?;
        self.stands += read as u64;
        Ok(read)
    }

    fn read_part(&mut self, index: usize, into: &mut [u8]) -> io::Result<usize> {
        let part = &self.parts[index];
        let offset = self.at - part.start;
        let Some(wanted) = offset.checked_sub(part.header.len() as u64) else {
            return Ok(copy(&part.header[offset as usize..], into));
        };
        let goes_on = |under_way: &Unpacking| under_way.part == index && under_way.taken <= wanted;
        let mut unpacking = match self.unpacking.take().filter(goes_on) {
            Some(unpacking) => unpacking,
            None => Unpacking::begin(&self.path, index, part.packed)?,
        };
        let into = within(into, part.size - wanted);
        let read = unpacking.skip(wanted).and_then(|()| unpacking.read(into));
        self.unpacking = Some(unpacking);
        read
    }
}

impl Part {
    fn end(&self) -> u64 {
        self.start + self.header.len() as u64 + self.size
    }
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = if self.at < self.own {
            self.read_own(into)?
        } else if let Some(index) = self.parts.iter().position(|part| self.at < part.end()) {
            self.read_part(index, into)?
        } else {
            let offset = usize::try_from(self.at - self.directory_start()).unwrap_or(usize::MAX);
            copy(self.directory.get(offset..).unwrap_or_default(), into)
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Ahead {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.directory_start() + self.directory.len() as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl Unpacking {
    fn begin(path: &Path, part: usize, packed: Packed) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(packed.start))?;
        let mut unpacked = DeflateDecoder::new(BufReader::with_capacity(BLOCK, file.take(packed.size)));
        let (sender, blocks) = sync_channel(QUEUED);
        thread::Builder::new().name("unpacking".to_owned()).spawn(move || {
            loop {
                let mut block = Vec::with_capacity(BLOCK);
                let read = unpacked.by_ref().take(BLOCK as u64).read_to_end(&mut block);
                let is_last = !matches!(read, Ok(1..));
                // Whoever wants no more hangs up.
                if sender.send(read.map(|_| block)).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Self { part, taken: 0, block: Vec::new(), used: 0, blocks })
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.used == self.block.len() {
            self.used = 0;
            self.block = self.blocks.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
        }
        let read = copy(&self.block[self.used..], into);
        self.used += read;
        self.taken += read as u64;
        Ok(read)
    }

    /// Goes on to this place in the unpacked part.
    fn skip(&mut self, to: u64) -> io::Result<()> {
        let mut passed = [0; 4096];
        while self.taken < to && self.read(within(&mut passed, to - self.taken))? > 0 {}
        Ok(())
    }
}

/// How much of the file is kept, its large parts, and the directory of all parts. `None` where nothing is large, and where
/// there is more to the package than these few records can say.
fn lay_out(path: &Path) -> Option<(u64, Vec<Part>, Vec<u8>)> {
    let mut file = BufReader::new(File::open(path).ok()?);
    // An XLS would be searched from its end to its beginning for a directory that it does not have.
    if !file.fill_buf().ok()?.starts_with(b"PK") {
        return None;
    }
    let mut archive = ZipArchive::new(file).ok()?;
    let own = archive.central_directory_start();
    let (mut parts, mut directory, mut end) = (Vec::new(), vec![0; GAP], own);
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).ok()?;
        let name = file.name().ok()?.into_owned();
        if file.encrypted() {
            return None;
        }
        let unpacks = file.compression() == CompressionMethod::Deflated && file.size() >= LARGE;
        if !unpacks {
            directory.extend(entry(
                &file,
                &name,
                method(file.compression())?,
                file.compressed_size(),
                file.header_start(),
            )?);
            continue;
        }
        directory.extend(entry(&file, &name, 0, file.size(), end)?);
        let packed = Packed { start: file.data_start()?, size: file.compressed_size() };
        let part = Part { start: end, header: header(&file, &name)?, packed, size: file.size() };
        end = part.end();
        parts.push(part);
    }
    let count = u16::try_from(archive.len()).ok()?;
    let (size, start) = (u32::try_from(directory.len() - GAP).ok()?, u32::try_from(end + GAP as u64).ok()?);
    directory.extend(END.to_le_bytes());
    directory.extend([0; 4]);
    directory.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    directory.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    directory.extend([0; 2]);
    (!parts.is_empty()).then_some((own, parts, directory))
}

fn method(method: CompressionMethod) -> Option<u16> {
    match method {
        CompressionMethod::Stored => Some(0),
        CompressionMethod::Deflated => Some(8),
        _ => None,
    }
}

/// A part's entry in the directory.
fn entry<R: Read>(file: &ZipFile<'_, R>, name: &str, method: u16, size: u64, start: u64) -> Option<Vec<u8>> {
    let mut entry = [ENTRY.to_le_bytes().as_slice(), &VERSION.to_le_bytes()].concat();
    entry.extend(described(file, name, method, size)?);
    // No comment, the first disk, nothing said of its kind and rights.
    entry.extend([0; 10]);
    entry.extend(u32::try_from(start).ok()?.to_le_bytes());
    entry.extend(name.as_bytes());
    Some(entry)
}

/// What stands before an unpacked part.
fn header<R: Read>(file: &ZipFile<'_, R>, name: &str) -> Option<Vec<u8>> {
    let mut header = PART.to_le_bytes().to_vec();
    header.extend(described(file, name, 0, file.size())?);
    header.extend(name.as_bytes());
    Some(header)
}

/// What a part's header and its entry say alike: from the version to the length of what is added, which is nothing.
fn described<R: Read>(file: &ZipFile<'_, R>, name: &str, method: u16, size: u64) -> Option<Vec<u8>> {
    // The first of January 1980, the first day there is (APPNOTE 4.4.6).
    const DAY: u16 = 1 << 5 | 1;
    let mut said: Vec<u8> = [VERSION, FLAGS, method, 0, DAY].into_iter().flat_map(u16::to_le_bytes).collect();
    said.extend(file.crc32().to_le_bytes());
    said.extend(u32::try_from(size).ok()?.to_le_bytes());
    said.extend(u32::try_from(file.size()).ok()?.to_le_bytes());
    said.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
    said.extend([0; 2]);
    Some(said)
}

fn within(into: &mut [u8], left: u64) -> &mut [u8] {
    let length = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
    &mut into[..length]
}

fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let length = from.len().min(into.len());
    into[..length].copy_from_slice(&from[..length]);
    length
}

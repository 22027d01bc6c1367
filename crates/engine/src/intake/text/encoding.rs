//! Which encoding a text is in, decided from all of its bytes, and turning them into UTF-8 as they stream by.
//!
//! A byte order mark decides; then UTF-16 by its zeros; then UTF-8 if every byte is valid, or nearly every sequence is;
//! else `chardetng` over the blocks that are not valid, with two rules of our own on top (see [`legacy`]).

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, GBK, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes read at a time.
const BLOCK: usize = 256 * 1024;
/// Bytes kept from the beginning, from which delimiter and header are decided.
pub(crate) const HEAD: usize = 512 * 1024;
/// Bytes shown to the detector at most: it becomes no wiser with more.
const SHOWN: usize = 4 << 20;
/// Valid sequences per invalid byte from which a text is UTF-8 with damage rather than something else; in other encodings
/// a valid one is a rare accident.
const DAMAGE: u64 = 2;
/// Bytes above ASCII up to which a text is too short to be in a rare encoding.
const FEW: usize = 3;

/// What one pass over a text tells.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) encoding: &'static Encoding,
    pub(crate) head: Vec<u8>,
    /// Whether there is more than `head`.
    pub(crate) longer: bool,
    /// Whether there is nothing but blanks.
    pub(crate) blank: bool,
}

/// Reads a text to its end, or only its head when the encoding is known.
pub(crate) fn survey(reader: &mut dyn Read, known: Option<&'static Encoding>) -> io::Result<Survey> {
    let mut survey = Survey { encoding: UTF_8, head: Vec::new(), longer: false, blank: true };
    let mut sequences = Sequences::new();
    let mut block = vec![0; BLOCK];
    loop {
        let length = fill(reader, &mut block)?;
        let bytes = &block[..length];
        sequences.add(bytes, length < BLOCK);
        let mark = if survey.head.is_empty() { Encoding::for_bom(bytes).map_or(0, |(_, length)| length) } else { 0 };
        survey.blank = survey.blank && bytes[mark..].iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
        let room = HEAD - survey.head.len();
        survey.head.extend_from_slice(&bytes[..length.min(room)]);
        survey.longer |= length > room;
        // A wide text's zeros tell it at once; no need to read on in order to call it invalid UTF-8.
        let wide = utf16(&survey.head);
        if length < BLOCK || ((known.is_some() || wide.is_some()) && survey.longer && !survey.blank) {
            survey.encoding = known.or(wide).unwrap_or_else(|| sequences.encoding());
            return Ok(survey);
        }
    }
}

/// UTF-16 by its mark, or by zeros in every second byte.
pub(crate) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return (encoding != UTF_8).then_some(encoding);
    }
    let pairs = head[..head.len().min(4096)].as_chunks::<2>().0;
    let zeros = |index: usize| pairs.iter().filter(|pair| pair[index] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = |many: usize, few: usize| many * 10 > pairs.len() * 4 && few * 20 < many.max(1) && pairs.len() >= 2;
    match (most(second, first), most(first, second)) {
        (true, _) => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// The valid and invalid UTF-8 sequences of a text.
struct Sequences {
    /// The beginning of a sequence cut by the end of a block.
    cut: Vec<u8>,
    valid: u64,
    invalid: u64,
    detector: EncodingDetector,
    shown: usize,
    high: HighBytes,
}

impl Sequences {
    fn new() -> Self {
        Self {
            cut: Vec::new(),
            valid: 0,
            invalid: 0,
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            shown: 0,
            high: HighBytes::default(),
        }
    }

    fn add(&mut self, block: &[u8], last: bool) {
        let joined;
        let mut rest = if self.cut.is_empty() {
            block
        } else {
            joined = [&std::mem::take(&mut self.cut), block].concat();
            &joined
        };
        let (all, before) = (rest, self.invalid);
        // Most blocks are ASCII through and through, and say nothing.
        rest = &rest[Encoding::ascii_valid_up_to(rest)..];
        while !rest.is_empty() {
            let valid = Encoding::utf8_valid_up_to(rest);
            self.valid += rest[..valid].iter().filter(|&&byte| byte >= 0xc0).count() as u64;
            rest = &rest[valid..];
            if rest.is_empty() {
                break;
            }
            if !last && rest.len() < 4 && std::str::from_utf8(rest).is_err_and(|error| error.error_len().is_none()) {
                self.cut = rest.to_vec();
                break;
            }
            self.invalid += 1;
            rest = &rest[1..];
        }
        if self.invalid > before {
            self.show(all);
        }
    }

    fn show(&mut self, block: &[u8]) {
        let block = &block[..block.len().min(SHOWN - self.shown)];
        self.shown += block.len();
        self.detector.feed(block, false);
        self.high.add(block);
    }

    fn encoding(mut self) -> &'static Encoding {
        if self.invalid == 0 || self.valid >= DAMAGE * self.invalid {
            return UTF_8;
        }
        self.detector.feed(b"", true);
        legacy(self.detector.guess(None, Utf8Detection::Deny), &self.high)
    }
}

/// The bytes above ASCII in a text, by whether they stand in words or by themselves.
struct HighBytes {
    alone: [bool; 256],
    in_words: [bool; 256],
    count: usize,
}

impl Default for HighBytes {
    fn default() -> Self {
        Self { alone: [false; 256], in_words: [false; 256], count: 0 }
    }
}

impl HighBytes {
    fn add(&mut self, block: &[u8]) {
        let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
        for (at, &byte) in block.iter().enumerate().filter(|(_, byte)| **byte >= 0x80) {
            let in_word =
                is_letter(at.checked_sub(1).and_then(|before| block.get(before))) || is_letter(block.get(at + 1));
            let seen = if in_word { &mut self.in_words } else { &mut self.alone };
            seen[usize::from(byte)] = true;
            self.count += 1;
        }
    }

    fn any(&self, bytes: std::ops::Range<usize>) -> bool {
        self.alone[bytes.clone()].contains(&true) || self.in_words[bytes].contains(&true)
    }

    /// Whether every byte that two encodings read differently stands by itself, as signs do and letters do not.
    fn are_signs(&self, one: &'static Encoding, other: &'static Encoding) -> bool {
        let differ =
            |byte: u8| one.decode_without_bom_handling(&[byte]).0 != other.decode_without_bom_handling(&[byte]).0;
        (0x80..=0xff_u8).filter(|&byte| differ(byte)).all(|byte| !self.in_words[usize::from(byte)])
    }
}

/// Sanity rules over the detector's guess: one letter or two (`naïve`) tell no rare encoding; GB18030 contains GBK and is what is written today; signs that stand by
/// themselves (`£ 5`) are no letters of a rarer encoding; and a Western text that has the place of `¤` but none of
/// Windows' own characters is ISO 8859-15, where that place is `€`.
fn legacy(guess: &'static Encoding, met: &HighBytes) -> &'static Encoding {
    let rare = !guess.is_single_byte() || guess.name().starts_with("ISO-8859-");
    let western = met.are_signs(guess, WINDOWS_1252) || (rare && met.count <= FEW);
    let guess = if western { WINDOWS_1252 } else { guess };
    if guess == GBK {
        return GB18030;
    }
    if guess == WINDOWS_1252 && met.any(0xa4..0xa5) && !met.any(0x80..0xa0) {
        return ISO_8859_15;
    }
    guess
}

/// A reader of UTF-8 over bytes in another encoding. What cannot be decoded becomes U+FFFD.
pub(crate) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    block: Vec<u8>,
    start: usize,
    end: usize,
    drained: bool,
    finished: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            drained: false,
            finished: false,
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    /// `buffer` must have room for one character at least.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.start == self.end && !self.drained {
                (self.start, self.end) = (0, self.inner.read(&mut self.block)?);
                self.drained = self.end == 0;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.block[self.start..self.end], buffer, self.drained);
            self.start += read;
            self.finished = self.drained && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// The beginning of a text as UTF-8.
pub(crate) fn decode(head: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_with_bom_removal(head).0.into_owned()
}

/// Reads until the block is full or the end is reached.
fn fill(reader: &mut dyn Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match reader.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

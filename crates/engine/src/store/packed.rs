//! Texts as they rest in the ledger: deflated. What does not unpack is no text of ours.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// A text that unpacks to more than this was not packed here: the largest request is 10 MB, the largest answer 16 MB.
const LARGEST: u64 = 64 << 20;

pub(super) fn pack(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail; were it to, the text would be missing and never wrong.
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

pub(super) fn unpack(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    ZlibDecoder::new(bytes).take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    #[test]
    fn texts_come_back_as_they_were() {
        for text in ["", "{}", "{\"customer_name\":\"Søn } A\"}", &"[1.50,".repeat(50_000)] {
            assert_eq!(unpack(&pack(text)).as_deref(), Some(text));
        }
        assert_eq!(unpack(b"{\"not\":\"packed\"}"), None);
        assert_eq!(unpack(&[]), None);
    }
}

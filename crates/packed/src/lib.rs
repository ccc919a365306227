//! Text files as one compressed blob inside a program: packed when it is built, unpacked when they are needed.
//!
//! Plain indicator strings inside the program would make antivirus software take it for the malware that it looks for, and what people read in two
//! languages takes a third of the space.
#![forbid(unsafe_code)]

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, Read as _, Write as _};

/// The limit on what a blob may grow to, in bytes.
const MAX_UNPACKED: u64 = 4 << 20;

/// Packs files, each a name without line breaks and a text: the name, the length in bytes, each on a line, and the text, all in one stream of Deflate.
///
/// # Errors
/// What the compressor says.
pub fn pack<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> io::Result<Vec<u8>> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    for (name, text) in files {
        write!(packed, "{name}\n{}\n{text}", text.len())?;
    }
    packed.finish()
}

/// The files of a blob, in their order. One that is not of this form gives the files before the fault.
pub fn unpack(blob: &[u8]) -> Vec<(String, String)> {
    let mut text = String::new();
    if DeflateDecoder::new(blob).take(MAX_UNPACKED).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    let mut files = Vec::new();
    let mut rest = text.as_str();
    while let Some((name, after)) = rest.split_once('\n') {
        let Some((length, after)) = after.split_once('\n') else { break };
        let Some((content, after)) = length.parse().ok().and_then(|length| after.split_at_checked(length))
        else {
            break;
        };
        files.push((name.to_owned(), content.to_owned()));
        rest = after;
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(files in prop::collection::vec(("[^\n]{0,20}", ".*"), 0..5)) {
            let blob = pack(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap();
            prop_assert_eq!(unpack(&blob), files);
        }

        #[test]
        fn a_damaged_blob_is_no_panic(bytes: Vec<u8>, cut in 0_usize..60) {
            let _ = unpack(&bytes);
            let blob = pack([("a", "some text"), ("b", "and more of it")]).unwrap();
            let _ = unpack(blob.get(..cut).unwrap_or_default());
        }
    }

    #[test]
    fn what_is_no_blob_has_no_files() {
        assert_eq!(unpack(b"no deflate"), []);
    }
}

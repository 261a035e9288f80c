//! Content codings: bodies that were compressed on their way (RFC 9110, section 8.4).
//!
//! A stream is decoded up to a limit and no further, so a few bytes that stand for very many cost
//! as much as the largest body that is taken.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

/// The codings that are taken, as `Accept-Encoding` lists them.
pub(super) const TAKEN: &str = "gzip, zstd";

/// The largest window of a zstd frame, as a power of two: 8 MiB, which RFC 9659 makes the most that
/// a sender may use.
const ZSTD_WINDOW: u32 = 23;

/// How many bytes are decoded at a time.
const DECODED_CHUNK: usize = 64 << 10;

/// A way to compress a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 1952; one member after the other counts as one.
    Gzip,
    /// RFC 8878; one frame after the other counts as one.
    Zstd,
}

/// Why a body could not be decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    /// It is larger than the limit.
    #[error("the decoded body is too large")]
    TooLarge,
    /// It is not a whole stream of its coding.
    #[error("the {coding} stream is broken: {reason}")]
    Broken {
        /// The coding's name.
        coding: &'static str,
        /// What the decoder said.
        reason: std::io::Error,
    },
}

impl Coding {
    /// The coding of that name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Decodes a whole stream of at most `limit` decoded bytes.
    pub(super) fn decode(self, sent: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
        let broken = |reason| DecodeError::Broken { coding: self.name(), reason };
        match self {
            Self::Gzip => up_to(limit, MultiGzDecoder::new(sent)).map_err(broken)?,
            Self::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(sent).map_err(broken)?;
                decoder.window_log_max(ZSTD_WINDOW).map_err(broken)?;
                up_to(limit, decoder).map_err(broken)?
            }
        }
        .ok_or(DecodeError::TooLarge)
    }
}

/// All that a reader has, or nothing if that is more than `limit` bytes. The buffer doubles as it
/// fills and never grows past the limit, so refusing a body costs no more memory than taking one.
fn up_to(limit: usize, mut decoder: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut decoded = Vec::new();
    let mut chunk = vec![0; DECODED_CHUNK];
    loop {
        let read = match decoder.read(&mut chunk) {
            Ok(0) => return Ok(Some(decoded)),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let size = decoded.len() + read;
        if size > limit {
            return Ok(None);
        }
        if size > decoded.capacity() {
            let doubled = decoded.capacity().saturating_mul(2).clamp(size, limit);
            decoded.reserve_exact(doubled - decoded.len());
        }
        decoded.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn encoded(coding: Coding, text: &[u8]) -> Vec<u8> {
        match coding {
            Coding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Coding::Zstd => zstd::encode_all(text, 1).unwrap(),
        }
    }

    #[test]
    fn streams_are_decoded_up_to_the_limit_and_no_further() {
        for coding in [Coding::Gzip, Coding::Zstd] {
            let text = vec![b'a'; 1_000_000];
            let sent = encoded(coding, &text);
            assert_eq!(coding.decode(&sent, text.len()).unwrap(), text);
            let error = coding.decode(&sent, text.len() - 1).unwrap_err();
            assert!(matches!(error, DecodeError::TooLarge), "{coding:?}: {error}");
            let two = [sent.clone(), sent].concat();
            assert_eq!(coding.decode(&two, 10_000_000).unwrap().len(), 2 * text.len(), "{coding:?}");
        }
    }

    #[test]
    fn what_is_not_a_whole_stream_is_broken() {
        for coding in [Coding::Gzip, Coding::Zstd] {
            let sent = encoded(coding, b"{\"a\": 1}");
            for broken in [&sent[..sent.len() - 1], &sent[..5], b"{\"a\": 1}", &[&sent[..], b"tail"].concat()]
            {
                let error = coding.decode(broken, 1000).unwrap_err();
                assert!(matches!(error, DecodeError::Broken { .. }), "{coding:?}: {error}");
            }
        }
    }

    #[test]
    fn a_zstd_frame_that_asks_for_a_large_window_is_refused_before_it_gets_one() {
        // Magic number, a header without a content size, and a window of 1 GiB.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00];
        let error = Coding::Zstd.decode(&frame, 1000).unwrap_err().to_string();
        assert!(error.starts_with("the zstd stream is broken: "), "{error}");
    }
}

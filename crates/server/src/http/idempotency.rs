//! `Idempotency-Key`: a request that is repeated is answered as the first time, and stores nothing
//! again. See <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header>.
//!
//! The key is stored in one step with the records, so it is known exactly when they are. A
//! request that was refused stores neither, and its key may be used again.

use std::time::Duration;

use antler_core::validate::BodyFormat;
use antler_store::topics::Once;
use axum::http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use super::{body::Received, problem::Problem, sorted::Mode};

/// The header of a request.
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
const LONGEST: usize = 255;

/// The key of a request: what the client says, and where it says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key in the headers of a request to an endpoint, if there is one.
    pub(super) fn of(
        headers: &HeaderMap,
        model: &str,
        version: Option<&str>,
    ) -> Result<Option<Self>, Problem> {
        let mut given = headers.get_all(HEADER).iter();
        let Some(key) = given.next() else { return Ok(None) };
        if given.next().is_some() {
            return Err(Problem::idempotency_key("The request has more than one."));
        }
        // Whoever follows the draft sends a string in quotes; whoever does not means the same.
        let text = key.to_str().unwrap_or_default().trim();
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if text.is_empty() || text.len() > LONGEST || text.contains('\t') {
            return Err(Problem::idempotency_key(
                "It has 1 to 255 ASCII characters that are visible or spaces.",
            ));
        }
        // An endpoint without a version is one of its own: a repetition must find the first request
        // even when another version has become the current one.
        Ok(Some(Self(format!("ingest/{model}/{}/{text}", version.unwrap_or_default()))))
    }

    /// What makes the append of this request happen once.
    pub(super) fn once(self, fingerprint: Fingerprint, answer: Vec<u8>, at: i64, window: Duration) -> Once {
        let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        Once { key: self.0, fingerprint: fingerprint.0, answer, at, until: at.saturating_add(window) }
    }
}

/// Tells a repeated request from another one with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(pub(super) [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a body, and of how it is meant. Its compression does not matter.
    pub(super) fn new(received: &Received, mode: Mode) -> Self {
        let format = match received.format {
            BodyFormat::Json => b'j',
            BodyFormat::Ndjson => b'n',
        };
        let mode = match mode {
            Mode::Partial => b'p',
            Mode::Strict => b's',
        };
        Self(Sha256::new().chain_update([format, mode]).chain_update(&received.body).finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(values: &[&str]) -> Option<Option<String>> {
        let headers = values.iter().map(|value| (HEADER, value.parse().unwrap())).collect();
        IdempotencyKey::of(&headers, "A", Some("0.1")).ok().map(|key| key.map(|key| key.0))
    }

    #[test]
    fn a_key_is_a_short_text_with_or_without_quotes_and_belongs_to_its_endpoint() {
        assert_eq!(key(&[]), Some(None));
        assert_eq!(key(&["8e03-x"]), Some(Some("ingest/A/0.1/8e03-x".to_owned())));
        assert_eq!(key(&["\"8e03-x\""]), key(&["8e03-x"]));
        assert!(key(&[&"k".repeat(255)]).is_some());
        for wrong in [&[""][..], &["\"\""], &["a", "b"], &[&"k".repeat(256)], &["ä"], &["a\tb"]] {
            assert_eq!(key(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_body_and_of_how_it_is_meant() {
        let of =
            |body: &[u8], format, mode| Fingerprint::new(&Received { body: body.to_vec(), format }, mode);
        let first = of(b"{}", BodyFormat::Json, Mode::Partial);
        assert_eq!(of(b"{}", BodyFormat::Json, Mode::Partial), first);
        assert_ne!(of(b"{} ", BodyFormat::Json, Mode::Partial), first);
        assert_ne!(of(b"{}", BodyFormat::Ndjson, Mode::Partial), first);
        assert_ne!(of(b"{}", BodyFormat::Json, Mode::Strict), first);
    }
}

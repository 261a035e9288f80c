//! The state machine of a sink: exactly once by intent.
//!
//! ```text
//!             intend(range)                 finish()
//!   Idle ───────────────────▶ Inserting ───────────────▶ Idle
//!    ▲                            │  │
//!    │                            └──┘ insert failed, or the process died:
//!    │                                 the same range again, with the same token
//! ```
//!
//! The state is written to the journal before the insert begins. After a crash the recorded
//! range, and no other, is sent again with the same token, and the database drops what it has
//! already. That the insert succeeded need not be durable at once: forgetting it only means to
//! send the range once more.

use serde::{Deserialize, Serialize};

use crate::names::TopicName;

/// What a sink must remember. The stored form; see [`SinkState::FORMAT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkState {
    format: u32,
    /// Every record before this offset is in the tables.
    stored: u64,
    /// The offset after the last record of the batch that is being inserted.
    intended: Option<u64>,
}

/// Records of a topic, from the first to the one before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The offset of the first record.
    pub first: u64,
    /// The offset after the last record.
    pub end: u64,
}

impl SinkState {
    /// The version of the stored form.
    pub const FORMAT: u32 = 1;

    /// A sink that has stored nothing yet.
    pub fn new() -> Self {
        Self { format: Self::FORMAT, stored: 0, intended: None }
    }

    /// Every record before this offset is in the tables.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// The batch that was being inserted when this state was written, if any. It comes before
    /// everything else.
    pub fn pending(&self) -> Option<Range> {
        self.intended.map(|end| Range { first: self.stored, end })
    }

    /// The state in which the records up to `end` are being inserted. `None` when another batch
    /// is pending or there is nothing before `end`.
    #[must_use]
    pub fn intend(self, end: u64) -> Option<Self> {
        (self.intended.is_none() && end > self.stored).then_some(Self { intended: Some(end), ..self })
    }

    /// The state after the pending batch was inserted.
    #[must_use]
    pub fn finish(self) -> Self {
        Self { stored: self.intended.unwrap_or(self.stored), intended: None, ..self }
    }
}

impl Default for SinkState {
    fn default() -> Self {
        Self::new()
    }
}

/// The deduplication token of a batch. Two honest batches never share one, even with equal
/// content, and a retry has the same one.
pub fn token(topic: &TopicName, partition: u32, range: Range) -> String {
    format!("{topic}/{partition}/{}-{}", range.first, range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_sends_the_recorded_range_and_no_other() {
        let idle = SinkState::new();
        let inserting = idle.intend(10).unwrap();
        assert_eq!(inserting.pending(), Some(Range { first: 0, end: 10 }));
        assert_eq!(inserting.intend(20), None, "another range must wait");
        let after = inserting.finish();
        assert_eq!((after.stored(), after.pending()), (10, None));
    }

    #[test]
    fn an_empty_range_is_never_intended() {
        assert_eq!(SinkState::new().intend(0), None);
    }

    #[test]
    fn the_stored_form_is_fixed() {
        let state = SinkState::new().intend(3).unwrap();
        let stored = r#"{"format":1,"stored":0,"intended":3}"#;
        assert_eq!(serde_json::to_string(&state).unwrap(), stored);
        assert_eq!(serde_json::from_str::<SinkState>(stored).unwrap(), state);
    }

    #[test]
    fn tokens_name_topic_partition_and_range() {
        let topic = "Flight_0_0".parse().unwrap();
        assert_eq!(token(&topic, 0, Range { first: 5, end: 9 }), "Flight_0_0/0/5-9");
    }
}

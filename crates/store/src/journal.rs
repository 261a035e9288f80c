//! The state journal: the one place where Antler keeps what it must remember.
//!
//! Small values under text keys, written in atomic groups. What the values mean is told by the
//! stored forms of `antler_core`; this module only keeps bytes.

use crate::StoreError;

/// One change of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets a value.
    Put {
        /// The key.
        key: String,
        /// The value.
        value: Vec<u8>,
    },
    /// Forgets a value.
    Delete {
        /// The key.
        key: String,
    },
}

/// When a write has to survive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Before the call returns.
    Now,
    /// Some time later; at the latest with the next write that says `Now`. It survives the death
    /// of the process at once.
    Soon,
}

/// A durable map from text keys to values.
pub trait Journal: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Every key that starts with the prefix, with its value, in the order of keys.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Applies all changes or none.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn write(&self, changes: &[Change], durability: Durability) -> Result<(), StoreError>;
}

//! Adapters to the outside world, behind small traits.
//!
//! Tables ([`tables`], with the embedded engine in [`engine`]), topics and the state journal
//! ([`topics`], [`journal`], both on the embedded log in [`log`]), git ([`git`]), the data folder
//! ([`folder`]). Nothing here decides: decisions are functions in `antler-core`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod engine;
mod error;
pub mod folder;
pub mod git;
pub mod journal;
pub mod log;
pub mod tables;
pub mod topics;

pub use error::StoreError;

//! The runtime on the real engine and the real log.
//!
//! A process has one engine, so all tests share it; each has a database and a log of its own.
//! Where a test needs the engine to fail, [`faults`] stands between and fails at a chosen
//! statement: before it, as when a process dies, or after it, as when only the answer is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::allow_attributes, missing_docs)]

mod crashes;
mod faults;
mod ledger;
mod letters;
mod lifecycle;
mod loads;
mod project;
mod reload;
mod retention;
mod retire;
mod seam;
mod slow;
mod terms;
mod verify;
mod versions;

//! Runs migrations that do not compile to SQL: JavaScript, in a process that the database starts.
//!
//! ```text
//! database ──rows, RowBinary──▶ supervise ══▶ serve ──▶ worker ──▶ sandbox ──▶ the migration
//!          ◀──tuples───────────┘    another process                   (values: bytes ⇄ JavaScript)
//! ```
//!
//! What always holds:
//! - **Each row is an answer.** It is stored, filtered or failed with a reason, in the order of the
//!   rows. A row that takes too long, needs too much memory, hangs the engine or crashes it fails alone.
//! - **Each row is the first.** The file's top level runs anew for every row and the built-in
//!   objects are frozen, so nothing that one row does is seen by another: a row gives the same result in
//!   whichever batch it comes, and whenever it is replayed.
//! - **Nothing from outside.** The sandbox has no files, no network, no clock, no chance and no
//!   locale. The time zone is that of the process: whoever starts it makes it UTC.
//!
//! It knows no SQL and no TypeScript: it is given a [`Function`](antler_core::udf::Function), whose
//! types are those of the database and whose code is JavaScript.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod chunk;
mod sandbox;
mod serve;
mod supervise;
mod values;
mod worker;

pub use sandbox::{Broken, Limits, check};
pub use serve::{Ended, serve};
pub use supervise::supervise;

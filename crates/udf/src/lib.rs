//! Runs migrations that do not compile to SQL, in a process that the database starts.
//!
//! ```text
//! database ──rows, RowBinary──▶ supervise ══▶ serve ──▶ worker ──▶ sandbox ──▶ the migration
//!          ◀──tuples───────────┘  ║  another process                  (values: bytes ⇄ JavaScript)
//!                                 ╚═▶ python3 (python/*.py) ──▶ the migration
//! ```
//!
//! What always holds:
//! - **Each row is an answer.** It is stored, filtered or failed with a reason, in the order of the
//!   rows. A row that takes too long, needs too much memory, hangs the engine or crashes it fails alone.
//! - **Each row is the first.** In JavaScript, the file's top level runs anew for every row and the built-in
//!   objects are frozen, so nothing that one row does is seen by another: a row gives the same result in
//!   whichever batch it comes, and whenever it is replayed. Python would be too slow so: see [`python`].
//! - **Nothing from outside.** The sandbox of JavaScript has no files, no network, no clock, no chance and no
//!   locale. The time zone is that of the process: whoever starts it makes it UTC.
//!
//! It knows no SQL and no TypeScript, and parses no Python: it is given a [`Function`], whose types are those
//! of the database.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answers;
mod chunk;
mod kept;
mod precise;
mod python;
mod sandbox;
mod serve;
mod spelled;
mod supervise;
mod values;
mod worker;

use antler_core::udf::{Function, Runtime};

pub use python::python;
pub use sandbox::{Broken, Limits};
pub use serve::{Ended, serve};
pub use supervise::supervise;

/// Whether the code of a function can be run at all.
///
/// # Errors
/// What runs it is not there, or does not take it.
pub fn check(function: &Function) -> Result<(), Broken> {
    match function.runtime {
        Runtime::JavaScript => sandbox::check(function),
        Runtime::Python => python::check(function),
    }
}

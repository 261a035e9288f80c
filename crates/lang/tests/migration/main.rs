//! Compiled migrations, as a reader of `SHOW CREATE TABLE` sees them and as the database runs them.
//!
//! Each folder in `cases` is one migration: the source model, the target model and the
//! function. [`golden`] shows its SQL, [`oracle`] compares what the real engine makes of rows full
//! of edge values with what Node makes of them, and [`composition`] holds that two migrations in
//! one are the same as one after the other; [`views`] runs them where they live.
//! [`everyday`] has many small ones. [`python`] does the same for migrations in Python, against CPython.
//! [`fuzz`] and [`python_fuzz`] make up functions of their own. `refused` has what is not compiled, and its messages.
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod agreement;
mod called;
mod composition;
mod drafts;
mod engine;
mod everyday;
mod fixture;
mod fuzz;
mod golden;
mod lambdas;
mod oracle;
mod python;
mod python_fuzz;
mod refused;
mod values;
mod views;

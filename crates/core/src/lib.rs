//! What Antler can decide without the outside world.
//!
//! Names, schemas, validation, the difference between two schemas, plans, the state machines
//! of sinks and loads, and the only SQL printer. Everything here is a function of values: this
//! crate has no clock, no files, no sockets, no async runtime and no parser of a programming
//! language. That is what lets a plan be tested by snapshot and a sink by simulation.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod compatibility;
pub mod coordinates;
pub mod dead_letter;
pub mod deployment;
pub mod diagnostic;
pub mod diff;
pub mod edge;
pub mod in_place;
pub mod ingestion;
pub mod json_schema;
pub mod ledger;
pub mod lineage;
pub mod load;
pub mod names;
pub mod pace;
pub mod plan;
pub mod python;
pub mod retention;
pub mod route;
pub mod schema;
pub mod sink;
pub mod sql;
pub mod udf;
pub mod validate;
pub mod verify;
pub mod version_diff;

//! The part of Antler that keeps running: ingest, sinks, initial loads, and applying plans.
//!
//! [`Runtime`] owns all of it. An event comes in through [`http`], is validated, appended to its
//! topic and acknowledged; a [`sink`] brings it into the landing table, whose views carry it to
//! every version. A plan ([`apply`]) changes what is there; a [`load`] fills a new version with
//! the rows that exist already. The desired state comes from outside: this crate does not know
//! how models and migrations are written.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod apply;
mod at_rest;
mod clock;
mod conditions;
pub mod endpoints;
mod error;
pub mod fail_point;
pub mod http;
mod ledger;
pub mod letters;
pub mod load;
mod retention;
mod runtime;
pub mod sink;
mod staging;
pub mod state;
pub mod status;
pub mod terms;
mod ticker;
pub mod usage;
pub mod verify;

pub use at_rest::AtRest;
pub use error::ServerError;
pub use runtime::{Backends, Runtime, query};

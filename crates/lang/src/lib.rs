//! The languages that models and migrations are written in.
//!
//! Source files become [`antler_core::schema::Model`]s ([`models`]) and, through one small typed
//! intermediate form, SQL projections ([`migration`]). The way back is here too: type
//! declarations for editors ([`declarations`]), first drafts of migrations ([`draft`]), clients for
//! producers ([`client`]) and types for consumers ([`rows`]).
//! This is the only crate that sees a parser. It reads no files: callers hand it their text.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod client;
pub mod declarations;
pub mod draft;
pub mod migration;
pub mod models;
pub mod rows;

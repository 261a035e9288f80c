//! For development only: one suite for each trait of the store, run for every implementation.
//!
//! A suite is functions over `&dyn Trait` that panic where an implementation does not keep what
//! the trait promises. They use names of their own, so that all of them can run, one after
//! another, on the same instance and on one that is not empty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod journal;
pub mod topics;

//! The real binary, in real folders, with real git.
//!
//! Every test runs `antler` as a user would and looks at its exit code, its data (stdout), its
//! talk (stderr) and at what it left on the disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "tests"
)]

mod apply;
mod backward;
mod bump_version;
mod called;
mod called_in_python;
mod check;
mod checks;
mod compressed;
mod configuration;
mod ending;
mod era;
mod faults;
mod functions;
mod generate;
mod idempotency;
mod init;
mod languages;
mod letters;
mod lifecycle;
mod loads;
mod openapi;
mod partial;
mod pins;
mod plan;
mod promises;
mod retire;
mod sandbox;
mod sdk;
mod server;
mod serving;
mod trials;
mod types;
mod verify;
mod versions;

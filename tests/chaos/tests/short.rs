//! The short form of `make chaos`, and proof that it would notice.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds `antler-failpoints`, which no other build makes, beside this test's own programs.
fn antler() -> PathBuf {
    let programs = Path::new(env!("CARGO_BIN_EXE_antler-chaos")).parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--quiet", "--package", "antler", "--bin", "antler-failpoints"]);
    build.args(["--features", "failpoints", "--target-dir"]).arg(programs.parent().unwrap());
    build.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    assert!(build.status().unwrap().success());
    programs.join("antler-failpoints")
}

/// Runs it and returns whether it was content, and its last line.
fn chaos(args: &[&str]) -> (bool, String) {
    let mut chaos = Command::new(env!("CARGO_BIN_EXE_antler-chaos"));
    let output = chaos.args(args).arg("--antler").arg(antler()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said.lines().last().unwrap_or_default().to_owned())
}

#[test]
fn every_acknowledged_event_is_in_every_version_once_after_kills_during_ingest_plans_and_loads() {
    let (content, said) = chaos(&["--kills", "16", "--seed", "1"]);
    assert!(content && said.ends_with(", lost 0, duplicated 0"), "{said}");
}

#[test]
fn a_database_that_is_not_told_which_inserts_are_the_same_is_found_to_have_events_twice() {
    let (content, said) = chaos(&["--kills", "2", "--seed", "1", "--broken-tokens", "--discard"]);
    let (_, duplicated) = said.split_once(", lost 0, duplicated ").unwrap();
    let duplicated = duplicated.split(',').next().unwrap();
    assert!(!content && duplicated.parse::<u64>().unwrap() > 0, "{said}");
    assert!(said.contains("accounts that do not add up"), "the ledger sees it, too: {said}");
}

//! Holds `docs/errors.md` in step with the codes of messages.
//!
//! The page is made from the source: `WRITE_DOCS=1 cargo test -p antler-core --test error_reference`
//! writes it, and without the variable the test compares.
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use std::{env, fmt::Write as _, fs, path::Path};

use antler_core::diagnostic::Code;

const INTRODUCTION: &str = "# Error codes

Every message about your project starts with a code. A code keeps its meaning for ever, so it is
safe to search for and to write down.

This page is made from `crates/core/src/diagnostic.rs`; a test tells when it is out of step, and how
to write it anew.
";

#[test]
fn the_page_lists_every_code_with_its_meaning() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let wanted = page();
    if env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(
        found == wanted,
        "docs/errors.md is out of step with the codes; write it anew with\n\
         WRITE_DOCS=1 cargo test -p antler-core --test error_reference"
    );
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut group = None;
    for code in Code::ALL {
        let number = &code.id()[1..];
        if group != Some(&number[..1]) {
            group = Some(&number[..1]);
            write!(page, "\n## {}\n\n| code | meaning |\n|---|---|\n", title(number)).unwrap();
        }
        writeln!(page, "| {code} | {} |", code.meaning()).unwrap();
    }
    page
}

/// What the codes of a group of one hundred are about.
fn title(number: &str) -> &'static str {
    match &number[..1] {
        "1" => "The project",
        "2" => "Data models",
        "3" => "Migrations",
        "4" => "Versions and what is deployed",
        "6" => "Running",
        other => panic!("say here what the codes A{other}xx are about"),
    }
}

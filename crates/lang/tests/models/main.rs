//! Every case under `good` and `bad` is what somebody may write, and the text beside it is what
//! becomes of it, as a person would be told: the models with the types of their columns, or the
//! messages.
//!
//! A case is one file, which then stands in `app/datamodels`, or a folder, which then is the
//! project. `WRITE_EXPECTED=1` writes down what came out; read it before you commit it.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod cases;
mod told;

use cases::{Case, cases};
use told::told;

#[test]
fn what_can_be_stored_is_read_as_its_author_meant_it() {
    check("good");
}

#[test]
fn what_cannot_be_stored_is_told_with_its_place_and_what_to_write_in_its_stead() {
    check("bad");
}

#[test]
fn the_order_in_which_files_are_given_does_not_matter() {
    for mut case in ["good", "bad"].into_iter().flat_map(cases) {
        let first = told(case.parse());
        case.files.reverse();
        assert_eq!(told(case.parse()), first, "{}", case.name);
    }
}

/// Compares every case of a folder with what is expected of it.
fn check(folder: &str) {
    let mut wrong = Vec::new();
    for case in cases(folder) {
        let parsed = case.parse();
        assert_eq!(parsed.is_ok(), folder == "good", "{}: {}", case.name, told(parsed));
        compare(&case, &told(parsed), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn compare(case: &Case, told: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        std::fs::write(&case.expected, told).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&case.expected).unwrap_or_default();
    if expected != told {
        wrong.push(format!("{} expects\n{expected}\nand came out as\n{told}", case.name));
    }
}

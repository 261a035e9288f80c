//! Compares what came out with what a story tells.

use std::{collections::BTreeSet, env, fs};

use crate::story::{Files, Story};

/// Compares, file by file; or writes what came out, when `WRITE_EXPECTED` is set.
pub fn against(story: &Story, played: &Files) {
    if env::var_os("WRITE_EXPECTED").is_some() {
        return write(story, played);
    }
    let differences = differences(&story.told, played);
    assert!(
        differences.is_empty(),
        "{} tells it in another way:\n\n{}",
        story.folder.display(),
        differences.join("\n")
    );
}

/// What is different, a text for each file.
pub fn differences(told: &Files, played: &Files) -> Vec<String> {
    let paths: BTreeSet<&String> = told.keys().chain(played.keys()).collect();
    let different = |path: &&String| match (told.get(*path), played.get(*path)) {
        (Some(told), Some(played)) if told == played => None,
        (Some(told), Some(played)) => Some(format!("{path} says\n{told}but it is\n{played}")),
        (Some(told), None) => Some(format!("{path} says\n{told}but there is nothing of it\n")),
        (None, Some(played)) => Some(format!("{path} is missing, and would say\n{played}")),
        (None, None) => None,
    };
    paths.iter().filter_map(different).collect()
}

fn write(story: &Story, played: &Files) {
    for path in story.told.keys().filter(|path| !played.contains_key(*path)) {
        fs::remove_file(story.folder.join(path)).unwrap();
    }
    for (path, text) in played {
        let path = story.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn a_story_that_tells_something_else_is_found_out() {
    let mut story = Story::read(&crate::folder().join("a_field_is_added"));
    let played = crate::play::play(&story);
    assert_eq!(differences(&story.told, &played), Vec::<String>::new());

    let rows = "expected/Event_0_1.ndjson".to_owned();
    let ledger = story.told.remove("expected/ledger.txt").unwrap();
    story.told.insert(rows.clone(), String::new());
    story.told.insert("0.1/error.txt".to_owned(), "no\n".to_owned());
    assert_eq!(
        differences(&story.told, &played),
        [
            "0.1/error.txt says\nno\nbut there is nothing of it\n".to_owned(),
            format!("{rows} says\nbut it is\n{}", played[&rows]),
            format!("expected/ledger.txt is missing, and would say\n{ledger}"),
        ]
    );
}

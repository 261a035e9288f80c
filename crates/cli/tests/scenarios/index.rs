//! The page that lists the stories: true, because a test compares it with the folders.

use std::{env, fs};

use crate::{TOLD, folder};

const PAGE: &str = "README.md";
const BEGIN: &str = "<!-- The list is checked by a test; WRITE_EXPECTED=1 writes it. -->\n";

#[test]
fn every_folder_is_a_test_and_is_listed() {
    let mut stories: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != PAGE)
        .collect();
    stories.sort();
    assert_eq!(stories, TOLD, "the list in crates/cli/tests/scenarios/main.rs");

    let page = fs::read_to_string(folder().join(PAGE)).unwrap();
    let (before, _) = page.split_once(BEGIN).expect("the page has the list at its end");
    let list: String = stories.iter().map(|story| format!("- [{}]({story}/)\n", title(story))).collect();
    let expected = format!("{before}{BEGIN}\n{list}");
    if env::var_os("WRITE_EXPECTED").is_some() {
        fs::write(folder().join(PAGE), expected).unwrap();
    } else {
        assert_eq!(page, expected, "the list of tests/scenarios/README.md");
    }
}

/// The title of a story.
fn title(story: &str) -> String {
    let text = fs::read_to_string(folder().join(story).join(PAGE)).unwrap();
    let title = text.lines().next().and_then(|line| line.strip_prefix("# "));
    title.unwrap_or_else(|| panic!("{story}/README.md has no title")).to_owned()
}

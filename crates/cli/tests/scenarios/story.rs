//! A story as it stands in its folder.
//!
//! ```text
//! README.md            a title, and what it shows
//! 0.0/                 a step: a version, or `0.1-why` for another save at that version
//!   datamodels/        what app/datamodels has from now on; without it, what it had before
//!   lib/               what is added to app/lib, or replaced there
//!   functions/         what is added to app/functions
//!   events/            what is posted then: Event_0_0.ndjson to /ingest/Event/0.0
//!     *.answer.txt     the status and body of a refusal; without it, the answer is 200
//!   error.txt          the message that the step is refused with
//!   warning.txt        the message that it is applied with
//! expected/            what there is in the end: rows of each table, dead letters, the ledger
//! ```

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Files by their path from some folder.
pub type Files = BTreeMap<String, String>;

/// A story.
pub struct Story {
    /// Its folder.
    pub folder: PathBuf,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is in its folder and not done, but compared.
    pub told: Files,
}

/// One save of the project, and what is posted after it.
pub struct Step {
    /// The folder's name.
    pub name: String,
    /// The version that is current from now on.
    pub version: String,
    /// All files of `app/datamodels`; none: they stay.
    pub models: Files,
    /// More files of `app/lib`.
    pub lib: Files,
    /// More files of `app/functions`.
    pub functions: Files,
    /// Batches of events, by the name of their file.
    pub events: Files,
}

impl Story {
    /// Reads a story.
    pub fn read(folder: &Path) -> Self {
        let mut files = files(folder);
        assert!(files.remove("README.md").is_some(), "{} has no README.md", folder.display());
        let mut steps: BTreeMap<Vec<String>, Step> = BTreeMap::new();
        let mut told = Files::new();
        for (path, text) in files {
            let (first, rest) = path.split_once('/').unwrap_or((path.as_str(), ""));
            if first == "expected" || is_told(rest) {
                told.insert(path, text);
                continue;
            }
            let step = steps.entry(order(first)).or_insert_with(|| Step::named(first));
            step.add(rest, text);
        }
        Self { folder: folder.to_owned(), steps: steps.into_values().collect(), told }
    }
}

impl Step {
    fn named(name: &str) -> Self {
        let version = name.split('-').next().unwrap_or(name).to_owned();
        let [models, lib, functions, events] = [const { Files::new() }; 4];
        Self { name: name.to_owned(), version, models, lib, functions, events }
    }

    fn add(&mut self, path: &str, text: String) {
        let (files, path) = match path.split_once('/') {
            Some(("datamodels", path)) => (&mut self.models, path),
            Some(("lib", path)) => (&mut self.lib, path),
            Some(("functions", path)) => (&mut self.functions, path),
            Some(("events", path)) => (&mut self.events, path),
            _ => panic!("{}/{path} is nothing that a story has", self.name),
        };
        files.insert(path.to_owned(), text);
    }
}

/// Whether a file of a step is something that came out of it.
fn is_told(path: &str) -> bool {
    matches!(path, "error.txt" | "warning.txt") || path.ends_with(".answer.txt")
}

/// 0.10 comes after 0.9, and `0.1-more` after 0.1.
fn order(step: &str) -> Vec<String> {
    let (version, more) = step.split_once('-').unwrap_or((step, ""));
    let numbers = version.split('.').map(|number| format!("{number:0>9}"));
    numbers.chain([more.to_owned()]).collect()
}

/// All files below a folder.
fn files(folder: &Path) -> Files {
    fn collect(folder: &Path, below: &str, files: &mut Files) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &format!("{path}/"), files);
            } else {
                files.insert(path, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut found = Files::new();
    collect(folder, "", &mut found);
    found
}

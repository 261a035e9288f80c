//! Plays a story with a server that runs from the first save to the end.
//!
//! Each step is saved, and whatever comes of it, its events are posted. When everything is at rest
//! the next one follows.

use crate::{
    author::Author,
    sandbox::Sandbox,
    server::{Server, eventually},
    stage::Stage,
    story::{Files, Story},
    terminal::{self, Outcome},
};

/// Plays a story and returns everything that its folder tells, by path.
pub fn play(story: &Story) -> Files {
    let sandbox = Sandbox::empty();
    let mut author = Author::new(&sandbox, story);
    let mut told = Files::new();
    let mut running: Option<Server> = None;
    let mut last = Outcome::Applied;
    for step in &story.steps {
        let mut before = sandbox.said().len();
        let server = if let Some(server) = running.take() {
            author.begin();
            wait_for(&sandbox, before, &["Not applied."]);
            before = sandbox.said().len();
            author.save(step);
            wait_for(&sandbox, before, &["Applied.", "Not applied."]);
            server
        } else {
            author.save(step);
            let server = sandbox.serve();
            wait_for(&sandbox, before, &["  POST ", "Not applied."]);
            server
        };
        let (outcome, messages) = terminal::read(&sandbox.said()[before..]);
        last = outcome;
        if !messages.is_empty() {
            told.insert(format!("{}/{}", step.name, outcome.file()), messages);
        }
        if outcome == Outcome::Applied {
            author.commit(step);
        }
        for (file, events) in &step.events {
            let answer = server.post(&endpoint(file), "application/x-ndjson", events).unwrap();
            if answer.status != 200 {
                let path = format!("{}/events/{}", step.name, file.replace(".ndjson", ".answer.txt"));
                told.insert(path, format!("{}\n{}\n", answer.status, answer.body.trim_end()));
            }
        }
        Stage::of(&sandbox).settle();
        running = Some(server);
    }
    let stage = Stage::of(&sandbox);
    told.extend(stage.tables());
    told.insert("expected/ledger.txt".to_owned(), sandbox.run(&["verify", "--ledger"]));
    if last == Outcome::Applied {
        let plan = sandbox.run(&["plan"]);
        assert_eq!(plan, "Nothing to do: what is deployed is what the project says.\n");
    }
    told
}

/// Waits until one of the words was said after a place in the log.
fn wait_for(sandbox: &Sandbox, after: usize, words: &[&str]) {
    eventually(&format!("one of {words:?}"), || {
        let said = sandbox.said();
        words.iter().any(|word| said[after..].contains(word)).then_some(())
    });
}

/// `Event_0_1.ndjson` is posted to `/ingest/Event/0.1`, and `Event.ndjson` without a version.
fn endpoint(file: &str) -> String {
    let name = file.trim_end_matches(".ndjson");
    let words: Vec<&str> = name.split('_').collect();
    let is_number = |word: &&&str| word.chars().all(|c| c.is_ascii_digit());
    let numbers = words.iter().rev().take_while(is_number).count();
    let (model, version) = words.split_at(words.len() - numbers);
    let version = if version.is_empty() { String::new() } else { format!("/{}", version.join(".")) };
    format!("/ingest/{}{version}", model.join("_"))
}

impl Sandbox {
    /// What a command prints for others to read; it must succeed.
    fn run(&self, args: &[&str]) -> String {
        let output = self.command(env!("CARGO_BIN_EXE_antler")).args(args).output().unwrap();
        assert!(
            output.status.success(),
            "antler {args:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

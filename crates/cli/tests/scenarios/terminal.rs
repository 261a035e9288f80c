//! What a server has said about a save: its messages, without what it is doing.

/// What became of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is served.
    Applied,
    /// What was there before is served.
    Refused,
}

impl Outcome {
    /// The file of a step that has the messages.
    pub fn file(self) -> &'static str {
        match self {
            Self::Applied => "warning.txt",
            Self::Refused => "error.txt",
        }
    }
}

/// Reads what was said: the outcome, and every message with the lines that are drawn below it.
pub fn read(said: &str) -> (Outcome, String) {
    let outcome = if said.lines().any(|line| line.starts_with("Not applied.")) {
        Outcome::Refused
    } else {
        Outcome::Applied
    };
    let mut messages = Vec::new();
    let mut inside = false;
    for line in said.lines() {
        let begins = ["error[", "warning["].iter().any(|word| line.trim_start().starts_with(word));
        inside = begins || (inside && !line.is_empty());
        if inside {
            messages.push(line.trim_end());
        }
    }
    let text = messages.iter().map(|line| format!("{line}\n")).collect();
    (outcome, text)
}

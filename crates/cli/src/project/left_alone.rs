//! What a project of the Moose framework has beside models and functions, and Antler has no part in.
//!
//! It is left alone, and named once for each kind, so that nobody waits for it.

use antler_core::diagnostic::{Code, Diagnostic};

use super::Tree;
use crate::problems::Problems;

/// Folders and what is in them.
const KINDS: [(&str, &str); 6] = [
    ("app/apis", "consumption APIs"),
    ("app/blocks", "blocks"),
    ("app/aggregations", "aggregations"),
    ("app/insights", "insights"),
    ("app/scripts", "workflows"),
    ("app/workflows", "workflows"),
];

/// One line for each kind that is there.
///
/// # Errors
/// The repository cannot be read.
pub fn among(tree: &Tree) -> Result<Vec<Diagnostic>, Problems> {
    let mut found = Vec::new();
    for (folder, what) in KINDS {
        let files = match tree.count(folder)? {
            0 => continue,
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        let message = format!("{folder} is left to Moose, as antler has no {what} ({files})");
        found.push(Diagnostic::warning(Code::LeftAlone, message));
    }
    Ok(found)
}

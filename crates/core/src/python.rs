//! A migration in Python with all that it imports of its project: one text that needs no files.
//!
//! It is what is deployed and hashed, so an edit of a module that a migration imports makes another
//! function of it, and one that it does not import does not.

use std::collections::BTreeMap;

use serde::Serialize;

/// A program: modules, and the function to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// The module that has the function.
    pub main: String,
    /// The name of the function.
    pub entry: String,
    /// Files by the names of their modules.
    pub modules: BTreeMap<String, Module>,
    /// Every name under which a module is imported, with its own name; those of packages that have no file
    /// of their own among them.
    pub names: BTreeMap<String, String>,
}

/// A file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Module {
    /// Its path from the project's folder, for messages.
    pub path: String,
    /// Whether it is the file of a package.
    pub package: bool,
    /// Its content.
    pub text: String,
}

impl Program {
    /// The program as the code of a [`Function`](crate::udf::Function).
    pub fn code(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

//! Clients for producers: one file of TypeScript or Python, which needs nothing else.
//!
//! It has a sender for each live version of each model, and types for what is sent. How records get to
//! the server is the same in every project and lies beside this, as code that is included
//! (`client/runtime.ts`, `client/runtime.py`): records are sent in batches, one after the other, each
//! under an `Idempotency-Key`, until the server has answered. The text depends on models and versions alone.

use std::{collections::BTreeMap, fmt::Write as _};

use antler_core::{
    ingestion::Declared,
    names::{ModelVersion, Version},
    schema::Model,
};

use crate::declarations::{self, python};

const TYPESCRIPT: &str = include_str!("client/runtime.ts");
const PYTHON: &str = include_str!("client/runtime.py");

/// The first words of every file that is made of models and may be made again.
pub const MARK: &str = "Written by `antler generate";

/// Models of live versions, as producers and consumers meet them.
#[derive(Debug)]
pub struct Published<'a> {
    models: BTreeMap<ModelVersion, &'a Model>,
    current: &'a Version,
}

impl<'a> Published<'a> {
    /// Those of some versions.
    pub fn new(
        versions: impl IntoIterator<Item = (&'a Version, &'a Vec<Declared>)>,
        current: &'a Version,
    ) -> Self {
        let named = |version: &Version, model: &'a Model| {
            (ModelVersion::new(model.name.clone(), version.clone()), model)
        };
        let models = versions
            .into_iter()
            .flat_map(|(version, models)| models.iter().map(move |declared| named(version, &declared.model)));
        Self { models: models.collect(), current }
    }

    /// In the order of their names, and each in the order of its versions.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&ModelVersion, &'a Model)> {
        self.models.iter().map(|(of, model)| (of, *model))
    }

    /// Those of the current version that may have the name of the model beside their own: in a file with
    /// `taken` in it, that name means nothing else.
    pub(crate) fn current(&self, taken: &str) -> impl Iterator<Item = &ModelVersion> {
        let current = self.models.keys().filter(|of| of.version == *self.current);
        current.filter(move |of| !has_word(taken, of.model.as_str()) && python::is_name(of.model.as_str()))
    }

    /// What a file begins with: what it is, and that it is made.
    pub(crate) fn header(&self, comment: &str, what: &str, command: &str) -> String {
        format!("{comment} {what}\n{comment} {MARK} {command}`: changes here are lost.\n\n")
    }
}

/// A client in TypeScript. `prefix` is what stands before `/ingest`, with a slash, or nothing.
pub fn typescript(published: &Published<'_>, prefix: &str) -> String {
    let mut out = published.header("//", "Sends events to the data models of a project.", "sdk --lang ts");
    let (mut types, mut senders) = (String::new(), String::new());
    for (of, model) in published.models() {
        let name = of.flat();
        let _ = write!(
            types,
            "\n/** `{}` {}. */\n{}",
            of.model,
            of.version,
            declarations::interface(&name, model)
        );
        let path = path(prefix, of);
        let _ = writeln!(
            senders,
            "  /** `{}` {}. */\n  readonly {name}: Sender<{name}> = this.sender(\"{path}\");",
            of.model, of.version
        );
    }
    for of in published.current(TYPESCRIPT) {
        let (name, model, version) = (of.flat(), &of.model, &of.version);
        let _ = write!(
            types,
            "\n/** The current version of `{model}`: {version}. */\nexport type {model} = {name};\n"
        );
        let _ = writeln!(
            senders,
            "  /** The current version of `{model}`: {version}. */\n  readonly {model} = this.{name};"
        );
    }
    out.push_str(&declarations::preamble(published.models().map(|(_, model)| model)));
    let _ = write!(
        out,
        "{types}\n{TYPESCRIPT}\n/** Sends events. */\nexport class AntlerClient extends Client {{\n{senders}}}\n"
    );
    out
}

/// A client in Python. `prefix` is what stands before `/ingest`, with a slash, or nothing.
pub fn python(published: &Published<'_>, prefix: &str) -> String {
    let mut out = published.header("#", "Sends events to the data models of a project.", "sdk --lang python");
    out.push_str(PYTHON);
    out.push_str("\n\n");
    let mut senders = String::new();
    for (of, model) in published.models() {
        let name = of.flat();
        out.push_str(&python::typed_dict(&name, model, &format!("`{}` {}.", of.model, of.version)));
        let path = path(prefix, of);
        let _ = writeln!(
            senders,
            "        self.{name}: Sender[{name}] = self._sender(\"{path}\")\n        \"\"\"`{}` {}.\"\"\"",
            of.model, of.version
        );
    }
    for of in published.current(PYTHON) {
        let (name, model, version) = (of.flat(), &of.model, &of.version);
        let _ = writeln!(out, "{model} = {name}\n\"\"\"The current version of `{model}`: {version}.\"\"\"\n");
        let _ = writeln!(
            senders,
            "        self.{model} = self.{name}\n        \"\"\"The current version of `{model}`: {version}.\"\"\""
        );
    }
    let _ = write!(
        out,
        "\nclass AntlerClient(Client):\n    \"\"\"Sends events.\"\"\"\n\n    \
         def __init__(self, url: str, options: Optional[ClientOptions] = None) -> None:\n        \
         super().__init__(url, options)\n{senders}"
    );
    out
}

fn path(prefix: &str, of: &ModelVersion) -> String {
    format!("{prefix}/ingest/{}/{}", of.model.in_url(), of.version)
}

/// Whether a text has a word.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What differs from project to project: the text without the runtime.
    fn own(text: &str, runtime: &str) -> String {
        assert!(text.contains(runtime));
        text.replace(runtime, "[RUNTIME]\n")
    }

    fn versions() -> BTreeMap<Version, Vec<Declared>> {
        let model = |name: &str, fields: serde_json::Value| Declared {
            model: serde_json::from_value(serde_json::json!({ "name": name, "fields": fields })).unwrap(),
            ingestion: Default::default(),
        };
        let id = serde_json::json!({ "name": "id", "type": "string", "key": true });
        let kind = serde_json::json!({ "name": "kind-of", "type": "date", "absence": "undefined" });
        BTreeMap::from([
            ("0.0".parse().unwrap(), vec![model("Flight", serde_json::json!([id]))]),
            (
                "0.1".parse().unwrap(),
                // The last one has a name that the file needs for itself.
                vec![
                    model("Flight", serde_json::json!([id, kind])),
                    model("Sender", serde_json::json!([id])),
                ],
            ),
        ])
    }

    #[test]
    fn a_client_has_a_sender_for_each_version_of_each_model() {
        let versions = versions();
        let current = "0.1".parse().unwrap();
        let published = Published::new(&versions, &current);
        insta::assert_snapshot!("typescript", own(&typescript(&published, "/events"), TYPESCRIPT));
        insta::assert_snapshot!("python", own(&python(&published, "/events"), PYTHON));
    }

    #[test]
    fn names_that_people_give_to_models_are_free_in_a_client() {
        for name in ["Event", "User", "Order", "Flight", "Page", "Session", "Message", "Item", "Click"] {
            for runtime in [TYPESCRIPT, PYTHON] {
                assert!(!has_word(runtime, name), "{name}");
            }
        }
    }
}

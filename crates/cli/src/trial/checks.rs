//! Whether what is compiled means what its language means: looked at before it is planned.
//!
//! Each compiled migration is run over rows of edge values, and over a sample of the rows that there are,
//! both as SQL and in the runtime of its language. If they differ on a row, the compiler has a mistake: the
//! migration is called from then on, and its author is told.
//!
//! What was found is a fact of the code, its types and its SQL, and is kept under a hash of them in the
//! data folder. So it is found out once, not on every save, and a plan stays the same plan: `antler apply`
//! finds what `antler plan` has found. On another machine it is found again, where its own rows are;
//! if that changes the plan, it has another id, and is not applied as the one that was shown.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use antler_core::{
    deployment::Hop,
    diagnostic::{Code, Diagnostic},
    lineage::{Lineage, Node},
    names::ModelVersion,
    schema::Model,
};
use antler_lang::migration::{self, Migration, Tier};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Answer, Format, Given, Job, Way,
    compare::compare,
    outcome::{Kind, Outcome},
};
use crate::{
    host::DATA_FOLDER,
    project::{Folder, desired::Step},
};

/// A sample of the rows of a node, in the database's own format, if it has any.
pub type Sample<'a> = &'a dyn Fn(&Node) -> Result<Option<Vec<u8>>>;

/// How many random rows of edge values there are beside those that have every edge value.
const RANDOM: usize = 30;

/// The way in which it is checked. Another one checks everything anew.
const CHECK: u8 = 1;

/// How many migrations are tried at once: their samples are in memory.
const AT_ONCE: usize = 50;

/// How much of a value is shown, in characters.
const SHOWN: usize = 120;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// Both are the same on every row.
    Agrees,
    /// They are not, and this is how they differ on one.
    Differs(String),
}

/// A compiled migration, and how it is called instead.
struct Candidate {
    hop: Hop,
    source: Model,
    compiled: Way,
    called: Migration,
    tier: Tier,
    /// Where what was found is kept.
    file: String,
}

impl Candidate {
    fn job(&self, lineage: &Lineage, sample: Sample<'_>) -> Job {
        Job {
            source: self.source.clone(),
            edge_rows: Some(RANDOM),
            given: sample_of(lineage, &self.hop.from, sample)
                .map(|bytes| Given { format: Format::Native, bytes }),
            ways: vec![self.compiled.clone(), Way::of(&self.called.projection())],
            measured: false,
        }
    }
}

/// Checks every compiled migration that was not checked before, and lets those be called whose SQL is wrong.
/// Returns what their author should know.
pub fn hold(
    folder: &Folder,
    steps: &mut BTreeMap<Hop, Step>,
    lineage: &Lineage,
    sample: Sample<'_>,
) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let unknown: Vec<_> =
        candidates(steps).filter(|candidate| verdict(folder, &candidate.file).is_none()).collect();
    for some in unknown.chunks(AT_ONCE) {
        let jobs: Vec<_> = some.iter().map(|candidate| candidate.job(lineage, sample)).collect();
        match super::run(&jobs) {
            Ok(answers) => {
                for (candidate, answer) in some.iter().zip(&answers) {
                    let Some(step) = steps.get(&candidate.hop) else { continue };
                    keep(folder, &candidate.file, &judge(step, answer));
                }
            }
            // Nothing is known to be wrong, and it is tried again with the next plan.
            Err(error) => {
                let message = format!("compiled migrations could not be checked: {error:#}");
                warnings.push(Diagnostic::warning(Code::Engine, message));
                break;
            }
        }
    }
    warnings.extend(recall(folder, steps));
    warnings
}

/// Lets the migrations be called whose SQL was found to be wrong before.
pub fn recall(folder: &Folder, steps: &mut BTreeMap<Hop, Step>) -> Vec<Diagnostic> {
    let known: Vec<_> = candidates(steps).collect();
    let mut warnings = Vec::new();
    for Candidate { hop, called, tier, file, .. } in known {
        let (Some(Verdict::Differs(how)), Some(step)) = (verdict(folder, &file), steps.get_mut(&hop)) else {
            continue;
        };
        let warning = demoted(step, &how);
        step.migration = called;
        step.tier = match tier {
            Tier::Udf { function, .. } => Tier::Udf { function, because: vec![warning.clone()] },
            Tier::Sql => Tier::Sql,
        };
        warnings.push(warning);
    }
    warnings
}

/// The compiled migrations that can be called too.
fn candidates(steps: &BTreeMap<Hop, Step>) -> impl Iterator<Item = Candidate> {
    steps.iter().filter(|(_, step)| matches!(step.tier, Tier::Sql)).filter_map(|(hop, step)| {
        let (called, function) = migration::called(&step.file, &step.library, &step.from, &step.to).ok()?;
        let compiled = Way::of(&step.migration.projection());
        let about = serde_json::to_vec(&compiled).ok()?;
        let file = file(function.migration.as_str(), &[function.name().as_str().as_bytes(), &about]);
        let tier = Tier::Udf { function: Arc::clone(&function), because: Vec::new() };
        Some(Candidate { hop: hop.clone(), source: step.from.clone(), compiled, called, tier, file })
    })
}

/// Rows of a node; none where they cannot be had.
pub(super) fn sample_of(lineage: &Lineage, of: &ModelVersion, sample: Sample<'_>) -> Option<Vec<u8>> {
    let rows = lineage.node_of(of).map(sample).transpose().map(Option::flatten);
    rows.unwrap_or_else(|error| {
        tracing::warn!(%error, node = %of, "no rows to check a migration on");
        None
    })
}

/// Where it is kept what was found of something that has no other way to run.
pub(super) fn file_of(path: &str, way: &Way) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    file(stem, &[&serde_json::to_vec(way).unwrap_or_default()])
}

/// Whether it was found to be right.
pub(super) fn is_right(folder: &Folder, file: &str) -> bool {
    verdict(folder, file) == Some(Verdict::Agrees)
}

/// Keeps that it was.
pub(super) fn keep_right(folder: &Folder, file: &str) {
    keep(folder, file, &Verdict::Agrees);
}

/// The file of what was found, under a hash of what it is about.
fn file(migration: &str, about: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    hash.update([CHECK]);
    for part in about {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut file = format!("{DATA_FOLDER}/checked/{migration}_");
    for byte in hash.finalize().iter().take(12) {
        let _ = write!(file, "{byte:02x}");
    }
    file + ".json"
}

/// What was found before, if it was. A file that cannot be read is as good as none.
fn verdict(folder: &Folder, file: &str) -> Option<Verdict> {
    let file = folder.read(file).ok().flatten()?;
    serde_json::from_str(&file.text).ok()
}

/// Keeps what was found. Where that fails, it is found out again the next time.
fn keep(folder: &Folder, file: &str, verdict: &Verdict) {
    let text = serde_json::to_string(verdict).unwrap_or_default();
    if let Err(error) = folder.replace(file, &(text + "\n")) {
        tracing::warn!(%error, file, "what was checked cannot be kept");
    }
}

fn judge(step: &Step, answer: &Answer) -> Verdict {
    let [compiled, called] = answer.ways.as_slice() else { return Verdict::Agrees };
    let comparison = compare(compiled, called);
    if let Err(reason) = compiled {
        return Verdict::Differs(format!("the database refuses the SQL: {reason}"));
    }
    let (Some(row), Ok(compiled), Ok(called)) = (comparison.different.first(), compiled, called) else {
        return Verdict::Agrees;
    };
    let input = answer.input.get(*row).map(Vec::as_slice).unwrap_or_default();
    match (compiled.get(*row), called.get(*row)) {
        (Some(compiled), Some(called)) => Verdict::Differs(difference(step, input, compiled, called)),
        _ => Verdict::Agrees,
    }
}

/// A row, and what both make of it.
fn difference(step: &Step, input: &[String], compiled: &Outcome, called: &Outcome) -> String {
    let fields: Vec<_> = step.from.fields.iter().zip(input).collect();
    let row: Vec<_> = fields.iter().map(|(field, value)| format!("{}: {}", field.name, cut(value))).collect();
    let mut out = format!("row {{ {} }}", row.join(", "));
    let language = step.runtime();
    match (compiled.stored.as_slice(), called.stored.as_slice()) {
        ([compiled], [called]) => {
            let both = compiled.iter().zip(called).zip(&step.to.fields);
            for ((compiled, called), field) in both.filter(|((compiled, called), _)| compiled != called) {
                let (compiled, called) = (cut(compiled), cut(called));
                let _ = write!(out, "\n{}: {compiled} in SQL, {called} in {language}", field.name);
            }
        }
        _ => {
            let _ = write!(out, "\n{} in SQL, {} in {language}", fate(compiled), fate(called));
        }
    }
    out
}

fn fate(outcome: &Outcome) -> String {
    match (outcome.kind(), &outcome.reason, outcome.stored.len()) {
        (Kind::Failed, Some(reason), _) => format!("dead letter ({})", cut(reason)),
        (Kind::Stored, _, rows) if rows > 1 => format!("{rows} rows"),
        (kind, _, _) => kind.to_string(),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

fn demoted(step: &Step, how: &str) -> Diagnostic {
    let (path, language) = (&step.file.path, step.runtime());
    let message = format!("{path} runs in {language}, since its SQL would give another row\n{how}");
    // Without the file: its lines have nothing to do with it.
    Diagnostic::warning(Code::Demoted, message)
        .with_help("this is a mistake of Antler: please report the migration together with this message")
}

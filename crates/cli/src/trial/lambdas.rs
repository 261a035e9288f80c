//! Whether SQL that an author has written can be what makes rows: asked of the database before it is
//! planned.
//!
//! The database says what it does not understand, and of which types the elements are. Then the lambda is run
//! over rows of edge values and over a sample of those that there are: one that fails on a row would hold
//! up a load, and cost a batch its speed. What was found to be right is kept like the other
//! [checks](super::checks); what is wrong is looked at again, since its author is about to change it.

use std::collections::BTreeMap;

use antler_core::{
    deployment::Hop,
    diagnostic::{Code, Diagnostic},
    lineage::Lineage,
    sql::misfit,
};
use antler_lang::migration;

use super::{
    Answer, Format, Given, Job, Way,
    checks::{self, Sample},
};
use crate::project::{Folder, desired::Step};

/// How many random rows of edge values there are beside those that have every edge value.
const RANDOM: usize = 30;

/// Everything that is wrong with the lambdas among migrations.
pub fn mistakes(
    folder: &Folder,
    steps: &BTreeMap<Hop, Step>,
    lineage: &Lineage,
    sample: Sample<'_>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (hop, step) in steps.iter().filter(|(_, step)| step.is_written_in_sql()) {
        let unfitted = match migration::unfitted(&step.file, &step.from, &step.to) {
            Ok(Some(unfitted)) => unfitted,
            Ok(None) => continue,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let mut way = Way::of(&step.migration.projection());
        way.unfitted = Some(unfitted.rows());
        let known = checks::file_of(&step.file.path, &way);
        if checks::is_right(folder, &known) {
            continue;
        }
        let given = checks::sample_of(lineage, &hop.from, sample);
        let job = Job {
            source: step.from.clone(),
            edge_rows: Some(RANDOM),
            given: given.map(|bytes| Given { format: Format::Native, bytes }),
            ways: vec![way],
            measured: false,
        };
        match super::run(&[job]) {
            Ok(answers) => {
                let found: Vec<_> = answers.iter().flat_map(|answer| wrong(step, answer)).collect();
                if found.is_empty() {
                    checks::keep_right(folder, &known);
                }
                problems.extend(found);
            }
            Err(error) => {
                let message = format!("{} could not be checked: {error:#}", step.file.path);
                problems.push(Diagnostic::error(Code::Engine, message));
            }
        }
    }
    problems
}

fn wrong(step: &Step, answer: &Answer) -> Vec<Diagnostic> {
    let [outcomes] = answer.ways.as_slice() else { return Vec::new() };
    let types = match answer.types.as_slice() {
        [Ok(types)] => types,
        [Err(message)] => {
            let message = format!("the database does not take it: {}", said(message));
            return vec![Diagnostic::error(Code::TypeMismatch, message).in_file(&step.file)];
        }
        _ => return Vec::new(),
    };
    let fields = step.to.fields.iter().zip(types);
    let misfits = fields.filter_map(|(field, found)| {
        let help = misfit(field, found)?;
        let message = format!("`{}` is declared as `{field}`, and gets {found}", field.name);
        Some(Diagnostic::error(Code::MigrationOutput, message).in_file(&step.file).with_help(help))
    });
    let misfits: Vec<_> = misfits.collect();
    match outcomes {
        Err(message) if misfits.is_empty() => {
            let message = format!("it fails on a row: {}", said(message));
            let problem = Diagnostic::error(Code::NotCompilable, message).in_file(&step.file);
            vec![problem.with_help(
                "use a function that gives NULL or a default where it has no value: toInt32OrNull, intDivOrZero, \
                 accurateCastOrNull, parseDateTime64BestEffortOrNull",
            )]
        }
        Ok(_) | Err(_) => misfits,
    }
}

/// What the database said, without its code and without what nobody has written.
fn said(message: &str) -> String {
    let message = message.split_once("DB::Exception: ").map_or(message, |(_, message)| message);
    let end = [": while executing", ": In scope", " In scope", ": while converting", "(version "];
    let end = end.iter().filter_map(|end| message.find(end)).min().unwrap_or(message.len());
    message.get(..end).unwrap_or(message).trim_end().to_owned()
}

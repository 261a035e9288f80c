//! Streaming functions of a project: what makes events of one model of the current version out of events
//! of another one.
//!
//! They are told by their names: `<Source>__<Target>.ts`, or `<Source>/<Target>/flow.ts` as older
//! projects have it. Moose runs what Antler cannot, such as functions that ask the network; a project
//! with such a function is served without it, and says so. One that runs already is not lost that way: if
//! it cannot be compiled any more, that is a mistake.

use std::sync::Arc;

use antler_core::{
    deployment::Hop,
    diagnostic::{Code, Diagnostic, SourceFile},
    lineage::Lineage,
    names::{ModelName, ModelVersion, Version},
};
use antler_lang::migration::{self, Library, Tier};

use super::desired::{self, Step};
use crate::problems::Problems;

/// A file that is a streaming function by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionFile {
    /// Source and target, one pair for each way to read the name: models may have `__` in theirs.
    pub ends: Vec<(ModelName, ModelName)>,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The files that functions import from.
    pub library: Arc<Library>,
}

/// What came of streaming functions.
#[derive(Debug, Default)]
pub struct Connected {
    /// Those that run.
    pub functions: Vec<(Hop, Step)>,
    /// What is wrong with those that ran until now.
    pub problems: Vec<Diagnostic>,
    /// Why others do not run, and how some run.
    pub warnings: Vec<Diagnostic>,
}

/// The functions among source files. `more` is asked for the files of the project at any of some paths: what
/// functions import.
///
/// # Errors
/// A file that is imported cannot be read.
pub fn among(
    files: &[Arc<SourceFile>],
    more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, Problems>,
) -> Result<Vec<FunctionFile>, Problems> {
    let files: Vec<_> = files.iter().filter(|file| !ends(&file.path).is_empty()).map(Arc::clone).collect();
    let library = Arc::new(Library::gather(&files, more)?);
    let named =
        |file: Arc<SourceFile>| FunctionFile { ends: ends(&file.path), file, library: Arc::clone(&library) };
    Ok(files.into_iter().map(named).collect())
}

fn ends(path: &str) -> Vec<(ModelName, ModelName)> {
    let parts: Vec<&str> = path.split('/').collect();
    let pair = |source: &str, target: &str| Some((source.parse().ok()?, target.parse().ok()?));
    if let [.., source, target, "flow.ts" | "flow.py"] = parts.as_slice() {
        return pair(source, target).into_iter().collect();
    }
    let name = parts.last().copied().unwrap_or_default();
    let stem = name.strip_suffix(".ts").or_else(|| name.strip_suffix(".py")).unwrap_or_default();
    if stem.contains("_migrate__") {
        return Vec::new();
    }
    stem.match_indices("__").filter_map(|(at, _)| pair(stem.get(..at)?, stem.get(at + 2..)?)).collect()
}

/// Compiles functions, and connects the nodes that they lead from and to. `runs` tells whether a
/// function runs already.
pub fn connect(
    files: &[FunctionFile],
    current: &Version,
    lineage: &mut Lineage,
    runs: impl Fn(&Hop) -> bool,
) -> Connected {
    let mut connected = Connected::default();
    for FunctionFile { ends, file, library } in files {
        let of_current = |model: &ModelName| ModelVersion::new(model.clone(), current.clone());
        let known = |(from, to): &&(ModelName, ModelName)| {
            [from, to].into_iter().all(|model| lineage.node_of(&of_current(model)).is_some())
        };
        let Some((from, to)) = ends.iter().find(known).or(ends.first()) else { continue };
        let (from, to) = (of_current(from), of_current(to));
        let (hop, from, to) = match lineage.connect_function(&from, &to) {
            Ok((from, to)) => {
                (Hop { from: from.id.clone(), to: to.id.clone() }, from.model.clone(), to.model.clone())
            }
            Err(error) => {
                connected.warnings.push(not_run(file, &[], &error.to_string()));
                continue;
            }
        };
        let runnable = migration::prepare_with(file, library, &from, &to).and_then(|(migration, tier)| {
            if let Tier::Udf { function, .. } = &tier {
                antler_udf::check(function).map_err(|broken| vec![desired::cannot_run(file, &broken)])?;
            }
            Ok((migration, tier))
        });
        let refused = match runnable {
            Ok((migration, tier)) => {
                if let Tier::Udf { function, because } = &tier {
                    connected.warnings.push(desired::called(file, function.runtime, because));
                }
                let (file, library) = (Arc::clone(file), Arc::clone(library));
                connected.functions.push((hop, Step { file, library, from, to, migration, tier }));
                continue;
            }
            Err(refused) => refused,
        };
        lineage.disconnect_function(&hop.from, &hop.to);
        if runs(&hop) {
            connected.problems.extend(refused);
        } else {
            let reason = refused.first().map_or_else(String::new, |first| first.message.clone());
            connected.warnings.push(not_run(file, &refused, &reason));
        }
    }
    connected
}

/// Says that a function does not run, and where the first of its reasons stands.
fn not_run(file: &Arc<SourceFile>, refused: &[Diagnostic], reason: &str) -> Diagnostic {
    let warning = Diagnostic::warning(Code::FunctionNotRun, format!("{} is not run: {reason}", file.path));
    match refused.first() {
        Some(first) => Diagnostic {
            source_file: first.source_file.clone().filter(|_| !first.labels.is_empty()),
            labels: first.labels.clone(),
            help: first.help.clone(),
            ..warning
        },
        None => warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_told_by_their_names() {
        let shown = |path: &str| {
            let ends = ends(path);
            ends.iter().map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(shown("app/functions/A__B.ts"), "A B");
        assert_eq!(shown("app/functions/deep/A__B.py"), "A B");
        assert_eq!(shown("app/flows/A/B/flow.ts"), "A B");
        assert_eq!(shown("app/functions/A__B__C.ts"), "A B__C, A__B C");
        for other in ["app/functions/A_migrate__0_0__0_1.ts", "app/functions/help.ts", "app/flows/A/flow.sql"]
        {
            assert_eq!(shown(other), "", "{other}");
        }
    }
}

//! `antler test-migration`: a migration over rows, without storing any.
//!
//! Every row is run both ways: as it is deployed, and called in the runtime of its language. They have to
//! agree; the command fails where they do not.

use std::{fs::File, io::BufReader};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::Declared,
    names::Naming,
};
use anyhow::{Context as _, Result, anyhow, bail};

use crate::{
    args::TestMigrationArgs,
    import::{Batches, Source},
    printer::Printer,
    problems::{Problems, file_problem},
    project::{
        Project,
        way::{ChosenWay, WayName},
    },
    render::count,
    settings::Settings,
    trial::{
        self, Format, Given, Job, Way,
        compare::{Comparison, compare},
        page::{Page, Tried},
        sample,
    },
};

/// How many rows are taken of a table, unless it is said.
const SAMPLE: u64 = 100;

/// How many random rows of edge values are made where there are no others.
const RANDOM: usize = 30;

/// Runs it, and prints what became of the rows.
///
/// # Errors
/// There is no such migration, it is wrong, a record does not fit its model, or both ways to run it
/// differ.
pub fn run(args: &TestMigrationArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let name = WayName::of(&args.migration)?;
    let project = Project::open(settings)?;
    let way = ChosenWay::find(&project, &name)?;
    let (given, of_what) = given(args, settings, &project, &way)?;
    let mut ways = vec![Way::of(&way.projection())];
    if way.is_compiled() {
        match way.called() {
            Ok(called) => ways.push(Way::of(&called)),
            Err(problems) => {
                printer.say("It can only be run as SQL, so there is nothing to compare it with:");
                problems.iter().for_each(|problem| printer.diagnostic(problem));
            }
        }
    }
    let edge_rows = given.is_none().then_some(RANDOM);
    let job = Job { source: way.source.model.clone(), edge_rows, given, ways, measured: false };
    let answer = trial::run(&[job])?.into_iter().next().context("the trial gave no answer")?;
    let mut outcomes = answer.ways.iter();
    let outcomes = (outcomes.next().context("the trial gave no answer")?, outcomes.next());
    let comparison = outcomes.1.map(|called| compare(outcomes.0, called));
    let tried = Tried {
        path: &way.path,
        source: &way.source.model,
        target: &way.target.model,
        input: &answer.input,
        outcomes: outcomes.0,
        called: outcomes.1,
        comparison: comparison.as_ref(),
    };
    if args.json {
        printer.data(tried.json()?.as_bytes())?;
    } else {
        let page = Page { tried: &tried, width: settings.width, shown: args.show, of_what: &of_what };
        printer.data(page.to_string().as_bytes())?;
    }
    conclude(answer.input.len(), outcomes.0.as_ref().err(), comparison.as_ref())
}

fn conclude(rows: usize, refused: Option<&String>, comparison: Option<&Comparison>) -> Result<()> {
    if let Some(reason) = refused.or(comparison.and_then(|comparison| comparison.refused.as_ref())) {
        bail!("the database refuses to run it: {reason}");
    }
    match comparison.map_or(0, |comparison| comparison.different.len()) {
        0 => Ok(()),
        different => {
            bail!(
                "{} of {} rows differ between both ways to run it",
                count(different as u64),
                count(rows as u64)
            )
        }
    }
}

/// The rows that were asked for, and what they are. None: rows of edge values.
fn given(
    args: &TestMigrationArgs,
    settings: &Settings,
    project: &Project,
    way: &ChosenWay,
) -> Result<(Option<Given>, String)> {
    if args.input.is_some() {
        let given = of_file(args, settings, way)?;
        return Ok((Some(given), "records of the file".to_owned()));
    }
    let wanted = args.sample.unwrap_or(SAMPLE);
    let naming: &Naming = &project.config.naming;
    match sample::of_project(project, &way.source, wanted)? {
        Some((node, bytes)) => {
            let given = Given { format: Format::Native, bytes };
            Ok((Some(given), format!("rows of {}", naming.storage(&node))))
        }
        None if args.sample.is_some() => {
            bail!("there are no rows of {} yet; --input takes a file", way.source.id)
        }
        None => Ok((None, "generated rows".to_owned())),
    }
}

/// The records of a file, in their canonical form.
fn of_file(args: &TestMigrationArgs, settings: &Settings, way: &ChosenWay) -> Result<Given> {
    let file = args.input.as_deref().context("no file is named")?;
    let path = settings.directory.join(file);
    let source = Source::of(&path).ok_or_else(|| {
        let message = format!("{} is not a kind of file that holds events", file.display());
        Problems::from(Diagnostic::error(Code::Import, message).with_help("take .csv, .ndjson or .jsonl"))
    })?;
    let opened = File::open(&path).map_err(|error| Problems::from(file_problem("read", file, &error)))?;
    let ingestion = way.source.members.values().next_back().copied().unwrap_or_default();
    let declared = Declared { model: way.source.model.clone(), ingestion };
    let refused = |error: &dyn std::fmt::Display| {
        let message = format!("{}: {error}", file.display());
        anyhow!(Problems::from(Diagnostic::error(Code::Import, message)))
    };
    let mut bytes = Vec::new();
    for (batch, outcome) in
        Batches::new(source, BufReader::new(opened), &declared).map_err(|error| refused(&error))?
    {
        bytes.extend(batch.ndjson);
        outcome.map_err(|error| refused(&error))?;
    }
    if bytes.is_empty() {
        bail!("{} has no events", file.display());
    }
    Ok(Given { format: Format::Canonical, bytes })
}

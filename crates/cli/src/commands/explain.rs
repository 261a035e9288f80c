//! `antler explain`: how a migration runs, what it costs, and what keeps it from being SQL.
//!
//! It needs no data and no server: what it costs is measured over rows that are made up.

use antler_core::{
    deployment::Route,
    diagnostic::{Code, Diagnostic},
    names::ModelVersion,
    route::{Fate, Outlet},
};
use antler_lang::migration::Tier;
use anyhow::Result;
use serde::Serialize;

use crate::{
    args::ExplainArgs,
    finding::Finding,
    printer::Printer,
    project::{
        Project, desired,
        way::{ChosenWay, WayName},
    },
    render::{self, Align, count},
    settings::Settings,
    trial::{self, Cost, Job, Way},
};

/// How many random rows of edge values it is measured over, beside those that have every edge value.
const ROWS: usize = 100;

/// What there is to know of a migration, for programs.
#[derive(Serialize)]
struct Report<'a> {
    path: &'a [ModelVersion],
    steps: Vec<StepReport<'a>>,
    cost: Option<CostReport>,
    statements: Vec<Statement>,
}

#[derive(Serialize)]
struct StepReport<'a> {
    from: &'a ModelVersion,
    to: &'a ModelVersion,
    file: &'a str,
    tier: &'static str,
    because: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct CostReport {
    rows: u64,
    runs: u32,
    nanoseconds_per_row: f64,
    rows_per_second: f64,
}

/// The SELECT of a view.
#[derive(Serialize)]
struct Statement {
    fate: Fate,
    table: String,
    sql: String,
}

/// Explains.
///
/// # Errors
/// There is no such migration, or it is wrong.
pub fn run(args: &ExplainArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let name = WayName::of(&args.migration)?;
    let project = Project::open(settings)?;
    let mut way = ChosenWay::find(&project, &name)?;
    way.as_checked(&project.folder);
    let cost = if args.no_cost { None } else { measure(&way, printer) };
    let statements = statements(&project, &way);
    if args.json {
        let steps = way.hops().map(|(from, to, step)| StepReport {
            from,
            to,
            file: &step.file.path,
            tier: match step.tier {
                Tier::Sql => "sql",
                Tier::Udf { .. } => "udf",
            },
            because: because(&step.tier).iter().map(Finding::of).collect(),
        });
        let cost = cost.map(|Cost { rows, runs, nanoseconds_per_row }| CostReport {
            rows,
            runs,
            nanoseconds_per_row,
            rows_per_second: 1e9 / nanoseconds_per_row,
        });
        let report = Report { path: &way.path, steps: steps.collect(), cost, statements };
        return Ok(printer.data((serde_json::to_string_pretty(&report)? + "\n").as_bytes())?);
    }
    printer.data(page(&way, cost, &statements, args.views).as_bytes())?;
    for (_, _, step) in way.hops() {
        if let Tier::Udf { function, because } = &step.tier {
            printer.diagnostic(&desired::called(&step.file, function.runtime, because));
        }
    }
    Ok(())
}

fn because(tier: &Tier) -> &[Diagnostic] {
    match tier {
        Tier::Sql => &[],
        Tier::Udf { because, .. } => because,
    }
}

/// What it costs. Where that cannot be measured, the rest is still worth reading.
fn measure(way: &ChosenWay, printer: &Printer) -> Option<Cost> {
    let job = Job {
        source: way.source.model.clone(),
        edge_rows: Some(ROWS),
        given: None,
        ways: vec![Way::of(&way.projection())],
        measured: true,
    };
    match trial::run(&[job]) {
        Ok(answers) => {
            answers.into_iter().next().and_then(|answer| answer.costs.into_iter().next()).flatten()
        }
        Err(error) => {
            let message = format!("what it costs could not be measured: {error:#}");
            printer.diagnostic(&Diagnostic::warning(Code::Engine, message));
            None
        }
    }
}

fn statements(project: &Project, way: &ChosenWay) -> Vec<Statement> {
    let naming = &project.config.naming;
    let route = Route::new(naming, way.path.clone(), &way.source.model, &way.projection());
    let landing = naming.landing(&way.source.id);
    let outlets = route.map(|route| route.outlets).unwrap_or_default();
    let statement = |Outlet { fate, table, select, .. }: Outlet| Statement {
        fate,
        table: table.to_string(),
        sql: select.over(&landing),
    };
    outlets.into_iter().map(statement).collect()
}

fn page(way: &ChosenWay, cost: Option<Cost>, statements: &[Statement], all: bool) -> String {
    let mut out = format!("{}\n\n", render::path(&way.path));
    let row = |(from, to, step): (&ModelVersion, &ModelVersion, &desired::Step)| {
        vec![render::path(&[from.clone(), to.clone()]), tier(&step.tier), step.file.path.clone()]
    };
    let columns = [("HOP", Align::Left), ("RUNS AS", Align::Left), ("FILE", Align::Left)];
    out += &render::table(&columns, way.hops().map(row).collect());
    if let Some(Cost { rows, runs, nanoseconds_per_row }) = cost {
        let rate = count((1e9 / nanoseconds_per_row) as u64);
        let times = if runs == 1 { "once".to_owned() } else { format!("{runs} times") };
        out += &format!(
            "\n{} a row on one core, which is {rate} rows/s\nmeasured {times} over {} generated rows\n",
            time(nanoseconds_per_row),
            count(rows)
        );
    }
    let (shown, others): (Vec<_>, Vec<_>) =
        statements.iter().partition(|statement| all || statement.fate == Fate::Stored);
    for Statement { fate, table, sql } in shown {
        out += &format!("\n-- {}, into {table}\n{sql}\n", what(*fate));
    }
    if !others.is_empty() {
        out.push('\n');
    }
    for Statement { fate, table, .. } in others {
        out += &format!("-- {}, into {table}: --views shows how\n", what(*fate));
    }
    out
}

fn what(fate: Fate) -> &'static str {
    match fate {
        Fate::Stored => "rows that are stored",
        Fate::Failed => "rows that fail",
        Fate::Filtered => "rows that are filtered",
    }
}

/// Nanoseconds, or microseconds where there are many.
fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1000.0 {
        format!("{nanoseconds:.0} ns")
    } else {
        format!("{:.1} µs", nanoseconds / 1000.0)
    }
}

/// How a migration runs, in a word.
fn tier(tier: &Tier) -> String {
    match tier {
        Tier::Sql => "SQL".to_owned(),
        Tier::Udf { function, .. } => function.runtime.to_string(),
    }
}

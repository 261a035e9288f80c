//! `antler verify`: whether each version holds exactly what its migrations make of the others.

use antler_core::{
    deployment::{Deployed, Hop},
    names::{ModelName, ModelVersion, Version},
    verify::{self, Comparison, ComparisonState},
};
use antler_server::verify::VerifyRequest;
use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    access::Access,
    args::VerifyArgs,
    printer::Printer,
    render::{self, Align, count},
};

/// Compares every chosen hop, step by step, and prints what was found.
///
/// # Errors
/// Nothing is deployed of that name, the server or the database failed, or rows differ.
pub(super) fn run(args: &VerifyArgs, access: &Access, printer: &Printer) -> Result<()> {
    let deployed = access.observed()?.deployed;
    let hops = hops(&deployed, args)?;
    let mut comparisons = Vec::new();
    for hop in hops {
        comparisons.push(compare(access, hop, args, printer)?);
    }
    let out = if args.json {
        serde_json::to_string_pretty(&comparisons)? + "\n"
    } else {
        text(&comparisons, usize::from(args.max_diffs))
    };
    printer.data(out.as_bytes())?;
    if comparisons.iter().any(|comparison| !comparison.is_good()) {
        bail!("rows differ from what the migrations make of them");
    }
    Ok(())
}

/// The deployed hops that are asked for.
fn hops(deployed: &Deployed, args: &VerifyArgs) -> Result<Vec<Hop>> {
    let VerifyArgs { model, from, to, .. } = args;
    if let Some(model) = model {
        check_deployed(deployed, model)?;
    }
    for version in [from, to].into_iter().flatten() {
        if !deployed.nodes.values().any(|node| node.knows(version)) {
            bail!("no version {version} is deployed; `antler ls` lists those that are");
        }
    }
    // Versions of an equal run are one node.
    let is_of = |id: &ModelVersion, version: &Option<Version>| {
        version.as_ref().is_none_or(|version| deployed.nodes.get(id).is_some_and(|node| node.knows(version)))
    };
    let chosen = deployed.flowing().map(|(hop, _)| hop).filter(|hop| {
        model.as_ref().is_none_or(|model| [&hop.from, &hop.to].iter().any(|end| end.model == *model))
            && is_of(&hop.from, from)
            && is_of(&hop.to, to)
    });
    Ok(chosen.cloned().collect())
}

fn check_deployed(deployed: &Deployed, model: &ModelName) -> Result<()> {
    if deployed.nodes_of(model).next().is_none() {
        bail!("there is no data model {model}; `antler ls` lists those that are deployed");
    }
    Ok(())
}

/// Compares a hop to its end.
fn compare(access: &Access, hop: Hop, args: &VerifyArgs, printer: &Printer) -> Result<Comparison> {
    let name = hop_name(&hop);
    let mut request =
        VerifyRequest { hop, anew: args.anew, sample: args.sample, max_diffs: args.max_diffs.into() };
    let bar = ProgressBar::new(0).with_style(style()).with_message(name.clone());
    let mut first = true;
    loop {
        let comparison = access.verify(&request)?;
        if first && comparison.next > comparison.end.min(verify::step(comparison.end)) {
            bar.suspend(|| {
                printer.say(format!(
                    "{name}  goes on where an earlier run was interrupted (--anew begins anew)"
                ));
            });
        }
        first = false;
        request.anew = false;
        if comparison.state != ComparisonState::Running {
            bar.finish_and_clear();
            return Ok(comparison);
        }
        bar.set_length(comparison.end);
        bar.set_position(comparison.next);
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(
        "{msg}  [{bar:30}] {percent:>3} %  {human_pos} of {human_len} events  {eta} left",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
    .progress_chars("=> ")
}

fn text(comparisons: &[Comparison], max_diffs: usize) -> String {
    if comparisons.is_empty() {
        return "There is nothing to compare: no migration leads from one version to another.\n".to_owned();
    }
    let columns = [
        ("HOP", Align::Left),
        ("EVENTS", Align::Right),
        ("EXPECTED", Align::Right),
        ("FOUND", Align::Right),
        ("", Align::Left),
    ];
    let row = |comparison: &Comparison| {
        let Comparison { end, expected, found, differing, more_differ, one_in, .. } = comparison;
        let state = match comparison.state {
            ComparisonState::Loading => "loading; compared when that is done".to_owned(),
            ComparisonState::Running | ComparisonState::Done if comparison.is_good() => String::new(),
            ComparisonState::Running | ComparisonState::Done => {
                let at_least = if *more_differ { "at least " } else { "" };
                format!("{at_least}{} events differ", count(*differing))
            }
        };
        let sampled = if *one_in > 1 { format!(" (1 in {})", count(*one_in)) } else { String::new() };
        let events = format!("{}{sampled}", count(*end));
        vec![hop_name(&comparison.hop), events, count(*expected), count(*found), state]
    };
    let mut out = render::table(&columns, comparisons.iter().map(row).collect());
    out.push('\n');
    for comparison in comparisons.iter().filter(|comparison| !comparison.is_good()) {
        let Comparison { hop, topic, differences, fields, .. } = comparison;
        if !differences.is_empty() {
            out.push_str(&format!("{} (topic {topic}), as [{}]:\n", hop_name(hop), fields.join(", ")));
        }
        for difference in differences.iter().take(max_diffs) {
            out.push_str(&format!("  {difference}\n"));
        }
    }
    let loading =
        comparisons.iter().filter(|comparison| comparison.state == ComparisonState::Loading).count();
    if comparisons.iter().all(Comparison::is_good) {
        let rows: u64 = comparisons.iter().map(|comparison| comparison.expected).sum();
        let hops = match comparisons.len() - loading {
            1 => "1 hop".to_owned(),
            hops => format!("{hops} hops"),
        };
        out.push_str(&format!(
            "Every row is what its migration makes of it: {} rows on {hops}.\n",
            count(rows)
        ));
    } else {
        out.push_str(
            "Either somebody has changed these rows, or they were made before the migration was edited.\n",
        );
    }
    out
}

fn hop_name(hop: &Hop) -> String {
    format!("{} → {}", hop.from, hop.to)
}

//! `antler versions diff`: what became of each model and field from one version to another.

use antler_core::{
    compatibility::Compatibility,
    names::Version,
    version_diff::{self, FieldDiff, FieldFate, ModelChange, ModelDiff},
};
use anyhow::Result;
use serde::Serialize;

use crate::{
    args::VersionsDiffArgs,
    palette::{Colour, Palette},
    printer::Printer,
    problems::Problems,
    project::{Project, roll::Roll},
};

/// The difference, for programs.
#[derive(Serialize)]
struct Report<'a> {
    from: &'a Version,
    to: &'a Version,
    models: &'a [ModelDiff],
}

/// Compares them.
///
/// # Errors
/// There is no such version, or nobody takes it.
pub fn run(args: &VersionsDiffArgs, project: &Project, roll: &Roll, printer: &Printer) -> Result<()> {
    let (from, to) = (&args.from, args.to.as_ref().unwrap_or(project.version()));
    let before = &roll.version(from).map_err(Problems::from)?.models;
    let after = &roll.version(to).map_err(Problems::from)?.models;
    let migrations = project.migrations()?;
    let renamed =
        version_diff::renames((from, before), (to, after), migrations.iter().map(|file| &file.name));
    let models = version_diff::compare(before, after, &renamed);
    let out = if args.json {
        serde_json::to_string_pretty(&Report { from, to, models: &models })? + "\n"
    } else {
        page(from, to, &models, printer.palette())
    };
    Ok(printer.data(out.as_bytes())?)
}

fn page(from: &Version, to: &Version, models: &[ModelDiff], palette: Palette) -> String {
    let parts: Vec<_> = models.iter().map(|model| part(from, to, model, palette)).collect();
    // What stays the same stands close together.
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        let is_long = |part: &String| part.lines().count() > 1;
        if i > 0 && (is_long(part) || parts.get(i - 1).is_some_and(is_long)) {
            out.push('\n');
        }
        out.push_str(part);
    }
    out
}

fn part(from: &Version, to: &Version, diff: &ModelDiff, palette: Palette) -> String {
    let name = palette.paint(Colour::Heading, diff.model.as_str());
    let weight = weight(diff.compatibility);
    let mut out = match &diff.change {
        ModelChange::Same => format!("{name}  has the same schema in {from} and {to}\n"),
        ModelChange::Added => {
            format!("{} {name}  is new in {to}\n", palette.paint(Colour::Come, "+"))
        }
        ModelChange::Removed => {
            format!("{} {name}  is not in {to}{weight}\n", palette.paint(Colour::Gone, "-"))
        }
        ModelChange::Changed => format!("{name}  {from} → {to}{weight}\n"),
        ModelChange::Renamed { from: old } => {
            let old = palette.paint(Colour::Heading, old.as_str());
            format!("{old} → {name}  {from} → {to}{weight}\n")
        }
    };
    let lines: Vec<_> = diff.fields.iter().map(Line::of).collect();
    let widest = |of: fn(&Line) -> usize| lines.iter().map(of).max().unwrap_or_default();
    let (path, what) = (widest(|line| width(&line.path)), widest(|line| width(&line.what)));
    for line in &lines {
        let text = format!("{} {}  {}", line.mark, padded(&line.path, path), padded(&line.what, what));
        out += &format!("  {}  {}\n", palette.paint(line.colour, &text), line.weight);
    }
    for (what, change) in [("sorted by", &diff.sorting_key), ("the endpoint takes", &diff.endpoint)] {
        if let Some(change) = change {
            let nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
            let text = format!("{what} {} (before: {})", nothing(&change.to), nothing(&change.from));
            out += &format!("  {}\n", palette.paint(Colour::Other, &format!("~ {text}")));
        }
    }
    out
}

fn weight(compatibility: Compatibility) -> String {
    match compatibility {
        Compatibility::Identical => String::new(),
        Compatibility::Compatible | Compatibility::Breaking => format!("  {compatibility}"),
    }
}

/// A field as a line.
struct Line {
    mark: &'static str,
    colour: Colour,
    path: String,
    what: String,
    weight: Compatibility,
}

impl Line {
    fn of(diff: &FieldDiff) -> Self {
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        let (before, after) = (text(&diff.before), text(&diff.after));
        let origin = |before: String| {
            let from = text(&diff.from);
            if before == after {
                format!("{after}, probably {from}")
            } else {
                format!("{after}, probably {from}: {before}")
            }
        };
        let (mark, colour, what) = match diff.change {
            FieldFate::Added => ("+", Colour::Come, after),
            FieldFate::Removed => ("-", Colour::Gone, before),
            FieldFate::Changed => ("~", Colour::Other, format!("{before} → {after}")),
            FieldFate::Renamed | FieldFate::Moved => (">", Colour::Other, origin(before)),
        };
        Self { mark, colour, path: diff.field.clone(), what, weight: diff.compatibility }
    }
}

/// How many characters a text has, which is about how wide it is.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// A text with spaces behind it. A long one is not made longer for the sake of others.
fn padded(text: &str, widest: usize) -> String {
    let missing = widest.min(60).saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

//! How the rows of a trial look: each field before and after, with a mark where something changed.
//!
//! ```text
//!              INPUT       OUTPUT
//!
//! row 1: stored
//!   id         "a1"        "a1"
//! ~ carrier    " ua "    → "UA"
//! - code       "UA517"
//! + flight                 517
//! ```

use std::{collections::BTreeMap, fmt};

use antler_core::{
    names::{ModelVersion, SqlIdent},
    schema::{Field, Model},
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::value::RawValue;

use super::{
    compare::Comparison,
    outcome::{Kind, Outcome, Outcomes},
};
use crate::render::{self, count};

/// Rows, and what became of them.
pub struct Tried<'a> {
    /// The way that they went.
    pub path: &'a [ModelVersion],
    /// The model of the rows.
    pub source: &'a Model,
    /// The model that they became.
    pub target: &'a Model,
    /// The rows.
    pub input: &'a [Vec<String>],
    /// What became of them as they are deployed.
    pub outcomes: &'a Outcomes,
    /// What became of them in the runtime of the language.
    pub called: Option<&'a Outcomes>,
    /// Whether both are the same.
    pub comparison: Option<&'a Comparison>,
}

impl Tried<'_> {
    /// What each row became; nothing where the database refused to run it.
    fn rows(&self) -> impl Iterator<Item = (usize, &Vec<String>, &Outcome, Option<&Outcome>)> {
        let outcomes = self.outcomes.as_deref().unwrap_or_default();
        self.input.iter().zip(outcomes).enumerate().map(|(row, (input, outcome))| {
            let differs = self.comparison.is_some_and(|comparison| comparison.different.contains(&row));
            let called = self.called.and_then(|called| called.as_ref().ok()?.get(row));
            (row, input, outcome, called.filter(|_| differs))
        })
    }

    /// All of it, for programs.
    ///
    /// # Errors
    /// The database wrote a value that is not JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        let rows = self.rows().map(|(row, input, outcome, called)| {
            Ok(RowReport {
                row: row + 1,
                input: record(&self.source.fields, input)?,
                outcome: self.outcome(outcome)?,
                called: called.map(|called| self.outcome(called)).transpose()?,
            })
        });
        let report = Report {
            path: self.path,
            rows: rows.collect::<serde_json::Result<_>>()?,
            compared: self.comparison.map(|comparison| comparison.equal + comparison.different.len()),
            different: self.comparison.map(|comparison| comparison.different.len()),
            refused: self.outcomes.as_ref().err(),
        };
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn outcome<'a>(&'a self, outcome: &'a Outcome) -> serde_json::Result<OutcomeReport<'a>> {
        let stored = outcome.stored.iter().map(|values| record(&self.target.fields, values));
        Ok(OutcomeReport {
            fate: outcome.kind(),
            stored: stored.collect::<serde_json::Result<_>>()?,
            reason: outcome.reason.as_deref(),
        })
    }
}

#[derive(Serialize)]
struct Report<'a> {
    path: &'a [ModelVersion],
    rows: Vec<RowReport<'a>>,
    /// How many rows both ways could be compared on.
    compared: Option<usize>,
    different: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a String>,
}

#[derive(Serialize)]
struct RowReport<'a> {
    row: usize,
    input: Record<'a>,
    #[serde(flatten)]
    outcome: OutcomeReport<'a>,
    /// What the other way made of it, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    called: Option<OutcomeReport<'a>>,
}

#[derive(Serialize)]
struct OutcomeReport<'a> {
    fate: Kind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stored: Vec<Record<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Fields in their order, with values that are JSON already.
struct Record<'a>(Vec<(&'a SqlIdent, Box<RawValue>)>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

fn record<'a>(fields: &'a [Field], values: &[String]) -> serde_json::Result<Record<'a>> {
    let pairs = fields.iter().zip(values);
    let pairs = pairs.map(|(field, value)| Ok((&field.name, RawValue::from_string(value.clone())?)));
    pairs.collect::<serde_json::Result<_>>().map(Record)
}

/// The rows as a page.
pub struct Page<'a> {
    /// The rows.
    pub tried: &'a Tried<'a>,
    /// How many characters a line may have.
    pub width: usize,
    /// How many rows are shown.
    pub shown: usize,
    /// What the rows are: `rows of local.Event_0_0`.
    pub of_what: &'a str,
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = self.tried;
        writeln!(f, "{}  {} {}", render::path(tried.path), count(tried.input.len() as u64), self.of_what)?;
        // Rows that differ are what one wants to see first.
        let mut rows: Vec<_> = tried.rows().collect();
        rows.sort_by_key(|(_, _, _, called)| called.is_none());
        let hidden = rows.len().saturating_sub(self.shown);
        rows.truncate(self.shown);
        let blocks: Vec<_> = rows
            .into_iter()
            .flat_map(|(row, input, outcome, called)| self.blocks(row, input, outcome, called))
            .collect();
        let widths = Widths::of(blocks.iter().flat_map(|block| &block.lines), self.width);
        if !blocks.is_empty() {
            let heading =
                format!("{}  {}    OUTPUT", " ".repeat(widths.name + 2), padded("INPUT", widths.before));
            writeln!(f, "\n{heading}")?;
        }
        for Block { heading, lines } in &blocks {
            writeln!(f, "{heading}")?;
            lines.iter().try_for_each(|line| writeln!(f, "{}", line.drawn(&widths)))?;
        }
        if hidden > 0 {
            let all = count(tried.input.len() as u64);
            writeln!(f, "\nand {} more; all with --show {all}", count(hidden as u64))?;
        }
        self.summary(f)
    }
}

/// A row, or what is special about it.
struct Block {
    heading: String,
    lines: Vec<Line>,
}

/// One line of a row.
struct Line {
    mark: char,
    field: String,
    before: Option<String>,
    after: Option<String>,
}

impl Page<'_> {
    /// A row: what became of it, and where the other way differs.
    fn blocks(
        &self,
        row: usize,
        input: &[String],
        outcome: &Outcome,
        called: Option<&Outcome>,
    ) -> Vec<Block> {
        let said = |outcome: &Outcome| match &outcome.reason {
            Some(reason) => format!("{}: {reason}", outcome.kind()),
            None => outcome.kind().to_string(),
        };
        let heading = format!("\nrow {}: {}", row + 1, said(outcome));
        let mut blocks = match outcome.stored.as_slice() {
            [] => vec![Block { heading, lines: self.changes(input, None) }],
            [only] => vec![Block { heading, lines: self.changes(input, Some(only)) }],
            many => many
                .iter()
                .enumerate()
                .map(|(i, values)| Block {
                    heading: format!("{heading} as {} of {}", i + 1, many.len()),
                    lines: self.changes(input, Some(values)),
                })
                .collect(),
        };
        let Some(called) = called else { return blocks };
        let heading = format!("! the runtime of the language differs: {}", said(called));
        match called.stored.as_slice() {
            [] => blocks.push(Block { heading, lines: Vec::new() }),
            many => blocks.extend(many.iter().enumerate().map(|(i, values)| Block {
                heading: heading.clone(),
                lines: self.differences(outcome.stored.get(i), values),
            })),
        }
        blocks
    }

    /// What became of each field; without values, the row as it was.
    fn changes(&self, input: &[String], values: Option<&Vec<String>>) -> Vec<Line> {
        let (source, target) = (&self.tried.source.fields, &self.tried.target.fields);
        let Some(values) = values else {
            let line = |(field, before): (&Field, &String)| Line {
                mark: ' ',
                field: field.name.to_string(),
                before: Some(before.clone()),
                after: None,
            };
            return source.iter().zip(input).map(line).collect();
        };
        let before: BTreeMap<_, _> = source.iter().map(|field| &field.name).zip(input).collect();
        let after: BTreeMap<_, _> = target.iter().map(|field| &field.name).zip(values).collect();
        let new = target.iter().map(|field| &field.name).filter(|name| !before.contains_key(name));
        let names = source.iter().map(|field| &field.name).chain(new);
        let line = |name: &SqlIdent| {
            let (before, after) = (before.get(name), after.get(name));
            let mark = match (before, after) {
                (Some(before), Some(after)) if before == after => ' ',
                (Some(_), Some(_)) => '~',
                (None, _) => '+',
                (_, None) => '-',
            };
            let text = |value: Option<&&String>| value.map(|value| (*value).clone());
            Line { mark, field: name.to_string(), before: text(before), after: text(after) }
        };
        names.map(line).collect()
    }

    /// The fields of which both ways make something else.
    fn differences(&self, stored: Option<&Vec<String>>, called: &[String]) -> Vec<Line> {
        let fields = self.tried.target.fields.iter().zip(called).enumerate();
        let lines = fields.filter_map(|(i, (field, called))| {
            let stored = stored.and_then(|stored| stored.get(i));
            (stored != Some(called)).then(|| Line {
                mark: '!',
                field: field.name.to_string(),
                before: stored.cloned(),
                after: Some(called.clone()),
            })
        });
        lines.collect()
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(outcomes) = self.tried.outcomes else { return Ok(()) };
        let of_kind = |kind| outcomes.iter().filter(|outcome| outcome.kind() == kind).count() as u64;
        writeln!(
            f,
            "\n{} stored, {} filtered, {} in the dead letters",
            count(of_kind(Kind::Stored)),
            count(of_kind(Kind::Filtered)),
            count(of_kind(Kind::Failed))
        )?;
        let Some(Comparison { equal, silent, different, refused: None }) = self.tried.comparison else {
            return Ok(());
        };
        write!(f, "both ways to run it agree on {} rows", count(*equal as u64))?;
        if *silent > 0 {
            write!(f, "; {} have no exact value in SQL and say so", count(*silent as u64))?;
        }
        match different.len() {
            0 => writeln!(f),
            many => writeln!(f, "; they differ on {}", count(many as u64)),
        }
    }
}

/// How many characters each column has.
struct Widths {
    name: usize,
    before: usize,
    after: usize,
}

impl Widths {
    /// The columns of all lines together, where none may be longer than `width`.
    fn of<'a>(lines: impl Iterator<Item = &'a Line> + Clone, width: usize) -> Self {
        let widest = |of: &dyn Fn(&'a Line) -> usize| lines.clone().map(of).max().unwrap_or(0);
        let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        let name = widest(&|line| line.field.chars().count()).min(width / 3);
        // The mark, the gaps and the arrow.
        let room = width.saturating_sub(name + 8);
        let (before, after) = (widest(&|line| length(&line.before)), widest(&|line| length(&line.after)));
        let before = if before + after <= room {
            before
        } else {
            before.min(room / 2).max(room.saturating_sub(after))
        };
        let before = before.max("INPUT".len());
        Self { name, before, after: room.saturating_sub(before) }
    }
}

impl Line {
    fn drawn(&self, widths: &Widths) -> String {
        let Widths { name, before, after } = *widths;
        let arrow = if matches!(self.mark, '~' | '!') && self.after.is_some() { "→" } else { " " };
        let [old, new] = [(&self.before, before), (&self.after, after)]
            .map(|(text, width)| cut(text.as_deref().unwrap_or_default(), width));
        let line =
            format!("{} {}  {}  {arrow} {new}", self.mark, padded(&self.field, name), padded(&old, before));
        line.trim_end().to_owned()
    }
}

fn padded(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let missing = width.saturating_sub(text.chars().count());
    text + &" ".repeat(missing)
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

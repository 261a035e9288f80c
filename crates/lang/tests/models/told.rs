//! What becomes of a case, in plain text.

use std::{collections::BTreeMap, fmt::Write as _};

use antler_core::{
    diagnostic::{Diagnostic, Label},
    names::ModelName,
    schema::DataType,
    sql::column_type,
};
use antler_lang::models::ParsedModel;

/// The models, or the messages.
pub(crate) fn told(outcome: Result<BTreeMap<ModelName, ParsedModel>, Vec<Diagnostic>>) -> String {
    match outcome {
        Ok(models) => models.values().map(model).collect::<Vec<_>>().join("\n"),
        Err(problems) => problems.iter().map(problem).collect::<Vec<_>>().join("\n"),
    }
}

fn model(parsed: &ParsedModel) -> String {
    assert_eq!(&parsed.file.text[parsed.span.clone()], parsed.model.name.as_str());
    let mut out = format!("{} of {}\n", parsed.model.name, parsed.file.path);
    if !parsed.ingestion.is_default() {
        let _ = writeln!(out, "  takes {}", parsed.ingestion);
    }
    if !parsed.model.order_by.is_empty() {
        let names: Vec<_> = parsed.model.sorting_key().map(ToString::to_string).collect();
        let _ = writeln!(out, "  sorted by {}", names.join(", "));
    }
    for field in &parsed.model.fields {
        let _ = writeln!(out, "  {field}");
        // That of enums of integers has their names.
        let column = column_type(field);
        let _ = match field.data_type {
            DataType::Object(_) | DataType::StringEnum(_) => Ok(()),
            _ => writeln!(out, "      {column}"),
        };
    }
    out
}

/// A diagnostic without colours: code, place, message, source lines, help.
fn problem(problem: &Diagnostic) -> String {
    let mut out =
        format!("{} {}\n{}\n", problem.code, problem.location().unwrap_or_default(), problem.message);
    for Label { span, text } in &problem.labels {
        let source = &problem.source_file.as_ref().unwrap().text;
        let start = source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let number = source[..start].matches('\n').count() + 1;
        let line = source[start..].lines().next().unwrap_or_default();
        let indent = source[start..span.start].chars().count();
        let width = source[span.start..].chars().take_while(|c| *c != '\n').count();
        let width = source[span.clone()].chars().count().clamp(1, width.max(1));
        let _ = writeln!(out, "{number:>3} | {line}");
        let _ = writeln!(out, "    | {}{} {text}", " ".repeat(indent), "^".repeat(width));
    }
    if let Some(help) = &problem.help {
        let _ = writeln!(out, "help: {help}");
    }
    out
}

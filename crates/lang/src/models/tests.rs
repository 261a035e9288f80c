//! Each folder of `fixtures/models` is a small project; `expected.snap` in it tells what became
//! of it, as a person would be told.

use std::{fmt::Write as _, fs, path::Path, path::PathBuf};

use antler_core::{diagnostic::Label, schema::DataType};

use super::*;

/// One test for each folder, and none forgotten.
macro_rules! projects {
    ($($test:ident: $folder:literal;)+) => {
        $(#[test] fn $test() { check($folder); })+

        #[test]
        fn every_folder_has_a_test() {
            let mut tested = vec![$($folder.to_owned()),+];
            tested.sort();
            let mut there: Vec<String> = fs::read_dir(fixtures())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            there.sort();
            assert_eq!(tested, there);
        }
    };
}

projects! {
    every_typescript_type_that_can_be_stored: "typescript_types";
    typescript_names_are_followed_through_imports_and_bases: "typescript_imports";
    what_typescript_can_say_and_a_table_cannot_is_refused_with_advice: "typescript_refused";
    typescript_models_keep_the_rules_of_keys_and_names: "typescript_rules";
    a_typescript_name_that_leads_nowhere_is_told_with_its_import: "typescript_unresolved";
    typescript_syntax_errors_are_reported_without_false_followers: "typescript_syntax";
    only_exported_records_in_the_folder_of_models_are_models: "ignored";
    typescript_endpoints_are_configured_beside_the_model: "typescript_config";
    what_a_typescript_configuration_cannot_promise_is_refused_with_advice: "typescript_config_refused";
    every_python_type_that_can_be_stored: "python_types";
    python_names_are_followed_through_imports_and_bases: "python_imports";
    what_python_can_say_and_a_table_cannot_is_refused_with_advice: "python_refused";
    python_models_keep_the_same_rules: "python_rules";
    python_endpoints_are_configured_in_the_decorator: "python_config";
    what_a_python_configuration_cannot_promise_is_refused_with_advice: "python_config_refused";
    python_syntax_errors_are_reported: "python_syntax";
}

#[test]
fn one_name_in_two_languages_is_a_duplicate() {
    let files = [
        ("app/datamodels/a.py", "@dataclass\nclass Flight:\n    id: Key[str]\n"),
        ("app/datamodels/a.ts", "export interface Flight { id: Key<string> }\n"),
    ]
    .map(|(path, text)| Arc::new(SourceFile { path: path.into(), text: text.into() }));
    insta::assert_snapshot!(told(&files), @r"
    A204 app/datamodels/a.ts:1:18
    there are two models of the name `Flight`
      1 | export interface Flight { id: Key<string> }
        |                  ^^^^^^ the other one is at app/datamodels/a.py:2:7
    help: Rename one of them; each model has tables and endpoints of its own.
    ");
}

#[test]
fn the_order_in_which_files_are_given_does_not_matter() {
    for folder in ["typescript_imports", "typescript_rules", "python_refused"] {
        let mut files = project(folder);
        let told_first = told(&files);
        files.reverse();
        assert_eq!(told(&files), told_first, "{folder}");
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models")
}

fn check(folder: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(fixtures().join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("expected", told(&project(folder))));
}

/// All files of a project, with paths as the command line gives them.
fn project(folder: &str) -> Vec<Arc<SourceFile>> {
    fn collect(folder: &Path, path: &str, files: &mut Vec<Arc<SourceFile>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &path, files);
            } else if !path.ends_with(".snap") {
                let text = fs::read_to_string(entry.path()).unwrap();
                files.push(Arc::new(SourceFile { path, text }));
            }
        }
    }
    let mut files = Vec::new();
    collect(&fixtures().join(folder), "", &mut files);
    files
}

fn told(files: &[Arc<SourceFile>]) -> String {
    match parse(files) {
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
    for field in &parsed.model.fields {
        let _ = match &field.data_type {
            DataType::IntegerEnum(names) => writeln!(out, "  {field}  {names:?}"),
            _ => writeln!(out, "  {field}"),
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

use std::sync::Arc;

use antler_core::{diagnostic::SourceFile, schema::Model};

use crate::{
    migration::{Library, Tier, prepare_with},
    models,
};

fn model() -> Model {
    let text = "export interface Event { id: Key<string>; tags: string[]; note: string }".to_owned();
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// Files by their paths, the migration first.
fn project(files: &[(&str, &str)]) -> (Vec<Arc<SourceFile>>, Library) {
    let file = |(path, text): &(&str, &str)| {
        Arc::new(SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
    };
    let files: Vec<_> = files.iter().map(file).collect();
    let some = |paths: &[String]| {
        Ok(files.iter().filter(|file| paths.contains(&file.path)).map(Arc::clone).collect())
    };
    let library = Library::gather::<std::convert::Infallible>(&files[..1], some).unwrap();
    (files, library)
}

/// How a project's migration runs, or what is wrong: file, place and message.
fn prepared(files: &[(&str, &str)]) -> Result<Tier, Vec<String>> {
    let (files, library) = project(files);
    match prepare_with(&files[0], &library, &model(), &model()) {
        Ok((_, tier)) => Ok(tier),
        Err(problems) => {
            let place = |problem: &antler_core::diagnostic::Diagnostic| {
                problem.location().map_or_else(String::new, |location| location.to_string())
            };
            Err(problems.iter().map(|it| format!("{} {} {}", place(it), it.code, it.message)).collect())
        }
    }
}

fn refused(files: &[(&str, &str)]) -> Vec<String> {
    prepared(files).err().unwrap_or_default()
}

const MIGRATION: &str = "app/functions/Event_migrate__0_0__0_1.ts";
const USES_CLEAN: &str = "import { clean } from '../lib/clean';\nexport default (event) => ({ ...event, note: clean(event.note) });";

#[test]
fn short_names_of_folders_lead_to_files() {
    let tier = prepared(&[
        (MIGRATION, &USES_CLEAN.replace("../lib", "@lib")),
        ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@lib/*": ["app/lib/*"] } } }"#),
        ("app/lib/clean.ts", "export const clean = (text) => text.trim();"),
    ]);
    assert!(matches!(tier, Ok(Tier::Sql)), "{tier:?}");
}

#[test]
fn a_mistake_in_another_file_is_shown_there() {
    let clean = "export function clean(text) {\n  return text.trim() * 2;\n}";
    assert_eq!(
        refused(&[(MIGRATION, USES_CLEAN), ("app/lib/clean.ts", clean)]),
        ["app/lib/clean.ts:2:10 A306 `*` of `string` and `2`"]
    );
    let broken = refused(&[(MIGRATION, USES_CLEAN), ("app/lib/clean.ts", "export const clean = ;")]);
    assert!(broken[0].starts_with("app/lib/clean.ts:1:22 A201"), "{broken:?}");
}

#[test]
fn what_is_not_there_is_told_where_it_is_used() {
    let wrong = [
        ("app/lib/other.ts", "", "there is no file `../lib/clean` in the project"),
        ("app/lib/clean.ts", "export const tidy = 1;", "app/lib/clean.ts exports no `clean`"),
    ];
    for (path, text, why) in wrong {
        let (files, library) = project(&[(MIGRATION, USES_CLEAN), (path, text)]);
        let problems = prepare_with(&files[0], &library, &model(), &model()).unwrap_err();
        assert_eq!(problems[0].message, "there is no `clean` here");
        assert_eq!(problems[0].labels[0].text, why);
    }
    let package = USES_CLEAN.replace("../lib/clean", "lodash");
    let (files, library) = project(&[(MIGRATION, &package)]);
    let problems = prepare_with(&files[0], &library, &model(), &model()).unwrap_err();
    let why = "`lodash` is no file of the project, and packages cannot be imported";
    assert_eq!(problems[0].labels[0].text, why);
}

#[test]
fn files_that_import_each_other_are_refused() {
    let clean = "import { trim } from './trim';\nexport const clean = (text) => trim(text);";
    let trim =
        "import { clean } from './clean';\nexport const trim = (text) => text === '' ? clean(' ') : text;";
    let circle = "imports go in a circle: app/lib/clean.ts → app/lib/trim.ts → app/lib/clean.ts";
    assert_eq!(
        refused(&[(MIGRATION, USES_CLEAN), ("app/lib/clean.ts", clean), ("app/lib/trim.ts", trim)]),
        [format!("app/lib/trim.ts:1:10 A303 {circle}")]
    );
    // Files may name each other's types, and re-export in circles what nobody takes that way.
    let trim = "import { clean } from './clean';\nexport const trim = (text: typeof clean) => text.trim();";
    let files = [(MIGRATION, USES_CLEAN), ("app/lib/clean.ts", clean), ("app/lib/trim.ts", trim)];
    assert!(matches!(prepared(&files), Ok(Tier::Sql)), "{:?}", prepared(&files));
}

#[test]
fn a_variable_that_can_change_is_not_imported() {
    let changing = "export let clean = (text) => text;";
    assert_eq!(
        refused(&[(MIGRATION, USES_CLEAN), ("app/lib/clean.ts", changing)]),
        [format!("{MIGRATION}:1:10 A303 `clean` is a variable that can change, and is imported")]
    );
}

/// The code of a migration that is called.
fn called(clean: &str) -> (String, String) {
    let migration = "import tidy, * as lib from '../lib/clean';\nimport { LIMIT as limit } from '../lib/limits';\n\
         export default (event) => { let n = 0; while (n < limit) n++; return { ...event, note: tidy(lib.MARK + n) }; };";
    let limits = "export const LIMIT: number = 3;\n";
    let files = [(MIGRATION, migration), ("app/lib/clean.ts", clean), ("app/lib/limits.ts", limits)];
    match prepared(&files) {
        Ok(Tier::Udf { function, .. }) => {
            antler_udf::check(&function).unwrap_or_else(|broken| panic!("{broken}:\n{}", function.code));
            (function.name().to_string(), function.code.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_migration_that_is_called_has_what_it_imports_in_it() {
    let clean = "import { LIMIT } from './limits';\nexport const MARK = '#';\nconst other = 5;\n\
         export default function (text: string): string { return text.slice(0, LIMIT); }\n";
    let (name, code) = called(clean);
    insta::assert_snapshot!(code);
    // It is another function when what it needs changes, and no other when the rest does.
    assert_ne!(called(&clean.replace("'#'", "'*'")).0, name);
    assert_eq!(called(&clean.replace("other = 5", "other = 6")).0, name);
}

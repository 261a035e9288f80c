use std::sync::Arc;

use antler_core::{diagnostic::SourceFile, schema::Model};

use crate::{
    migration::{Tier, prepare},
    models,
};

fn model() -> Model {
    let text = "export interface Event { id: Key<string>; tags: string[]; note?: string }".to_owned();
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// What a migration is called with, or the codes and messages of what is wrong with it.
fn prepared(text: &str) -> Result<String, Vec<String>> {
    let path = "app/functions/Event_migrate__0_0__0_1.ts".to_owned();
    let source = Arc::new(SourceFile { path, text: text.to_owned() });
    match prepare(&source, &model(), &model()) {
        Ok((_, Tier::Udf { function, because })) => {
            assert!(!because.is_empty(), "it says why");
            antler_udf::check(&function).unwrap_or_else(|broken| panic!("{broken}:\n{}", function.code));
            Ok(function.code.clone())
        }
        Ok((_, Tier::Sql)) => panic!("it is compiled:\n{text}"),
        Err(problems) => {
            Err(problems.iter().map(|problem| format!("{} {}", problem.code, problem.message)).collect())
        }
    }
}

#[test]
fn everything_that_is_only_typescript_is_taken_away() {
    let code = prepared(
        r#"import type { Other } from "../datamodels/models";
import { Event_0_0, Event_0_1 } from "../../.antler/types";

type Pair<T> = [T, T];
interface Named { name: string }
declare const outside: number;
enum Level { Low = 1, High, Top = 1 << 4 }
enum Word { A = "a", B = "b" }

abstract class Shape<T> implements Named, Other {
  private readonly name: string = "shape";
  protected static count?: number;
  label!: string
  [key: string]: unknown;
  abstract area(): number;
  constructor(public_: T, readonlyish?: string) {}
  public get(this_: number): number { return this_!; }
}

function pick(a: string): string;
function pick(a: number): number;
function pick<T extends string | number>(a: T, ...rest: Array<Pair<T>>): T { return a as T }

const size = (tags: readonly string[]): {
  size: number
} => ({ size: tags.length } satisfies { size: number })
const first = <string>"x"
const list = new Map<string, number>([["a", 1 as const]])

export default function (event: Event_0_0): Event_0_1 | null {
  const tags = event.tags.map((tag: string): string => tag.trim()!)
  let last: string | undefined;
  for (const tag of tags as string[]) last = tag
  try { if (!last) throw new Error(Word.A) } catch (error: unknown) { return null }
  return { ...event, note: `${last} ${Level.Top} ${size(tags).size} ${pick<number>(list.get("a")!)}` }
}
"#,
    );
    insta::assert_snapshot!(code.unwrap());
}

#[test]
fn the_function_to_run_may_be_exported_in_any_way() {
    let body = "{ for (const tag of event.tags) if (tag) return { ...event, note: tag }; return null; }";
    for (source, entry) in [
        (format!("export function migrate(event) {body}"), "migrate"),
        (format!("export const migrate = (event) => {body};"), "migrate"),
        (format!("const run = (event) => {body}\nexport {{ run as migrate }}"), "run"),
        (format!("export default (event) => {body}"), "$migrate"),
        (format!("export default function (event) {body}"), "$migrate"),
        (format!("const run = (event) => {body}\nexport default run"), "$migrate"),
        (format!("export const unit = 5; export function migrate(event) {body}"), "migrate"),
    ] {
        let code = prepared(&source).unwrap();
        assert!(code.ends_with(&format!("\nreturn {entry};")), "{code}");
    }
}

#[test]
fn what_a_migration_does_not_have_is_refused_before_it_runs() {
    let refused = |statement: &str| {
        let text = format!(
            "export default (event) => {{ for (const tag of event.tags) {{ {statement} }} while (event === 0) {{}} return event; }}"
        );
        prepared(&text).err().unwrap_or_default().join("; ")
    };
    assert_eq!(refused("Date.now()"), "A309 `Date.now()` cannot be used in a migration");
    assert_eq!(refused("new Date()"), "A309 the current time cannot be used in a migration");
    assert_eq!(refused("const random = Math.random;"), "A309 `Math.random()` cannot be used in a migration");
    assert_eq!(refused("tag.localeCompare('a')"), "A309 `.localeCompare()` cannot be used in a migration");
    assert_eq!(refused("fetch(tag)"), "A305 there is no `fetch` in a migration");
    assert_eq!(refused("console.log(tag)"), "A305 there is no `console` in a migration");
    assert_eq!(
        refused("const f = async () => await tag;"),
        "A302 a migration cannot wait for something; A302 a migration cannot wait for something"
    );
    assert_eq!(refused("import('fs')"), "A303 another file cannot be used in a migration");
    assert_eq!(
        refused("const all = new Map([[tag, encodeURIComponent(tag)]]);"),
        "",
        "the language itself is there"
    );
    assert_eq!(refused("const now = new Date(0).getTime();"), "", "a date of its own is fine");
    let imported = prepared(
        "import { clean } from './clean'; export default (event) => { for (const tag of event.tags) clean(tag); return event; }",
    );
    assert_eq!(
        imported.unwrap_err(),
        ["A305 `clean` cannot be imported: there is no file `./clean` in the project"]
    );
}

#[test]
fn a_mistake_is_no_reason_to_run_it_in_another_way() {
    let problems =
        prepared("export default (event) => ({ ...event, note: event.tags.map((tag) => tag)[0], id: 5 });");
    assert!(problems.unwrap_err().iter().any(|problem| problem.starts_with("A304")));
    let problems = prepared(
        "export default (event) => ({ ...event, id: FILL_IN('x'), note: event.tags.map((tag) => tag)[0] });",
    );
    assert!(problems.unwrap_err().iter().any(|problem| problem.starts_with("A307")));
}

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use antler_core::{diagnostic::SourceFile, schema::Model};

use crate::{
    migration::{Library, Tier, prepare_with},
    models,
};

const PATH: &str = "app/functions/Event_migrate__0_0__0_1.py";

fn model() -> Model {
    let text = "export interface Event { id: Key<string>; tags: string[]; note?: string }".to_owned();
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// What a migration with other files beside it is called with: the names of its modules, and its code; or the
/// messages of what is wrong with it.
fn prepared(text: &str, others: &[(&str, &str)]) -> Result<(BTreeMap<String, String>, String), Vec<String>> {
    let file = |path: &str, text: &str| Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() });
    let source = file(PATH, text);
    let there = |paths: &[String]| {
        let there = others.iter().filter(|(path, _)| paths.iter().any(|wanted| wanted == path));
        Ok::<_, Infallible>(there.map(|(path, text)| file(path, text)).collect())
    };
    let library = Library::gather(&[Arc::clone(&source)], there).unwrap();
    match prepare_with(&source, &library, &model(), &model()) {
        Ok((_, Tier::Udf { function, because })) => {
            assert!(!because.is_empty(), "it says why");
            antler_udf::check(&function).unwrap_or_else(|broken| panic!("{broken}:\n{}", function.code));
            let program: serde_json::Value = serde_json::from_str(&function.code).unwrap();
            let names = serde_json::from_value(program["names"].clone()).unwrap();
            Ok((names, function.name().to_string()))
        }
        Ok((_, Tier::Sql)) => panic!("it is compiled:\n{text}"),
        Err(problems) => Err(problems
            .iter()
            .map(|problem| {
                let at = problem.location().unwrap_or_default();
                format!("{} {} {}", at.rsplit('/').next().unwrap_or_default(), problem.code, problem.message)
            })
            .collect()),
    }
}

fn refused(text: &str) -> Vec<String> {
    let problems = prepared(text, &[]).err().unwrap_or_default();
    problems.iter().map(|problem| problem.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn what_a_migration_imports_goes_along_under_every_name_that_it_has() {
    let text = "
import re, datetime as dt
import app.lib.words
from lib.words import loud
from .beside import quiet
from ..lib import marks
import helpers
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from app.nowhere import Event_0_0
def migrate(event: 'Event_0_0'):
    from app.lib import late
    assert app.lib.words.loud is loud and late.LATE and helpers.HELP and marks.MARK
    return {**event, 'tags': [loud('x'), quiet('x')]}
";
    let others = [
        ("app/lib/__init__.py", "from app.lib import marks"),
        ("app/lib/words.py", "from . import marks\ndef loud(text): return text.upper() + marks.MARK"),
        ("app/lib/marks.py", "MARK = '!'"),
        ("app/lib/late.py", "LATE = True"),
        ("app/functions/beside.py", "def quiet(text): return text"),
        ("app/functions/helpers.py", "HELP = True"),
        ("app/lib/unrelated.py", "while True: pass"),
    ];
    let (names, _) = prepared(text, &others).unwrap();
    let aliases: Vec<_> = names.iter().filter(|(name, of)| name != of).collect();
    assert_eq!(
        aliases.iter().map(|(name, of)| format!("{name} = {of}")).collect::<Vec<_>>(),
        ["helpers = app.functions.helpers", "lib = app.lib", "lib.words = app.lib.words"]
    );
    assert!(names.contains_key("app.lib.late") && !names.contains_key("app.lib.unrelated"), "{names:?}");
}

#[test]
fn an_edit_of_what_is_not_used_makes_no_other_function() {
    let text = "
from app.datamodels.models import (
    Event,
)
from app.lib.words import loud
def migrate(event: Event) -> Event:
    return {**event, 'tags': [loud(event.id)]}
";
    let name = |models: &str, words: &str| {
        let others = [("app/datamodels/models.py", models), ("app/lib/words.py", words)];
        prepared(text, &others).unwrap().1
    };
    let words = "def loud(text): return text.upper()";
    let first = name("class Event: pass", words);
    assert_eq!(name("class Event: more = 1", words), first);
    assert_ne!(name("class Event: pass", "def loud(text): return text"), first);
}

#[test]
fn what_changes_from_run_to_run_is_refused_where_it_stands() {
    let text = "
import datetime, random, time, uuid as u, secrets
from datetime import datetime as dt, date
from random import randint, Random
def migrate(event):
    seeded = Random(5).random() + random.Random(4).random()
    fine = time.strftime('%Y', time.gmtime(0)), u.uuid5(u.NAMESPACE_URL, 'x'), date(2024, 1, 1)
    dt.now()
    datetime.datetime.now(datetime.timezone.utc)
    date.today()
    time.time()
    time.gmtime()
    randint(1, 2)
    random.random()
    random.Random()
    secrets.token_hex()
    list(map(lambda _: u.uuid4(), event.tags))
    open('x')
    return event
";
    let cannot = |what: &str| format!("A309 `{what}()` cannot be used in a migration");
    let expected = [
        "datetime.datetime.now",
        "datetime.datetime.now",
        "datetime.date.today",
        "time.time",
        "time.gmtime",
        "random.randint",
        "random.random",
        "random.Random",
        "secrets.token_hex",
        "uuid.uuid4",
        "open",
    ];
    assert_eq!(refused(text), expected.map(cannot));
    let others = [("app/lib/clock.py", "import time\ndef now(): return time.time()")];
    let text = "from app.lib.clock import now\ndef migrate(event): return {**event, 'note': str(now())}";
    let found = prepared(text, &others).unwrap_err();
    assert_eq!(found, ["clock.py:2:19 A309 `time.time()` cannot be used in a migration"]);
}

#[test]
fn what_one_row_would_leave_for_the_next_is_refused() {
    let text = "
import collections, itertools, operator
SEEN, COUNTS = set(), {}
NAMES = {'a': 'b'}
NUMBERS = itertools.count()
class Settings: last = None
total = 0
def fine(tags, known=[]):
    SEEN = set(tags)
    SEEN.add('x')
    counts = {}
    counts['x'] = operator.add(1, len(known))
    return [NAMES.get(tag) for tag in sorted(SEEN)]
def collect(tag, into=[]):
    into.append(tag)
    return into
def migrate(event):
    global total
    SEEN.add(event.id)
    COUNTS[event.id] = 1
    COUNTS['x'] += 1
    del COUNTS['x']
    Settings.last = event
    number = next(NUMBERS)
    last = lambda: SEEN.pop()
    event.tags.append('x')
    return {**event, 'tags': fine(event.tags)}
";
    let seen = |what: &str| format!("A309 `{what}` would be seen by the next row");
    let expected = ["into", "total", "SEEN", "COUNTS", "COUNTS", "COUNTS", "Settings", "NUMBERS", "SEEN"];
    assert_eq!(refused(text), expected.map(seen));
}

#[test]
fn a_file_without_one_function_is_refused() {
    let cases = [
        ("x = 1", "A302 this file has no function"),
        (
            "def a(event): pass\ndef b(event): pass",
            "A302 a migration has one function to run, but this file has 2",
        ),
        ("async def migrate(event): pass", "A302 a migration cannot wait for something"),
        ("def migrate(): pass", "A302 a migration is called with one event"),
        ("def migrate(a, b): pass", "A302 a migration is called with one event"),
        ("def migrate(a, *, b): pass", "A302 a migration is called with one event"),
        (
            "def migrate(event): return FILL_IN('note: str')",
            "A307 a value still has to be filled in: note: str",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), [expected], "{text}");
    }
    for fine in ["def _a(): pass\ndef rename(event, more=1): pass", "def migrate(*events): pass"] {
        assert_eq!(refused(fine), Vec::<String>::new(), "{fine}");
    }
    assert!(refused("def migrate(event)\n    pass")[0].starts_with("A201 "));
}

//! Random functions in Python over random rows: the engine against CPython, value for value.
//!
//! A short form runs with the other tests. `make fuzz PAIRS=1000000 SEED=1` is the long one. A function
//! that differs is shown with the one column that differs, if that alone still does.

use std::sync::Arc;

use antler_core::{diagnostic::SourceFile, schema::Model};
use antler_lang::{
    migration::{self, Migration},
    models,
};
use antler_store::tables::Session;

use crate::{
    engine::{self, Outcome},
    fixture,
    python::{self, Function},
    values::{self, Chance, Value},
};

const SOURCE: &str = r#"
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Optional
from moose_lib import Key

@dataclass
class Part:
    x: str
    y: Optional[int]

@dataclass
class Row:
    id: Key[str]
    a: str
    b: str
    n: int
    m: int
    x: float
    y: float
    f: bool
    at: datetime
    oa: Optional[str]
    on: Optional[int]
    ox: Optional[float]
    w: Literal["a", "b", "on_time"]
    ts: list[str]
    ns: list[int]
    xs: list[float]
    p: Part
    ps: list[Part]
"#;

/// What all functions may use.
const SHARED: &str = r#"import math
import re
from datetime import datetime, timedelta, timezone
from models.new import Row

TABLE = {"a": "A", "é": "E", "on_time": "", "😀": "smile", "517": "it's"}
CODES = {"a": 1, "": -5, "NA": 42}
NUMBERS = {0: "zero", 1: "one", 42: "many"}
WORDS = ("a", "b", "", "é")


def clean(text):
    return text.strip().lower()


def pick(a, b="-"):
    if len(a) > 3:
        return b
    return a


def joined(text, number):
    return f"{text}-{number}"


def fixed(number):
    return f"{number:.2f}"


def padded(number, text):
    return f"{number:04d}|{text:<6}|{text:>6}"


def parsed(text, otherwise):
    try:
        return int(text)
    except ValueError:
        return otherwise


"#;

/// What a piece of a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Int,
    Float,
    Bool,
    Date,
    MaybeText,
    MaybeInt,
    Texts,
    Ints,
}

const KINDS: [(Kind, &str); 9] = [
    (Kind::Text, "str"),
    (Kind::Int, "int"),
    (Kind::Float, "float"),
    (Kind::Bool, "bool"),
    (Kind::Date, "datetime"),
    (Kind::MaybeText, "Optional[str]"),
    (Kind::MaybeInt, "Optional[int]"),
    (Kind::Texts, "list[str]"),
    (Kind::Ints, "list[int]"),
];

/// The forms of each kind. `T I F B D t i S L` stand for a text, integer, float, boolean, date, a text
/// or integer that may be `None`, and lists of texts and integers; other letters are in quotes of `{}`.
fn forms(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Text => (
            &["row.a", "row.b", "row.id", "row.w", "row.p.x", "''", "'a'", "'é😀'", "','", "'12'"],
            &[
                "<T>.strip()",
                "<T>.upper()",
                "<T>.lower()",
                "<T> + <T>",
                "joined(<T>, <I>)",
                "fixed(<F>)",
                "str(<I>)",
                "str(<F>)",
                "str(<B>)",
                "<T>[<C>:]",
                "<T>[:<C>]",
                "<T>[<C>:<C>]",
                "<T>[<I>:]",
                "<T>[<C>]",
                "<T>.replace('a', <T>)",
                "(<T> if <B> else <T>)",
                "(<t> or <T>)",
                "','.join(<S>)",
                "clean(<T>)",
                "pick(<T>, <T>)",
                "pick(<T>)",
                "TABLE.get(<T>, <T>)",
                "TABLE[<T>]",
                "NUMBERS.get(<I>, <T>)",
                "<T>.removeprefix(<T>)",
                "<T>.removesuffix(<T>)",
                "<T>.zfill(6)",
                "<T>.rjust(5, '*')",
                "<T>.ljust(4)",
                "<T>.partition(',')[0]",
                "<T>.partition('a')[2]",
                "<T>.split(',', 1)[0]",
                "<S>[<C>]",
                "''.join(c for c in <T> if c != 'a')",
                r"re.sub(r'\s+', ' ', <T>)",
                r"re.sub(r'\D', '', <T>)",
                r"re.sub(r'(\w)-(\w)', r'\2+\1', <T>)",
                "<D>.isoformat()",
                "<D>.strftime('%Y/%m/%d')",
                "<T>.lstrip('0a')",
                "<T>.rstrip()",
                "max(<T>, <T>)",
                "next((s for s in <S> if len(s) > 2), <T>)",
                "padded(<I>, <T>)",
                "<t>.strip()",
                "max(<S>, default='')",
                "'-'.join(map(str, <L>))",
            ],
        ),
        Kind::Int => (
            &["row.n", "row.m", "0", "1", "-1", "7", "1000", "len(row.ts)", "row.at.year"],
            &[
                "(<I> + <I>)",
                "(<I> - <I>)",
                "(<I> * <I>)",
                "(<I> // <I>)",
                "(<I> % <I>)",
                "(<I> // 7)",
                "(<I> % 10)",
                "(<I> % -3)",
                "-<I>",
                "abs(<I>)",
                "len(<T>)",
                "len(<S>)",
                "len(<L>)",
                "sum(<L>)",
                "int(<F>)",
                "round(<F>)",
                "math.floor(<F>)",
                "math.ceil(<F>)",
                "int(<T>)",
                "parsed(<T>, <I>)",
                "(<I> if <B> else <I>)",
                "(<i> or <I>)",
                "min(<I>, <I>)",
                "max(<I>, <I>)",
                "<T>.find(<T>)",
                "<T>.count('a')",
                "CODES.get(<T>, <I>)",
                "CODES[<T>]",
                "<L>[<C>]",
                "<L>[<I>]",
                "int(<B>)",
                "<D>.month",
                "<D>.weekday()",
                "sum(1 for s in <S> if s)",
                "max(<L>, default=<I>)",
                "(<I> % 100) ** 2",
                "<B> + <I>",
                "(<D> - <D>).days",
                "<i> + <I>",
                "<T>.index('a')",
            ],
        ),
        Kind::Float => (
            &["row.x", "row.y", "0.0", "1.5", "-0.1", "100.0", "1e20"],
            &[
                "(<F> + <F>)",
                "(<F> - <F>)",
                "(<F> * <F>)",
                "(<F> / <F>)",
                "(<F> // <F>)",
                "(<F> % <F>)",
                "(<F> % 7)",
                "(<I> / 100)",
                "(<I> / <I>)",
                "(<F> * <I>)",
                "-<F>",
                "abs(<F>)",
                "round(<F>, 2)",
                "round(<F>, 1)",
                "float(<I>)",
                "float(<T>)",
                "(<F> if <B> else <F>)",
                "min(<F>, <F>)",
                "max(<F>, <F>)",
                "<D>.timestamp()",
                "(<D> - <D>).total_seconds()",
                "math.sqrt(abs(<F>))",
                "(row.ox or <F>)",
                "(<F> if <B> else 0)",
            ],
        ),
        Kind::Bool => (
            &["row.f", "True", "row.n > 0", "row.x < 0.5", "row.oa is None", "row.w == 'a'"],
            &[
                "(<T> == <T>)",
                "(<T> < <T>)",
                "(<T> in <T>)",
                "(<T> in <S>)",
                "(<T> in WORDS)",
                "(<I> == <I>)",
                "(<I> < <I>)",
                "(<I> <= <I> < <I>)",
                "(<F> < <F>)",
                "(<F> == <F>)",
                "(<I> < <F>)",
                "(<F> == <I>)",
                "(<B> and <B>)",
                "(<B> or <B>)",
                "(not <B>)",
                "<T>.startswith(<T>)",
                "<T>.endswith(('a', 'b'))",
                "<T>.isdigit()",
                "<T>.isspace()",
                "bool(<T>)",
                "bool(<F>)",
                "bool(<S>)",
                "any(s == <T> for s in <S>)",
                "all(k > <I> for k in <L>)",
                "(<D> < <D>)",
                "(<t> is not None)",
                "(<t> == <T>)",
                "(<i> == <i>)",
                "(<I> in (1, 2, 42))",
                "(<T> not in TABLE)",
                r"bool(re.match(r'[a-z]+\d*$', <T>))",
                r"bool(re.fullmatch(r'\w+', <T>))",
                "math.isnan(<F>)",
                "(<T> != <T>)",
                "(<i> < <I>)",
                "any(p.y is None for p in row.ps)",
                "all(len(p.x) < 5 and p.y for p in row.ps)",
            ],
        ),
        Kind::Date => (
            &["row.at"],
            &[
                "(<D> + timedelta(hours=1))",
                "(<D> - timedelta(days=<C>))",
                "(<D> + timedelta(seconds=<I> % 1000))",
                "(<D> if <B> else <D>)",
                "datetime.fromtimestamp(<I> % 1000000, tz=timezone.utc)",
            ],
        ),
        Kind::MaybeText => (
            &["row.oa", "None", "row.a"],
            &[
                "(<t> if <B> else None)",
                "(<T> if <B> else <t>)",
                "TABLE.get(<T>)",
                "(<t> and <T>)",
                "(<t>.upper() if <t> is not None else None)",
            ],
        ),
        Kind::MaybeInt => (
            &["row.on", "None", "row.p.y", "row.n"],
            &[
                "(<i> if <B> else None)",
                "CODES.get(<T>)",
                "(<I> if <B> else <i>)",
                "next((k for k in <L> if k > 1), None)",
                "(row.on + 1 if row.on is not None else None)",
                "next((p.y for p in row.ps if p.y is not None), <I>)",
            ],
        ),
        Kind::Texts => (
            &["row.ts", "[row.a, row.b]", "[p.x for p in row.ps]"],
            &[
                "<T>.split(',')",
                "<T>.split()",
                "[s + <T> for s in <S>]",
                "[s for s in <S> if s > <T>]",
                "sorted(<S>)",
                "sorted(<S>, key=lambda s: len(s), reverse=True)",
                "<S>[<C>:]",
                "<S>[::-1]",
                "(<S> + <S>)",
                r"re.findall(r'\w+', <T>)",
                "[c for c in <T>]",
                "[str(k) for k in <L>]",
                r"re.split(r'[,;]', <T>)",
                "<T>.split('-', 1)",
            ],
        ),
        Kind::Ints => (
            &["row.ns", "[row.n, 3]"],
            &[
                "[k // 2 for k in <L>]",
                "[k for k in <L> if k % 2 == 1]",
                "[len(s) for s in <S>]",
                "sorted(<L>)",
                "sorted(<L>, reverse=True)",
                "<L>[:<C>]",
                "(<L> + [<I>])",
                "[i for i, s in enumerate(<S>)]",
                "[p.y or 0 for p in row.ps]",
                "[parsed(s, -1) for s in <S>]",
                "[k * <I> for k in <L>]",
            ],
        ),
    }
}

/// A random expression.
fn expression(chance: &mut Chance, kind: Kind, depth: usize) -> String {
    let (plain, nested) = forms(kind);
    if depth == 0 || chance.below(4) == 0 {
        return plain[chance.below(plain.len())].to_owned();
    }
    let form = nested[chance.below(nested.len())];
    let mut out = String::new();
    let mut rest = form;
    while let Some(start) = rest.find('<') {
        let hole = rest[start..].get(1..2).filter(|_| rest[start..].get(2..3) == Some(">"));
        let of = match hole {
            Some("T") => Some(Kind::Text),
            Some("I") => Some(Kind::Int),
            Some("F") => Some(Kind::Float),
            Some("B") => Some(Kind::Bool),
            Some("D") => Some(Kind::Date),
            Some("t") => Some(Kind::MaybeText),
            Some("i") => Some(Kind::MaybeInt),
            Some("S") => Some(Kind::Texts),
            Some("L") => Some(Kind::Ints),
            _ => None,
        };
        out.push_str(&rest[..start]);
        match (hole, of) {
            (Some("C"), _) => out.push_str(["0", "1", "2", "-1", "-2", "3"][chance.below(6)]),
            (_, Some(of)) => out.push_str(&expression(chance, of, depth - 1)),
            _ => out.push('<'),
        }
        rest = &rest[start + if hole.is_some() { 3 } else { 1 }..];
    }
    out + rest
}

/// A random function: locals, conditions and a few columns.
#[derive(Debug, Clone)]
struct Program {
    statements: String,
    columns: Vec<(Kind, String)>,
}

impl Program {
    fn random(chance: &mut Chance) -> Self {
        let mut statements = String::new();
        for _ in 0..chance.below(3) {
            let of = |chance: &mut Chance, kind| expression(chance, kind, 2);
            let statement = match chance.below(7) {
                0 => format!("    if {}:\n        return None\n", of(chance, Kind::Bool)),
                1 => format!(
                    "    if {}:\n        raise ValueError({})\n",
                    of(chance, Kind::Bool),
                    of(chance, Kind::Text)
                ),
                2 => format!("    if row.n > 0:\n        row.id\n    assert {}\n", of(chance, Kind::Bool))
                    .replace("        row.id\n", "        pass\n"),
                3 => format!(
                    "    total = 0\n    for k in {}:\n        if {}:\n            break\n        total += k % 10\n    if total > 7:\n        return None\n",
                    of(chance, Kind::Ints),
                    of(chance, Kind::Bool)
                ),
                4 => format!(
                    "    seen = []\n    for s in {}:\n        if s in seen:\n            continue\n        seen.append(s)\n    assert len(seen) < 3, {}\n",
                    of(chance, Kind::Texts),
                    of(chance, Kind::Text)
                ),
                5 => format!(
                    "    try:\n        low = {}\n    except (ValueError, LookupError):\n        low = 0\n    if low < -5:\n        return None\n",
                    of(chance, Kind::Int)
                ),
                _ => format!(
                    "    text = ''\n    if {}:\n        text = {}\n    elif {}:\n        text += 'b'\n    assert text != {}\n",
                    of(chance, Kind::Bool),
                    of(chance, Kind::Text),
                    of(chance, Kind::Bool),
                    of(chance, Kind::Text)
                ),
            };
            statements.push_str(&statement);
        }
        let columns = (0..=chance.below(3)).map(|_| {
            let (kind, _) = KINDS[chance.below(KINDS.len())];
            (kind, expression(chance, kind, 3))
        });
        Self { statements, columns: columns.collect() }
    }

    fn source(&self) -> String {
        let columns: Vec<_> =
            self.columns.iter().enumerate().map(|(i, (_, text))| format!("        c{i}={text},\n")).collect();
        format!(
            "{SHARED}def migrate(row):\n{}    return Row(\n        id=row.id,\n{}    )\n",
            self.statements,
            columns.concat()
        )
    }

    fn target(&self) -> String {
        let of = |kind| KINDS.iter().find(|(other, _)| *other == kind).unwrap().1;
        let columns: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, (kind, _))| format!("    c{i}: {}\n", of(*kind)))
            .collect();
        let head = "from dataclasses import dataclass\nfrom datetime import datetime\nfrom typing import Optional\n\
                    from moose_lib import Key\n\n@dataclass\nclass Row:\n    id: Key[str]\n";
        format!("{head}{}", columns.concat())
    }

    fn compile(&self, from: &Model) -> Result<(Model, Migration), String> {
        let to = model(&self.target());
        let path = "app/functions/migrate.py".to_owned();
        let file = Arc::new(SourceFile { path, text: self.source() });
        match migration::compile(&file, from, &to) {
            Ok(migration) => Ok((to, migration)),
            Err(problems) => Err(fixture::render(&problems)),
        }
    }
}

fn model(text: &str) -> Model {
    let file = SourceFile { path: "app/datamodels/models.py".to_owned(), text: text.to_owned() };
    let models = models::parse(&[Arc::new(file)]).unwrap();
    models.into_values().find(|model| model.model.name.as_str() == "Row").unwrap().model
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn random_functions_in_python_give_the_values_that_cpython_gives() {
    let (pairs, seed) = (number("PAIRS", 12_000), number("SEED", 1));
    let from = model(SOURCE);
    let mut chance = Chance(seed);
    let mut session = engine::session();
    let (mut compared, mut limited, mut done, mut refused, mut wrong) = (0, 0, 0, Vec::new(), Vec::new());
    while compared < pairs && wrong.len() < 6 {
        let rows = values::rows(&from, 60, seed.wrapping_add(done as u64));
        let mut batch = Vec::new();
        while batch.len() < 20 {
            let program = Program::random(&mut chance);
            match program.compile(&from) {
                Ok((to, migration)) => batch.push((program, to, migration)),
                Err(message) => refused.push(format!("{message}\n{}", program.source().replace(SHARED, ""))),
            }
        }
        let functions: Vec<_> = batch.iter().map(|(program, to, _)| function(program, to)).collect();
        let answers = python::cpython(&functions, &from, SOURCE, &rows);
        let source = engine::filled(session.as_mut(), &from, &rows);
        for ((program, to, migration), expected) in batch.iter().zip(answers.chunks(rows.len())) {
            done += 1;
            let outcomes = match engine::try_run(session.as_mut(), &migration.projection(), to, &source, None)
            {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    wrong.push(format!("{}the engine threw: {error}", program.source()));
                    continue;
                }
            };
            for (number, expected) in expected.iter().enumerate() {
                let found = outcomes.get(&(number as u64)).cloned().unwrap_or(Outcome::Filtered);
                compared += 1;
                if python::is_limit(&found) {
                    limited += 1;
                } else if !python::is_equal(&found, expected) {
                    wrong.push(explain(session.as_mut(), program, &from, &rows[number]));
                    break;
                }
            }
        }
        engine::discard(session.as_mut(), &source);
    }
    println!(
        "fuzz of Python: {compared} pairs over {done} functions, mismatches {} ({limited} beyond the limits, {} functions refused)",
        wrong.len(),
        refused.len()
    );
    if std::env::var("REFUSED").is_ok() {
        refused.iter().take(30).for_each(|message| println!("{message}\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(refused.len() < 2 * done, "most functions are compiled: {}", refused[0]);
    assert!(limited * 2 < compared, "most rows are compared");
}

fn function(program: &Program, to: &Model) -> Function {
    Function { source: program.source(), to: to.clone(), to_source: program.target() }
}

/// A function that differs on a row, with one column alone if that still does.
fn explain(session: &mut dyn Session, program: &Program, from: &Model, row: &[Value]) -> String {
    let rows = [row.to_vec()];
    let source = engine::filled(session, from, &rows);
    let alone = program.columns.iter().flat_map(|column| {
        let columns = vec![column.clone()];
        [
            Program { statements: String::new(), columns: columns.clone() },
            Program { columns, ..program.clone() },
        ]
    });
    let mut told = String::new();
    for candidate in alone.chain([program.clone()]) {
        let Ok((to, migration)) = candidate.compile(from) else { continue };
        let expected = python::cpython(&[function(&candidate, &to)], from, SOURCE, &rows).remove(0);
        let outcomes = engine::run(session, &migration.projection(), &to, &source, None);
        let found = outcomes.get(&0).cloned().unwrap_or(Outcome::Filtered);
        if !python::is_limit(&found) && !python::is_equal(&found, &expected) {
            let text = candidate.source().replace(SHARED, "");
            told = format!("{text}row {row:?}\nfound {found:?}\nexpected {expected}");
            break;
        }
    }
    engine::discard(session, &source);
    if told.is_empty() { format!("only among other rows:\n{}", program.source()) } else { told }
}

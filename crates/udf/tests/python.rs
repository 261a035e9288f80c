//! What becomes of rows in Python: answers of an interpreter, as the database would read them.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::{
    cell::Cell,
    io,
    process::Child,
    time::{Duration, Instant},
};

use antler_core::{
    python::{Module, Program},
    schema::{Absence, DataType, Field, Item, Precise, Spelled},
    udf::{Function, Runtime},
};
use antler_udf::{Limits, check, python, supervise};

const LIMITS: Limits = Limits { time: Duration::from_millis(300), memory: 32 * 1024 * 1024 };

fn field(name: &str, data_type: DataType, absence: Absence) -> Field {
    Field { name: name.parse().unwrap(), data_type, absence, key: false }
}

/// A function from `n: float` to `out: str`, of a file and others that it imports.
fn function(text: &str, others: &[(&str, &str)]) -> Function {
    let mut program = Program {
        main: "app.functions.main".to_owned(),
        entry: "migrate".to_owned(),
        modules: [].into(),
        names: [].into(),
    };
    for (name, text) in [("app.functions.main", text)].into_iter().chain(others.iter().copied()) {
        let path = format!("{}.py", name.replace('.', "/"));
        program.modules.insert(name.to_owned(), Module { path, package: false, text: text.to_owned() });
        let mut module = String::new();
        for part in name.split('.') {
            module = if module.is_empty() { part.to_owned() } else { format!("{module}.{part}") };
            program.names.insert(module.clone(), module.clone());
        }
    }
    Function {
        migration: "T_migrate__0_0__0_1".parse().unwrap(),
        source: vec![field("n", DataType::Number, Absence::Never)],
        target: vec![field("out", DataType::String, Absence::Never)],
        code: program.code(),
        runtime: Runtime::Python,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Stored(String),
    Filtered,
    Failed(String),
}
use Answer::{Failed, Filtered, Stored};

fn stored(text: &str) -> Answer {
    Stored(text.to_owned())
}

fn failed(text: &str) -> Answer {
    Failed(text.to_owned())
}

/// What comes back for some bytes of rows, and how many interpreters it took.
fn output(function: &Function, count: usize, rows: &[u8]) -> (Vec<u8>, u32) {
    let started = Cell::new(0);
    let start = || -> io::Result<Child> {
        started.set(started.get() + 1);
        python().spawn()
    };
    let input = [format!("{count}\n").as_bytes(), rows].concat();
    let mut output = Vec::new();
    supervise(function, LIMITS, start, &input[..], &mut output).unwrap();
    (output, started.get())
}

/// The answers to rows in one chunk.
fn run(function: &Function, numbers: &[f64]) -> (Vec<Answer>, u32) {
    let rows: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let (output, started) = output(function, numbers.len(), &rows);
    let mut answers = Vec::new();
    let mut rest = &output[..];
    for _ in numbers {
        let reason = (take(&mut rest, 1) == [0]).then(|| text_of(&mut rest));
        let keep = take(&mut rest, 1) == [1];
        let out = text_of(&mut rest);
        answers.push(match (reason, keep) {
            (Some(reason), _) => Failed(reason),
            (None, true) => Stored(out),
            (None, false) => Filtered,
        });
    }
    assert!(rest.is_empty(), "there is something behind the last answer");
    (answers, started)
}

fn text_of(rest: &mut &[u8]) -> String {
    let low = usize::from(take(rest, 1)[0]);
    let length = if low < 128 { low } else { low - 128 + usize::from(take(rest, 1)[0]) * 128 };
    String::from_utf8(take(rest, length).to_vec()).unwrap()
}

fn take<'r>(rest: &mut &'r [u8], count: usize) -> &'r [u8] {
    let (taken, others) = rest.split_at(count);
    *rest = others;
    taken
}

/// A file with a function of this body.
fn file(head: &str, body: &str) -> String {
    let body: Vec<_> = body.lines().map(|line| format!("    {line}")).collect();
    format!("{head}\ndef migrate(row):\n{}\n", body.join("\n"))
}

/// The answers of a function of this body. An interpreter that ends has to be replaced.
fn answers(body: &str, numbers: &[f64]) -> Vec<Answer> {
    run(&function(&file("", body), &[]), numbers).0
}

fn answer(body: &str) -> Answer {
    answers(body, &[1.0]).pop().unwrap()
}

/// For each body, what it becomes: one interpreter for all of them.
fn each(head: &str, bodies: &[&str]) -> Vec<Answer> {
    let mut body = String::new();
    for (number, case) in bodies.iter().enumerate() {
        body.push_str(&format!("if row.n == {number}:\n"));
        case.lines().for_each(|line| body.push_str(&format!("    {line}\n")));
    }
    let numbers: Vec<f64> = (0..bodies.len()).map(|number| number as f64).collect();
    run(&function(&file(head, &body), &[]), &numbers).0
}

#[test]
fn a_row_is_stored_filtered_or_failed_as_the_function_says() {
    let body = "if row.n == 1: return None\nif row.n == 2: raise ValueError(f'{row.n} is bad')\n\
                if row.n == 3: raise KeyError\nreturn {'out': str(row['n']), 'more': 1}";
    let expected =
        [stored("0.5"), Filtered, failed("ValueError: 2.0 is bad"), failed("KeyError"), stored("-0.0")];
    assert_eq!(answers(body, &[0.5, 1.0, 2.0, 3.0, -0.0]), expected);
}

#[test]
fn what_does_not_fit_the_target_is_a_reason_and_not_a_value() {
    let cases = [
        ("return {'out': 5}", "`out`: expected str, found the int 5"),
        ("return {'out': True}", "`out`: expected str, found the bool True"),
        ("return {}", "`out`: expected str, found nothing"),
        ("return {'out': None}", "`out`: expected str, found None"),
        ("return {'out': b'x'}", "`out`: expected str, found a bytes"),
        ("return [{'out': ''}]", "a migration returns a row or None, but this is a list"),
        ("return 'x'", "a migration returns a row or None, but this is the str 'x'"),
        ("raise SystemExit('no')", "SystemExit: no"),
    ];
    let bodies = cases.map(|(body, _)| body);
    let expected = cases.map(|(_, reason)| failed(reason));
    assert_eq!(each("", &bodies), expected);
    assert_eq!(answer(r"return {'out': 'a\ud800b'}"), stored("a\u{fffd}b"));
}

#[test]
fn records_of_every_kind_are_rows() {
    let head = "
from dataclasses import dataclass
from typing import NamedTuple, TypedDict
import dataclasses, enum
@dataclass
class Plain:
    out: str
@dataclass
class Slotted:
    __slots__ = ('out',)
    out: str
class Named(NamedTuple):
    out: str
class Typed(TypedDict):
    out: str
class Computed:
    out = property(lambda self: 'computed')
class Word(enum.Enum):
    A = 'a'
";
    let bodies = [
        "return Plain('plain')",
        "return Slotted('slotted')",
        "return Named('named')",
        "return Typed(out='typed')",
        "return Computed()",
        "return {'out': Word.A}",
        "return dict(out=str(sorted({**row})))",
        "return {'out': str(dataclasses.replace(row, n=7.0).n)}",
    ];
    let expected = ["plain", "slotted", "named", "typed", "computed", "a", "['n']", "7.0"].map(stored);
    assert_eq!(each(head, &bodies), expected);
}

#[test]
fn a_row_without_end_fails_alone() {
    let body = "if row.n == 1:\n    while True: pass\nreturn {'out': 'x'}";
    let reason = || failed("the migration took longer than 0.3 s");
    let found = run(&function(&file("", body), &[]), &[0.0, 1.0, 2.0]);
    assert_eq!(found, (vec![stored("x"), reason(), stored("x")], 1));
    // What catches everything cannot hide it either.
    let body = "while row.n:\n    try:\n        while True: pass\n    except: pass\nreturn {'out': 'x'}";
    assert_eq!(answers(body, &[0.0, 1.0, 0.0]), [stored("x"), reason(), stored("x")]);
}

#[test]
fn a_row_that_hangs_where_the_interpreter_cannot_stop_it_fails_alone() {
    let body = "if row.n == 1: 3 ** (10 ** 8)\nreturn {'out': 'x'}";
    let reason = failed("the migration took longer than 0.3 s");
    assert_eq!(answers(body, &[0.0, 1.0, 2.0]), [stored("x"), reason, stored("x")]);
}

#[test]
fn many_rows_without_end_do_not_take_their_time_each() {
    let before = Instant::now();
    let answers = answers("while True: pass", &[0.0; 100]);
    assert_eq!(answers[9], failed("the migration took longer than 0.3 s"));
    assert_eq!(answers[10], failed("the migration took longer than 0.015 s"));
    assert!(before.elapsed() < Duration::from_secs(15), "not 30 s");
}

#[test]
fn a_row_that_takes_all_memory_fails_alone() {
    let body =
        "if row.n == 1:\n    all = []\n    while True: all.append(bytearray(1000))\nreturn {'out': 'x'}";
    let (answers, started) = run(&function(&file("", body), &[]), &[0.0, 1.0, 2.0, 1.0]);
    let reason = || failed("the migration needed more than 32 MB of memory");
    assert_eq!(answers, [stored("x"), reason(), stored("x"), reason()]);
    assert!(started > 1, "who has taken all memory is not asked again");
}

#[test]
fn a_row_that_ends_every_interpreter_fails_alone() {
    // Overflows the stack of the interpreter itself.
    let body = "import sys, faulthandler\nif row.n == 57: faulthandler._sigsegv()\nreturn {'out': 'x'}";
    let numbers: Vec<f64> = (0..100).map(f64::from).collect();
    let answers = answers(body, &numbers);
    for (answer, number) in answers.iter().zip(0..) {
        let expected = match number {
            57 => failed("the migration crashed the Python interpreter"),
            _ => stored("x"),
        };
        assert_eq!(*answer, expected, "{number}");
    }
}

#[test]
fn a_function_that_calls_itself_for_ever_fails_alone() {
    let body = "def f(n): return f(n + 1) + 1\nif row.n == 1: f(0)\nreturn {'out': 'x'}";
    let answers = answers(body, &[1.0, 2.0]);
    assert!(matches!(&answers[0], Failed(reason) if reason.starts_with("RecursionError")), "{answers:?}");
    assert_eq!(answers[1], stored("x"));
}

#[test]
fn what_is_printed_is_not_among_the_answers() {
    let body = "import os, sys\nprint('x' * 1000, flush=True)\nprint('x', file=sys.stderr)\nos.write(1, b'x')\n\
                return {'out': sys.stdin.read() + 'done'}";
    assert_eq!(answers(body, &[1.0, 2.0]), [stored("done"), stored("done")]);
}

#[test]
fn there_are_no_files_no_network_no_processes_and_no_clock() {
    let head = "import os, random, secrets, socket, subprocess, sys, time, uuid";
    let outside = [
        "open('/etc/passwd')",
        "open('/tmp/antler-test', 'w')",
        "os.listdir('/')",
        "os.remove('/tmp/antler-test')",
        "socket.socket()",
        "socket.getaddrinfo('localhost', 80)",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "import ctypes; ctypes.CDLL(None)",
    ];
    for (answer, attempt) in each(head, &outside).into_iter().zip(outside) {
        assert!(
            matches!(&answer, Failed(reason) if reason.contains("a migration has no ")),
            "{attempt}: {answer:?}"
        );
    }
    let changing = [
        "time.time()",
        "time.monotonic()",
        "random.random()",
        "random.shuffle([])",
        "uuid.uuid4()",
        "uuid.uuid1()",
        "os.urandom(4)",
        "secrets.token_hex()",
        "random.SystemRandom().random()",
    ];
    for (answer, attempt) in each(head, &changing).into_iter().zip(changing) {
        let refused = matches!(&answer, Failed(reason) if reason.contains("is refused in a migration"));
        assert!(refused, "{attempt}: {answer:?}");
    }
    // The standard library reads files of its own.
    let fine = [
        "import zoneinfo, datetime\nberlin = zoneinfo.ZoneInfo('Europe/Berlin')\n\
         return {'out': datetime.datetime(2024, 7, 1, tzinfo=berlin).isoformat()}",
        "import colorsys, statistics\nreturn {'out': str(statistics.median([3, 1, 2]))}",
        "return {'out': time.strftime('%H:%M %Z', time.localtime(0))}",
        "return {'out': str(random.Random(5).random() == random.Random(5).random())}",
        "return {'out': str(list({'a', 'b', 'c', 'd', 'e'}))}",
    ];
    let fine = each(head, &fine);
    assert_eq!(fine[..4], ["2024-07-01T00:00:00+02:00", "2", "00:00 UTC", "True"].map(stored));
    assert_eq!(fine[4], each(head, &["return {'out': str(list({'a', 'b', 'c', 'd', 'e'}))}"])[0]);
}

#[test]
fn the_modules_of_the_project_come_along_and_those_of_others_do_not() {
    let text = "
from __future__ import annotations
from app.lib.words import loud
from ..lib import words
from moose_lib import Key, moose_data_model
import moose_lib.internal as internal

@moose_data_model(internal.Config(a=1))
class Decorated:
    def __init__(self, out: Key[str]): self.out = out

def migrate(row: Nowhere) -> Decorated:
    if row.n == 1: import requests
    assert words.loud is loud
    return Decorated(loud('x'))
";
    let words = "from .marks import MARK\ndef loud(text): return text.upper() + MARK";
    let others = [("app.lib.words", words), ("app.lib.marks", "MARK = '!'")];
    let (answers, _) = run(&function(text, &others), &[0.0, 1.0]);
    let missing = "ModuleNotFoundError: `requests` is neither a module of Python nor a file of the project";
    assert_eq!(answers, [stored("X!"), failed(missing)]);
}

#[test]
fn a_function_that_cannot_be_run_is_found_before_and_fails_every_row() {
    let broken = function("import requests\ndef migrate(row): return None", &[]);
    let told = "ModuleNotFoundError: `requests` is neither a module of Python nor a file of the project";
    assert_eq!(check(&broken).unwrap_err().to_string(), told);
    assert_eq!(run(&broken, &[1.0]).0, [failed(&format!("the migration cannot be run: {told}"))]);
    let without = function("x = 1", &[]);
    assert!(check(&without).unwrap_err().to_string().contains("migrate"));
    let fine = function(&file("", "return None"), &[]);
    assert_eq!((check(&fine), check(&fine)), (Ok(()), Ok(())));
}

/// Fields of every type.
fn all_types() -> Vec<Field> {
    vec![
        field("text", DataType::String, Absence::Never),
        field("number", DataType::Number, Absence::Never),
        field("boolean", DataType::Boolean, Absence::Never),
        field("big", DataType::BigInt, Absence::Never),
        field("date", DataType::Date, Absence::Never),
        field("word", DataType::StringEnum(["x".into(), "y".into()].into()), Absence::Never),
        field(
            "grade",
            DataType::IntegerEnum([("Low".into(), -1), ("High".into(), 300)].into()),
            Absence::Never,
        ),
        field(
            "list",
            DataType::Array(Box::new(Item { data_type: DataType::String, nullable: true })),
            Absence::Null,
        ),
        field(
            "class",
            DataType::Object(vec![field("deep", DataType::Number, Absence::Either)]),
            Absence::Undefined,
        ),
    ]
}

#[test]
fn values_of_every_type_go_in_and_out() {
    let fields = all_types();
    let full = [
        &b"\x04\xf0\x9f\xa6\x8c"[..],
        &f64::NAN.to_le_bytes(),
        &[1],
        &i64::MIN.to_le_bytes(),
        &(-2_208_988_800_000_i64).to_le_bytes(),
        &[2],
        &300_i16.to_le_bytes(),
        &[0, 2, 0, 0, 1],
        &[0, 1],
    ]
    .concat();
    let sparse =
        [&[0; 1][..], &[0; 8], &[0], &[0; 8], &[0; 8], &[1], &(-1_i16).to_le_bytes(), &[0xff], &[1]].concat();
    let rows = [full.clone(), sparse.clone()].concat();
    for body in ["return row", "return {**row}"] {
        let function =
            Function { source: fields.clone(), target: fields.clone(), ..function(&file("", body), &[]) };
        let (output, _) = output(&function, 2, &rows);
        assert_eq!(output, [&[1, 1][..], &full, &[1, 1], &sparse].concat(), "{body}");
    }
}

#[test]
fn what_a_field_holds_is_what_python_calls_so() {
    let checks = "
import datetime, enum
class Word(enum.Enum):
    X = 'x'
class Grade(enum.IntEnum):
    HIGH = 300
def migrate(row):
    assert row.word == 'x' and row.word == Word.X and Word.X == row.word and Word(row.word) is Word.X
    assert f'{row.word}' == 'x' and {'x': 1}[row.word] == 1 and row.word != 'y' and row.word.value == 'x'
    assert row.grade == 300 and row.grade == Grade.HIGH and row.grade.name == 'High'
    assert row.date == datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, datetime.timezone.utc)
    assert row.date.tzinfo is datetime.timezone.utc and type(row.big) is int and type(row.number) is float
    assert row.list == ['', None] and row.boolean is True
    assert getattr(row, 'class').deep is None and row['class'].deep is None
    return {'out': row.text}
";
    let row = [
        &b"\x01t"[..],
        &1.0_f64.to_le_bytes(),
        &[1],
        &5_i64.to_le_bytes(),
        &1500_i64.to_le_bytes(),
        &[1],
        &300_i16.to_le_bytes(),
        &[0, 2, 0, 0, 1],
        &[0, 1],
    ]
    .concat();
    let function = Function { source: all_types(), ..function(checks, &[]) };
    assert_eq!(output(&function, 1, &row).0, b"\x01\x01\x01t");
}

fn exact(of: Spelled) -> DataType {
    DataType::Precise(Precise::Text(of))
}

fn price() -> DataType {
    exact(Spelled::Decimal { precision: 4, scale: 2 })
}

/// The bytes are those of `crates/udf/src/spelled.rs`.
#[test]
fn what_has_a_type_in_python_goes_in_and_out_exactly() {
    let fields = vec![
        field("id", exact(Spelled::Uuid), Absence::Never),
        field("day", exact(Spelled::CalendarDate), Absence::Null),
        field("price", price(), Absence::Never),
        field("wide", exact(Spelled::Decimal { precision: 76, scale: 40 }), Absence::Never),
        field("plan", exact(Spelled::LowCardinality), Absence::Never),
    ];
    let row = [
        &b"\xe7\x11\xb3\x5c\x04\xc4\xf0\x61\xa0\xdb\xd3\x6a\x00\xa6\x7b\x90"[..],
        b"\x00\x21\x9c\xff\xff",
        &(-1250_i32).to_le_bytes(),
        &[0xff; 32],
        b"\x03pro",
    ]
    .concat();
    let checked = "
import datetime, decimal, uuid
def migrate(row):
    assert row.id == uuid.UUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') and row.day == datetime.date(1900, 1, 1)
    assert row.price == decimal.Decimal('-12.50') and str(row.price) == '-12.50' and row.plan == 'pro'
    assert row.wide == decimal.Decimal('-1E-40')
    return row
";
    let texts = "
def migrate(row):
    return {'id': str(row.id), 'day': str(row.day), 'price': '-12.5', 'wide': row.wide, 'plan': row.plan}
";
    for text in [checked, texts] {
        let function = Function { source: fields.clone(), target: fields.clone(), ..function(text, &[]) };
        let (output, _) = output(&function, 1, &row);
        assert_eq!(output, [&[1, 1][..], &row].concat(), "{text} {}", String::from_utf8_lossy(&output));
    }
    // A reason comes with what stands in the place of the row.
    let failing =
        Function { source: fields.clone(), target: fields, ..function("def migrate(row):\n    1 / 0", &[]) };
    let (output, _) = output(&failing, 1, &row);
    assert_eq!(output.len(), 2 + "ZeroDivisionError: division by zero".len() + 1 + 16 + 1 + 4 + 32 + 1);
}

#[test]
fn values_of_a_wrong_type_are_told_apart() {
    let list = DataType::Array(Box::new(Item { data_type: DataType::BigInt, nullable: false }));
    let inner = DataType::Object(vec![field("list", list, Absence::Never)]);
    let words = DataType::StringEnum(["x".into(), "y".into()].into());
    let grades = DataType::IntegerEnum([("Low".into(), -1), ("High".into(), 300)].into());
    let cases = [
        (DataType::Number, "'1'", "`out`: expected float, found the str '1'"),
        (DataType::Number, "10 ** 400", "`out`: the int is too large to be a float"),
        (DataType::BigInt, "1.0", "`out`: expected int, found the float 1.0"),
        (DataType::BigInt, "True", "`out`: expected int, found the bool True"),
        (DataType::BigInt, "2 ** 63", "`out`: the int does not fit into 64 bits"),
        (DataType::Precise(Precise::Int8), "128", "`out`: 128 is not a whole number from -128 to 127"),
        (
            DataType::Precise(Precise::UInt64),
            "-1",
            "`out`: -1 is not a whole number from 0 to 18446744073709551615",
        ),
        (DataType::Precise(Precise::Int32), "1.0", "`out`: expected int, found the float 1.0"),
        (DataType::Precise(Precise::Float32), "1e39", "`out`: 1e+39 is not within the range of Float32"),
        (exact(Spelled::Uuid), "'7'", "`out`: 7 is not a UUID"),
        (exact(Spelled::Uuid), "7", "`out`: expected UUID, found the int 7"),
        (
            exact(Spelled::CalendarDate),
            "'2026-02-30'",
            "`out`: 2026-02-30 is not a date of the years 1900 to 2299",
        ),
        (
            exact(Spelled::CalendarDate),
            "__import__('datetime').datetime(2026, 1, 1)",
            "`out`: expected date, found a datetime",
        ),
        (price(), "1.5", "`out`: expected Decimal, found the float 1.5"),
        (
            price(),
            "'1.005'",
            "`out`: 1.005 is not a number of at most 2 digits before the point and 2 behind it",
        ),
        (price(), "-100", "`out`: -100 is not a number of at most 2 digits before the point and 2 behind it"),
        (
            price(),
            "__import__('decimal').Decimal('NaN')",
            "`out`: NaN is not a number of at most 2 digits before the point and 2 behind it",
        ),
        (
            price(),
            "__import__('decimal').Decimal('1E-9')",
            "`out`: 1E-9 is not a number of at most 2 digits before the point and 2 behind it",
        ),
        (exact(Spelled::LowCardinality), "1", "`out`: expected str, found the int 1"),
        (DataType::Boolean, "1", "`out`: expected bool, found the int 1"),
        (DataType::Date, "0", "`out`: expected datetime, found the int 0"),
        (DataType::Date, "__import__('datetime').date(2024, 1, 1)", "`out`: expected datetime, found a date"),
        (
            DataType::Date,
            "__import__('datetime').datetime(1899, 1, 1)",
            "`out`: the date is outside of the years 1900 to 2299",
        ),
        (words.clone(), "'z'", r#"`out`: `z` is not one of Literal["x", "y"]"#),
        (words, "1", r#"`out`: expected Literal["x", "y"], found the int 1"#),
        (grades, "7", "`out`: `7` is not one of Literal[-1, 300]"),
        (inner.clone(), "{'list': [1, 'a']}", "`out.list[]`: expected int, found the str 'a'"),
        (inner.clone(), "{'list': {1}}", "`out.list`: expected a list, found a set"),
        (inner, "7", "`out`: expected an object, found the int 7"),
    ];
    for (data_type, value, reason) in cases {
        let text = file("", &format!("return {{'out': {value}}}"));
        let target = vec![field("out", data_type, Absence::Never)];
        let function = Function { target, ..function(&text, &[]) };
        let (output, _) = output(&function, 1, &1.0_f64.to_le_bytes());
        let length = usize::from(output[1]);
        assert_eq!(String::from_utf8_lossy(&output[2..2 + length]), reason, "{value}");
    }
}

#[test]
fn numbers_of_every_width_go_in_and_out() {
    for of in Precise::NUMBERS {
        let n = || vec![field("n", DataType::Precise(of), Absence::Never)];
        let function =
            Function { source: n(), target: n(), ..function(&file("", "return {'n': row.n}"), &[]) };
        let values = [
            vec![0; of.bytes().unwrap()],
            vec![0x7f; of.bytes().unwrap()],
            if of == Precise::Float32 {
                1.5_f32.to_le_bytes().to_vec()
            } else {
                vec![0xff; of.bytes().unwrap()]
            },
        ];
        let expected: Vec<u8> = values.iter().flat_map(|value| [&[1, 1][..], value].concat()).collect();
        assert_eq!(output(&function, 3, &values.concat()).0, expected, "{of}");
    }
}

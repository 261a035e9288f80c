//! How many rows a second a function answers: `make bench-udf`.
//!
//! Without the database, but with everything else: rows come and go in its format, through the process that
//! it talks to and the one that runs the code.
#![expect(clippy::print_stdout, reason = "its purpose")]

use std::{
    env,
    error::Error,
    io,
    process::{Child, Command, Stdio},
    time::Instant,
};

use antler_core::{
    python::{Module, Program},
    schema::{Absence, DataType, Field},
    udf::{Function, Runtime},
};
use antler_udf::{Limits, python, serve, supervise};

/// Rows of a chunk, as the database makes them.
const CHUNK: u32 = 65_536;
const CHUNKS: u32 = 10;

/// What the functions do, and their bodies.
const MIGRATIONS: [(&str, &str); 4] = [
    ("copies the row", "return (event) => ({ ...event });"),
    (
        "renames and computes, six fields",
        "return (event) => ({ id: event.id, at: event.at, text: event.text.toUpperCase(),
            number: event.number * 2, flag: !event.flag, note: event.note ?? 'none' });",
    ),
    (
        "a loop and a helper",
        "function loud(text) { let count = 0; for (const c of text) if (c === 'a') count += 1; return count > 1; }
         return (event) => ({ ...event, flag: loud(event.text) });",
    ),
    (
        "a regular expression",
        r"const WORD = /(\w+) (\w+)/;
          return (event) => ({ ...event, note: event.text.match(WORD)?.[1] ?? null });",
    ),
];

/// The same in Python.
const PYTHON: [(&str, &str); 4] = [
    ("copies the row", "def migrate(event): return {**event}"),
    (
        "renames and computes, six fields",
        "def migrate(event):
            return {'id': event.id, 'at': event.at, 'text': event.text.upper(),
                'number': event.number * 2, 'flag': not event.flag, 'note': event.note or 'none'}",
    ),
    (
        "a loop and a helper",
        "def loud(text):
            count = 0
            for c in text:
                if c == 'a': count += 1
            return count > 1
def migrate(event): return {**event, 'flag': loud(event.text)}",
    ),
    (
        "a regular expression",
        r"import re
WORD = re.compile(r'(\w+) (\w+)')
def migrate(event):
            word = WORD.match(event.text)
            return {**event, 'note': word[1] if word else None}",
    ),
];

fn fields() -> Result<Vec<Field>, Box<dyn Error>> {
    let field = |name: &str, data_type, absence| {
        Ok::<_, Box<dyn Error>>(Field { name: name.parse()?, data_type, absence, key: false })
    };
    Ok(vec![
        field("id", DataType::String, Absence::Never)?,
        field("at", DataType::Date, Absence::Never)?,
        field("text", DataType::String, Absence::Never)?,
        field("number", DataType::Number, Absence::Never)?,
        field("flag", DataType::Boolean, Absence::Never)?,
        field("note", DataType::String, Absence::Null)?,
    ])
}

/// Chunks that differ from each other.
fn question() -> Vec<u8> {
    let mut rows = Vec::new();
    for chunk in 0..CHUNKS {
        rows.extend_from_slice(format!("{CHUNK}\n").as_bytes());
        for row in 0..CHUNK {
            let id = format!("event-{:08}", chunk * CHUNK + row);
            let text = format!("delayed flight {row}");
            for text in [&id, &text] {
                rows.push(text.len() as u8);
                rows.extend_from_slice(text.as_bytes());
                if *text == id {
                    rows.extend_from_slice(&(1_700_000_000_000_i64 + i64::from(row)).to_le_bytes());
                }
            }
            rows.extend_from_slice(&(f64::from(row) / 7.0).to_le_bytes());
            rows.push((row % 2) as u8);
            rows.push(1);
        }
    }
    rows
}

fn function(code: &str, runtime: Runtime) -> Result<Function, Box<dyn Error>> {
    let migration = "Event_migrate__0_0__0_1".parse()?;
    let code = match runtime {
        Runtime::JavaScript => code.to_owned(),
        Runtime::Python => {
            let name = "main".to_owned();
            let file = Module { path: "main.py".to_owned(), package: false, text: code.to_owned() };
            let names = [(name.clone(), name.clone())].into();
            let modules = [(name.clone(), file)].into();
            Program { main: name, entry: "migrate".to_owned(), modules, names }.code()
        }
    };
    Ok(Function { migration, source: fields()?, target: fields()?, code, runtime })
}

/// Starts this program as the one that runs JavaScript.
fn start(code: &str) -> io::Result<Child> {
    Command::new(env::current_exe()?).arg(code).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(code) = env::args().nth(1) {
        let function = function(&code, Runtime::JavaScript)?;
        serve(function, Limits::default(), io::BufReader::new(io::stdin()), io::stdout())?;
        return Ok(());
    }
    let question = question();
    for (runtime, migrations) in [(Runtime::JavaScript, MIGRATIONS), (Runtime::Python, PYTHON)] {
        println!("{:<34} {:>10}", format!("one function in {runtime}"), "rows/s");
        for (what, code) in migrations {
            let start = || match runtime {
                Runtime::JavaScript => start(code),
                Runtime::Python => python().spawn(),
            };
            let function = function(code, runtime)?;
            let before = Instant::now();
            supervise(&function, Limits::default(), start, &question[..], io::sink())?;
            let rate = f64::from(CHUNK * CHUNKS) / before.elapsed().as_secs_f64();
            println!("{what:<34} {rate:>10.0}");
        }
    }
    Ok(())
}

//! Processes that die while they answer.
//!
//! Without a harness, because this program is also the process that dies: it answers rows as it is told to,
//! and what a harness prints would be among the answers.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

use std::{
    env,
    io::{self, BufRead as _, Cursor, Read as _},
    process::{self, Child, Command, Stdio},
};

use antler_core::{
    schema::{Absence, DataType, Field},
    udf::{Function, Runtime},
};
use antler_udf::{Limits, serve, supervise};

/// Set in the process that dies: the number of the row that it dies of.
const DIES_OF: &str = "ANTLER_TEST_DIES_OF";
/// A row that ends the process only as long as a file is there, which it removes.
const ONCE: &str = "ANTLER_TEST_ONCE";

fn main() {
    if let Ok(dies_of) = env::var(DIES_OF) {
        return die_of(dies_of.parse().unwrap());
    }
    a_row_that_ends_every_process_fails_alone();
    a_process_that_somebody_kills_costs_no_row();
    println!("processes that die: ok");
}

fn function() -> Function {
    let field = |name: &str| Field {
        name: name.parse().unwrap(),
        data_type: DataType::Number,
        absence: Absence::Never,
        key: false,
    };
    Function {
        migration: "T_migrate__0_0__0_1".parse().unwrap(),
        source: vec![field("n")],
        target: vec![field("n")],
        code: "return (row) => ({ n: row.n + 1 })".to_owned(),
        runtime: Runtime::JavaScript,
    }
}

/// Answers chunk by chunk; one with a row of this number is the end.
fn die_of(number: f64) {
    let mut input = io::stdin().lock();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).unwrap() == 0 {
            return;
        }
        let mut rows = vec![0; 8 * line.trim_end().parse::<usize>().unwrap()];
        input.read_exact(&mut rows).unwrap();
        let has_it = rows.chunks_exact(8).any(|row| row == number.to_le_bytes());
        let spared = env::var_os(ONCE).is_some_and(|file| std::fs::remove_file(file).is_err());
        if has_it && !spared {
            process::abort();
        }
        let question = [line.as_bytes(), &rows].concat();
        serve(function(), Limits::default(), Cursor::new(question), io::stdout()).unwrap();
    }
}

fn start(dies_of: f64, once: Option<&str>) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command
        .env(DIES_OF, dies_of.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(once) = once {
        command.env(ONCE, once);
    }
    command.spawn()
}

/// The answers to two chunks with the numbers from 0: what was stored, or that it failed.
fn answers(count: u32, dies_of: f64, once: Option<&str>) -> Vec<Option<f64>> {
    let mut question = Vec::new();
    for _ in 0..2 {
        question.extend_from_slice(format!("{count}\n").as_bytes());
        (0..count).for_each(|n| question.extend_from_slice(&f64::from(n).to_le_bytes()));
    }
    let mut output = Vec::new();
    supervise(&function(), Limits::default(), || start(dies_of, once), &question[..], &mut output).unwrap();
    let mut rest = &output[..];
    let mut take = |count: usize| {
        let (taken, others) = rest.split_at(count);
        rest = others;
        taken
    };
    let mut answers = Vec::new();
    for _ in 0..2 * count {
        let failed = take(1) == [0];
        if failed {
            let length = usize::from(take(1)[0]);
            assert_eq!(take(length), b"the migration crashed the JavaScript engine");
        }
        assert_eq!(take(1), [u8::from(!failed)]);
        let number = f64::from_le_bytes(take(8).try_into().unwrap());
        answers.push((!failed).then_some(number));
    }
    assert!(take(0).is_empty());
    answers
}

fn a_row_that_ends_every_process_fails_alone() {
    for culprit in [0, 57, 99] {
        let expected = (0..100).map(|n| (n != culprit).then_some(f64::from(n + 1)));
        let expected: Vec<_> = expected.clone().chain(expected).collect();
        assert_eq!(answers(100, f64::from(culprit), None), expected);
    }
}

fn a_process_that_somebody_kills_costs_no_row() {
    let file = env::temp_dir().join(format!("antler-once-{}", process::id()));
    std::fs::write(&file, "").unwrap();
    let expected = (0..100).map(|n| Some(f64::from(n + 1)));
    let expected: Vec<_> = expected.clone().chain(expected).collect();
    assert_eq!(answers(100, 57.0, file.to_str()), expected);
    assert!(!file.exists(), "a process has died");
}

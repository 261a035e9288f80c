//! What becomes of rows: answers of a function, as the database would read them.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::time::{Duration, Instant};

use antler_core::{
    schema::{Absence, DataType, Field, Item, Precise, Spelled},
    udf::{Function, Runtime},
};
use antler_udf::{Ended, Limits, serve};

const LIMITS: Limits = Limits { time: Duration::from_millis(300), memory: 32 * 1024 * 1024 };

fn field(name: &str, data_type: DataType, absence: Absence) -> Field {
    Field { name: name.parse().unwrap(), data_type, absence, key: false }
}

/// A function from `n: number` to `out: string`.
fn function(code: &str) -> Function {
    Function {
        migration: "T_migrate__0_0__0_1".parse().unwrap(),
        source: vec![field("n", DataType::Number, Absence::Never)],
        target: vec![field("out", DataType::String, Absence::Never)],
        code: code.to_owned(),
        runtime: Runtime::JavaScript,
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

/// The answers to rows in one chunk, and how the conversation ended.
fn run(code: &str, numbers: &[f64]) -> (Vec<Answer>, Ended) {
    let mut input = format!("{}\n", numbers.len()).into_bytes();
    numbers.iter().for_each(|number| input.extend_from_slice(&number.to_le_bytes()));
    let mut output = Vec::new();
    let ended = serve(function(code), LIMITS, &input[..], &mut output).unwrap();
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
    (answers, ended)
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

/// The answers of a function whose body is given.
fn answers(body: &str, numbers: &[f64]) -> Vec<Answer> {
    let (answers, ended) = run(&format!("return (row) => {{ {body} }};"), numbers);
    assert_eq!(ended, Ended::Closed);
    answers
}

fn answer(body: &str) -> Answer {
    answers(body, &[1.0]).pop().unwrap()
}

#[test]
fn a_row_is_stored_filtered_or_failed_as_the_function_says() {
    let body = "if (row.n === 1) return null; if (row.n === 2) throw new RangeError(`${row.n} is bad`);
                return { out: String(row.n), more: 1 };";
    assert_eq!(
        answers(body, &[0.5, 1.0, 2.0, -0.0]),
        [stored("0.5"), Filtered, failed("2 is bad"), stored("0")]
    );
    let is_minus_zero = "return { out: String(Object.is(row.n, -0)) }";
    assert_eq!(answers(is_minus_zero, &[-0.0, 0.0]), [stored("true"), stored("false")]);
    assert_eq!(answer("throw 'text'"), failed("text"));
    assert_eq!(
        answer("throw { get message() { throw 1; } }"),
        failed("something that cannot be told was thrown")
    );
}

#[test]
fn what_does_not_fit_the_target_is_a_reason_and_not_a_value() {
    let cases = [
        ("return { out: 5 }", "`out`: expected string, found the number 5"),
        ("return {}", "`out`: expected string, found undefined"),
        ("return { out: null }", "`out`: expected string, found null"),
        ("return undefined", "a migration returns a row or null, but this is a undefined"),
        ("return [{ out: '' }]", "a migration returns a row or null, but this is an array"),
        ("return { get out() { throw new Error('no') } }", "no"),
    ];
    for (body, reason) in cases {
        assert_eq!(answer(body), failed(reason), "{body}");
    }
    assert_eq!(answer(r"return { out: 'a\ud800b' }"), stored("a\u{fffd}b"));
}

#[test]
fn a_row_without_end_fails_alone() {
    let body = "if (row.n === 1) for (;;) {} return { out: 'x' };";
    let reason = failed("the migration took longer than 0.3 s");
    assert_eq!(answers(body, &[0.0, 1.0, 2.0]), [stored("x"), reason, stored("x")]);
    // What is not caught cannot hide it either.
    let reason = failed("the migration took longer than 0.3 s");
    assert_eq!(answer("for (;;) try { for (;;) {} } finally { continue }"), reason);
    let reason = failed("the migration took longer than 0.3 s");
    assert_eq!(answer("/^(a+)+$/.test('a'.repeat(40) + 'b'); return null"), reason);
}

#[test]
fn many_rows_without_end_do_not_take_their_time_each() {
    let before = Instant::now();
    let answers = answers("for (;;) {}", &[0.0; 100]);
    assert_eq!(answers[9], failed("the migration took longer than 0.3 s"));
    assert_eq!(answers[10], failed("the migration took longer than 0.015 s"));
    assert!(before.elapsed() < Duration::from_secs(15), "not 30 s");
}

#[test]
fn a_row_that_takes_all_memory_fails_alone() {
    let body = "if (row.n === 1) { const all = []; for (;;) all.push(new Array(1000).fill(row)); } return { out: 'x' };";
    let reason = || failed("the migration needed more than 32 MB of memory");
    assert_eq!(answers(body, &[0.0, 1.0, 2.0]), [stored("x"), reason(), stored("x")]);
    assert_eq!(answers("return { out: 'x'.repeat(row.n) }", &[1e9, 1.0])[1], stored("x"));
    assert_eq!(answer("let s = 'x'; for (;;) s += s;"), failed("string too long"));
}

#[test]
fn a_function_that_calls_itself_for_ever_fails_alone() {
    let body = "const f = (n) => f(n + 1) + 1; if (row.n === 1) f(0); return { out: 'x' };";
    assert_eq!(answers(body, &[1.0, 2.0]), [failed("Maximum call stack size exceeded"), stored("x")]);
}

#[test]
fn a_row_that_hangs_in_a_built_in_function_ends_the_process_after_the_chunk() {
    let body = "return (row) => { if (row.n > 0) 'a'.repeat(8e6).indexOf('a'.repeat(4e6) + 'b'); return { out: 'x' }; };";
    let before = Instant::now();
    let (answers, ended) = run(body, &[0.0, 1.0, 0.0]);
    let reason = failed("the migration took longer than 0.3 s");
    assert_eq!(answers, [stored("x"), reason, stored("x")]);
    assert_eq!(ended, Ended::Hanging);
    assert!(before.elapsed() < Duration::from_secs(20));
}

#[test]
fn no_row_sees_what_another_has_done() {
    let (counted, _) = run(
        "let count = 0; const seen = new Set(); const word = /x/g;
         return (row) => { seen.add(row.n); word.test('xx'); return { out: `${++count} ${seen.size} ${word.lastIndex}` } };",
        &[1.0, 2.0],
    );
    assert_eq!(counted, [stored("1 1 1"), stored("1 1 1")]);
    let attempts = [
        "globalThis.count = 1",
        "Array.prototype.map = () => []",
        "Object.prototype.extra = 1",
        "Math.max = () => 1",
        "[][Symbol.iterator]().constructor.prototype.next = 1",
        "Object.setPrototypeOf(Date.prototype, {})",
        "(function* () {}).constructor.prototype.x = 1",
        "RegExp.prototype.exec = 1",
    ];
    for attempt in attempts {
        let answer = answer(&format!("'use strict'; {attempt}; return {{ out: 'done' }}"));
        assert!(matches!(answer, Failed(_)), "{attempt}: {answer:?}");
    }
}

#[test]
fn frozen_built_ins_do_not_forbid_what_objects_do_with_their_own_properties() {
    let body = "'use strict';
        class Mine extends Error { constructor(text) { super(text); this.name = 'Mine'; } }
        const counts = {}; for (const word of ['constructor', 'toString']) counts[word] = (Object.hasOwn(counts, word) ? 1 : 0) + 1;
        return { out: `${new Mine('x').name} ${JSON.stringify(counts)} ${Object.keys(counts)}` };";
    assert_eq!(answer(body), stored(r#"Mine {"constructor":1,"toString":1} constructor,toString"#));
}

#[test]
fn the_clock_chance_and_the_locale_are_refused() {
    let attempts = [
        "Date.now()",
        "new Date()",
        "Date()",
        "const { now } = Date; now()",
        "Math.random()",
        "'a'.localeCompare('b')",
        "new Date(0).constructor.now()",
        "Reflect.construct(Date, [])",
        "(5).toLocaleString()",
    ];
    for attempt in attempts {
        let Failed(reason) = answer(&format!("{attempt}; return {{ out: '' }}")) else { panic!("{attempt}") };
        assert!(reason.contains("is refused in a migration"), "{attempt}: {reason}");
    }
    for missing in ["Promise", "performance", "WeakRef", "fetch", "require", "process", "std", "os", "Worker"]
    {
        assert_eq!(answer(&format!("return {{ out: typeof {missing} }}")), stored("undefined"), "{missing}");
    }
    let body =
        "const d = new Date(2020, 0, 31, 12); return { out: `${d.toISOString()} ${d instanceof Date}` }";
    assert_eq!(answer(body), stored("2020-01-31T12:00:00.000Z true"));
}

#[test]
fn values_of_every_type_go_in_and_out() {
    let fields = vec![
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
            "inner",
            DataType::Object(vec![field("deep", DataType::Number, Absence::Either)]),
            Absence::Undefined,
        ),
    ];
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
    let code = "return (row) => ({ ...row })".to_owned();
    let migration = "T_migrate__0_0__0_1".parse().unwrap();
    let function =
        Function { migration, source: fields.clone(), target: fields, code, runtime: Runtime::JavaScript };
    let input = [&b"2\n"[..], &full, &sparse].concat();
    let mut output = Vec::new();
    serve(function, LIMITS, &input[..], &mut output).unwrap();
    assert_eq!(output, [&[1, 1][..], &full, &[1, 1], &sparse].concat());
}

/// A function of one field, and what it makes of the bytes of its values.
fn precise(from: Precise, to: Precise, body: &str, values: &[&[u8]]) -> Vec<Result<Vec<u8>, String>> {
    let function = Function {
        source: vec![field("n", DataType::Precise(from), Absence::Never)],
        target: vec![field("n", DataType::Precise(to), Absence::Never)],
        ..function(&format!("return (row) => ({{ n: {body} }})"))
    };
    let input = [format!("{}\n", values.len()).as_bytes(), &values.concat()].concat();
    let mut output = Vec::new();
    serve(function, LIMITS, &input[..], &mut output).unwrap();
    let mut rest = &output[..];
    let answer = |_| {
        let reason = (take(&mut rest, 1) == [0]).then(|| text_of(&mut rest));
        take(&mut rest, 1);
        let value = take(&mut rest, to.bytes().unwrap()).to_vec();
        reason.map_or(Ok(value), Err)
    };
    values.iter().map(answer).collect()
}

#[test]
fn numbers_of_every_width_go_in_and_out() {
    for of in Precise::NUMBERS {
        let bytes = of.bytes().unwrap();
        let (zero, most) = (vec![0; bytes], vec![0x7f; bytes]);
        let all = if of == Precise::Float32 { 1.5_f32.to_le_bytes().to_vec() } else { vec![0xff; bytes] };
        let copied = precise(of, of, "row.n", &[&zero, &most, &all]);
        assert_eq!(copied, [Ok(zero), Ok(most), Ok(all)], "{of}");
    }
}

#[test]
fn a_number_that_a_column_cannot_hold_is_a_reason() {
    let refused = |from, to, body, value: &[u8]| precise(from, to, body, &[value]).remove(0).unwrap_err();
    assert_eq!(
        refused(Precise::Int32, Precise::Int8, "row.n", &128_i32.to_le_bytes()),
        "`n`: 128 is not a whole number from -128 to 127"
    );
    assert_eq!(
        refused(Precise::UInt8, Precise::UInt8, "row.n / 2", &[3]),
        "`n`: 1.5 is not a whole number from 0 to 255"
    );
    assert_eq!(
        refused(Precise::UInt64, Precise::UInt64, "row.n + 1n", &[0xff; 8]),
        "`n`: 18446744073709551616 is not a whole number from 0 to 18446744073709551615"
    );
    assert_eq!(
        refused(Precise::Int8, Precise::Float32, "row.n * 1e39", &[1]),
        "`n`: 1e+39 is not within the range of Float32"
    );
    assert_eq!(
        refused(Precise::Int8, Precise::UInt64, "row.n", &[1]),
        "`n`: expected UInt64, found the number 1"
    );
    // A negative zero is a zero.
    assert_eq!(precise(Precise::Int8, Precise::Int32, "-row.n", &[&[0]]), [Ok(vec![0; 4])]);
}

#[test]
fn a_text_is_stored_as_its_column_holds_it_or_is_a_reason() {
    let day = Precise::Text(Spelled::CalendarDate);
    let price = Precise::Text(Spelled::Decimal { precision: 5, scale: 2 });
    let read = |body, value: &[u8]| precise(price, price, body, &[value]).remove(0);
    assert_eq!(read("row.n", &[0x6a, 0xff, 0xff, 0xff]), Ok(vec![0x6a, 0xff, 0xff, 0xff]));
    assert_eq!(read("String(Number(row.n) * 2)", &[150, 0, 0, 0]), Ok(vec![44, 1, 0, 0]));
    assert_eq!(
        read("row.n + '5'", &[150, 0, 0, 0]),
        Err("`n`: `1.505` is not a number of at most 3 digits before the point and 2 behind it".to_owned())
    );
    assert_eq!(read("1.5", &[0; 4]), Err("`n`: expected Decimal<5, 2>, found the number 1.5".to_owned()));
    assert_eq!(
        precise(day, day, "row.n.replace('-01-01', '-02-30')", &[&[0; 4]]),
        [Err("`n`: `1970-02-30` is not a date of the years 1900 to 2299".to_owned())]
    );
}

//! Types for consumers: the rows of a table, as whoever reads them as JSON sees them.
//!
//! That is not what a producer sends: a time is a text, an enum with integers is the names of its
//! values, and a value that is missing is `null`. So a model becomes the model of its rows first
//! ([`as_read`]), which is then printed like any other.

use std::{collections::BTreeSet, fmt::Write as _};

use antler_core::schema::{Absence, DataType, Field, Item, Model, Precise, Spelled};

use crate::{
    client::Published,
    declarations::{self, python},
};

const WHAT: &str = "Rows of the tables of a project, as `antler query … --format JSONEachRow` gives them.";

/// The rows of each table in TypeScript.
pub fn typescript(published: &Published<'_>) -> String {
    let mut out = published.header("//", WHAT, "types --lang ts");
    out.push_str(
        "// A time is a text in UTC, such as \"2026-01-31 12:00:00.000\". An Int64 is a number, exact up to 2 ** 53;\n\
         // with `SETTINGS output_format_json_quote_64bit_integers = 1` it comes as a text. A number that is not\n\
         // finite comes as null.\n",
    );
    for (of, model) in published.models() {
        let rows = as_read(model, BigInts::Number);
        let _ = write!(
            out,
            "\n/** A row of `{of}`. */\n{}",
            declarations::interface(&of.flat(), &rows),
            of = of.flat()
        );
    }
    for of in published.current(TYPESCRIPT_WORDS) {
        let (model, version) = (&of.model, &of.version);
        let _ = write!(
            out,
            "\n/** A row of `{model}`, which is the current version: {version}. */\nexport type {model} = {};\n",
            of.flat()
        );
    }
    out
}

/// The rows of each table in Python.
pub fn python(published: &Published<'_>) -> String {
    let mut out = published.header("#", WHAT, "types --lang python");
    out.push_str(PYTHON_START);
    for (of, model) in published.models() {
        let rows = as_read(model, BigInts::Kept);
        out.push_str(&python::typed_dict(&of.flat(), &rows, &format!("A row of `{}`.", of.flat())));
    }
    for of in published.current(PYTHON_START) {
        let (model, version) = (&of.model, &of.version);
        let about = format!("A row of `{model}`, which is the current version: {version}.");
        let _ = writeln!(out, "{model} = {}\n\"\"\"{about}\"\"\"\n", of.flat());
    }
    out.trim_end().to_owned() + "\n"
}

/// Words that mean something in a file of types.
const TYPESCRIPT_WORDS: &str =
    "any bigint boolean never null number object string symbol undefined unknown void";

const PYTHON_START: &str = "\
# A time is a text in UTC, such as \"2026-01-31 12:00:00.000\". A number that is not finite comes as None.

from __future__ import annotations

from typing import List, Literal, Optional, TypedDict


";

/// What becomes of whole numbers of 64 bits.
#[derive(Debug, Clone, Copy)]
enum BigInts {
    /// The reader of JSON makes numbers of them, like all others.
    Number,
    /// It knows them.
    Kept,
}

fn as_read(model: &Model, big_ints: BigInts) -> Model {
    Model { fields: fields(&model.fields, big_ints), ..model.clone() }
}

fn fields(of: &[Field], big_ints: BigInts) -> Vec<Field> {
    let field = |field: &Field| Field {
        name: field.name.clone(),
        data_type: data_type(&field.data_type, big_ints),
        absence: if field.absence.is_never() { Absence::Never } else { Absence::Null },
        key: false,
    };
    of.iter().map(field).collect()
}

fn data_type(of: &DataType, big_ints: BigInts) -> DataType {
    match of {
        DataType::Date => DataType::String,
        DataType::BigInt => match big_ints {
            BigInts::Number => DataType::Number,
            BigInts::Kept => DataType::BigInt,
        },
        DataType::IntegerEnum(names) => DataType::StringEnum(names.keys().cloned().collect::<BTreeSet<_>>()),
        DataType::Array(item) => DataType::Array(Box::new(Item {
            data_type: data_type(&item.data_type, big_ints),
            nullable: item.nullable,
        })),
        DataType::Object(of) => DataType::Object(fields(of, big_ints)),
        DataType::Precise(Precise::UInt64) => data_type(&DataType::BigInt, big_ints),
        DataType::Precise(Precise::Text(Spelled::Decimal { .. })) => DataType::Number,
        DataType::Precise(of) if of.is_text() => DataType::String,
        // Whole numbers are ints to a reader in Python.
        DataType::Precise(of) => match (big_ints, of.whole_numbers()) {
            (BigInts::Kept, Some(_)) => DataType::BigInt,
            (BigInts::Number | BigInts::Kept, _) => DataType::Number,
        },
        DataType::String | DataType::Number | DataType::Boolean | DataType::StringEnum(_) => of.clone(),
    }
}

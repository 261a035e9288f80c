//! Statements of a trial: a migration over rows of its own, in tables that nobody else sees.
//!
//! Values are read back as JSON. Its texts are as different as the values are: a double is written with as
//! many digits as tell it from all others, `-0` has its sign, and NaN and infinities are written out. So two
//! ways to run a migration agree where the texts do.

use super::column_type;
use crate::{
    edge::Value,
    names::{SqlIdent, TableName},
    schema::{Field, Model},
    sql::{Expr, ident, table},
};

/// The number of a row in its table, from 0.
const ROW: &str = "_antler_row";

/// Settings of every statement that reads values back.
const EXACT: &str = "SETTINGS output_format_json_quote_denormals = 1, \
     output_format_json_named_tuples_as_objects = 1, \
     enable_named_columns_in_function_tuple = 0, output_format_json_quote_64bit_integers = 0";

/// What tells a question of Antler's own from those of people.
const OWN: &str = "SETTINGS log_comment = 'a sample for antler'";

/// Whether a question is Antler's own: nobody reads what is answered.
pub fn is_own(statement: &str) -> bool {
    statement.ends_with(OWN)
}

/// The column that tells a projection's rows apart: it has to be one of its columns.
pub fn row_number() -> (SqlIdent, Expr) {
    let name = SqlIdent::known(ROW);
    (name.clone(), Expr::Column(name))
}

/// A table for rows that are inserted, in their order.
pub fn create_received(name: &TableName, model: &Model) -> String {
    format!("CREATE TABLE {}\n(\n{}\n)\nENGINE = Memory", table(name), plain_columns(&model.fields))
}

/// A table for rows with their numbers.
pub fn create_tried(name: &TableName, model: &Model) -> String {
    let fields = plain_columns(&model.fields);
    format!("CREATE TABLE {}\n(\n    {ROW} UInt64,\n{fields}\n)\nENGINE = Memory", table(name))
}

/// Inserts values as they are, with their numbers from `first` on.
pub fn insert_values(into: &TableName, model: &Model, first: usize, rows: &[Vec<Value>]) -> String {
    let row = |(number, values): (usize, &Vec<Value>)| {
        let values = values.iter().zip(&model.fields).map(|(value, field)| value.sql(field).to_string());
        let values: Vec<_> = std::iter::once(number.to_string()).chain(values).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<_> = (first..).zip(rows).map(row).collect();
    let names = names_of(&model.fields).join(", ");
    format!("INSERT INTO {} ({ROW}, {names}) VALUES\n{}", table(into), rows.join(",\n"))
}

/// Numbers the rows of one table in another, from `first` on.
pub fn insert_numbered(into: &TableName, received: &TableName, model: &Model, first: usize) -> String {
    let names = names_of(&model.fields).join(", ");
    format!(
        "INSERT INTO {} ({ROW}, {names})\nSELECT rowNumberInAllBlocks() + {first}, {names}\nFROM {}\n\
         SETTINGS max_threads = 1, max_insert_threads = 1",
        table(into),
        table(received)
    )
}

/// Fills a table with so many copies of the rows of another.
pub fn insert_copies(into: &TableName, tried: &TableName, model: &Model, copies: u64) -> String {
    let names = names_of(&model.fields).join(", ");
    format!(
        "INSERT INTO {} ({ROW}, {names})\nSELECT {ROW}, {names}\nFROM {}\n\
         CROSS JOIN (SELECT number AS copy FROM numbers({copies})) AS copies",
        table(into),
        table(tried)
    )
}

/// The values of a table's rows, as JSON: `row` and `columns`.
pub fn values(tried: &TableName, model: &Model) -> String {
    let names: Vec<_> = model.fields.iter().map(|field| field.name.clone()).collect();
    as_json(&format!("SELECT * FROM {}", table(tried)), &names)
}

/// The values that a select gives, as JSON: `row`, and `columns`, an array. It has a
/// [row number](row_number).
///
/// All columns are written at once: asked for the text of a nullable enum alone, the database looks at what
/// lies behind a NULL, which may be none of its values.
pub fn as_json(select: &str, columns: &[SqlIdent]) -> String {
    let values: Vec<_> = columns.iter().map(|name| format!("tried.{}", ident(name))).collect();
    format!(
        "SELECT toInt64({ROW}) AS `row`, toJSONString(tuple({})) AS columns\nFROM (\n{select}\n) AS tried\n\
         ORDER BY `row`, columns\n{EXACT}",
        values.join(", ")
    )
}

/// The types of what a select gives: `name` and `type`.
pub fn types(select: &str) -> String {
    format!("DESCRIBE (\n{select}\n)")
}

/// The reasons that a select gives: `row` and `reason`.
pub fn reasons(select: &str) -> String {
    format!("SELECT toInt64({ROW}) AS `row`, reason\nFROM (\n{select}\n)\nORDER BY `row`")
}

/// The column that a select of failing rows has to have beside the row number.
pub fn reason(failure: &Expr) -> (SqlIdent, Expr) {
    (SqlIdent::known("reason"), failure.clone())
}

/// A statement on one core.
pub fn on_one_core(select: &str) -> String {
    format!("{select}\nSETTINGS max_threads = 1")
}

/// About so many rows of a table, spread over all of it. It has `rows` rows.
pub fn sample(of: &TableName, model: &Model, rows: u64, wanted: u64) -> String {
    let one_in = rows.checked_div(wanted).unwrap_or(1).max(1);
    let names = names_of(&model.fields).join(", ");
    format!(
        "SELECT {names}\nFROM {}\nWHERE _part_offset % {one_in} = 0\n\
         ORDER BY _part, _part_offset\nLIMIT {wanted}\n{OWN}",
        table(of)
    )
}

fn plain_columns(fields: &[Field]) -> String {
    let lines = fields.iter().map(|field| format!("    {} {}", ident(&field.name), column_type(field)));
    lines.collect::<Vec<_>>().join(",\n")
}

fn names_of(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| ident(&field.name)).collect()
}

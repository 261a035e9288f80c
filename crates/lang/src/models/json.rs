//! JSON with the place of every value, for languages that are written in it.

use std::sync::Arc;

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectPropertyKind, PropertyKey, UnaryOperator};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};
use serde::de::IgnoredAny;

use super::outline::{Constant, Span};

/// A value, and where it is written.
#[derive(Debug, Clone)]
pub(super) struct Json {
    pub span: Span,
    pub value: Value,
}

/// The forms of values.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<Entry>),
}

/// A part of an object.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    /// The name without its quotes.
    pub name_span: Span,
    pub value: Json,
}

/// Reads a file.
pub(super) fn parse(file: &Arc<SourceFile>) -> Result<Json, Diagnostic> {
    let text = file.text.as_str();
    let broken = |at: usize, message: String| {
        Diagnostic::error(Code::Syntax, message).with_label(file, at..at, "here")
    };
    // What an expression of a script may be is more than JSON; this also bounds how deep it is.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        return Err(broken(offset(text, error.line(), error.column()), message));
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse_expression();
    let read = parsed.ok().and_then(|expression| read(&expression));
    read.ok_or_else(|| broken(0, "this JSON cannot be read".to_owned()))
}

/// The byte of a line and a column, from one.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn read(written: &Expression) -> Option<Json> {
    let value = match written {
        Expression::NullLiteral(_) => Value::Null,
        Expression::BooleanLiteral(literal) => Value::Boolean(literal.value),
        Expression::NumericLiteral(literal) => Value::Number(literal.value),
        Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::UnaryNegation => {
            match read(&unary.argument)?.value {
                Value::Number(number) => Value::Number(-number),
                _ => return None,
            }
        }
        Expression::StringLiteral(literal) => Value::Text(literal.value.to_string()),
        Expression::ArrayExpression(list) => {
            let items = list.elements.iter().map(|item| read(item.as_expression()?));
            Value::List(items.collect::<Option<_>>()?)
        }
        Expression::ObjectExpression(object) => {
            let entries = object.properties.iter().map(|property| {
                let ObjectPropertyKind::ObjectProperty(property) = property else { return None };
                let PropertyKey::StringLiteral(name) = &property.key else { return None };
                let name_span = inside(&(name.span.start as usize..name.span.end as usize));
                Some(Entry { name: name.value.to_string(), name_span, value: read(&property.value)? })
            });
            Value::Object(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let span = written.span();
    Some(Json { span: span.start as usize..span.end as usize, value })
}

/// What stands between quotes.
fn inside(quoted: &Span) -> Span {
    quoted.start + 1..quoted.end - 1
}

impl Json {
    /// The entries of an object; nothing else has any.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; nothing else has any.
    pub fn items(&self) -> &[Json] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entry of a name. The last one counts, as for everybody who reads JSON.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.name == name)
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self.value, Value::Boolean(true))
    }

    /// Whether it says that a field is a key: `"x-antler-key": true`.
    pub fn is_key(&self) -> bool {
        ["x-antler-key", "x-key"].iter().any(|name| self.get(name).is_some_and(Json::is_true))
    }

    /// Where a text is, without its quotes; where anything else begins.
    pub fn place(&self) -> Span {
        match self.value {
            Value::Text(_) => inside(&self.span),
            // A whole object would be many lines.
            Value::Object(_) | Value::List(_) => self.span.start..self.span.start + 1,
            Value::Null | Value::Boolean(_) | Value::Number(_) => self.span.clone(),
        }
    }

    /// As a value of an enum.
    pub fn constant(&self) -> Constant {
        match &self.value {
            Value::Text(text) => Constant::Text(text.clone()),
            // Beyond, a double is not the integer that was written.
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Constant::Integer(*number as i64)
            }
            _ => Constant::Other,
        }
    }
}

//! How a value of one type is made from a value of another, where there is one obvious way.

use antler_core::schema::{Absence, DataType, Field, Precise, Spelled};

use super::{
    page::Value,
    syntax::{self, Syntax},
};

/// An expression of the draft, and what is known about its value.
pub(super) struct Source<'a> {
    /// The expression: a path of property accesses.
    pub path: String,
    pub data_type: &'a DataType,
    /// Which kinds of nothing the expression may be.
    pub absence: Absence,
}

impl<'a> Source<'a> {
    /// A field of the object that `base` leads to.
    pub fn field(base: &str, field: &'a Field, syntax: Syntax) -> Self {
        let path = syntax.member(base, field.name.as_str());
        Self { path, data_type: &field.data_type, absence: field.absence }
    }

    /// A field of a nested object, which may not be there itself.
    pub fn inner(base: &str, object: &Field, field: &'a Field, syntax: Syntax) -> Self {
        let outer = syntax.member(base, object.name.as_str());
        if object.absence == Absence::Never {
            return Self::field(&outer, field, syntax);
        }
        Self {
            path: syntax.member_if_there(&outer, field.name.as_str()),
            data_type: &field.data_type,
            // Where the object is not there, `?.` is undefined.
            absence: match field.absence {
                Absence::Never | Absence::Undefined => Absence::Undefined,
                Absence::Null | Absence::Either => Absence::Either,
            },
        }
    }
}

/// The source as a value of another type; `None` where there is no obvious way.
pub(super) fn convert(source: &Source, to: &DataType, syntax: Syntax) -> Option<Value> {
    let path = &source.path;
    if let (Syntax::Python, Some(way)) = (syntax, syntax::spelled_in_python(path, source.data_type, to)) {
        return way.map(|(code, note)| Value::Code { code, note: note.map(str::to_owned) });
    }
    if assignable(source.data_type, to) {
        return Some(Value::code(path.clone()));
    }
    if let (DataType::Precise(of), DataType::BigInt) = (source.data_type, to)
        && of.is_double()
        && of.whole_numbers().is_some()
    {
        return Some(Value::code(match syntax {
            Syntax::TypeScript => format!("BigInt({path})"),
            Syntax::Python => path.clone(),
        }));
    }
    let number = matches!(source.data_type, DataType::Number)
        || matches!(source.data_type, DataType::Precise(of) if of.is_double());
    match to {
        DataType::Precise(Precise::Text(Spelled::Decimal { scale, .. })) if number => {
            let note = Some(format!("rounded to {scale} digits; fails where there are too many"));
            return Some(Value::Code { code: format!("{path}.toFixed({scale})"), note });
        }
        DataType::Date if *source.data_type == DataType::Precise(Precise::Text(Spelled::CalendarDate)) => {
            return Some(Value::code(format!("new Date({path})")));
        }
        DataType::Precise(Precise::Text(Spelled::CalendarDate)) if *source.data_type == DataType::Date => {
            return Some(Value::code(format!("{path}.toISOString().slice(0, 10)")));
        }
        _ => {}
    }
    if let Some((from, note)) = precisely(source.data_type, to) {
        let plain = Source { path: path.clone(), data_type: &from, absence: source.absence };
        let code = match convert(&plain, &written(to), syntax)? {
            Value::Code { code, note: before } => {
                Value::Code { code, note: note.map(str::to_owned).or(before) }
            }
            other => other,
        };
        return Some(code);
    }
    let (code, note) = match syntax {
        Syntax::TypeScript => syntax::typescript(path, source.data_type, to),
        Syntax::Python => syntax::python(path, source.data_type, to),
    }?;
    Some(Value::Code { code, note: note.map(str::to_owned) })
}

/// What the language calls a type, when one of two is precise, and what may fail between them.
fn precisely(from: &DataType, to: &DataType) -> Option<(DataType, Option<&'static str>)> {
    let note = match (from, to) {
        (DataType::Precise(Precise::Text(from)), DataType::Precise(Precise::Text(to))) if to.holds(*from) => {
            None
        }
        (
            DataType::String | DataType::StringEnum(_),
            DataType::Precise(Precise::Text(Spelled::LowCardinality)),
        ) => None,
        (_, DataType::Precise(Precise::Text(Spelled::LowCardinality))) => return None,
        (_, DataType::Precise(Precise::Text(Spelled::Uuid))) => Some("fails where the text is not a UUID"),
        (_, DataType::Precise(Precise::Text(Spelled::CalendarDate))) => {
            Some("fails where the text is not a date")
        }
        (_, DataType::Precise(Precise::Text(Spelled::Decimal { .. }))) => {
            Some("fails where it has more digits")
        }
        (DataType::Precise(Precise::Text(Spelled::Decimal { .. })), DataType::Number) => {
            Some("rounded to a double")
        }
        (_, DataType::Precise(Precise::UInt64)) => Some("fails where it is negative"),
        (_, DataType::Precise(Precise::Float32)) => Some("rounded to a single"),
        (_, DataType::Precise(_)) => Some("fails where it is out of range"),
        (DataType::Precise(Precise::UInt64), DataType::BigInt) => Some("fails beyond 2^63"),
        (DataType::Precise(_), _) => None,
        _ => return None,
    };
    Some((written(from), note))
}

/// The type that the language has for values of a type.
fn written(of: &DataType) -> DataType {
    match of {
        DataType::Precise(of) if of.is_double() => DataType::Number,
        DataType::Precise(of) if of.is_text() => DataType::String,
        DataType::Precise(_) => DataType::BigInt,
        other => other.clone(),
    }
}

/// Whether every value of one type is a value of the other that means the same.
fn assignable(from: &DataType, to: &DataType) -> bool {
    use DataType::{Array, IntegerEnum, Number, Object, String, StringEnum};
    match (from, to) {
        (DataType::Precise(from), DataType::Precise(to)) => {
            to.holds(*from) && to.is_double() == from.is_double()
        }
        (DataType::Precise(from), String) => from.is_text(),
        (DataType::Precise(from), Number) => from.is_double(),
        (StringEnum(_), String) | (IntegerEnum(_), Number) => true,
        (StringEnum(from), StringEnum(to)) => from.is_subset(to),
        // A number that changed its name may have changed its meaning.
        (IntegerEnum(from), IntegerEnum(to)) => from.iter().all(|(name, n)| to.get(name) == Some(n)),
        (Array(from), Array(to)) => {
            (to.nullable || !from.nullable) && assignable(&from.data_type, &to.data_type)
        }
        (Object(from), Object(to)) => {
            let same = |a: &Field, b: &Field| {
                a.name == b.name && a.absence == b.absence && assignable(&a.data_type, &b.data_type)
            };
            from.len() == to.len() && from.iter().all(|a| to.iter().any(|b| same(a, b)))
        }
        (from, to) => from == to,
    }
}

/// A type in a few words.
pub(super) fn brief(data_type: &DataType) -> String {
    match data_type {
        DataType::Object(_) => "an object".to_owned(),
        DataType::Array(item) if matches!(item.data_type, DataType::Object(_)) => {
            "a list of objects".to_owned()
        }
        DataType::StringEnum(values) if values.len() > 6 => format!("one of {} texts", values.len()),
        DataType::IntegerEnum(values) if values.len() > 6 => format!("one of {} integers", values.len()),
        other => other.to_string(),
    }
}

//! All of several types at once: `A & B`.

use antler_core::schema::{Absence, DataType, Field, Precise};

use super::{Reported, Resolver, Value, records::Standing};
use crate::models::outline::{Kind, Refusal, Type};

impl Resolver<'_> {
    /// All of several types at once: their fields together, or what a scalar is narrowed to.
    ///
    /// An object beside a scalar is a brand (`string & { readonly __brand: "UserId" }`): it is
    /// there for the compiler only.
    pub(super) fn all_of(
        &mut self,
        file: usize,
        of: &Type,
        types: &[Type],
        standing: Standing,
    ) -> Result<Value, Reported> {
        let is_record = |of: &&Type| matches!(of.kind, Kind::Record(_));
        let mut parts = Vec::new();
        let mut reported = None;
        for part in types.iter().filter(|of| !is_record(of)) {
            match self.kept(file, part, standing) {
                Ok(value) => parts.push(value),
                Err(failure) => failure.add(&mut reported),
            }
        }
        let is_scalar = |value: &Value| !matches!(value.data_type, DataType::Object(_));
        if reported.is_none() && parts.iter().any(is_scalar) {
            parts.retain(is_scalar);
        } else {
            for part in types.iter().filter(is_record) {
                match self.kept(file, part, standing) {
                    Ok(value) => parts.push(value),
                    Err(failure) => failure.add(&mut reported),
                }
            }
        }
        if let Some(reported) = reported {
            return Err(reported);
        }
        let mut parts = parts.into_iter();
        let first = parts.next().ok_or(Reported { key: false })?;
        match parts.try_fold(first, both) {
            Ok(value) => Ok(value),
            Err(conflict) => {
                let (message, help) = match conflict {
                    Conflict::Nothing(place) => (
                        format!("nothing is of all these types{place}"),
                        "Leave the field out of all of them but one, with `Omit`.",
                    ),
                    Conflict::Column(column, other) => (
                        format!("a column of the type `{column}` does not hold a `{other}`"),
                        "Use a type of column that fits.",
                    ),
                };
                self.refuse(file, Refusal::new(of.span.clone(), message, help));
                Err(Reported { key: true })
            }
        }
    }
}

/// Why no value is of two types.
enum Conflict {
    /// They have nothing in common, and where: ``, in the field `a` ``, or nothing.
    Nothing(String),
    /// A type of column, and values of another type.
    Column(Precise, DataType),
}

/// What is of both types.
fn both(a: Value, b: Value) -> Result<Value, Conflict> {
    Ok(Value {
        data_type: both_types(a.data_type, b.data_type)?,
        null: a.null && b.null,
        undefined: a.undefined && b.undefined,
        key: a.key || b.key,
    })
}

fn both_types(a: DataType, b: DataType) -> Result<DataType, Conflict> {
    match (a, b) {
        (a, b) if a == b => Ok(a),
        (DataType::String, words @ DataType::StringEnum(_))
        | (words @ DataType::StringEnum(_), DataType::String) => Ok(words),
        (DataType::Number, numbers @ DataType::IntegerEnum(_))
        | (numbers @ DataType::IntegerEnum(_), DataType::Number) => Ok(numbers),
        // `number & AntlerColumn<"Int32">`, and `Annotated[int, "int32"]`
        (DataType::Number, DataType::Precise(of)) | (DataType::Precise(of), DataType::Number)
            if of.is_double() =>
        {
            Ok(DataType::Precise(of))
        }
        (DataType::String, DataType::Precise(of)) | (DataType::Precise(of), DataType::String)
            if of.is_text() =>
        {
            Ok(DataType::Precise(of))
        }
        (DataType::BigInt, DataType::Precise(of)) | (DataType::Precise(of), DataType::BigInt)
            if of.whole_numbers().is_some() =>
        {
            Ok(DataType::Precise(of))
        }
        (DataType::StringEnum(a), DataType::StringEnum(b)) if !a.is_disjoint(&b) => {
            Ok(DataType::StringEnum(a.intersection(&b).cloned().collect()))
        }
        (DataType::Object(mut fields), DataType::Object(more)) => {
            for field in more {
                match fields.iter_mut().find(|other| other.name == field.name) {
                    Some(other) => *other = both_fields(other.clone(), field)?,
                    None => fields.push(field),
                }
            }
            Ok(DataType::Object(fields))
        }
        (DataType::Precise(of), other) | (other, DataType::Precise(of)) => Err(Conflict::Column(of, other)),
        _ => Err(Conflict::Nothing(String::new())),
    }
}

fn both_fields(a: Field, b: Field) -> Result<Field, Conflict> {
    let at = format!(" in the field `{}`", a.name);
    let data_type = both_types(a.data_type, b.data_type).map_err(|_| Conflict::Nothing(at))?;
    let allows = |absence: Absence| match absence {
        Absence::Never => (false, false),
        Absence::Undefined => (false, true),
        Absence::Null => (true, false),
        Absence::Either => (true, true),
    };
    let ((a_null, a_undefined), (b_null, b_undefined)) = (allows(a.absence), allows(b.absence));
    let absence = Absence::of(a_null && b_null, a_undefined && b_undefined);
    Ok(Field { name: a.name, data_type, absence, key: (a.key || b.key) && absence.is_never() })
}

//! Values of rows: bytes of the database to JavaScript and back.
//!
//! What a migration returns is checked here for each row, as the fitting of compiled migrations does
//! it (`antler-lang`, `migration/fit.rs`): with the same reasons, and down to the same values.

use antler_core::schema::{Absence, DataType, Field, Precise, Spelled};
use rquickjs::{Array, Atom, BigInt, Ctx, Function, IntoJs, Object, String as Text, Value};

use crate::{
    chunk::{NO_VARIANT, width, width_of},
    precise, spelled,
};

/// The first and last millisecond that `DateTime64` can hold: the years 1900 to 2299.
const DATES: (f64, f64) = (-2_208_988_800_000.0, 10_413_791_999_999.0);

/// The largest row that is returned, in bytes.
const MAX_ROW: usize = 64 * 1024 * 1024;

/// What the prelude gave the runner.
pub(crate) struct Helpers<'js> {
    pub(crate) time: Function<'js>,
    pub(crate) date: Function<'js>,
    pub(crate) fits: Function<'js>,
    pub(crate) well_formed: Function<'js>,
    pub(crate) reason: Function<'js>,
}

/// A type, prepared for a context: the names of its fields are interned there.
pub(crate) enum Shape<'js> {
    Text,
    Number,
    Boolean,
    BigInt,
    Date,
    /// The words in the order of their numbers, and the bytes of a number.
    Words(Vec<String>, u64),
    Integers(Vec<i16>, u64),
    Array(Box<Slot<'js>>),
    Object(Vec<Member<'js>>),
    Precise(Precise),
}

/// A place for a value that may be absent.
pub(crate) struct Slot<'js> {
    shape: Shape<'js>,
    nullable: bool,
}

/// A field of an object.
pub(crate) struct Member<'js> {
    name: String,
    atom: Atom<'js>,
    /// Whether an absent one is missing, and not `null`.
    missing: bool,
    slot: Slot<'js>,
}

/// Why a returned value is not stored.
pub(crate) enum Unstored {
    /// It does not fit, and why.
    Misfit(String),
    /// JavaScript threw while it was looked at.
    Thrown(rquickjs::Error),
}

impl From<rquickjs::Error> for Unstored {
    fn from(error: rquickjs::Error) -> Self {
        Self::Thrown(error)
    }
}

impl<'js> Shape<'js> {
    /// The shape of a record.
    pub(crate) fn record(ctx: &Ctx<'js>, fields: &[Field]) -> rquickjs::Result<Vec<Member<'js>>> {
        let member = |field: &Field| {
            Ok(Member {
                name: field.name.to_string(),
                atom: Atom::from_str(ctx.clone(), field.name.as_str())?,
                missing: field.absence == Absence::Undefined,
                slot: Slot { shape: Self::of(ctx, &field.data_type)?, nullable: !field.absence.is_never() },
            })
        };
        fields.iter().map(member).collect()
    }

    fn of(ctx: &Ctx<'js>, data_type: &DataType) -> rquickjs::Result<Self> {
        Ok(match data_type {
            DataType::String => Self::Text,
            DataType::Number => Self::Number,
            DataType::Boolean => Self::Boolean,
            DataType::BigInt => Self::BigInt,
            DataType::Date => Self::Date,
            DataType::StringEnum(words) => Self::Words(words.iter().cloned().collect(), width(words.len())),
            DataType::IntegerEnum(values) => {
                let width = width_of(values.values().copied());
                Self::Integers(values.values().copied().collect(), width)
            }
            DataType::Array(item) => Self::Array(Box::new(Slot {
                shape: Self::of(ctx, &item.data_type)?,
                nullable: item.nullable,
            })),
            DataType::Object(fields) => Self::Object(Self::record(ctx, fields)?),
            DataType::Precise(of) => Self::Precise(*of),
        })
    }
}

/// Reads a record of these fields.
pub(crate) fn read_record<'js>(
    ctx: &Ctx<'js>,
    helpers: &Helpers<'js>,
    members: &[Member<'js>],
    from: &mut &[u8],
) -> rquickjs::Result<Value<'js>> {
    let object = Object::new(ctx.clone())?;
    for member in members {
        match read_slot(ctx, helpers, &member.slot, from)? {
            Some(value) => object.set(member.atom.clone(), value)?,
            None if member.missing => {}
            None => object.set(member.atom.clone(), Value::new_null(ctx.clone()))?,
        }
    }
    Ok(object.into_value())
}

/// Reads a value that may be absent.
fn read_slot<'js>(
    ctx: &Ctx<'js>,
    helpers: &Helpers<'js>,
    slot: &Slot<'js>,
    from: &mut &[u8],
) -> rquickjs::Result<Option<Value<'js>>> {
    if slot.nullable {
        let byte = u8::from_le_bytes(take(from)?);
        let is_absent = match slot.shape {
            Shape::Array(_) => byte == NO_VARIANT,
            _ => byte != 0,
        };
        if is_absent {
            return Ok(None);
        }
    }
    read(ctx, helpers, &slot.shape, from).map(Some)
}

fn read<'js>(
    ctx: &Ctx<'js>,
    helpers: &Helpers<'js>,
    shape: &Shape<'js>,
    from: &mut &[u8],
) -> rquickjs::Result<Value<'js>> {
    Ok(match shape {
        Shape::Text => {
            let length = length(from)?;
            let (text, rest) = from.split_at_checked(length).ok_or(rquickjs::Error::Unknown)?;
            *from = rest;
            Text::from_str(ctx.clone(), &String::from_utf8_lossy(text))?.into_value()
        }
        Shape::Number => number_value(ctx, f64::from_le_bytes(take(from)?)),
        Shape::Boolean => Value::new_bool(ctx.clone(), u8::from_le_bytes(take(from)?) != 0),
        Shape::BigInt => BigInt::from_i64(ctx.clone(), i64::from_le_bytes(take(from)?))?.into_value(),
        Shape::Date => helpers.date.call((i64::from_le_bytes(take(from)?) as f64,))?,
        Shape::Words(words, width) => {
            let at = usize::try_from(number(*width, from)?).unwrap_or_default();
            let word = at.checked_sub(1).and_then(|at| words.get(at)).ok_or(rquickjs::Error::Unknown)?;
            word.as_str().into_js(ctx)?
        }
        Shape::Integers(_, width) => Value::new_int(ctx.clone(), i32::from(number(*width, from)?)),
        Shape::Array(slot) => {
            let array = Array::new(ctx.clone())?;
            for at in 0..length(from)? {
                match read_slot(ctx, helpers, slot, from)? {
                    Some(value) => array.set(at, value)?,
                    None => array.set(at, Value::new_null(ctx.clone()))?,
                }
            }
            array.into_value()
        }
        Shape::Object(members) => read_record(ctx, helpers, members, from)?,
        Shape::Precise(Precise::Text(Spelled::LowCardinality)) => read(ctx, helpers, &Shape::Text, from)?,
        Shape::Precise(Precise::Text(of)) => spelled::read(*of, from)?.into_js(ctx)?,
        Shape::Precise(of) => precise::read(ctx, *of, from)?,
    })
}

/// A number as the engine likes it: whole ones are computed with as integers. Not -0, which is none.
pub(crate) fn number_value<'js>(ctx: &Ctx<'js>, value: f64) -> Value<'js> {
    let whole = value as i32;
    if f64::from(whole).to_bits() == value.to_bits() {
        Value::new_int(ctx.clone(), whole)
    } else {
        Value::new_float(ctx.clone(), value)
    }
}

/// Writes what a migration returned as a record of these fields. Others are left out.
pub(crate) fn write_record<'js>(
    helpers: &Helpers<'js>,
    members: &[Member<'js>],
    object: &Object<'js>,
    path: &mut String,
    to: &mut Vec<u8>,
) -> Result<(), Unstored> {
    for member in members {
        let value: Value = object.get(member.atom.clone())?;
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&member.name);
        write_slot(helpers, &member.slot, &value, path, to)?;
        path.truncate(length);
    }
    Ok(())
}

fn write_slot<'js>(
    helpers: &Helpers<'js>,
    slot: &Slot<'js>,
    value: &Value<'js>,
    path: &mut String,
    to: &mut Vec<u8>,
) -> Result<(), Unstored> {
    let is_absent = value.is_null() || value.is_undefined();
    if slot.nullable {
        to.push(match (is_absent, &slot.shape) {
            (true, Shape::Array(_)) => NO_VARIANT,
            (is_absent, _) => u8::from(is_absent),
        });
    }
    match (is_absent, slot.nullable) {
        (true, true) => Ok(()),
        (true, false) => {
            let found = if value.is_null() { "null" } else { "undefined" };
            Err(Unstored::Misfit(format!("`{path}`: expected {}, found {found}", slot.shape.describe())))
        }
        (false, _) => write(helpers, &slot.shape, value, path, to),
    }
}

fn write<'js>(
    helpers: &Helpers<'js>,
    shape: &Shape<'js>,
    value: &Value<'js>,
    path: &mut String,
    to: &mut Vec<u8>,
) -> Result<(), Unstored> {
    let misfit = |path: &str| {
        let found = describe(helpers, value);
        Unstored::Misfit(format!("`{path}`: expected {}, found {found}", shape.describe()))
    };
    if to.len() > MAX_ROW {
        let megabytes = MAX_ROW / 1024 / 1024;
        return Err(Unstored::Misfit(format!("`{path}`: the row is larger than {megabytes} MB")));
    }
    match shape {
        Shape::Text => {
            let text = text(helpers, value.as_string().ok_or_else(|| misfit(path))?)?;
            write_length(text.len(), to);
            to.extend_from_slice(text.as_bytes());
        }
        Shape::Number => {
            to.extend_from_slice(&value.as_number().ok_or_else(|| misfit(path))?.to_le_bytes());
        }
        Shape::Boolean => to.push(u8::from(value.as_bool().ok_or_else(|| misfit(path))?)),
        Shape::BigInt => {
            let integer = value.as_big_int().ok_or_else(|| misfit(path))?.clone();
            if !helpers.fits.call::<_, bool>((integer.clone(),))? {
                return Err(Unstored::Misfit(format!("`{path}`: the bigint does not fit into 64 bits")));
            }
            to.extend_from_slice(&integer.to_i64()?.to_le_bytes());
        }
        Shape::Date => {
            let time: Option<f64> = match value.is_object() {
                true => helpers.time.call((value.clone(),))?,
                false => None,
            };
            let time = time.ok_or_else(|| misfit(path))?;
            if time.is_nan() {
                return Err(Unstored::Misfit(format!("`{path}`: Invalid Date")));
            }
            if time < DATES.0 || time > DATES.1 {
                let reason = format!("`{path}`: the date is outside of the years 1900 to 2299");
                return Err(Unstored::Misfit(reason));
            }
            to.extend_from_slice(&(time as i64).to_le_bytes());
        }
        Shape::Words(words, width) => {
            let text = text(helpers, value.as_string().ok_or_else(|| misfit(path))?)?;
            let at = words.iter().position(|word| *word == text).ok_or_else(|| {
                Unstored::Misfit(format!("`{path}`: `{text}` is not one of {}", shape.describe()))
            })?;
            write_number(at as i64 + 1, *width, to);
        }
        Shape::Integers(values, width) => {
            let number = value.as_number().ok_or_else(|| misfit(path))?;
            let found = values.iter().find(|value| f64::from(**value) == number).ok_or_else(|| {
                let number = describe_number(value);
                Unstored::Misfit(format!("`{path}`: {number} is not one of {}", shape.describe()))
            })?;
            write_number(i64::from(*found), *width, to);
        }
        Shape::Array(slot) => {
            let array = value.as_array().ok_or_else(|| misfit(path))?;
            let length = array.len();
            write_length(length, to);
            for at in 0..length {
                let value: Value = array.get(at)?;
                let before = path.len();
                path.push_str("[]");
                write_slot(helpers, slot, &value, path, to)?;
                path.truncate(before);
            }
        }
        Shape::Object(members) => {
            let is_record = value.is_object() && !value.is_array() && !value.is_function();
            let object = value.as_object().filter(|_| is_record).ok_or_else(|| misfit(path))?;
            write_record(helpers, members, object, path, to)?;
        }
        Shape::Precise(Precise::Text(Spelled::LowCardinality)) => {
            write(helpers, &Shape::Text, value, path, to)?;
        }
        Shape::Precise(Precise::Text(of)) => {
            let text = text(helpers, value.as_string().ok_or_else(|| misfit(path))?)?;
            let canonical = of
                .canonical(&text)
                .ok_or_else(|| Unstored::Misfit(format!("`{path}`: `{text}` is not {}", of.values())))?;
            spelled::write(*of, &canonical, to);
        }
        Shape::Precise(of) if of.is_double() => {
            let number = value.as_number().ok_or_else(|| misfit(path))?;
            precise::write_number(*of, number, to)
                .map_err(|why| Unstored::Misfit(format!("`{path}`: {} {why}", describe_number(value))))?;
        }
        Shape::Precise(of) => {
            value.as_big_int().ok_or_else(|| misfit(path))?;
            let digits = describe_number(value);
            precise::write_integer(*of, &digits, to)
                .map_err(|why| Unstored::Misfit(format!("`{path}`: {digits} {why}")))?;
        }
    }
    Ok(())
}

/// Writes a text that may be absent.
pub(crate) fn write_reason(reason: Option<&str>, to: &mut Vec<u8>) {
    to.push(u8::from(reason.is_none()));
    if let Some(reason) = reason {
        write_length(reason.len(), to);
        to.extend_from_slice(reason.as_bytes());
    }
}

/// Writes some record of these fields, for rows that have none.
pub(crate) fn write_default(fields: &[Field], to: &mut Vec<u8>) {
    for Field { data_type, absence, .. } in fields {
        match (data_type, absence.is_never()) {
            (DataType::Array(_), false) => to.push(NO_VARIANT),
            (_, false) => to.push(1),
            (DataType::String | DataType::Boolean | DataType::Array(_), true) => to.push(0),
            (DataType::Number | DataType::BigInt | DataType::Date, true) => to.extend_from_slice(&[0; 8]),
            (DataType::Precise(of), true) => to.resize(to.len() + of.bytes().unwrap_or(1), 0),
            (DataType::StringEnum(words), true) => write_number(1, width(words.len()), to),
            (DataType::IntegerEnum(values), true) => {
                let first = values.values().next().copied().unwrap_or_default();
                write_number(i64::from(first), width_of(values.values().copied()), to);
            }
            (DataType::Object(fields), true) => write_default(fields, to),
        }
    }
}

impl Shape<'_> {
    /// The type as a TypeScript reader would write it.
    fn describe(&self) -> String {
        match self {
            Self::Text => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::BigInt => "bigint".to_owned(),
            Self::Date => "Date".to_owned(),
            Self::Words(words, _) => {
                words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" | ")
            }
            Self::Integers(values, _) => {
                let mut values = values.clone();
                values.sort_unstable();
                values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
            }
            Self::Array(_) => "an array".to_owned(),
            Self::Object(_) => "an object".to_owned(),
            Self::Precise(of) => of.typescript(),
        }
    }
}

/// What a value is, for a person.
pub(crate) fn describe<'js>(helpers: &Helpers<'js>, value: &Value<'js>) -> String {
    let kind = value.type_name();
    match value.as_string().map(|value| text(helpers, value)) {
        Some(Ok(text)) if text.chars().count() <= 40 => format!("the string {text:?}"),
        Some(_) => "a string".to_owned(),
        None if value.is_number() => format!("the number {}", describe_number(value)),
        None if value.is_array() => "an array".to_owned(),
        None if value.is_promise() => "a promise".to_owned(),
        None if value.is_function() => "a function".to_owned(),
        None if value.is_object() => "an object".to_owned(),
        None => format!("a {kind}"),
    }
}

/// A number as JavaScript writes it.
fn describe_number(value: &Value) -> String {
    let text = value.get::<rquickjs::Coerced<String>>();
    text.map_or_else(|_| "a number".to_owned(), |text| text.0)
}

/// A text as it is stored: a surrogate without its pair is replaced.
fn text<'js>(helpers: &Helpers<'js>, text: &Text<'js>) -> rquickjs::Result<String> {
    match text.to_string() {
        Err(rquickjs::Error::Utf8(_)) => {
            let whole: Text = helpers.well_formed.call((text.clone(),))?;
            whole.to_string()
        }
        other => other,
    }
}

pub(crate) fn take<const N: usize>(from: &mut &[u8]) -> rquickjs::Result<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk().ok_or(rquickjs::Error::Unknown)?;
    *from = rest;
    Ok(*bytes)
}

fn length(from: &mut &[u8]) -> rquickjs::Result<usize> {
    let mut length = 0;
    for shift in (0..63).step_by(7) {
        let [byte] = take(from)?;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(rquickjs::Error::Unknown)
}

fn number(width: u64, from: &mut &[u8]) -> rquickjs::Result<i16> {
    Ok(if width == 1 { i16::from(i8::from_le_bytes(take(from)?)) } else { i16::from_le_bytes(take(from)?) })
}

fn write_length(mut length: usize, to: &mut Vec<u8>) {
    while length >= 0x80 {
        to.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
}

/// Writes a number of an enum, which fits into its width.
fn write_number(number: i64, width: u64, to: &mut Vec<u8>) {
    let bytes = number.to_le_bytes();
    to.extend_from_slice(if width == 1 { &bytes[..1] } else { &bytes[..2] });
}

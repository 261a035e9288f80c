//! Values of [`Precise`] types: bytes of the database to JavaScript and back.
//!
//! A number is stored as it is or not at all, for the reasons that compiled migrations give.

use antler_core::schema::Precise;
use rquickjs::{BigInt, Ctx, Value};

use crate::values::{number_value, take};

/// Reads a value: a number, or a bigint of a `UInt64`.
pub(crate) fn read<'js>(ctx: &Ctx<'js>, of: Precise, from: &mut &[u8]) -> rquickjs::Result<Value<'js>> {
    let number = match of {
        Precise::Int8 => i8::from_le_bytes(take(from)?).into(),
        Precise::Int16 => i16::from_le_bytes(take(from)?).into(),
        Precise::Int32 => i32::from_le_bytes(take(from)?).into(),
        Precise::UInt8 => u8::from_le_bytes(take(from)?).into(),
        Precise::UInt16 => u16::from_le_bytes(take(from)?).into(),
        Precise::UInt32 => u32::from_le_bytes(take(from)?).into(),
        Precise::Float32 => f32::from_le_bytes(take(from)?).into(),
        Precise::Text(_) => return Err(rquickjs::Error::Unknown),
        Precise::UInt64 => {
            return Ok(BigInt::from_u64(ctx.clone(), u64::from_le_bytes(take(from)?))?.into_value());
        }
    };
    Ok(number_value(ctx, number))
}

/// Writes a number, or says what it is not.
pub(crate) fn write_number(of: Precise, number: f64, to: &mut Vec<u8>) -> Result<(), String> {
    let Some((least, greatest)) = of.whole_numbers() else {
        let single = number as f32;
        if number.is_finite() && !single.is_finite() {
            return Err(format!("is not within the range of {of}"));
        }
        to.extend_from_slice(&single.to_le_bytes());
        return Ok(());
    };
    if number.fract() != 0.0 || number < least as f64 || number > greatest as f64 {
        return Err(not_whole(least, greatest));
    }
    write_bytes(number as i64, of, to);
    Ok(())
}

/// Writes a bigint, given as its digits, or says what it is not.
pub(crate) fn write_integer(of: Precise, digits: &str, to: &mut Vec<u8>) -> Result<(), String> {
    let (least, greatest) = of.whole_numbers().unwrap_or_default();
    let value = digits.parse().ok().filter(|value| (least..=greatest).contains(value));
    let value: i128 = value.ok_or_else(|| not_whole(least, greatest))?;
    // The lower half has the same bytes with a sign and without.
    write_bytes(value as i64, of, to);
    Ok(())
}

fn not_whole(least: i128, greatest: i128) -> String {
    format!("is not a whole number from {least} to {greatest}")
}

fn write_bytes(value: i64, of: Precise, to: &mut Vec<u8>) {
    to.extend(value.to_le_bytes().into_iter().take(of.bytes().unwrap_or_default()));
}

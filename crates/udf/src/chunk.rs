//! Rows of the database in `RowBinary`: taken from a stream, and apart.
//!
//! A chunk is a line with the number of rows, and the rows without anything between them. Where one
//! ends can only be told from the types of its fields.
//!
//! See <https://clickhouse.com/docs/interfaces/formats/RowBinary>.

use std::{
    io::{self, BufRead, Read as _, Write},
    ops::Range,
};

use antler_core::schema::{DataType, Field};

/// The byte of a `Variant` that holds nothing.
pub(crate) const NO_VARIANT: u8 = 0xff;

/// The rows that the database wants an answer for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Chunk {
    /// The next chunk of a stream; `None` at its end.
    ///
    /// # Errors
    /// The stream breaks off, or is not of these fields.
    pub(crate) fn read(input: &mut impl BufRead, fields: &[Field]) -> io::Result<Option<Self>> {
        let mut line = String::new();
        // No number of rows is that long.
        if input.by_ref().take(32).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let count: usize = line.trim_end().parse().map_err(|_| malformed("the number of rows"))?;
        let mut chunk = Self::default();
        for _ in 0..count {
            read_row(input, fields, &mut chunk.bytes)?;
            chunk.ends.push(chunk.bytes.len());
        }
        Ok(Some(chunk))
    }

    /// Writes some of its rows as a chunk.
    pub(crate) fn write(&self, rows: Range<usize>, output: &mut impl Write) -> io::Result<()> {
        writeln!(output, "{}", rows.len())?;
        output.write_all(self.rows(rows))
    }

    /// The bytes of some rows.
    pub(crate) fn rows(&self, rows: Range<usize>) -> &[u8] {
        let end_of = |count: usize| {
            count.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default()
        };
        self.bytes.get(end_of(rows.start)..end_of(rows.end)).unwrap_or_default()
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Its size in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of a row.
    pub(crate) fn row(&self, at: usize) -> &[u8] {
        let end = self.ends.get(at).copied().unwrap_or_default();
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.bytes.get(Range { start, end }).unwrap_or_default()
    }
}

/// Moves a row from a stream to the end of some bytes.
pub(crate) fn read_row(input: &mut impl BufRead, fields: &[Field], to: &mut Vec<u8>) -> io::Result<()> {
    fields.iter().try_for_each(|field| copy(input, &field.data_type, !field.absence.is_never(), to))
}

/// Moves a value from a stream to the end of some bytes.
fn copy(input: &mut impl BufRead, data_type: &DataType, nullable: bool, to: &mut Vec<u8>) -> io::Result<()> {
    if nullable {
        let byte = byte(input, to)?;
        let is_absent = match data_type {
            DataType::Array(_) => byte == NO_VARIANT,
            _ => byte != 0,
        };
        if is_absent {
            return Ok(());
        }
    }
    match data_type {
        DataType::String => {
            let length = length(input, to)?;
            bytes(input, length, to)
        }
        DataType::Number | DataType::BigInt | DataType::Date => bytes(input, 8, to),
        DataType::Boolean => bytes(input, 1, to),
        DataType::StringEnum(words) => bytes(input, width(words.len()), to),
        DataType::IntegerEnum(values) => bytes(input, width_of(values.values().copied()), to),
        DataType::Array(item) => {
            for _ in 0..length(input, to)? {
                copy(input, &item.data_type, item.nullable, to)?;
            }
            Ok(())
        }
        DataType::Object(fields) => read_row(input, fields, to),
        DataType::Precise(of) => {
            let count = match of.bytes() {
                Some(count) => count as u64,
                None => length(input, to)?,
            };
            bytes(input, count, to)
        }
    }
}

/// How many bytes an enum of so many words takes. They are numbered from 1.
pub(crate) fn width(words: usize) -> u64 {
    if i8::try_from(words).is_ok() { 1 } else { 2 }
}

/// How many bytes an enum of these numbers takes.
pub(crate) fn width_of(mut values: impl Iterator<Item = i16>) -> u64 {
    if values.all(|value| i8::try_from(value).is_ok()) { 1 } else { 2 }
}

fn byte(input: &mut impl BufRead, to: &mut Vec<u8>) -> io::Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    to.extend_from_slice(&byte);
    Ok(byte[0])
}

fn bytes(input: &mut impl BufRead, count: u64, to: &mut Vec<u8>) -> io::Result<()> {
    let copied = input.by_ref().take(count).read_to_end(to)?;
    if copied as u64 == count { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// LEB128.
fn length(input: &mut impl BufRead, to: &mut Vec<u8>) -> io::Result<u64> {
    let mut length = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(input, to)?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(malformed("a length"))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} cannot be read"))
}

#[cfg(test)]
mod tests {
    use antler_core::schema::{Absence, Item};

    use super::*;

    fn field(data_type: DataType, absence: Absence) -> Field {
        Field { name: "x".parse().unwrap(), data_type, absence, key: false }
    }

    #[test]
    fn a_row_ends_where_its_types_say() {
        let list = DataType::Array(Box::new(Item { data_type: DataType::String, nullable: true }));
        let fields = [
            field(DataType::Number, Absence::Never),
            field(list, Absence::Null),
            field(DataType::StringEnum((0..200).map(|i| i.to_string()).collect()), Absence::Never),
        ];
        let first = [&[0; 8][..], &[0, 2, 0, 1, b'a', 1], &[7, 0]].concat();
        let second = [&[1; 8][..], &[NO_VARIANT], &[9, 0]].concat();
        let mut stream = &[&b"2\n"[..], &first, &second, b"0\n"].concat()[..];
        let chunk = Chunk::read(&mut stream, &fields).unwrap().unwrap();
        assert_eq!((chunk.len(), chunk.row(0), chunk.row(1)), (2, &first[..], &second[..]));
        assert_eq!(Chunk::read(&mut stream, &fields).unwrap(), Some(Chunk::default()));
        assert_eq!(Chunk::read(&mut stream, &fields).unwrap(), None);
    }

    #[test]
    fn a_stream_that_breaks_off_is_an_error() {
        let fields = [field(DataType::String, Absence::Never)];
        for broken in [&b"1\n\x05ab"[..], b"1\n", b"x\n", b"1\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            let mut stream = broken;
            assert!(Chunk::read(&mut stream, &fields).is_err(), "{broken:?}");
        }
    }
}

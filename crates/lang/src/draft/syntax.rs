//! The languages of drafts, as far as they differ.

use antler_core::schema::{Absence, DataType, Precise, Spelled};

/// The language of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    TypeScript,
    Python,
}

impl Syntax {
    pub fn indent(self) -> &'static str {
        match self {
            Self::TypeScript => "  ",
            Self::Python => "    ",
        }
    }

    /// What a comment begins with.
    pub fn comment(self) -> &'static str {
        match self {
            Self::TypeScript => "//",
            Self::Python => "#",
        }
    }

    /// What stands between code and a comment behind it.
    pub fn gap(self) -> &'static str {
        match self {
            Self::TypeScript => " ",
            Self::Python => "  ",
        }
    }

    /// What stands around properties on one line.
    pub fn braces(self) -> (&'static str, &'static str) {
        match self {
            Self::TypeScript => ("{ ", " }"),
            Self::Python => ("{", "}"),
        }
    }

    /// The name of a property in an object.
    pub fn key(self, name: &str) -> String {
        match self {
            Self::TypeScript if self.is_plain(name) => name.to_owned(),
            Self::TypeScript | Self::Python => self.quoted(name),
        }
    }

    /// Access to a property of what `base` leads to.
    pub fn member(self, base: &str, name: &str) -> String {
        if self.is_plain(name) { format!("{base}.{name}") } else { format!("{base}[{}]", self.quoted(name)) }
    }

    /// Access to a property of what may not be there.
    pub fn member_if_there(self, base: &str, name: &str) -> String {
        match self {
            Self::TypeScript if self.is_plain(name) => format!("{base}?.{name}"),
            Self::TypeScript => format!("{base}?.[{}]", self.quoted(name)),
            Self::Python => format!("({} if {base} is not None{ELSE_NONE}", self.member(base, name)),
        }
    }

    /// What a field holds that holds nothing.
    pub fn nothing(self, absence: Absence) -> Option<&'static str> {
        match (self, absence) {
            (_, Absence::Never) => None,
            (Self::TypeScript, Absence::Undefined) => Some("undefined"),
            (Self::TypeScript, Absence::Null | Absence::Either) => Some("null"),
            (Self::Python, _) => Some("None"),
        }
    }

    /// A value, or another one where it is not there.
    pub fn or(self, path: &str, other: &str) -> String {
        match self {
            Self::TypeScript => format!("{path} ?? {other}"),
            Self::Python => match path.strip_suffix(ELSE_NONE) {
                // A part of an object that may not be there.
                Some(there) => format!("{} else {other}", there.trim_start_matches('(')),
                None => format!("{path} if {path} is not None else {other}"),
            },
        }
    }

    /// What stands before a value that is computed only where another one is there.
    pub fn unless_absent(self, path: &str, absence: Absence, nothing: &str) -> String {
        let test = match absence {
            Absence::Null => "=== null",
            Absence::Undefined => "=== undefined",
            Absence::Either | Absence::Never => "== null",
        };
        match self {
            Self::TypeScript => format!("{path} {test} ? {nothing} : "),
            Self::Python => format!("{nothing} if {path} is None else "),
        }
    }

    /// Whether a name can be written without quotes.
    fn is_plain(self, name: &str) -> bool {
        let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || (c == '$' && self == Self::TypeScript);
        let is_word = name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit());
        is_word && (self == Self::TypeScript || !KEYWORDS.contains(&name))
    }

    /// A string literal, in the quotes that need the fewest escapes.
    pub fn quoted(self, text: &str) -> String {
        let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
        let mut out = String::from(quote);
        for c in text.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                c if c == quote => out.extend(['\\', c]),
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => match self {
                    Self::TypeScript => out.extend(c.escape_unicode()),
                    Self::Python => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                },
                c => out.push(c),
            }
        }
        out.push(quote);
        out
    }
}

/// The end of the access to a part of what may not be there.
const ELSE_NONE: &str = " else None)";

/// Words of Python that are no names of attributes.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Code that makes one type of another, and what to say about it.
type Conversion = Option<(String, Option<&'static str>)>;

/// In TypeScript.
pub(super) fn typescript(path: &str, from: &DataType, to: &DataType) -> Conversion {
    use DataType::{BigInt, Boolean, Date, IntegerEnum, Number, String};
    Some(match (from, to) {
        (Number | Boolean | BigInt, String) => (format!("String({path})"), None),
        (IntegerEnum(_), String) => (format!("String({path})"), Some("the number, not its name")),
        (Date, String) => (format!("{path}.toISOString()"), None),
        (String, Number) => (format!("Number({path})"), Some("NaN where the text is not a number")),
        (BigInt, Number) => (format!("Number({path})"), Some("rounded beyond 2^53")),
        (Boolean, Number) => (format!("Number({path})"), None),
        (Date, Number) => (format!("{path}.getTime()"), Some("milliseconds since 1970")),
        (Number, BigInt) => (format!("BigInt({path})"), Some("fails where it is not a whole number")),
        (String, BigInt) => (format!("BigInt({path})"), Some("fails where the text is not an integer")),
        (IntegerEnum(_), BigInt) => (format!("BigInt({path})"), None),
        (String, Date) => (format!("new Date({path})"), Some("fails where the text is not a date")),
        (Number, Date) => (format!("new Date({path})"), Some("milliseconds since 1970?")),
        (BigInt, Date) => (format!("new Date(Number({path}))"), Some("milliseconds since 1970?")),
        (Number, Boolean) => (format!("{path} !== 0"), None),
        _ => return None,
    })
}

/// A value of a column that Python has a type for, or for one: `UUID`, `date` and `Decimal`. `None` where
/// neither type is one of these; of a text, all of them are made when the row is stored.
pub(super) fn spelled_in_python(path: &str, from: &DataType, to: &DataType) -> Option<Conversion> {
    let spelled = |of: &DataType| match of {
        DataType::Precise(Precise::Text(Spelled::LowCardinality)) => None,
        DataType::Precise(Precise::Text(of)) => Some(*of),
        _ => None,
    };
    let way = match (spelled(from), spelled(to)) {
        (None, None) => return None,
        (Some(from), Some(to)) if to.holds(from) => Some((path.to_owned(), None)),
        (Some(Spelled::Decimal { .. }), None) if *to == DataType::String => {
            Some((format!("format({path}, \"f\")"), None))
        }
        (Some(_), None) if *to == DataType::String => Some((format!("str({path})"), None)),
        (None, Some(_)) if matches!(from, DataType::String) => {
            Some((path.to_owned(), Some("fails where the text is none")))
        }
        (Some(Spelled::Decimal { .. }), None) if *to == DataType::Number => {
            Some((format!("float({path})"), Some("rounded to a double")))
        }
        (None, Some(Spelled::CalendarDate)) if *from == DataType::Date => {
            Some((format!("{path}.date()"), None))
        }
        (_, _) => None,
    };
    Some(way)
}

/// In Python.
pub(super) fn python(path: &str, from: &DataType, to: &DataType) -> Conversion {
    use DataType::{BigInt, Boolean, Date, IntegerEnum, Number, String};
    let from_milliseconds = || format!("datetime.fromtimestamp({path} / 1000, timezone.utc)");
    Some(match (from, to) {
        (Number | BigInt, String) => (format!("str({path})"), None),
        (Boolean, String) => (format!("str({path}).lower()"), None),
        (IntegerEnum(_), String) => (format!("str({path})"), Some("the number, not its name")),
        (Date, String) => (format!("{path}.isoformat()"), None),
        (String, Number) => (format!("float({path})"), Some("fails where the text is not a number")),
        (BigInt, Number) => (format!("float({path})"), Some("rounded beyond 2^53")),
        (Boolean, Number) => (format!("float({path})"), None),
        (Date, Number) => (format!("{path}.timestamp() * 1000"), Some("milliseconds since 1970")),
        (Number, BigInt) => (format!("int({path})"), Some("without what is behind the point")),
        (String, BigInt) => (format!("int({path})"), Some("fails where the text is not an integer")),
        (IntegerEnum(_), BigInt) => (format!("int({path})"), None),
        (String, Date) => {
            (format!("datetime.fromisoformat({path})"), Some("fails where the text is not a date"))
        }
        (Number | BigInt, Date) => (from_milliseconds(), Some("milliseconds since 1970?")),
        (Number, Boolean) => (format!("{path} != 0"), None),
        _ => return None,
    })
}

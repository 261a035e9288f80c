//! How a draft looks: objects on one line when they fit, comments after or before what they are
//! about.

use antler_core::schema::Field;

/// Lines should not be longer than this.
const WIDTH: usize = 100;

/// A value of the draft.
pub(super) enum Value {
    /// An expression, and something to say about it.
    Code { code: String, note: Option<String> },
    /// An object literal, after the code that leads to it.
    Object { before: String, properties: Vec<Property> },
}

/// A line of an object literal, or several.
pub(super) enum Property {
    Set {
        name: String,
        value: Value,
        note: Option<String>,
    },
    /// A property that is left out, which only a comment says.
    Omitted(String),
}

impl Value {
    pub fn code(code: impl Into<String>) -> Self {
        Self::Code { code: code.into(), note: None }
    }

    /// This value after some more code.
    pub fn after(self, more: &str) -> Self {
        match self {
            Self::Code { code, note } => Self::Code { code: format!("{more}{code}"), note },
            Self::Object { before, properties } => {
                Self::Object { before: format!("{more}{before}"), properties }
            }
        }
    }
}

impl Property {
    pub fn new(field: &Field, value: Value) -> Self {
        let name = field.name.as_str();
        let name = if is_plain(name) { name.to_owned() } else { quoted(name) };
        Self::Set { name, value, note: None }
    }

    pub fn with_note(self, text: &str) -> Self {
        match self {
            Self::Set { name, value, .. } => Self::Set { name, value, note: Some(text.to_owned()) },
            Self::Omitted(comment) => Self::Omitted(comment),
        }
    }

    /// The property on one line, if it can be: `name: value`.
    fn inline(&self) -> Option<String> {
        match self {
            Self::Set { name, value: Value::Code { code, note: None }, note: None } => {
                Some(format!("{name}: {code}"))
            }
            Self::Set { .. } | Self::Omitted(_) => None,
        }
    }
}

/// An object literal with one property on a line; its braces stand at `depth`.
pub(super) fn block(properties: &[Property], depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let mut out = String::from("{\n");
    for property in properties {
        match property {
            Property::Omitted(comment) => out.push_str(&format!("{indent}// {comment}\n")),
            Property::Set { name, value, note } => {
                let (code, value_note) = literal(name, value, depth + 1);
                let notes: Vec<_> = note.iter().chain(value_note).map(String::as_str).collect();
                out.push_str(&commented(&indent, &format!("{name}: {code},"), &notes.join("; ")));
            }
        }
    }
    out.push_str(&"  ".repeat(depth));
    out.push('}');
    out
}

/// The code of a property's value, and what to say about it.
fn literal<'a>(name: &str, value: &'a Value, depth: usize) -> (String, Option<&'a String>) {
    match value {
        Value::Code { code, note } => (code.clone(), note.as_ref()),
        Value::Object { before, properties } => {
            let room = WIDTH.saturating_sub(2 * depth + name.len() + before.len() + 3);
            let object = one_line(properties)
                .filter(|object| object.len() <= room)
                .unwrap_or_else(|| block(properties, depth));
            (format!("{before}{object}"), None)
        }
    }
}

/// Code with a comment behind it, or before it where it would not be seen there.
fn commented(indent: &str, code: &str, comment: &str) -> String {
    let width = indent.len() + code.len() + comment.len() + 4;
    if comment.is_empty() {
        format!("{indent}{code}\n")
    } else if code.contains('\n') || width > WIDTH {
        format!("{indent}// {comment}\n{indent}{code}\n")
    } else {
        format!("{indent}{code} // {comment}\n")
    }
}

fn one_line(properties: &[Property]) -> Option<String> {
    let properties: Option<Vec<_>> = properties.iter().map(Property::inline).collect();
    Some(format!("{{ {} }}", properties?.join(", ")))
}

/// A comment that lists names, on as many lines as it takes.
pub(super) fn wrapped(intro: &str, names: &[String]) -> String {
    let mut lines = vec![format!("  // {intro}")];
    for (i, name) in names.iter().enumerate() {
        let end = if i + 1 == names.len() { "." } else { "," };
        let word = format!(" {name}{end}");
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= WIDTH => line.push_str(&word),
            _ => lines.push(format!("  // {}", word.trim_start())),
        }
    }
    lines.join("\n") + "\n"
}

/// Access to a property of what `base` leads to.
pub(super) fn member(base: &str, name: &str) -> String {
    if is_plain(name) { format!("{base}.{name}") } else { format!("{base}[{}]", quoted(name)) }
}

/// Whether a name can be written without quotes.
fn is_plain(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// A string literal, in the quotes that need the fewest escapes.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

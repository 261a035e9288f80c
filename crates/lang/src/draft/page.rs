//! How a draft looks: objects on one line when they fit, comments after or before what they are
//! about.

use antler_core::schema::Field;

use super::syntax::Syntax;

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
        Self::Set { name: field.name.to_string(), value, note: None }
    }

    pub fn with_note(self, text: &str) -> Self {
        match self {
            Self::Set { name, value, .. } => Self::Set { name, value, note: Some(text.to_owned()) },
            Self::Omitted(comment) => Self::Omitted(comment),
        }
    }

    /// The property on one line, if it can be: `name: value`.
    fn inline(&self, syntax: Syntax) -> Option<String> {
        match self {
            Self::Set { name, value: Value::Code { code, note: None }, note: None } => {
                Some(format!("{}: {code}", syntax.key(name)))
            }
            Self::Set { .. } | Self::Omitted(_) => None,
        }
    }
}

/// An object literal with one property on a line; its braces stand at `depth`.
pub(super) fn block(properties: &[Property], depth: usize, syntax: Syntax) -> String {
    let indent = syntax.indent().repeat(depth + 1);
    let mut out = String::from("{\n");
    for property in properties {
        match property {
            Property::Omitted(comment) => out.push_str(&format!("{indent}{} {comment}\n", syntax.comment())),
            Property::Set { name, value, note } => {
                let name = syntax.key(name);
                let (code, value_note) = literal(&name, value, depth + 1, syntax);
                let notes: Vec<_> = note.iter().chain(value_note).map(String::as_str).collect();
                out.push_str(&commented(&indent, &format!("{name}: {code},"), &notes.join("; "), syntax));
            }
        }
    }
    out.push_str(&syntax.indent().repeat(depth));
    out.push('}');
    out
}

/// The code of a property's value, and what to say about it.
fn literal<'a>(name: &str, value: &'a Value, depth: usize, syntax: Syntax) -> (String, Option<&'a String>) {
    match value {
        Value::Code { code, note } => (code.clone(), note.as_ref()),
        Value::Object { before, properties } => {
            let indent = syntax.indent().len() * depth;
            let room = WIDTH.saturating_sub(indent + name.len() + before.len() + 3);
            let object = one_line(properties, syntax)
                .filter(|object| object.len() <= room)
                .unwrap_or_else(|| block(properties, depth, syntax));
            (format!("{before}{object}"), None)
        }
    }
}

/// Code with a comment behind it, or before it where it would not be seen there.
fn commented(indent: &str, code: &str, comment: &str, syntax: Syntax) -> String {
    let (mark, gap) = (syntax.comment(), syntax.gap());
    let width = indent.len() + code.len() + gap.len() + mark.len() + 1 + comment.len();
    if comment.is_empty() {
        format!("{indent}{code}\n")
    } else if code.contains('\n') || width > WIDTH {
        format!("{indent}{mark} {comment}\n{indent}{code}\n")
    } else {
        format!("{indent}{code}{gap}{mark} {comment}\n")
    }
}

fn one_line(properties: &[Property], syntax: Syntax) -> Option<String> {
    let properties: Option<Vec<_>> = properties.iter().map(|property| property.inline(syntax)).collect();
    let (open, close) = syntax.braces();
    Some(format!("{open}{}{close}", properties?.join(", ")))
}

/// A comment that lists names, on as many lines as it takes.
pub(super) fn wrapped(intro: &str, names: &[String], syntax: Syntax) -> String {
    let start = format!("{}{}", syntax.indent(), syntax.comment());
    let mut lines = vec![format!("{start} {intro}")];
    for (i, name) in names.iter().enumerate() {
        let end = if i + 1 == names.len() { "." } else { "," };
        let word = format!(" {name}{end}");
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= WIDTH => line.push_str(&word),
            _ => lines.push(format!("{start} {}", word.trim_start())),
        }
    }
    lines.join("\n") + "\n"
}

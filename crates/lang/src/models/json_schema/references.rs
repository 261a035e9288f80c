//! Where the `$ref`s of a schema lead.

use super::{DEFINITIONS, Reader};
use crate::models::{
    json::Json,
    outline::{Import, Kind, Source, Type},
    typescript::join,
};

const HELP: &str = "Refer to a schema of this file, such as `#/$defs/Place`, or of another one beside it, such as `place.schema.json`.";

impl Reader<'_> {
    /// What a `$ref` refers to.
    pub(super) fn reference(&mut self, target: &Json, pointer: &str) -> Type {
        let span = target.place();
        let Some(written) = target.text() else {
            return self.refused(pointer, span, "a reference is a text", HELP);
        };
        let (document, inner) = written.split_once('#').unwrap_or((written, ""));
        let is_pointer = inner.is_empty() || inner.starts_with('/');
        let is_relative = !document.contains(':') && !document.starts_with('/');
        if !is_pointer || !is_relative {
            let message = format!("the reference `{written}` is not followed");
            return self.refused(pointer, span, message, HELP);
        }
        let name = format!("#{inner}");
        if document.is_empty() {
            self.wanted.insert(name.clone());
            return self.at(pointer, span, Kind::Named { path: vec![name], arguments: Vec::new() });
        }
        let folder = self.outline.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = join(folder, document);
        let import = Import {
            // It can only mean a file of the project.
            module: format!("./{}", document.trim_start_matches("./")),
            span: span.clone(),
            original: written.to_owned(),
            sources: path.map(|path| Source { path, name: Some(name) }).into_iter().collect(),
        };
        self.outline.imports.insert(written.to_owned(), import);
        self.at(pointer, span, Kind::Named { path: vec![written.to_owned()], arguments: Vec::new() })
    }
}

/// The schema that a pointer leads to: RFC 6901, as the fragment of an address.
pub(super) fn find<'j>(root: &'j Json, pointer: &str) -> Option<&'j Json> {
    let pointer = unquoted(pointer.strip_prefix('#')?)?;
    pointer.split('/').skip(1).try_fold(root, |at, part| {
        let name = part.replace("~1", "/").replace("~0", "~");
        at.get(&name).or_else(|| at.items().get(name.parse::<usize>().ok()?))
    })
}

/// A name as a part of a pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A text whose special characters are written as `%20`.
fn unquoted(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = (rest.next()?, rest.next()?);
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Whether a keyword holds parts for others, and says nothing about values.
pub(super) fn is_definitions(name: &str) -> bool {
    DEFINITIONS.contains(&name)
}

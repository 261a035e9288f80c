//! Where the parts of a Protobuf file are. They are told by paths of field numbers in its descriptor:
//! see `SourceCodeInfo` in `google/protobuf/descriptor.proto`.

use std::collections::BTreeMap;

use prost_types::{SourceCodeInfo, source_code_info::Location};

use crate::models::outline::Span;

/// The places of a file.
pub(super) struct Places {
    spans: BTreeMap<Vec<i32>, Span>,
    comments: BTreeMap<Vec<i32>, Vec<String>>,
}

impl Places {
    pub fn new(text: &str, info: Option<&SourceCodeInfo>) -> Self {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let mut places = Self { spans: BTreeMap::new(), comments: BTreeMap::new() };
        for location in info.map(|info| info.location.as_slice()).unwrap_or_default() {
            if let Some(span) = span(&lines, location) {
                places.spans.insert(location.path.clone(), span);
            }
            let comments = [&location.leading_comments, &location.trailing_comments];
            let comments: Vec<_> = comments.into_iter().flatten().cloned().collect();
            if !comments.is_empty() {
                places.comments.insert(location.path.clone(), comments);
            }
        }
        places
    }

    /// Where a part is, if it is written.
    pub fn find(&self, path: &[i32]) -> Option<Span> {
        self.spans.get(path).cloned()
    }

    /// Where a part is; the whole that it belongs to, if it is not written by itself.
    pub fn of(&self, path: &[i32]) -> Span {
        (0..=path.len()).rev().find_map(|n| self.find(path.get(..n)?)).unwrap_or_default()
    }

    /// The comments before and after a part.
    pub fn comments(&self, path: &[i32]) -> &[String] {
        self.comments.get(path).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Bytes of a line, its end only if that is on another line.
fn span(lines: &[usize], location: &Location) -> Option<Span> {
    let at = |line: i32, column: i32| {
        let begin = lines.get(usize::try_from(line).ok()?)?;
        Some(begin + usize::try_from(column).ok()?)
    };
    match location.span.as_slice() {
        [line, from, to] => Some(at(*line, *from)?..at(*line, *to)?),
        [line, from, last, to] => Some(at(*line, *from)?..at(*last, *to)?),
        _ => None,
    }
}

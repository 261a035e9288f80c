//! `re`: patterns that are constants, and what they find.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value};
use crate::migration::{
    cpython::pattern::{Captured, Pattern, Place, YOUNG},
    ir::{Function, Occurrences},
};

/// What a pattern found in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pattern: Rc<Pattern>,
    place: Place,
    text: Id,
    /// Whether it found anything.
    pub(super) found: Id,
}

impl<'a> Lowering<'a> {
    /// A function of `re`.
    pub(super) fn regular(&mut self, call: &'a ExprCall, name: &str) -> Result<Value<'a>, Reported> {
        let place = call.range();
        let [pattern, others @ ..] = &*call.arguments.args else {
            return Err(self.refuse(
                place,
                format!("`re.{name}` with these arguments"),
                "Give it a pattern.",
            ));
        };
        let pattern = match self.value(pattern)? {
            Value::Pattern(pattern) => pattern,
            other => {
                let source = self.node(pattern.range(), other)?;
                let Some(source) = self.graph.as_text(source).map(str::to_owned) else {
                    return Err(self.refuse(pattern.range(), "a pattern that is computed", "Write it out."));
                };
                match Pattern::parse(&source) {
                    Ok(pattern) => Rc::new(pattern),
                    Err(what) => {
                        let help = "The database has no exact counterpart of it.";
                        return Err(self.refuse(
                            pattern.range(),
                            format!("{what} in a regular expression"),
                            help,
                        ));
                    }
                }
            }
        };
        if name == "compile" {
            if !others.is_empty() || !call.arguments.keywords.is_empty() {
                return Err(self.refuse(
                    place,
                    "flags of a regular expression",
                    "Write the pattern without them.",
                ));
            }
            return Ok(Value::Pattern(pattern));
        }
        self.with_pattern(call, &pattern, name, others)
    }

    /// A method of a pattern.
    pub(super) fn with_pattern(
        &mut self,
        call: &'a ExprCall,
        pattern: &Rc<Pattern>,
        name: &str,
        arguments: &'a [Expr],
    ) -> Result<Value<'a>, Reported> {
        let place = call.range();
        let is_once = match call.arguments.keywords.as_slice() {
            [] => false,
            [count] if name == "sub" && count.arg.as_ref().is_some_and(|name| name == "count") => {
                let count = self.expression(&count.value)?;
                if self.graph.as_big_int(count) != Some(1) {
                    return Err(self.refuse(place, "this count of replacements", "Use 1, or none."));
                }
                true
            }
            _ => {
                return Err(self.refuse(
                    place,
                    "flags of a regular expression",
                    "Write the pattern without them.",
                ));
            }
        };
        match (name, arguments) {
            ("match" | "search" | "fullmatch", [text]) => {
                let text = self.searched(text, pattern)?;
                let place = match name {
                    "match" => Place::Start,
                    "fullmatch" if pattern.has_end => {
                        return Err(self.refuse(place, "`$` in `fullmatch`", "Leave it out."));
                    }
                    "fullmatch" => Place::Whole,
                    _ => Place::Anywhere,
                };
                let re2 = pattern.re2(place, Captured::None);
                let found = self.graph.apply(Function::Matches(re2), &[text]);
                Ok(Value::Match(Match { pattern: Rc::clone(pattern), place, text, found }))
            }
            ("sub", [replacement, text]) => {
                let by = self.expression(replacement)?;
                let by = self.graph.as_text(by).and_then(|by| spelled_for_re2(by, pattern.groups));
                let Some(by) = by else {
                    let help = r"Use a constant text, with `\1` for a group.";
                    return Err(self.refuse(replacement.range(), "this replacement", help));
                };
                let text = self.searched(text, pattern)?;
                let re2 = self.consuming(place, pattern, Captured::All)?;
                let which = if is_once { Occurrences::First } else { Occurrences::All };
                let function = Function::Substitute { pattern: re2, replacement: by, which };
                Ok(Value::Node(self.graph.apply(function, &[text])))
            }
            ("split", [text]) if pattern.groups == 0 => {
                let text = self.searched(text, pattern)?;
                let re2 = self.consuming(place, pattern, Captured::None)?;
                Ok(Value::List(self.graph.apply(Function::SplitBy(re2), &[text])))
            }
            ("findall", [text]) if pattern.groups == 0 => {
                let text = self.searched(text, pattern)?;
                let re2 = self.consuming(place, pattern, Captured::None)?;
                Ok(Value::List(self.graph.apply(Function::ExtractAll(re2), &[text])))
            }
            _ => {
                let what = format!("`re.{name}` of this form");
                Err(self.refuse(
                    place,
                    what,
                    "Use `match`, `search`, `fullmatch`, `sub`, `split` or `findall`.",
                ))
            }
        }
    }

    /// The text that a pattern looks at.
    fn searched(&mut self, text: &'a Expr, pattern: &Pattern) -> Lowered {
        let place = text.range();
        let text = self.expression(text)?;
        let text = self.required(text, "TypeError: expected string or bytes-like object, got 'NoneType'");
        if !self.ty(text).kind.is_text() {
            return Err(self.mismatch(
                place,
                "a regular expression looks at a `str`",
                "Convert it with `str(…)`.",
            ));
        }
        if pattern.has_classes {
            let is_young = self.graph.apply(Function::Matches(YOUNG.to_owned()), &[text]);
            let reason = self.graph.text("a character is too young to be computed exactly");
            let failure = self.graph.failure_if(is_young, reason);
            self.fail(failure);
        }
        Ok(text)
    }

    /// A pattern that takes texts away, one behind the other.
    fn consuming(
        &mut self,
        place: TextRange,
        pattern: &Pattern,
        captured: Captured,
    ) -> Result<String, Reported> {
        let what = match pattern {
            pattern if pattern.may_be_empty => "a pattern that may find nothing",
            pattern if pattern.has_end || pattern.has_start => "a pattern with `^` or `$`",
            pattern => return Ok(pattern.re2(Place::Anywhere, captured)),
        };
        Err(self.refuse(place, format!("{what} here"), "Use a pattern of at least one character."))
    }

    /// `found.group(1)`.
    pub(super) fn group(&mut self, call: &'a ExprCall, found: &Match, name: &str) -> Lowered {
        let place = call.range();
        let number = match (name, &*call.arguments.args) {
            ("group", []) => Some(0),
            ("group", [number]) => {
                let number = self.expression(number)?;
                self.graph.as_big_int(number).and_then(|number| usize::try_from(number).ok())
            }
            _ => None,
        };
        let Some(number) = number.filter(|number| *number <= found.pattern.groups) else {
            return Err(self.refuse(place, format!("`.{name}` of a match of this form"), "Use `.group(1)`."));
        };
        if !found.pattern.takes_part(number) {
            return Err(self.refuse(place, "a group that may be left out", "Let each match have it."));
        }
        if number == 0 && found.pattern.has_end {
            return Err(self.refuse(place, "what a pattern with `$` finds", "Take a group of it."));
        }
        let fails = self.graph.not(found.found);
        let reason = self.graph.text(&format!("AttributeError: 'NoneType' object has no attribute '{name}'"));
        let failure = self.graph.failure_if(fails, reason);
        self.fail(failure);
        let re2 = found.pattern.re2(found.place, Captured::Only(number));
        Ok(self.graph.apply(Function::Extract(re2), &[found.text]))
    }
}

/// A replacement as RE2 writes it.
fn spelled_for_re2(by: &str, groups: usize) -> Option<String> {
    let mut out = String::new();
    let mut characters = by.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next()? {
            '\\' => out.push_str(r"\\"),
            c @ '1'..='9' => {
                let group = c.to_digit(10)? as usize;
                // A second digit would be of the number.
                if group > groups || characters.clone().next().is_some_and(|next| next.is_ascii_digit()) {
                    return None;
                }
                out.push_str(&format!(r"\{c}"));
            }
            _ => return None,
        }
    }
    Some(out)
}

//! Regular expressions: `test`, `match`, `replace`, `replaceAll` and `split`.

use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_span::{GetSpan, Span};

use super::{Binding, Id, Lowered, Lowering, Reported};
use crate::migration::{
    ir::{Function, Occurrences},
    javascript::{
        pattern::{Captured, Pattern},
        text::is_basic,
    },
};

const HELP: &str = "Use plain strings, or a simpler expression.";

impl<'a> Lowering<'a> {
    /// The regular expression that an expression is or names.
    pub(super) fn pattern(&mut self, expression: &'a Expression<'a>) -> Result<Option<Pattern>, Reported> {
        match expression.get_inner_expression() {
            Expression::RegExpLiteral(literal) => {
                let text = self.source(literal.span).to_owned();
                let (source, flags) =
                    text.strip_prefix('/').and_then(|text| text.rsplit_once('/')).unwrap_or_default();
                match Pattern::parse(source, flags) {
                    Ok(pattern) => Ok(Some(pattern)),
                    Err(reason) => {
                        Err(self.refuse(literal.span, format!("a regular expression with {reason}"), HELP))
                    }
                }
            }
            Expression::Identifier(name) => {
                let found = self.bindings.iter().rev().find(|(bound, _)| name.name == bound.as_str());
                match found {
                    Some((_, Binding::Pattern(pattern))) => Ok(Some(pattern.clone())),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// `pattern.test(text)`.
    pub(super) fn test(&mut self, call: &'a CallExpression<'a>, name: &str, pattern: &Pattern) -> Lowered {
        let span = call.span;
        let arguments = self.arguments(&call.arguments)?;
        let ([text], "test") = (arguments.as_slice(), name) else {
            return Err(self.refuse(
                span,
                format!("`.{name}()` of a regular expression"),
                "Use `.test(text)`.",
            ));
        };
        if pattern.global {
            let help = "Leave the flag `g` out: with it, the expression remembers where it was.";
            return Err(self.refuse(span, "`.test()` with the flag `g`", help));
        }
        let text = self.text_argument(span, name, *text)?;
        self.fail_for_pairs(text, pattern.is_same_for_pairs() || pattern.is_one_character());
        Ok(self.graph.apply(Function::Matches(pattern.re2(Captured::None)), &[text]))
    }

    /// A method of a text with a regular expression.
    pub(super) fn with_pattern(
        &mut self,
        call: &'a CallExpression<'a>,
        name: &str,
        text: Id,
        pattern: &Pattern,
    ) -> Lowered {
        let span = call.span;
        let ty = self.ty(text).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, &format!("`.{name}()`")));
        }
        match (name, call.arguments.as_slice()) {
            ("match", [_]) => self.matched(span, text, pattern),
            ("replace" | "replaceAll", [_, replacement]) => {
                if name == "replaceAll" && !pattern.global {
                    let message = "`.replaceAll()` needs the flag `g`: JavaScript throws here";
                    return Err(self.mismatch(span, message, "Add the flag `g`."));
                }
                self.replaced(span, text, pattern, replacement)
            }
            ("split", [_]) => {
                if pattern.groups > 0 || pattern.may_be_empty() || pattern.has_anchor() {
                    let what =
                        "`.split()` by an expression with groups or anchors, or that may match nothing";
                    return Err(self.refuse(span, what, "Write groups as `(?:…)`, and leave anchors out."));
                }
                self.fail_for_pairs(text, pattern.is_same_for_pairs());
                Ok(self.graph.apply(Function::SplitBy(pattern.re2(Captured::None)), &[text]))
            }
            _ => {
                let what = format!("`.{name}()` with a regular expression and these arguments");
                Err(self.refuse(span, what, "Use test, match, replace, replaceAll or split."))
            }
        }
    }

    fn matched(&mut self, span: Span, text: Id, pattern: &Pattern) -> Lowered {
        self.fail_for_pairs(text, pattern.is_same_for_pairs());
        let matches = self.graph.apply(Function::Matches(pattern.re2(Captured::None)), &[text]);
        let found = if pattern.global {
            if pattern.may_be_empty() {
                let help = "Let it match at least one character.";
                return Err(self.refuse(span, "all matches of an expression that may match nothing", help));
            }
            self.graph.apply(Function::ExtractAll(pattern.re2(Captured::None)), &[text])
        } else {
            if !pattern.groups_take_part() {
                let help = "Let each group be in each match, and write the others as `(?:…)`.";
                return Err(self.refuse(span, "a match with a group that may be left out or repeated", help));
            }
            let mut parts = vec![self.graph.apply(Function::Extract(pattern.re2(Captured::None)), &[text])];
            for group in 1..=pattern.groups {
                let part = Function::Extract(pattern.re2(Captured::One(group)));
                parts.push(self.graph.apply(part, &[text]));
            }
            self.array(span, parts)?
        };
        let nothing = self.graph.null();
        Ok(self.graph.if_else(matches, found, nothing))
    }

    fn replaced(&mut self, span: Span, text: Id, pattern: &Pattern, by: &'a Argument<'a>) -> Lowered {
        let help = "Replace by a constant text; `$1` stands for a group.";
        let is_function = by.as_expression().is_some_and(|by| self.function_of(by).is_some());
        let Some(by) = by.as_expression().filter(|_| !is_function) else {
            return Err(self.refuse(by.span(), "a replacement by a function", help));
        };
        let place = by.span();
        let by = self.expression(by)?;
        let Some(by) = self.graph.as_text(by).map(str::to_owned) else {
            return Err(self.refuse(place, "a replacement that depends on the row", help));
        };
        if pattern.may_be_empty() {
            let help = "Let it match at least one character.";
            return Err(self.refuse(span, "a replacement of what may be nothing", help));
        }
        let Some((replacement, uses_groups)) = replacement(&by, pattern.groups) else {
            return Err(self.refuse(
                place,
                "this `$` in a replacement",
                "Of these, `$1`, `$&` and `$$` are compiled.",
            ));
        };
        if uses_groups && !pattern.groups_take_part() {
            let help = "Let each group be in each match, and write the others as `(?:…)`.";
            return Err(self.refuse(span, "a replacement by a group that may be left out or repeated", help));
        }
        let removes = pattern.global && by.is_empty() && pattern.is_one_character();
        self.fail_for_pairs(text, pattern.is_same_for_pairs() || removes);
        let which = if pattern.global { Occurrences::All } else { Occurrences::First };
        let pattern = pattern.re2(Captured::All);
        Ok(self.graph.apply(Function::Substitute { pattern, replacement, which }, &[text]))
    }

    /// Rows fail where an expression without the flag `u` would see halves of a character.
    fn fail_for_pairs(&mut self, text: Id, is_same: bool) {
        if is_same || is_basic(&self.graph, text) {
            return;
        }
        let has_pairs = self.graph.apply(Function::HasAstral, &[text]);
        let (quote, rest) = (
            self.graph.text("`"),
            self.graph
                .text("` has a character that is two UTF-16 code units: give the expression the flag `u`"),
        );
        let reason = self.graph.apply(Function::Concatenate, &[quote, text, rest]);
        let failure = self.graph.failure_if(has_pairs, reason);
        self.fail(failure);
    }
}

/// A replacement of ECMAScript as one of RE2, and whether it has groups in it.
fn replacement(text: &str, groups: usize) -> Option<(String, bool)> {
    let mut out = String::new();
    let mut uses_groups = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek().copied()) {
            ('\\', _) => out.push_str("\\\\"),
            ('$', Some('$')) => {
                rest.next();
                out.push('$');
            }
            ('$', Some('&')) => {
                rest.next();
                out.push_str("\\0");
            }
            ('$', Some(digit @ '1'..='9')) => {
                rest.next();
                // Two digits are a group of two digits where there are as many groups.
                if digit.to_digit(10)? as usize > groups || groups > 9 {
                    return None;
                }
                uses_groups = true;
                out.push('\\');
                out.push(digit);
            }
            ('$', Some('`' | '\'' | '<' | '0')) => return None,
            (c, _) => out.push(c),
        }
    }
    Some((out, uses_groups))
}

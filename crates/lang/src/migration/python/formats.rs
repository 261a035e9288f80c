//! f-strings and `str(x)`.

use ruff_python_ast::{
    ConversionFlag, Expr, ExprFString, FStringPart, InterpolatedElement, InterpolatedStringElement,
};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, spelled};
use crate::migration::{
    cpython::{self, text::Side},
    types::Kind,
};

impl<'a> Lowering<'a> {
    /// `f"…{value}…"`.
    pub(super) fn f_string(&mut self, literal: &'a ExprFString) -> Lowered {
        let mut parts = Vec::new();
        for part in literal.value.iter() {
            match part {
                FStringPart::Literal(text) => parts.push(self.graph.text(text.as_str())),
                FStringPart::FString(text) => {
                    for element in &text.elements {
                        parts.push(match element {
                            InterpolatedStringElement::Literal(text) => self.graph.text(&text.value),
                            InterpolatedStringElement::Interpolation(element) => {
                                self.interpolated(element)?
                            }
                        });
                    }
                }
            }
        }
        Ok(self.concatenated(&parts))
    }

    fn interpolated(&mut self, element: &'a InterpolatedElement) -> Lowered {
        let place = element.range;
        if element.debug_text.is_some() {
            return Err(self.refuse(place, "`=` in an f-string", "Write the text out."));
        }
        let value = self.expression(&element.expression)?;
        let spec = match &element.format_spec {
            None => "",
            Some(spec) => match spec.elements.first() {
                None => "",
                Some(InterpolatedStringElement::Literal(text)) if spec.elements.len() == 1 => &text.value,
                Some(_) => {
                    return Err(self.refuse(place, "a format that is computed", "Write the format out."));
                }
            },
        };
        match element.conversion {
            ConversionFlag::None if spec.is_empty() => self.text(place, value),
            ConversionFlag::None => self.formatted(place, value, spec),
            ConversionFlag::Str if spec.is_empty() => self.text(place, value),
            ConversionFlag::Repr if spec.is_empty() && !self.ty(value).kind.is_text() => {
                self.text(place, value)
            }
            ConversionFlag::Str | ConversionFlag::Repr | ConversionFlag::Ascii => {
                Err(self.refuse(place, "this conversion in an f-string", "Use `{value}`."))
            }
        }
    }

    /// The text of an expression.
    pub(super) fn text_of(&mut self, expression: &'a Expr) -> Lowered {
        let value = self.expression(expression)?;
        self.text(expression.range(), value)
    }

    /// `str(x)`.
    pub(super) fn text(&mut self, place: TextRange, value: Id) -> Lowered {
        if self.is_blended(value) {
            let help = "Convert it with `int(…)` or `float(…)` first.";
            return Err(self.refuse(
                place,
                "the text of what is sometimes an `int` and sometimes a `float`",
                help,
            ));
        }
        match cpython::value::to_text(&mut self.graph, value) {
            Some(text) => Ok(text),
            None => {
                let what = format!("the text of a `{}`", spelled(self.ty(value)));
                Err(self.refuse(place, what, "Use one of its parts, or `.isoformat()` of a `datetime`."))
            }
        }
    }

    /// `format(x, spec)`, for the formats that people use: `.2f`, `02d`, `5`, `<5`, `>5`.
    pub(super) fn formatted(&mut self, place: TextRange, value: Id, spec: &str) -> Lowered {
        let value =
            self.required(value, "TypeError: unsupported format string passed to NoneType.__format__");
        if self.is_blended(value) {
            let help = "Convert it with `int(…)` or `float(…)` first.";
            return Err(self.refuse(
                place,
                "the text of what is sometimes an `int` and sometimes a `float`",
                help,
            ));
        }
        let kind = self.ty(value).kind.clone();
        if kind == Kind::Never {
            return Ok(self.graph.unreachable());
        }
        let is_number = cpython::number::is_number(&self.graph, value) && kind != Kind::Boolean;
        if let Some(decimals) = spec.strip_prefix('.').and_then(|rest| rest.strip_suffix('f'))
            && let Ok(decimals) = decimals.parse::<u8>()
            && decimals <= 15
            && is_number
        {
            if !cpython::number::is_float(&self.graph, value) {
                return Err(self.refuse(
                    place,
                    "this format of an `int`",
                    "Convert it with `float(…)` first.",
                ));
            }
            let fixed = cpython::number::fixed(&mut self.graph, value, decimals);
            return Ok(self.take(fixed));
        }
        let is_integer = kind == Kind::BigInt;
        let spec = if is_integer { spec.strip_suffix('d').unwrap_or(spec) } else { spec };
        if is_integer && spec.is_empty() {
            return self.text(place, value);
        }
        if is_integer
            && let Some(width) = spec.strip_prefix('0')
            && let Some(width) = width_of(width)
        {
            let text = self.text(place, value)?;
            return Ok(cpython::text::zero_fill(&mut self.graph, text, width));
        }
        let (side, width) = match spec.chars().next() {
            Some('<') => (Some(Side::Behind), spec.get(1..)),
            Some('>') => (Some(Side::Before), spec.get(1..)),
            Some('1'..='9') if is_integer => (Some(Side::Before), Some(spec)),
            Some('1'..='9') if kind.is_text() => (Some(Side::Behind), Some(spec)),
            _ => (None, None),
        };
        match (side, width.and_then(width_of)) {
            (Some(side), Some(width)) if is_integer || kind.is_text() => {
                let text = self.text(place, value)?;
                Ok(cpython::text::pad(&mut self.graph, text, side, width, ' '))
            }
            _ => Err(self.refuse(place, format!("the format `{spec}`"), "Use `.2f`, `02d`, `<5` or `>5`.")),
        }
    }
}

/// A width of a format.
fn width_of(spec: &str) -> Option<u16> {
    let is_plain = !spec.starts_with('0') && spec.chars().all(|c| c.is_ascii_digit());
    spec.parse().ok().filter(|width| is_plain && *width <= 1000)
}

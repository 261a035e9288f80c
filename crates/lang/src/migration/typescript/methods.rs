//! Methods of strings, numbers, dates and arrays.

use oxc_ast::ast::CallExpression;
use oxc_span::Span;

use super::{Id, Lowered, Lowering};
use crate::migration::{
    ir::{Base, DatePart, Function, MAX_REPEAT},
    javascript::{self, text::Side},
    types::{Kind, Type},
};

impl<'a> Lowering<'a> {
    /// `object.name(arguments)`.
    pub(super) fn method(
        &mut self,
        place: Span,
        call: &'a CallExpression<'a>,
        object: Id,
        name: &str,
        arguments: &[Id],
    ) -> Lowered {
        let ty = self.ty(object).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(place, &ty, &format!("`.{name}()`")));
        }
        if self.is_dead(object) {
            return Ok(self.graph.unreachable());
        }
        let found = match &ty.kind {
            kind if kind.is_text() => self.text_method(call.span, object, name, arguments)?,
            kind if kind.is_number() => self.number_method(call.span, object, name, arguments)?,
            Kind::Date => self.date_method(object, name, arguments),
            Kind::Array(_) => self.array_method(call.span, object, name, arguments)?,
            kind if (*kind == Kind::Boolean || kind.is_big())
                && name == "toString"
                && arguments.is_empty() =>
            {
                Some(self.text_of(call.span, object)?)
            }
            _ => None,
        };
        match found {
            Some(value) => Ok(self.narrowed(value)),
            None => {
                let kind = match &ty.kind {
                    Kind::Array(_) => "an array",
                    Kind::Date => "a Date",
                    Kind::Object(_) => "an object",
                    Kind::Boolean => "a boolean",
                    kind if kind.is_big() => "a bigint",
                    kind if kind.is_text() => "a string",
                    _ => "a number",
                };
                let help = methods_of(&ty.kind);
                Err(self.refuse(place, format!("`.{name}()` of {kind} with these arguments"), help))
            }
        }
    }

    fn text_method(
        &mut self,
        span: Span,
        s: Id,
        name: &str,
        arguments: &[Id],
    ) -> Result<Option<Id>, super::Reported> {
        let g = &mut self.graph;
        let value = match (name, arguments) {
            ("toString" | "valueOf", []) => s,
            ("toUpperCase", []) => g.apply(Function::Upper, &[s]),
            ("toLowerCase", []) => g.apply(Function::Lower, &[s]),
            ("trim", []) => javascript::text::trim(g, s),
            ("trimStart", []) => javascript::text::trim_start(g, s),
            ("trimEnd", []) => javascript::text::trim_end(g, s),
            ("includes" | "startsWith" | "endsWith" | "indexOf" | "lastIndexOf", [searched]) => {
                let searched = self.text_argument(span, name, *searched)?;
                let g = &mut self.graph;
                match name {
                    "includes" => g.apply(Function::Contains, &[s, searched]),
                    "startsWith" => g.apply(Function::StartsWith, &[s, searched]),
                    "endsWith" => g.apply(Function::EndsWith, &[s, searched]),
                    "lastIndexOf" => javascript::text::last_index_of(g, s, searched),
                    _ => javascript::text::index_of(g, s, searched),
                }
            }
            ("slice" | "substring", [start] | [start, _]) => {
                let start = self.numeric(span, name, *start)?;
                let end = match arguments.get(1) {
                    Some(end) => Some(self.numeric(span, name, *end)?),
                    None => None,
                };
                let part = match name {
                    "slice" => javascript::text::slice(&mut self.graph, s, start, end),
                    _ => javascript::text::substring(&mut self.graph, s, start, end),
                };
                self.take(part)
            }
            ("charAt", [position]) => {
                let position = self.numeric(span, name, *position)?;
                let unit = javascript::text::char_at(&mut self.graph, s, position);
                self.take(unit)
            }
            ("charCodeAt" | "codePointAt", [] | [_]) => {
                let position = match arguments.first() {
                    Some(position) => self.numeric(span, name, *position)?,
                    None => self.graph.number(0.0),
                };
                match name {
                    "charCodeAt" => javascript::code::char_code_at(&mut self.graph, s, position),
                    _ => javascript::code::code_point_at(&mut self.graph, s, position),
                }
            }
            ("padStart" | "padEnd", [target] | [target, _]) => {
                let filler = match arguments.get(1) {
                    Some(filler) => g.as_text(*filler).map(str::to_owned),
                    None => Some(" ".to_owned()),
                };
                let Some(filler) = filler else { return Ok(None) };
                if filler.chars().any(|c| c.len_utf16() > 1) {
                    return Ok(None);
                }
                let side = if name == "padStart" { Side::Start } else { Side::End };
                match g.as_number(*target).filter(|n| (0.0..=MAX_REPEAT).contains(n)) {
                    Some(target) => javascript::text::pad(g, s, side, target as u32, &filler),
                    None => {
                        let target = self.numeric(span, name, *target)?;
                        let padded = javascript::text::pad_to(&mut self.graph, s, side, target, &filler);
                        self.take(padded)
                    }
                }
            }
            ("repeat", [count]) => {
                let count = g.as_number(*count).filter(|n| (0.0..=1000.0).contains(n) && n.fract() == 0.0);
                match count {
                    Some(_) => g.apply(Function::Repeat, &[s, arguments[0]]),
                    None => {
                        let count = self.numeric(span, name, arguments[0])?;
                        let repeated = javascript::text::repeat(&mut self.graph, s, count);
                        self.take(repeated)
                    }
                }
            }
            ("concat", parts) => {
                let mut all = vec![s];
                for part in parts {
                    all.push(self.text_of(span, *part)?);
                }
                self.graph.apply(Function::Concatenate, &all)
            }
            ("replace" | "replaceAll", [pattern, replacement]) => {
                // An empty pattern matches everywhere.
                if g.as_text(*pattern).is_none_or(str::is_empty) {
                    return Ok(None);
                }
                let by = self.text_argument(span, name, *replacement)?;
                let function = if name == "replace" { Function::ReplaceFirst } else { Function::ReplaceAll };
                match javascript::text::replace(&mut self.graph, function, s, *pattern, by) {
                    Some(replaced) => self.take(replaced),
                    None => return Ok(None),
                }
            }
            ("split", [separator]) if g.as_text(*separator) == Some("") => {
                let units = javascript::text::code_units(g, s);
                self.take(units)
            }
            ("split", [separator]) if g.as_text(*separator).is_some_and(|text| !text.is_empty()) => {
                g.apply(Function::Split, &[s, *separator])
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn number_method(
        &mut self,
        span: Span,
        x: Id,
        name: &str,
        arguments: &[Id],
    ) -> Result<Option<Id>, super::Reported> {
        Ok(match (name, arguments) {
            ("valueOf", []) => Some(x),
            ("toString", []) => Some(self.text_of(span, x)?),
            ("toString", [radix]) => {
                let base = match self.graph.as_number(*radix) {
                    Some(10.0) => return Ok(Some(self.text_of(span, x)?)),
                    Some(2.0) => Base::Two,
                    Some(16.0) => Base::Sixteen,
                    _ => return Ok(None),
                };
                let text = javascript::bits::to_text_in(&mut self.graph, base, x);
                Some(self.take(text))
            }
            ("toFixed", [] | [_]) => {
                let decimals =
                    arguments.first().map_or(Some(0.0), |decimals| self.graph.as_number(*decimals));
                match decimals {
                    Some(decimals) if decimals.fract() == 0.0 && (0.0..=20.0).contains(&decimals) => {
                        Some(javascript::number::to_fixed(&mut self.graph, x, decimals as u8))
                    }
                    _ => None,
                }
            }
            _ => None,
        })
    }

    fn date_method(&mut self, date: Id, name: &str, arguments: &[Id]) -> Option<Id> {
        if !arguments.is_empty() {
            return None;
        }
        let part = match name {
            "getTime" | "valueOf" => return Some(self.graph.apply(Function::DateToNumber, &[date])),
            "toISOString" => {
                let text = javascript::date::to_iso(&mut self.graph, date);
                return Some(self.take(text));
            }
            "getTimezoneOffset" => return Some(self.graph.number(0.0)),
            "getUTCFullYear" | "getFullYear" => DatePart::Year,
            "getUTCMonth" | "getMonth" => DatePart::Month,
            "getUTCDate" | "getDate" => DatePart::Day,
            "getUTCDay" | "getDay" => DatePart::Weekday,
            "getUTCHours" | "getHours" => DatePart::Hour,
            "getUTCMinutes" | "getMinutes" => DatePart::Minute,
            "getUTCSeconds" | "getSeconds" => DatePart::Second,
            "getUTCMilliseconds" | "getMilliseconds" => DatePart::Millisecond,
            _ => return None,
        };
        let part = javascript::date::part(&mut self.graph, part, date);
        Some(self.take(part))
    }

    fn array_method(
        &mut self,
        span: Span,
        array: Id,
        name: &str,
        arguments: &[Id],
    ) -> Result<Option<Id>, super::Reported> {
        let Kind::Array(item) = self.ty(array).kind.clone() else { return Ok(None) };
        Ok(match (name, arguments) {
            ("includes", [searched]) => Some(self.array_includes(span, array, &item, *searched)?),
            ("indexOf", [_]) if *item == Type::of(Kind::Never) => Some(self.graph.number(-1.0)),
            ("indexOf", [searched]) => {
                let (element, position) =
                    (self.graph.element_of(array, (*item).clone()), self.graph.position());
                let is_equal = self.strictly_equal(span, element, *searched)?;
                let over = (element, position);
                Some(javascript::array::first_position(&mut self.graph, array, over, is_equal))
            }
            ("join", [] | [_]) => {
                let separator = match arguments.first() {
                    Some(separator) => self.text_argument(span, name, *separator)?,
                    None => self.graph.text(","),
                };
                javascript::array::join(&mut self.graph, array, separator)
            }
            ("at", [position]) if !matches!(item.kind, Kind::Array(_)) => {
                let position = self.numeric(span, name, *position)?;
                Some(javascript::array::at(&mut self.graph, array, position))
            }
            ("slice", [] | [_] | [_, _]) => {
                let start = match arguments.first() {
                    Some(start) => self.numeric(span, name, *start)?,
                    None => self.graph.number(0.0),
                };
                let end = match arguments.get(1) {
                    Some(end) => Some(self.numeric(span, name, *end)?),
                    None => None,
                };
                Some(javascript::array::slice(&mut self.graph, array, start, end))
            }
            ("toReversed", []) => Some(self.graph.apply(Function::Reverse, &[array])),
            ("flat", []) => match item.kind {
                Kind::Array(_) => Some(self.graph.apply(Function::Flatten, &[array])),
                _ => Some(array),
            },
            ("concat", others) => {
                let mut parts = vec![array];
                for other in others {
                    let is_array = matches!(self.ty(*other).kind, Kind::Array(_));
                    parts.push(if is_array { *other } else { self.array(span, vec![*other])? });
                }
                Some(self.chained(span, &parts)?)
            }
            _ => None,
        })
    }
}

fn methods_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Array(_) => {
            "Of an array, the compiled subset has map, filter, find, findIndex, some, every, reduce, includes, indexOf, join, slice, concat, at, flat, flatMap, toReversed and toSorted."
        }
        Kind::Date => "Of a Date, the compiled subset has getTime, toISOString and the getters.",
        kind if kind.is_text() => {
            "Of a string, the compiled subset has the methods for case, trimming, searching, slicing, padding, splitting and replacing, with plain constant patterns."
        }
        _ => "Of a number, the compiled subset has toString(), toString(16), toString(2) and toFixed(n).",
    }
}

//! Methods of texts, lists, dictionaries, dates and time spans.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, spelled};
use crate::migration::{
    cpython::{
        self,
        text::{Ends, Side},
    },
    ir::{Each, Function, Node},
    types::{Kind, Type},
};

impl<'a> Lowering<'a> {
    pub(super) fn method(
        &mut self,
        call: &'a ExprCall,
        attribute: &'a ExprAttribute,
        receiver: Value<'a>,
        name: &str,
    ) -> Result<Value<'a>, Reported> {
        let place = call.range();
        match receiver {
            Value::Table(entries) if name == "get" => {
                let arguments = self.positional(call)?;
                let nothing = self.graph.null();
                let (key, default) = match arguments.as_slice() {
                    [key] => (*key, nothing),
                    [key, default] => (*key, *default),
                    _ => {
                        return Err(self.refuse(
                            place,
                            "`.get()` with these arguments",
                            "Give a key and a default.",
                        ));
                    }
                };
                self.looked_up(place, &entries, key, Some(default))
            }
            Value::Span(milliseconds) if name == "total_seconds" && call.arguments.is_empty() => {
                Ok(Value::Node(cpython::date::seconds(&mut self.graph, milliseconds)))
            }
            Value::Pattern(pattern) => self.with_pattern(call, &pattern, name, &call.arguments.args),
            Value::Match(found) => self.group(call, &found, name).map(Value::Node),
            Value::Node(value) | Value::List(value) => {
                let value = self.narrowed(value);
                self.method_of(call, attribute, value, name)
            }
            other => {
                self.node(attribute.value.range(), other)?;
                Err(self.refuse(place, format!("`.{name}()`"), "Compute it with what is compiled."))
            }
        }
    }

    fn method_of(
        &mut self,
        call: &'a ExprCall,
        attribute: &'a ExprAttribute,
        value: Id,
        name: &str,
    ) -> Result<Value<'a>, Reported> {
        let place = attribute.attr.range();
        let ty = self.ty(value).clone();
        let reason = format!("AttributeError: 'NoneType' object has no attribute '{name}'");
        let value = self.required(value, &reason);
        match ty.kind.clone() {
            Kind::Never => Ok(Value::Node(self.graph.unreachable())),
            kind if kind.is_text() => self.text_method(call, place, value, name),
            Kind::Object(_) => self.object_method(call, place, value, name).map(Value::Node),
            Kind::Date => self.date_method(call, place, value, name).map(Value::Node),
            Kind::Number | Kind::Integers(_) if name == "is_integer" && call.arguments.is_empty() => {
                Ok(Value::Node(crate::migration::javascript::number::is_integer(&mut self.graph, value)))
            }
            Kind::Array(item) if name == "count" => {
                let wanted = self.only_argument(call)?;
                if item.kind == Kind::Number {
                    return Err(self.refuse(place, "`.count()` in a list of `float`", "Count with a loop."));
                }
                let (element, position) = (self.graph.element_of(value, *item), self.graph.position());
                let same = self.equal(place, element, wanted)?;
                let found = self.graph.each(Each::Filter, value, (element, position), same);
                Ok(Value::Node(cpython::array::length(&mut self.graph, found)))
            }
            _ => {
                let what = format!("`.{name}()` of a `{}`", spelled(&ty));
                Err(self.refuse(place, what, "Compute it with what is compiled."))
            }
        }
    }

    fn text_method(
        &mut self,
        call: &'a ExprCall,
        place: TextRange,
        s: Id,
        name: &str,
    ) -> Result<Value<'a>, Reported> {
        if name == "join" {
            return self.join(call, place, s).map(Value::Node);
        }
        if matches!(name, "startswith" | "endswith")
            && let [Expr::Tuple(affixes)] = &*call.arguments.args
        {
            let function = if name == "startswith" { Function::StartsWith } else { Function::EndsWith };
            let mut found = self.graph.boolean(false);
            for affix in &affixes.elts {
                let affix = self.expression(affix)?;
                let affix = self.text_argument(place, affix)?;
                let has_it = self.graph.apply(function.clone(), &[s, affix]);
                found = self.graph.or(found, has_it);
            }
            return Ok(Value::Node(found));
        }
        let arguments = self.positional_or_named(call, name)?;
        let text = |this: &mut Self, at: usize| match arguments.get(at) {
            Some(argument) => this.text_argument(place, *argument),
            None => Err(Reported),
        };
        let g = &mut self.graph;
        let value = match (name, arguments.len()) {
            ("upper", 0) => {
                let cased = cpython::text::cased(g, Function::Upper, s);
                self.take(cased)
            }
            ("lower", 0) => {
                let cased = cpython::text::cased(g, Function::Lower, s);
                self.take(cased)
            }
            ("capitalize", 0) => {
                let cased = cpython::text::capitalized(g, s);
                self.take(cased)
            }
            ("isspace", 0) => cpython::text::is_space(g, s),
            ("isdigit" | "isdecimal", 0) => {
                let digits = cpython::text::is_digits(g, s);
                self.take(digits)
            }
            ("strip", 0) => cpython::text::strip(g, s, Ends::Both, None),
            ("lstrip", 0) => cpython::text::strip(g, s, Ends::Left, None),
            ("rstrip", 0) => cpython::text::strip(g, s, Ends::Right, None),
            ("strip" | "lstrip" | "rstrip", 1) => {
                let ends = match name {
                    "strip" => Ends::Both,
                    "lstrip" => Ends::Left,
                    _ => Ends::Right,
                };
                let characters = self.constant_text(place, arguments[0])?;
                cpython::text::strip(&mut self.graph, s, ends, Some(&characters))
            }
            ("replace", 2) => {
                let (old, new) = (text(self, 0)?, text(self, 1)?);
                if self.constant_text(place, old)?.is_empty() {
                    return Err(self.refuse(place, "`.replace()` of nothing", "Give a text to replace."));
                }
                self.graph.apply(Function::ReplaceAll, &[s, old, new])
            }
            ("replace", 3) if g.as_big_int(arguments[2]) == Some(1) => {
                let (old, new) = (text(self, 0)?, text(self, 1)?);
                if self.constant_text(place, old)?.is_empty() {
                    return Err(self.refuse(place, "`.replace()` of nothing", "Give a text to replace."));
                }
                self.graph.apply(Function::ReplaceFirst, &[s, old, new])
            }
            ("startswith" | "endswith", 1) => {
                let affix = text(self, 0)?;
                let function = if name == "startswith" { Function::StartsWith } else { Function::EndsWith };
                self.graph.apply(function, &[s, affix])
            }
            ("find", 1) => {
                let searched = text(self, 0)?;
                cpython::text::find(&mut self.graph, s, searched)
            }
            ("index", 1) => {
                let searched = text(self, 0)?;
                let position = cpython::text::index(&mut self.graph, s, searched);
                self.take(position)
            }
            ("count", 1) => {
                let searched = text(self, 0)?;
                if self.constant_text(place, searched)?.is_empty() {
                    return Err(self.refuse(place, "`.count()` of nothing", "Give a text to count."));
                }
                cpython::text::count(&mut self.graph, s, searched)
            }
            ("removeprefix" | "removesuffix", 1) => {
                let affix = text(self, 0)?;
                let ends = if name == "removeprefix" { Ends::Left } else { Ends::Right };
                cpython::text::without_affix(&mut self.graph, s, affix, ends)
            }
            ("zfill", 1) => {
                let width = self.width(place, arguments[0])?;
                cpython::text::zero_fill(&mut self.graph, s, width)
            }
            ("ljust" | "rjust", 1 | 2) => {
                let width = self.width(place, arguments[0])?;
                let filler = match arguments.get(1) {
                    Some(filler) => self.constant_text(place, *filler)?,
                    None => " ".to_owned(),
                };
                let mut characters = filler.chars();
                let (Some(filler), None) = (characters.next(), characters.next()) else {
                    return Err(self.mismatch(
                        place,
                        "the fill character must be one character",
                        "Give one.",
                    ));
                };
                let side = if name == "ljust" { Side::Behind } else { Side::Before };
                cpython::text::pad(&mut self.graph, s, side, width, filler)
            }
            ("split", 0) => return Ok(Value::List(cpython::text::words(g, s))),
            ("split", 1) => {
                let separator = self.separator(place, arguments[0])?;
                return Ok(Value::List(self.graph.apply(Function::Split, &[s, separator])));
            }
            ("split", 2) if g.as_big_int(arguments[1]) == Some(1) => {
                let separator = self.separator(place, arguments[0])?;
                let (before, behind) = cpython::text::around(&mut self.graph, s, separator);
                let two = self.array(place, vec![before, behind])?;
                let one = self.array(place, vec![s])?;
                let contains = self.graph.apply(Function::Contains, &[s, separator]);
                return Ok(Value::List(self.graph.if_else(contains, two, one)));
            }
            ("partition", 1) => {
                let separator = self.separator(place, arguments[0])?;
                let (before, behind) = cpython::text::around(&mut self.graph, s, separator);
                let contains = self.graph.apply(Function::Contains, &[s, separator]);
                let empty = self.graph.text("");
                let parts = [(before, s), (separator, empty), (behind, empty)];
                let parts = parts.map(|(part, other)| Value::Node(self.graph.if_else(contains, part, other)));
                return Ok(Value::Tuple(parts.to_vec()));
            }
            _ => {
                let what = format!("`.{name}()` with {} arguments", arguments.len());
                return Err(self.refuse(place, what, "Use another method of texts."));
            }
        };
        Ok(Value::Node(value))
    }

    /// Arguments by position; `maxsplit` may be named.
    fn positional_or_named(&mut self, call: &'a ExprCall, name: &str) -> Result<Vec<Id>, Reported> {
        match (name, &*call.arguments.args, &*call.arguments.keywords) {
            ("split", [separator], [limit]) if limit.arg.as_ref().is_some_and(|name| name == "maxsplit") => {
                Ok(vec![self.expression(separator)?, self.expression(&limit.value)?])
            }
            _ => self.positional(call),
        }
    }

    /// An argument that must be a text.
    fn text_argument(&mut self, place: TextRange, argument: Id) -> Lowered {
        let ty = self.ty(argument).clone();
        if ty.is_optional() {
            return Err(self.refuse(place, "an argument that may be `None`", "Give it a default."));
        }
        if !ty.kind.is_text() && ty.kind != Kind::Never {
            let message = format!("this takes a `str`, but gets a `{}`", spelled(&ty));
            return Err(self.mismatch(place, message, "Convert it with `str(…)`."));
        }
        Ok(argument)
    }

    fn constant_text(&mut self, place: TextRange, argument: Id) -> Result<String, Reported> {
        match self.graph.as_text(argument) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.refuse(place, "a text that is computed here", "Use a constant.")),
        }
    }

    fn separator(&mut self, place: TextRange, argument: Id) -> Lowered {
        if self.constant_text(place, argument)?.is_empty() {
            return Err(self.mismatch(place, "the separator is empty", "Give a text to split at."));
        }
        Ok(argument)
    }

    fn width(&mut self, place: TextRange, argument: Id) -> Result<u16, Reported> {
        match self.graph.as_big_int(argument).and_then(|width| u16::try_from(width).ok()) {
            Some(width) if width <= 1000 => Ok(width),
            _ => Err(self.refuse(place, "a width that is computed or large", "Use a constant up to 1000.")),
        }
    }

    /// `separator.join(texts)`.
    fn join(&mut self, call: &'a ExprCall, place: TextRange, separator: Id) -> Lowered {
        let [argument] = &*call.arguments.args else {
            return Err(self.refuse(place, "`.join()` with these arguments", "Give it a list of texts."));
        };
        let made = self.over(argument)?;
        let texts = self.mapped(place, made)?;
        let item = self.graph.item_type(texts);
        if item == Type::of(Kind::Never) {
            return Ok(self.graph.text(""));
        }
        if !item.kind.is_text() || item.is_optional() {
            let what = format!("`.join()` of `{}`", spelled(&item));
            return Err(self.refuse(place, what, "Convert the elements with `str(…)`."));
        }
        let texts = match item.kind {
            Kind::Words(_) => {
                // As they are stored, words are numbers.
                let (element, position) = (self.graph.element_of(texts, item), self.graph.position());
                let text = self
                    .graph
                    .intern(Node::Apply(Function::Concatenate, vec![element]), Type::of(Kind::Text));
                self.graph.each(Each::Map, texts, (element, position), text)
            }
            _ => texts,
        };
        Ok(self.graph.apply(Function::Join, &[texts, separator]))
    }

    /// What a statement does that is only a call.
    pub(super) fn effect(&mut self, expression: &'a Expr) -> Result<(), Reported> {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
            && let Expr::Name(name) = &*attribute.value
            && matches!(attribute.attr.as_str(), "append" | "extend")
            && let [argument] = &*call.arguments.args
        {
            let Some(Value::List(list)) = self.names.get(name.id.as_str()).cloned() else {
                let help = format!("Start with a list of your own: `{} = []`.", name.id);
                return Err(self.refuse(attribute.range, "a change to a list that others may see", help));
            };
            let more = self.expression(argument)?;
            let more = match attribute.attr.as_str() {
                "append" => self.array(call.range(), vec![more])?,
                _ => more,
            };
            if !matches!(self.names.get(name.id.as_str()), Some(Value::List(_))) {
                return Err(self.refuse(call.range(), "a list that holds itself", "Use two lists."));
            }
            let longer = self.chained(call.range(), &[list, more])?;
            self.graph.suggest_name(longer, &name.id);
            self.names.insert(name.id.to_string(), Value::List(longer));
            return Ok(());
        }
        let help = "Keep to assignments, `if`, `for`, `return` and `raise`.";
        Err(self.refuse(expression.range(), "a statement that is only an expression", help))
    }
}

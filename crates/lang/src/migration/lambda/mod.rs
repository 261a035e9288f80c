//! Migrations that are written in SQL: `(code, delay) -> (upper(code), delay / 60, NULL)`.
//!
//! The parameters are fields of the source, by name; the body is a tuple of the target's fields, in their
//! order. Each element is one opaque node of the graph, so a lambda composes with other migrations like a
//! compiled one. What an element means is for the database to say, and also whether its type fits: before it
//! is planned, a lambda is tried there. What can be told from the text alone is told here.

mod refused;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    collections::BTreeSet,
    hash::{Hash, Hasher},
    ops::Range,
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::{Field, Model},
    sql::{Expr, Part, Projection},
};

use self::tokens::{Kind, Token, Unclosed, named, tokens};
use super::{
    Migration, Output,
    ir::{self, Graph, Node},
    types::Type,
};

/// An element of a body: an expression over fields of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The fields that its parameters name.
    pub(super) params: Vec<Field>,
    /// The field that it is stored in.
    pub(super) field: Field,
    parts: Vec<Piece>,
}

/// A part of an element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Piece {
    Text(String),
    /// A parameter, by its position.
    Param(usize),
}

impl Hash for Written {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.field.name, &self.parts).hash(state);
    }
}

impl Written {
    /// The parameter that it is, and nothing else.
    fn only_param(&self) -> Option<(usize, &Field)> {
        match self.parts.as_slice() {
            [Piece::Param(position)] => Some((*position, self.params.get(*position)?)),
            _ => None,
        }
    }

    /// The expression, with values in the places of the parameters.
    pub(super) fn expression(&self, args: &[Expr]) -> Expr {
        let part = |piece: &Piece| match piece {
            Piece::Text(text) => Part::Text(text.clone()),
            Piece::Param(position) => Part::Value(args.get(*position).cloned().unwrap_or(Expr::null())),
        };
        Expr::Written(self.parts.iter().map(part).collect())
    }
}

/// The migration of a lambda.
pub(super) fn compile(
    file: &Arc<SourceFile>,
    from: &Model,
    to: &Model,
) -> Result<Migration, Vec<Diagnostic>> {
    let written = elements(file, from, to)?;
    let mut graph = Graph::default();
    let columns = written.into_iter().map(|written| {
        let field = written.field.clone();
        let args = written.params.iter().map(|field| graph.column(&field.name, Type::of_field(field)));
        let args: Vec<_> = args.collect();
        // A field that goes over as it is stays a column, which other migrations see through.
        if let Some((position, same)) = written.only_param()
            && (&same.data_type, same.absence) == (&field.data_type, field.absence)
            && let Some(value) = args.get(position)
        {
            return Output { field, value: *value };
        }
        let value = graph.intern(Node::Apply(ir::Function::Written(written), args), Type::of_field(&field));
        Output { field, value }
    });
    let columns = columns.collect();
    let keep = graph.boolean(true);
    let failure = graph.null();
    Ok(Migration { graph, source: from.fields.clone(), columns, keep, failure })
}

/// The elements as they are, before they are made to fit.
pub(super) fn unfitted(
    file: &Arc<SourceFile>,
    from: &Model,
    to: &Model,
) -> Result<Projection, Vec<Diagnostic>> {
    let column = |written: Written| {
        let args: Vec<_> = written.params.iter().map(|field| Expr::Column(field.name.clone())).collect();
        (written.field.name.clone(), written.expression(&args))
    };
    let columns = elements(file, from, to)?.into_iter().map(column).collect();
    Ok(Projection { columns, ..Projection::default() })
}

fn elements(file: &Arc<SourceFile>, from: &Model, to: &Model) -> Result<Vec<Written>, Vec<Diagnostic>> {
    let tokens = tokens(&file.text).map_err(|Unclosed(at)| {
        let end = file.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        vec![Diagnostic::error(Code::Syntax, "this is not closed").with_label(
            file,
            at..end,
            "the end of the file is inside of it",
        )]
    })?;
    let mut reader = Reader {
        file,
        tokens: &tokens,
        from,
        params: Vec::new(),
        strangers: BTreeSet::new(),
        problems: Vec::new(),
    };
    let written = reader.read(to);
    if reader.problems.is_empty() { Ok(written) } else { Err(reader.problems) }
}

/// Words that are no names, in capitals.
const KEYWORDS: &[&str] = &[
    "AND", "BETWEEN", "CASE", "DAY", "DIV", "ELSE", "END", "FALSE", "HOUR", "ILIKE", "IN", "INF", "INTERVAL",
    "IS", "LIKE", "MINUTE", "MOD", "MONTH", "NAN", "NOT", "NULL", "OR", "QUARTER", "REGEXP", "SECOND",
    "THEN", "TRUE", "WEEK", "WHEN", "XOR", "YEAR",
];

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    tokens: &'a [Token],
    from: &'a Model,
    params: Vec<Field>,
    /// Names of parameters that are no fields: told once, where they are declared.
    strangers: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.file.text.get(token.span.clone())).unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// The place of some tokens; the end of the file where there are none.
    fn span(&self, range: Range<usize>) -> Range<usize> {
        let tokens = self.tokens.get(range).unwrap_or_default();
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => self.file.text.trim_end().len()..self.file.text.trim_end().len(),
        }
    }

    fn problem(&mut self, code: Code, at: Range<usize>, message: impl Into<String>, label: &str, help: &str) {
        let problem = Diagnostic::error(code, message).with_label(self.file, self.span(at), label);
        self.problems.push(problem.with_help(help));
    }

    fn read(&mut self, to: &Model) -> Vec<Written> {
        const FORM: &str = "Write it like this: (first, second) -> (upper(first), second + 1, NULL)";
        let mut end = self.tokens.len();
        while end > 0 && self.text(end - 1) == ";" {
            end -= 1;
        }
        let Some(body) = self.head(end) else {
            self.problem(
                Code::MigrationFunction,
                0..1,
                "a migration in SQL is a lambda from fields to a tuple",
                "expected a list of fields and `->`",
                FORM,
            );
            return Vec::new();
        };
        let Some(elements) = self.split(body..end) else { return Vec::new() };
        if elements.len() != to.fields.len() {
            let fields: Vec<_> = to.fields.iter().map(|field| field.name.to_string()).collect();
            let (found, wanted) = (elements.len(), to.fields.len());
            self.problem(
                Code::MigrationOutput,
                body..end,
                format!("the tuple has {found} elements, and {} has {wanted} fields", to.name),
                "one for each field",
                &format!("The fields are, in this order: {}", fields.join(", ")),
            );
            return Vec::new();
        }
        let mut bound = self.bound(body..end);
        bound.append(&mut self.strangers);
        let written = elements.into_iter().zip(&to.fields);
        let written: Vec<_> = written
            .map(|(element, field)| Written {
                parts: self.pieces(element, &bound),
                params: self.params.clone(),
                field: field.clone(),
            })
            .collect();
        written
    }

    /// Reads the parameters, and returns where the body begins. `None` where there is no head.
    fn head(&mut self, end: usize) -> Option<usize> {
        let arrow = (0..end).find(|at| self.kind(*at) == Some(Kind::Arrow))?;
        let names: Vec<usize> = match (self.text(0), arrow) {
            (_, 1) => vec![0],
            ("(", _) if self.text(arrow - 1) == ")" => {
                let inner: Vec<_> = (1..arrow - 1).collect();
                let is_list = inner.iter().enumerate().all(|(i, at)| {
                    if i % 2 == 1 { self.text(*at) == "," } else { self.kind(*at) == Some(Kind::Word) }
                });
                (is_list && inner.len() % 2 == 1).then(|| inner.into_iter().step_by(2).collect())?
            }
            _ => return None,
        };
        for at in names {
            let name = named(self.text(at));
            match self.from.fields.iter().find(|field| field.name.as_str() == name) {
                Some(field) if self.params.contains(field) => {
                    let message = format!("`{name}` is named twice");
                    self.problem(
                        Code::UnknownName,
                        at..at + 1,
                        message,
                        "here again",
                        "Name each field once.",
                    );
                }
                Some(field) => self.params.push(field.clone()),
                None => {
                    let fields: Vec<_> =
                        self.from.fields.iter().map(|field| field.name.to_string()).collect();
                    self.problem(
                        Code::UnknownName,
                        at..at + 1,
                        format!("{} has no field `{name}`", self.from.name),
                        "not in the source model",
                        &format!("It has: {}", fields.join(", ")),
                    );
                    self.strangers.insert(name);
                }
            }
        }
        Some(arrow + 1)
    }

    /// The elements of the body: those of a tuple, or the one that it is.
    fn split(&mut self, body: Range<usize>) -> Option<Vec<Range<usize>>> {
        let mut open: Vec<usize> = Vec::new();
        let mut commas = Vec::new();
        let mut closes = None;
        for at in body.clone() {
            let closing = match self.text(at) {
                "(" | "[" => {
                    open.push(at);
                    continue;
                }
                ")" => "(",
                "]" => "[",
                "," if open.len() == 1 => {
                    commas.push(at);
                    continue;
                }
                _ => continue,
            };
            let opened = open.pop();
            if opened.is_none_or(|opened| self.text(opened) != closing) {
                self.problem(
                    Code::Syntax,
                    at..at + 1,
                    "this closes nothing",
                    "unexpected",
                    "Look at the brackets.",
                );
                return None;
            }
            if open.is_empty() && closes.is_none() {
                closes = Some(at);
            }
        }
        if let Some(at) = open.first().copied() {
            self.problem(
                Code::Syntax,
                at..at + 1,
                "this is not closed",
                "opened here",
                "Look at the brackets.",
            );
            return None;
        }
        let is_tuple = self.text(body.start) == "(" && closes == Some(body.end.saturating_sub(1));
        let (mut elements, mut start) = (Vec::new(), body.start + usize::from(is_tuple));
        let last = body.end.saturating_sub(usize::from(is_tuple)).max(start);
        for comma in commas.into_iter().filter(|_| is_tuple).chain([last]) {
            elements.push(start..comma);
            start = comma + 1;
        }
        if let Some(empty) = elements.iter().find(|element| element.is_empty()).cloned() {
            let at = empty.start.min(self.tokens.len().saturating_sub(1));
            self.problem(
                Code::Syntax,
                at..at + 1,
                "an element is missing",
                "before this",
                "Write NULL for nothing.",
            );
            return None;
        }
        Some(elements)
    }

    /// The parameters of lambdas inside of the body.
    fn bound(&mut self, body: Range<usize>) -> BTreeSet<String> {
        let mut bound = BTreeSet::new();
        let arrows: Vec<_> = body.clone().filter(|at| self.kind(*at) == Some(Kind::Arrow)).collect();
        for arrow in arrows {
            let mut names = Vec::new();
            if self.kind(arrow - 1) == Some(Kind::Word) {
                names.push(arrow - 1);
            } else if self.text(arrow - 1) == ")" {
                let list = (body.start..arrow - 1).rev().take_while(|at| self.text(*at) != "(");
                names.extend(list.filter(|at| self.kind(*at) == Some(Kind::Word)));
            }
            for at in names {
                let name = named(self.text(at));
                if self.params.iter().any(|field| field.name.as_str() == name) {
                    let message = format!("`{name}` is a field, and the parameter of a function as well");
                    self.problem(
                        Code::UnknownName,
                        at..at + 1,
                        message,
                        "hides the field",
                        "Give it another name.",
                    );
                }
                bound.insert(name);
            }
        }
        bound
    }

    /// An element, with parameters in their places.
    fn pieces(&mut self, element: Range<usize>, bound: &BTreeSet<String>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        // Until where the name of a type goes.
        let mut type_until = element.start;
        for at in element.clone() {
            let text = self.text(at).to_owned();
            let before = if at > element.start { self.text(at - 1).to_owned() } else { String::new() };
            let upper = text.to_ascii_uppercase();
            let is_cast = before == "::" || before.eq_ignore_ascii_case("as");
            let mut param = None;
            match self.kind(at) {
                Some(Kind::Word) if is_cast => type_until = self.end_of_call(at, element.end),
                Some(Kind::Word) if at < type_until || before == "." => {}
                Some(Kind::Word) if self.text(at + 1) == "(" && at + 1 < element.end => {
                    self.function(at, &named(&text))
                }
                Some(Kind::Word) if upper == "AS" && self.is_in_cast(&element, at) => {}
                Some(Kind::Word) => {
                    let name = named(&text);
                    param = self.params.iter().position(|field| field.name.as_str() == name);
                    if param.is_none() && !bound.contains(&name) && !KEYWORDS.contains(&upper.as_str()) {
                        self.unknown(at, &name);
                    }
                }
                Some(Kind::Symbol) if matches!(text.as_str(), "{" | "}" | "@" | ";" | "$" | "#") => {
                    self.problem(
                        Code::Syntax,
                        at..at + 1,
                        format!("`{text}` has no meaning in a migration"),
                        "here",
                        "An element is one expression over the fields in front of `->`.",
                    );
                }
                Some(Kind::Number | Kind::Text | Kind::Arrow | Kind::Symbol) | None => {}
            }
            let space = if self.tokens.get(at).is_some_and(|token| token.apart) && at > element.start {
                " "
            } else {
                ""
            };
            let plain = format!("{space}{}", if param.is_some() { "" } else { &text });
            match pieces.last_mut() {
                Some(Piece::Text(text)) => text.push_str(&plain),
                _ if plain.is_empty() => {}
                _ => pieces.push(Piece::Text(plain)),
            }
            pieces.extend(param.map(Piece::Param));
        }
        pieces
    }

    /// The token after a word and the brackets behind it.
    fn end_of_call(&self, at: usize, end: usize) -> usize {
        let mut depth = 0_usize;
        for next in at + 1..end {
            match self.text(next) {
                "(" => depth += 1,
                ")" if depth > 0 => depth -= 1,
                _ if depth == 0 => return next,
                _ => {}
            }
            if depth == 0 {
                return next + 1;
            }
        }
        end
    }

    /// Whether a token stands directly inside of `CAST(…)`.
    fn is_in_cast(&self, element: &Range<usize>, at: usize) -> bool {
        let mut depth = 0_usize;
        for before in (element.start..at).rev() {
            match self.text(before) {
                ")" => depth += 1,
                "(" if depth == 0 => {
                    let function = before.checked_sub(1).map(|before| self.text(before)).unwrap_or_default();
                    return function.eq_ignore_ascii_case("cast");
                }
                "(" => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn function(&mut self, at: usize, name: &str) {
        if let Some(reason) = refused::reason(name) {
            self.problem(
                Code::NotRepeatable,
                at..at + 1,
                format!("`{name}` {reason}"),
                "cannot be called in a migration",
                "A migration makes one row of one row, and the same one whenever it runs again.",
            );
        }
    }

    fn unknown(&mut self, at: usize, name: &str) {
        let upper = name.to_ascii_uppercase();
        let is_field = self.from.fields.iter().any(|field| field.name.as_str() == name);
        let help = match upper.as_str() {
            _ if is_field => format!("Name it in front of `->`: (…, {name}) -> …"),
            "SELECT" | "FROM" | "WITH" | "OVER" => {
                "A migration sees one row: it cannot ask for others, or for other tables.".to_owned()
            }
            _ => {
                let params: Vec<_> = self.params.iter().map(|field| field.name.to_string()).collect();
                format!("The parameters are: {}", params.join(", "))
            }
        };
        let message = format!("`{name}` is not one of the parameters");
        self.problem(Code::UnknownName, at..at + 1, message, "not known here", &help);
    }
}

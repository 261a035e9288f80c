//! Reads what a Prisma schema declares: models, composite types and enums.
//!
//! Early Moose projects wrote their models in Prisma, so old versions of them are in it. What Prisma says
//! about tables (`@unique`, `@default`, `@map`, `@@index`, and blocks such as `datasource`) is passed over:
//! a field has the name and the values that it has in events. Each file stands alone, as Moose read it.

mod tokens;

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::DataType,
};

use super::{
    language::Language,
    outline::{
        Constant, Declaration, EnumMember, Kind, Member, Outline, Record, Refusal, Role, Span, Type,
        enumeration,
    },
};
use tokens::{Token, Tokens};

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>) -> Outline {
    let mut reader =
        Reader { outline: Outline::empty(file, Language::Prisma), tokens: Tokens::of(&file.text) };
    reader.file();
    reader.outline
}

/// The types of Prisma: what columns they get is decided here.
pub(super) fn known(at: &Span, name: &str) -> Option<Type> {
    let data_type = match name {
        "String" => DataType::String,
        "Boolean" => DataType::Boolean,
        // As Moose stored them.
        "Int" | "BigInt" => DataType::BigInt,
        "Float" => DataType::Number,
        "DateTime" => DataType::Date,
        _ => {
            let help = match name {
                "Decimal" => "Use `Float`, or `String` to keep every digit.",
                "Json" => "Declare the fields in a `type` block, and use that.",
                "Bytes" => "Use `String`, with the bytes in Base64.",
                "Unsupported" => "Use a type of Prisma.",
                _ => return None,
            };
            return Some(Type::refused(at.clone(), format!("`{name}` cannot be stored"), help));
        }
    };
    Some(Type::new(at.clone(), Kind::Value(data_type)))
}

struct Reader<'t> {
    outline: Outline,
    tokens: Tokens<'t>,
}

/// Something that is not as it has to be, and has been reported.
struct Broken;

/// What the attributes of a field say.
#[derive(Default)]
struct Attributes {
    /// Whether `@id` is among them.
    key: bool,
    relation: Option<Span>,
}

impl<'t> Reader<'t> {
    fn file(&mut self) {
        loop {
            self.tokens.skip_lines();
            let Some((token, at)) = self.tokens.next() else { return };
            let read = match token {
                Token::Word("model") => self.record(Role::Candidate),
                Token::Word("type") => self.record(Role::Part),
                Token::Word("enum") => self.enumeration(),
                Token::Word("datasource" | "generator" | "view") => self.passed_over(),
                _ => Err(self.broken(at, "expected `model`, `type` or `enum`")),
            };
            if read.is_err() {
                // What follows could mean anything.
                return;
            }
        }
    }

    fn passed_over(&mut self) -> Result<(), Broken> {
        self.word("the name of the block")?;
        let (_, at) = self.expect(Token::Mark('{'))?;
        self.balanced(at, '{', '}')
    }

    fn record(&mut self, role: Role) -> Result<(), Broken> {
        let (name, name_span) = self.word("the name of the model")?;
        self.expect(Token::Mark('{'))?;
        let mut members = Vec::new();
        let mut keys: Vec<(&str, Span)> = Vec::new();
        loop {
            self.tokens.skip_lines();
            match self.tokens.next() {
                Some((Token::Mark('}'), _)) => break,
                Some((Token::Word(field), at)) => members.push(self.field(field, at)?),
                Some((Token::Mark('@'), at)) => keys.extend(self.block_attribute(at)?),
                Some((_, at)) => return Err(self.broken(at, "expected a field")),
                None => return Err(self.broken_at_end("expected `}`")),
            }
        }
        let mut record = Record::default();
        for (key, at) in keys {
            match members.iter_mut().find(|member: &&mut Member| member.name == key) {
                Some(member) => mark(&mut member.of),
                None => record.refused.push(Refusal::new(
                    at,
                    format!("`{name}` has no field `{key}`"),
                    "List the fields of the key by the names that they have.",
                )),
            }
        }
        record.members = members;
        self.declare(name, name_span.clone(), Type::new(name_span, Kind::Record(record)), role);
        Ok(())
    }

    fn field(&mut self, name: &str, name_span: Span) -> Result<Member, Broken> {
        let (of, mut at) = self.word("the type of the field")?;
        if of == "Unsupported" {
            let (_, open) = self.expect(Token::Mark('('))?;
            self.balanced(open, '(', ')')?;
        }
        let named = match known(&at, of) {
            Some(known) => known,
            None => Type::new(at.clone(), Kind::Named { path: vec![of.to_owned()], arguments: Vec::new() }),
        };
        let is_list = self.tokens.take(Token::Mark('[')).is_some();
        if is_list {
            at.end = self.expect(Token::Mark(']'))?.1.end;
        }
        let optional = self.tokens.take(Token::Mark('?'));
        let mut of = if is_list { Type::new(at.clone(), Kind::List(Box::new(named))) } else { named };
        if let (true, Some(mark)) = (is_list, &optional) {
            return Err(self.broken(mark.clone(), "a list cannot be optional in Prisma"));
        }
        let attributes = self.attributes()?;
        if let Some(relation) = attributes.relation {
            of = Type::refused(
                relation,
                format!("the relation `{name}` cannot be stored"),
                "An event holds values: declare the fields in a `type` block, or keep the id of the other record only.",
            );
        }
        // Prisma's clients give null for what is not there, and take what is left out.
        if optional.is_some() {
            of = Type::new(at.clone(), Kind::OneOf(vec![of, Type::new(at, Kind::Null)]));
        }
        if attributes.key {
            mark(&mut of);
        }
        let optional = optional.is_some() && !attributes.key;
        Ok(Member { name: name.to_owned(), name_span, optional, of })
    }

    /// The attributes up to the end of the line.
    fn attributes(&mut self) -> Result<Attributes, Broken> {
        let mut attributes = Attributes::default();
        loop {
            match self.tokens.next() {
                Some((Token::Line, _)) => return Ok(attributes),
                // `model A { id Int @id }`
                Some((Token::Mark('}'), _)) => {
                    self.tokens.back();
                    return Ok(attributes);
                }
                Some((Token::Mark('@'), at)) => {
                    let (name, name_span) = self.dotted()?;
                    match name {
                        "id" => attributes.key = true,
                        "relation" => attributes.relation = Some(at.start..name_span.end),
                        _ => {}
                    }
                    self.arguments()?;
                }
                Some((_, at)) => return Err(self.broken(at, "expected an attribute such as `@id`")),
                None => return Err(self.broken_at_end("expected `}`")),
            }
        }
    }

    /// The fields of `@@id([a, b])`; other attributes of a block say nothing about events.
    fn block_attribute(&mut self, at: Span) -> Result<Vec<(&'t str, Span)>, Broken> {
        if self.tokens.take(Token::Mark('@')).is_none() {
            return Err(self.broken(at, "expected a field, or `@@` and an attribute"));
        }
        let (name, _) = self.dotted()?;
        let begin = self.tokens.place();
        self.arguments()?;
        if name != "id" {
            return Ok(Vec::new());
        }
        let inside = self.tokens.since(begin);
        let open = inside.iter().position(|(token, _)| *token == Token::Mark('['));
        let listed = inside.iter().skip(open.map_or(inside.len(), |open| open + 1));
        let listed = listed.take_while(|(token, _)| *token != Token::Mark(']'));
        Ok(listed
            .filter_map(|(token, at)| match token {
                Token::Word(field) => Some((*field, at.clone())),
                Token::Text | Token::Mark(_) | Token::Line => None,
            })
            .collect())
    }

    fn enumeration(&mut self) -> Result<(), Broken> {
        let (name, name_span) = self.word("the name of the enum")?;
        self.expect(Token::Mark('{'))?;
        let mut members = Vec::new();
        loop {
            self.tokens.skip_lines();
            match self.tokens.next() {
                Some((Token::Mark('}'), _)) => break,
                Some((Token::Word(value), span)) => {
                    self.attributes()?;
                    let of = Constant::Text(value.to_owned());
                    members.push(EnumMember { name: value.to_owned(), span, value: of });
                }
                Some((Token::Mark('@'), at)) => {
                    self.block_attribute(at)?;
                }
                Some((_, at)) => return Err(self.broken(at, "expected a value")),
                None => return Err(self.broken_at_end("expected `}`")),
            }
        }
        self.declare(name, name_span.clone(), enumeration(name_span, members), Role::Part);
        Ok(())
    }

    fn declare(&mut self, name: &str, name_span: Span, of: Type, role: Role) {
        self.outline.declare(name, Declaration { name_span, parameters: Vec::new(), of, role });
        self.outline.export(name, name);
    }

    /// `db.VarChar`: the first part.
    fn dotted(&mut self) -> Result<(&'t str, Span), Broken> {
        let first = self.word("the name of the attribute")?;
        while self.tokens.take(Token::Mark('.')).is_some() {
            self.word("the name of the attribute")?;
        }
        Ok(first)
    }

    fn arguments(&mut self) -> Result<(), Broken> {
        match self.tokens.take(Token::Mark('(')) {
            Some(at) => self.balanced(at, '(', ')'),
            None => Ok(()),
        }
    }

    /// Everything up to what closes what was opened.
    fn balanced(&mut self, opened: Span, open: char, close: char) -> Result<(), Broken> {
        let mut depth = 1;
        while depth > 0 {
            match self.tokens.next() {
                Some((Token::Mark(mark), _)) if mark == open => depth += 1,
                Some((Token::Mark(mark), _)) if mark == close => depth -= 1,
                Some(_) => {}
                None => return Err(self.broken(opened, &format!("this `{open}` is never closed"))),
            }
        }
        Ok(())
    }

    fn word(&mut self, what: &str) -> Result<(&'t str, Span), Broken> {
        match self.tokens.next() {
            Some((Token::Word(word), at)) => Ok((word, at)),
            Some((_, at)) => Err(self.broken(at, &format!("expected {what}"))),
            None => Err(self.broken_at_end(&format!("expected {what}"))),
        }
    }

    fn expect(&mut self, wanted: Token<'t>) -> Result<(Token<'t>, Span), Broken> {
        let shown = match wanted {
            Token::Mark(mark) => format!("expected `{mark}`"),
            Token::Word(word) => format!("expected `{word}`"),
            Token::Text | Token::Line => "expected something else".to_owned(),
        };
        match self.tokens.next() {
            Some((token, at)) if token == wanted => Ok((token, at)),
            Some((_, at)) => Err(self.broken(at, &shown)),
            None => Err(self.broken_at_end(&shown)),
        }
    }

    fn broken(&mut self, at: Span, message: &str) -> Broken {
        let problem = Diagnostic::error(Code::Syntax, message).with_label(&self.outline.file, at, "here");
        self.outline.problems.push(problem);
        Broken
    }

    fn broken_at_end(&mut self, message: &str) -> Broken {
        let end = self.outline.file.text.len();
        self.broken(end..end, message)
    }
}

/// Makes a type that of a key.
fn mark(of: &mut Type) {
    if !matches!(of.kind, Kind::Key(_)) {
        *of = Type::new(of.span.clone(), Kind::Key(Box::new(of.clone())));
    }
}

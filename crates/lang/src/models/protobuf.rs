//! Reads what a Protobuf file (`.proto`) declares: messages and enums.
//!
//! A message at the top of a file may be a model; those inside of others are parts. `@key` in the comment
//! of a field, or an option called `key`, marks the key. Events are the JSON of Protobuf, with the names
//! that fields have in the file and with every field that is always there.
//!
//! What may be absent follows the language: `optional`, fields of a `oneof`, and singular messages, which
//! a sender may always leave out, unless the field is the key or is said to be required.

mod names;
mod places;

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::DataType,
};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FieldOptions,
    field_descriptor_proto::{Label, Type as Scalar},
};

use super::{
    language::Language,
    outline::{
        Constant, Declaration, EnumMember, Import, Kind, Member, Outline, Record, Role, Source, Span, Type,
        enumeration,
    },
};
use names::Names;
use places::Places;

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>) -> Outline {
    let mut outline = Outline::empty(file, Language::Protobuf);
    match protox_parse::parse(&file.path, &file.text) {
        Ok(parsed) => {
            let places = Places::new(&file.text, parsed.source_code_info.as_ref());
            let names = Names::new(&parsed);
            let is_proto3 = parsed.syntax() == "proto3";
            for (number, path) in parsed.public_dependency.iter().map(|number| (number, [3, *number])) {
                let module = usize::try_from(*number).ok().and_then(|at| parsed.dependency.get(at));
                let module = module.cloned().unwrap_or_default();
                let sources = names::files(&file.path, &module);
                let sources = sources.into_iter().map(|path| Source { path, name: None }).collect();
                outline.exports_all.push(Import {
                    original: module.clone(),
                    module,
                    span: places.of(&path),
                    sources,
                });
            }
            let mut reader = Reader { outline, places, names, is_proto3 };
            for (at, message) in numbered(&parsed.message_type) {
                reader.message(message, &[4, at], &[], Role::Candidate);
            }
            for (at, of) in numbered(&parsed.enum_type) {
                reader.enumeration(of, &[5, at], &[]);
            }
            reader.outline
        }
        Err(error) => {
            let end = file.text.len();
            let span = error.span().unwrap_or(end..end);
            outline
                .problems
                .push(Diagnostic::error(Code::Syntax, error.to_string()).with_label(file, span, "here"));
            outline
        }
    }
}

/// The scalars of Protobuf: what columns they get is decided here.
fn scalar(of: Scalar) -> Result<DataType, (&'static str, &'static str)> {
    Ok(match of {
        Scalar::Double | Scalar::Float => DataType::Number,
        Scalar::Int32
        | Scalar::Sint32
        | Scalar::Sfixed32
        | Scalar::Uint32
        | Scalar::Fixed32
        | Scalar::Int64
        | Scalar::Sint64
        | Scalar::Sfixed64
        // What is larger than a signed one is refused with the event.
        | Scalar::Uint64
        | Scalar::Fixed64 => DataType::BigInt,
        Scalar::Bool => DataType::Boolean,
        Scalar::String => DataType::String,
        Scalar::Bytes => return Err(("`bytes` cannot be stored", "Use `string`, with the bytes in Base64.")),
        Scalar::Group => return Err(("a group cannot be stored", "Declare a message, and use that.")),
        Scalar::Message | Scalar::Enum => return Err(("this type is not known", "Declare a message or an enum.")),
    })
}

/// The types that come with Protobuf: what columns they get is decided here. Their JSON is a value.
fn well_known(name: &str) -> Result<(DataType, Presence), &'static str> {
    Ok(match name {
        "Timestamp" => (DataType::Date, Presence::OfMessage),
        "StringValue" => (DataType::String, Presence::OrNull),
        "BoolValue" => (DataType::Boolean, Presence::OrNull),
        "DoubleValue" | "FloatValue" => (DataType::Number, Presence::OrNull),
        "Int32Value" | "UInt32Value" | "Int64Value" | "UInt64Value" => (DataType::BigInt, Presence::OrNull),
        "Duration" => return Err("Use `double`, in a unit that the name tells."),
        "Struct" | "Value" | "ListValue" | "Any" => return Err("Declare a message with the fields."),
        "BytesValue" => return Err("Use `StringValue`, with the bytes in Base64."),
        _ => return Err("Declare a message of your own."),
    })
}

/// Behind the full name of a type: the same, and a message may be left out.
const LEFT_OUT: &str = "?";

/// Whether a value may be absent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// As the label of the field says.
    OfField,
    /// It may be left out, unless the field is required.
    OfMessage,
    /// It may be left out or be `null`, unless the field is required.
    OrNull,
    /// As that of a message, if it is one: what another file declares is not known yet.
    OfOther,
}

/// What the author of a field says about it beside its type.
#[derive(Clone, Copy, Default)]
struct Marks {
    key: bool,
    required: bool,
}

struct Reader {
    outline: Outline,
    places: Places,
    names: Names,
    is_proto3: bool,
}

impl Reader {
    fn message(&mut self, message: &DescriptorProto, path: &[i32], scope: &[&str], role: Role) {
        let name_span = self.places.of(&[path, &[1]].concat());
        let inner = [scope, &[message.name()]].concat();
        let fields = numbered(&message.field);
        let members =
            fields.map(|(at, field)| self.field(message, field, &[path, &[2, at]].concat(), &inner));
        let record = Record { members: members.collect(), ..Record::default() };
        let of = Type::new(name_span.clone(), Kind::Record(record));
        self.declare(&inner.join("."), name_span, of, role);
        for (at, nested) in numbered(&message.nested_type) {
            if !is_of_map(nested) {
                self.message(nested, &[path, &[3, at]].concat(), &inner, Role::Part);
            }
        }
        for (at, nested) in numbered(&message.enum_type) {
            self.enumeration(nested, &[path, &[4, at]].concat(), &inner);
        }
    }

    fn enumeration(&mut self, of: &EnumDescriptorProto, path: &[i32], scope: &[&str]) {
        let name_span = self.places.of(&[path, &[1]].concat());
        let members: Vec<_> = numbered(&of.value)
            .map(|(at, value)| EnumMember {
                name: value.name().to_owned(),
                span: self.places.of(&[path, &[2, at, 1]].concat()),
                // JSON has the names.
                value: Constant::Text(value.name().to_owned()),
            })
            .collect();
        let name = [scope, &[of.name()]].concat().join(".");
        self.declare(&name, name_span.clone(), enumeration(name_span, members), Role::Part);
    }

    fn declare(&mut self, name: &str, name_span: Span, of: Type, role: Role) {
        let full = self.names.full(name);
        let left_out = format!("{full}{LEFT_OUT}");
        if matches!(of.kind, Kind::Record(_)) {
            let message = named(name_span.clone(), name.to_owned());
            let nothing = Type::new(name_span.clone(), Kind::Undefined);
            let of = Type::new(name_span.clone(), Kind::OneOf(vec![message, nothing]));
            let alias =
                Declaration { name_span: name_span.clone(), parameters: Vec::new(), of, role: Role::Part };
            self.outline.declarations.insert(left_out.clone(), alias);
            self.outline.export(&left_out, &left_out);
        } else {
            self.outline.export(&left_out, name);
        }
        self.outline.export(&full, name);
        self.outline.declare(name, Declaration { name_span, parameters: Vec::new(), of, role });
    }

    fn field(
        &mut self,
        message: &DescriptorProto,
        field: &FieldDescriptorProto,
        path: &[i32],
        scope: &[&str],
    ) -> Member {
        let name_span = self.places.of(&[path, &[1]].concat());
        let marks = self.marks(field, path);
        let is_list = field.label() == Label::Repeated;
        let may_be_absent = !is_list && !marks.key && !marks.required;
        let explicit = if self.is_proto3 {
            field.oneof_index.is_some() || field.proto3_optional()
        } else {
            field.label() == Label::Optional
        };
        let (mut of, presence) = self.type_of(message, field, path, scope, &name_span);
        if presence == Presence::OfOther {
            let mark = if may_be_absent && !explicit { LEFT_OUT } else { "" };
            of = self.import(field.type_name(), mark, scope, of.span);
        }
        if is_list {
            of = Type::new(of.span.clone(), Kind::List(Box::new(of)));
        }
        let optional = may_be_absent
            && match presence {
                Presence::OfField | Presence::OfOther => explicit,
                Presence::OfMessage | Presence::OrNull => true,
            };
        if optional && presence == Presence::OrNull {
            let null = Type::new(of.span.clone(), Kind::Null);
            of = Type::new(of.span.clone(), Kind::OneOf(vec![of, null]));
        }
        if marks.key {
            of = Type::new(of.span.clone(), Kind::Key(Box::new(of)));
        }
        // Names in JSON are those of the file, unless it says otherwise itself.
        let name = field.json_name.as_deref().unwrap_or_else(|| field.name());
        Member { name: name.to_owned(), name_span, optional, of }
    }

    /// The type of a single value of a field.
    fn type_of(
        &mut self,
        message: &DescriptorProto,
        field: &FieldDescriptorProto,
        path: &[i32],
        scope: &[&str],
        name_span: &Span,
    ) -> (Type, Presence) {
        let of_field = |of| (of, Presence::OfField);
        let Some(name) = field.type_name.as_deref() else {
            let span = self.places.find(&[path, &[5]].concat()).unwrap_or_else(|| name_span.clone());
            return of_field(match scalar(field.r#type()) {
                Ok(data_type) => Type::new(span, Kind::Value(data_type)),
                Err((what, help)) => Type::refused(span, what, help),
            });
        };
        let span = self.places.find(&[path, &[6]].concat()).unwrap_or_else(|| name_span.clone());
        if message.nested_type.iter().any(|nested| is_of_map(nested) && nested.name() == name) {
            return of_field(Type::refused(
                span,
                "a map cannot be stored",
                "Use a `repeated` message with a key and a value.",
            ));
        }
        if field.r#type == Some(Scalar::Group as i32) {
            return of_field(Type::refused(
                span,
                "a group cannot be stored",
                "Declare a message, and use that.",
            ));
        }
        if let Some(known) = name.trim_start_matches('.').strip_prefix("google.protobuf.") {
            return match well_known(known) {
                Ok((data_type, presence)) => (Type::new(span, Kind::Value(data_type)), presence),
                Err(help) => of_field(Type::refused(span, format!("`{known}` cannot be stored"), help)),
            };
        }
        let candidates = self.names.candidates(name, scope);
        match candidates.iter().find_map(|full| self.names.local(full)) {
            Some((local, is_enum)) => {
                let presence = if is_enum { Presence::OfField } else { Presence::OfMessage };
                (named(span, local.to_owned()), presence)
            }
            None => (named(span, name.to_owned()), Presence::OfOther),
        }
    }

    /// A type of another file. With a mark, it may be left out if it is a message.
    fn import(&mut self, name: &str, mark: &str, scope: &[&str], span: Span) -> Type {
        let modules = self.names.modules();
        let local = format!("{name}{mark}");
        if modules.is_empty() {
            return named(span, local);
        }
        let file = &self.outline.file.path;
        let paths: Vec<_> = modules.iter().flat_map(|module| names::files(file, module)).collect();
        let candidates = self.names.candidates(name, scope);
        let sources = candidates.iter().flat_map(|full| {
            paths.iter().map(move |path| Source { path: path.clone(), name: Some(format!("{full}{mark}")) })
        });
        let import = Import {
            module: modules.join("`, `"),
            span: span.clone(),
            original: name.to_owned(),
            sources: sources.collect(),
        };
        self.outline.imports.insert(local.clone(), import);
        named(span, local)
    }

    fn marks(&self, field: &FieldDescriptorProto, path: &[i32]) -> Marks {
        let mut marks = field.options.as_ref().map(options).unwrap_or_default();
        for comment in self.places.comments(path) {
            let mut words = comment.split_whitespace();
            marks.key |= words.clone().any(|word| word == "@key");
            marks.required |= words.any(|word| word == "@required");
        }
        marks
    }
}

fn named(span: Span, name: String) -> Type {
    Type::new(span, Kind::Named { path: vec![name], arguments: Vec::new() })
}

/// What the options of a field say: `[(antler.key) = true]`, `[(buf.validate.field).required = true]`.
fn options(options: &FieldOptions) -> Marks {
    let mut marks = Marks::default();
    for option in &options.uninterpreted_option {
        let name = option.name.last().map_or("", |part| part.name_part.as_str());
        let name = name.rsplit('.').next().unwrap_or(name);
        match (name, option.identifier_value()) {
            ("key", "true") => marks.key = true,
            ("required", "true") | ("field_behavior", "REQUIRED") => marks.required = true,
            _ => {}
        }
    }
    marks
}

/// Whether a message is what Protobuf makes of a map.
fn is_of_map(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// Items with the numbers by which places are told.
fn numbered<T>(items: &[T]) -> impl Iterator<Item = (i32, &T)> {
    (0..).zip(items)
}

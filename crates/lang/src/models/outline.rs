//! What a file declares, in terms that all languages share.
//!
//! An outline is syntax: names in it are not looked up yet, and a type that cannot be stored is
//! carried along as a [`Refusal`], to be reported if a model turns out to use it.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::DataType,
};

use super::{
    config::{Config, Setting},
    language::Language,
};

/// A place in the file of the outline, in bytes.
pub(super) type Span = Range<usize>;

/// What one file declares.
#[derive(Debug)]
pub(super) struct Outline {
    pub file: Arc<SourceFile>,
    pub language: Language,
    /// The types that it declares, by name.
    pub declarations: BTreeMap<String, Declaration>,
    /// The types of constants and enums as values, by name: what `typeof` gives.
    pub values: BTreeMap<String, Declaration>,
    /// The names that it takes from other files.
    pub imports: BTreeMap<String, Import>,
    /// The names that other files can take from it.
    pub exports: BTreeMap<String, Export>,
    /// The files of which it exports everything.
    pub exports_all: Vec<Import>,
    /// The configurations of models in it.
    pub configs: Vec<Config>,
    /// The values of its constants, of which configurations may be made.
    pub constants: BTreeMap<String, Setting>,
    /// What is wrong with it whoever uses it.
    pub problems: Vec<Diagnostic>,
    /// How the language calls places in it beside their lines, by where they begin.
    pub pointers: BTreeMap<usize, String>,
}

impl Outline {
    /// The outline of a file that declares nothing.
    pub fn empty(file: &Arc<SourceFile>, language: Language) -> Self {
        Self {
            file: Arc::clone(file),
            language,
            declarations: BTreeMap::new(),
            values: BTreeMap::new(),
            imports: BTreeMap::new(),
            exports: BTreeMap::new(),
            exports_all: Vec::new(),
            configs: Vec::new(),
            constants: BTreeMap::new(),
            problems: Vec::new(),
            pointers: BTreeMap::new(),
        }
    }

    /// What to say at a place.
    pub fn here(&self, span: &Span) -> String {
        self.pointers.get(&span.start).map_or_else(|| "here".to_owned(), |pointer| format!("at {pointer}"))
    }

    /// Whether the file has syntax errors. The rest of the outline is then not to be relied on.
    pub fn is_broken(&self) -> bool {
        self.problems.iter().any(|problem| problem.code == Code::Syntax)
    }

    /// The paths of files that its imports may lead to.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let exported = self.exports.values().filter_map(|export| match export {
            Export::From(import) => Some(import),
            Export::Local(_) => None,
        });
        let imports = self.imports.values().chain(exported).chain(&self.exports_all);
        imports.flat_map(|import| &import.sources).map(|source| source.path.as_str())
    }

    /// Adds a declaration; a second one of its name is a problem.
    pub fn declare(&mut self, name: &str, declaration: Declaration) {
        if let Some(first) = self.declarations.get(name) {
            self.problems.push(
                Diagnostic::error(Code::DuplicateModel, format!("`{name}` is declared twice in this file"))
                    .with_label(&self.file, declaration.name_span, "here again")
                    .with_label(&self.file, first.name_span.clone(), "first declared here")
                    .with_help("Declarations are not merged: keep one, with all fields in it."),
            );
            return;
        }
        self.declarations.insert(name.to_owned(), declaration);
    }

    /// Adds the type of a constant.
    pub fn value(&mut self, name: &str, name_span: Span, of: Type) {
        let declaration = Declaration { name_span, parameters: Vec::new(), of, role: Role::Part };
        self.values.insert(name.to_owned(), declaration);
    }

    /// Makes a name of this file visible to others.
    pub fn export(&mut self, exported: &str, local: &str) {
        self.exports.insert(exported.to_owned(), Export::Local(local.to_owned()));
    }
}

/// A type with a name.
#[derive(Debug)]
pub(super) struct Declaration {
    pub name_span: Span,
    /// What it needs to be told before it is a type.
    pub parameters: Vec<Parameter>,
    pub of: Type,
    pub role: Role,
}

/// A type parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub name: String,
    /// What it is when nothing is said.
    pub default: Option<Type>,
}

/// What a declaration may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A model, if it stands in `app/datamodels` and has a key.
    Candidate,
    /// The same, if it inherits from a class whose heirs are records: one of pydantic.
    Heir,
    /// The same, if what it applies is a declaration of the project: `type A = Envelope<B>`.
    Applied,
    /// A name for a type, of use only to other declarations.
    Part,
}

/// A name taken from another file.
#[derive(Debug, Clone)]
pub(super) struct Import {
    /// The module, as it was written.
    pub module: String,
    /// Where it was written.
    pub span: Span,
    /// The last part of the name in the other file: `Key` of `import { Key as K }`.
    pub original: String,
    /// What it may be, in the order to try.
    pub sources: Vec<Source>,
}

/// A place in the project where an import may lead.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The path of the file.
    pub path: String,
    /// The name in that file; `None` is the file itself, as a namespace.
    pub name: Option<String>,
}

/// What an exported name stands for.
#[derive(Debug)]
pub(super) enum Export {
    /// A name of this file.
    Local(String),
    /// A name of another file.
    From(Import),
}

/// A type as it was written.
#[derive(Debug, Clone)]
pub(super) struct Type {
    pub span: Span,
    pub kind: Kind,
}

/// The forms of types.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A scalar, or a literal as an enum of one.
    Value(DataType),
    Null,
    Undefined,
    /// `Key<T>`.
    Key(Box<Type>),
    List(Box<Type>),
    Record(Record),
    OneOf(Vec<Type>),
    /// All of them at once.
    AllOf(Vec<Type>),
    /// A list with a type for each place. It cannot be stored, but what is in it can be asked for.
    Tuple(Vec<Type>),
    /// What is made of other types.
    Derived(Box<Derived>),
    /// The type of a constant.
    TypeOf(Vec<String>),
    /// A name, perhaps inside namespaces, and its type arguments.
    Named {
        path: Vec<String>,
        arguments: Vec<Type>,
    },
    /// Something that cannot be stored.
    Refused(Vec<Refusal>),
}

/// A type that is worked out from others.
#[derive(Debug, Clone)]
pub(super) enum Derived {
    /// Some fields of a record: `Pick`, `Omit`.
    Fields { of: Type, names: Type, keep: Keep },
    /// A record with fields that may, or may not, be left out: `Partial`, `Required`.
    Presence { of: Type, presence: Presence },
    /// A field for each name: `Record`, `{ [K in Names]: T }`.
    Mapped { parameter: Option<String>, names: Type, of: Type, presence: Option<Presence> },
    /// The names of the fields of a record: `keyof T`.
    Names { of: Type },
    /// The type of a field: `T["a"]`.
    Field { of: Type, names: Type },
    /// The type of the elements of a list: `T[number]`.
    Element { of: Type },
    /// Some values of an enum: `Exclude`, `Extract`.
    Values { of: Type, by: Type, keep: Keep },
    /// What is always there: `NonNullable`.
    Present { of: Type },
}

/// Which parts stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Named,
    Others,
}

/// Whether fields may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Optional,
    Required,
}

/// A list of fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// The records whose fields it has too.
    pub bases: Vec<Type>,
    pub members: Vec<Member>,
    /// What stands among the members and is none.
    pub refused: Vec<Refusal>,
    /// Whether a class that inherits from it is a record as well.
    pub breeds: bool,
}

/// A field as it was written.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub name: String,
    pub name_span: Span,
    /// Whether it may be left out.
    pub optional: bool,
    pub of: Type,
}

/// Why something cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub span: Span,
    pub message: String,
    pub help: String,
}

impl Refusal {
    pub fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

impl Type {
    pub fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    pub fn refused(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        let refusal = Refusal::new(span.clone(), message, help);
        Self { span, kind: Kind::Refused(vec![refusal]) }
    }
}

/// The value of a member of an enum.
#[derive(Debug, Clone)]
pub(super) enum Constant {
    Text(String),
    Integer(i64),
    /// Anything else.
    Other,
}

/// A member of an enum as it was written.
#[derive(Debug)]
pub(super) struct EnumMember {
    pub name: String,
    pub span: Span,
    pub value: Constant,
}

/// The type of an enum's values.
pub(super) fn enumeration(span: Span, members: Vec<EnumMember>) -> Type {
    let mut texts = Vec::new();
    let mut numbers: Vec<(String, i16)> = Vec::new();
    let mut refused = Vec::new();
    for EnumMember { name, span, value } in members {
        match value {
            Constant::Text(text) => texts.push(text),
            Constant::Integer(integer) => match i16::try_from(integer) {
                Ok(number) if numbers.iter().any(|(_, other)| *other == number) => {
                    refused.push(Refusal::new(
                        span,
                        format!("two members of an enum have the value {number}"),
                        "Give each member a value of its own.",
                    ));
                }
                Ok(number) => numbers.push((name, number)),
                Err(_) => refused.push(Refusal::new(
                    span,
                    format!("{integer} does not fit an enum"),
                    "Enum values are from -32768 to 32767; use a plain number type for others.",
                )),
            },
            Constant::Other => refused.push(Refusal::new(
                span,
                format!("the value of `{name}` is not a plain text or integer"),
                "Write the value out as a string or as an integer.",
            )),
        }
    }
    let mixed = !texts.is_empty() && !numbers.is_empty();
    if mixed {
        refused.push(Refusal::new(
            span.clone(),
            "an enum cannot mix texts and integers",
            "Give all members string values, or all integer values.",
        ));
    } else if texts.is_empty() && numbers.is_empty() && refused.is_empty() {
        refused.push(Refusal::new(span.clone(), "an enum without members has no values", "Add a member."));
    }
    let kind = if !refused.is_empty() {
        Kind::Refused(refused)
    } else if numbers.is_empty() {
        Kind::Value(DataType::StringEnum(texts.into_iter().collect()))
    } else {
        Kind::Value(DataType::IntegerEnum(numbers.into_iter().collect()))
    };
    Type::new(span, kind)
}

/// A literal used as a type: an enum of one value, its digits being the name of an integer.
pub(super) fn literal(span: Span, value: Constant) -> Type {
    let name = match &value {
        Constant::Integer(integer) => integer.to_string(),
        Constant::Text(_) | Constant::Other => "the literal".to_owned(),
    };
    enumeration(span.clone(), vec![EnumMember { name, span, value }])
}

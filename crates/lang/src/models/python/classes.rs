//! Classes of Python that are records: dataclasses, models of pydantic and typed dictionaries.
//!
//! A class is told by the name of its decorator or base, whatever module that comes from. The heirs
//! of a pydantic model or a typed dictionary are records too; those of a dataclass only when they are
//! decorated themselves, as in Python.

use ruff_python_ast::{Expr, ExprCall, ExprName, Stmt, StmtAnnAssign, StmtClassDef, TypeParam, TypeParams};
use ruff_text_size::Ranged;

use super::{
    Reader, enums, span,
    types::{last_name, subscripts},
};
use crate::models::outline::{Kind, Member, Parameter, Record, Refusal, Role, Type};

/// What makes a class a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Dataclass,
    Pydantic,
    /// A dictionary whose fields are there unless they say otherwise, or may all be left out.
    TypedDict {
        total: bool,
    },
    /// What its bases are, if they are records.
    Heir,
}

impl Reader<'_> {
    pub(super) fn class(&mut self, class: &StmtClassDef) {
        let bases = class.arguments.as_ref().map_or(&[][..], |arguments| &arguments.args);
        let (name, range) = (class.name.as_str(), class.name.range);
        if let Some(flavour) = enums::flavour(bases) {
            self.declare(name, range, Vec::new(), enums::read_enum(class, flavour), Role::Part);
            let of = enums::object(class, flavour);
            self.outline.value(name, span(range), of);
            return;
        }
        let Some(flavour) = self.flavour(class, bases) else {
            let of = Type::refused(
                span(range),
                format!("the class `{name}` is not a dataclass"),
                "Put `@dataclass` above it.",
            );
            self.declare(name, range, Vec::new(), of, Role::Part);
            return;
        };
        let record = self.record(class, bases, flavour);
        let role = match flavour {
            Flavour::Heir => Role::Heir,
            // A base for others, with methods or a configuration only.
            Flavour::Pydantic if record.members.is_empty() && record.bases.is_empty() => Role::Part,
            Flavour::Dataclass | Flavour::Pydantic | Flavour::TypedDict { .. } => Role::Candidate,
        };
        let mut declared: Vec<Parameter> = class.type_params.as_deref().map_or_else(Vec::new, parameters);
        declared.extend(bases.iter().filter(|base| is_generic(base)).flat_map(subscripts).filter_map(|of| {
            let Expr::Name(name) = of else { return None };
            Some(Parameter { name: name.id.to_string(), default: None })
        }));
        let of = Type::new(span(class.range), Kind::Record(record));
        self.declare(name, range, declared, of, role);
        self.config(class);
    }

    fn flavour(&self, class: &StmtClassDef, bases: &[Expr]) -> Option<Flavour> {
        let decorated = |name| {
            class.decorator_list.iter().any(|decorator| last_name(&decorator.expression) == Some(name))
        };
        let inherits = |name| bases.iter().filter_map(last_name).any(|base| self.original(base) == name);
        let keyword = |name: &str| {
            let keywords = class.arguments.iter().flat_map(|arguments| &arguments.keywords);
            keywords
                .filter(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == name))
                .map(|of| &of.value)
                .next()
        };
        if inherits("BaseModel") {
            Some(Flavour::Pydantic)
        } else if inherits("TypedDict") {
            let partial = matches!(keyword("total"), Some(Expr::BooleanLiteral(total)) if !total.value);
            Some(Flavour::TypedDict { total: !partial })
        } else if decorated("dataclass") || decorated("moose_data_model") {
            Some(Flavour::Dataclass)
        } else if bases.iter().any(|base| !is_no_record(base)) {
            Some(Flavour::Heir)
        } else {
            None
        }
    }

    fn record(&self, class: &StmtClassDef, bases: &[Expr], flavour: Flavour) -> Record {
        let names = self.names();
        let bases = bases
            .iter()
            .filter(|base| {
                let is_root = last_name(base)
                    .is_some_and(|name| matches!(self.original(name), "BaseModel" | "TypedDict"));
                !is_no_record(base) && !is_root
            })
            .map(|base| names.read(base))
            .collect();
        let mut record = Record { bases, breeds: flavour != Flavour::Dataclass, ..Record::default() };
        for statement in &class.body {
            match statement {
                Stmt::AnnAssign(field) => {
                    let Expr::Name(name) = &*field.target else { continue };
                    if is_field(field, name, flavour) {
                        record.refused.extend(field.value.as_deref().and_then(renamed));
                        record.members.push(self.member(name, field, flavour));
                    }
                }
                Stmt::Assign(assign) => record.refused.extend(call(&assign.value).and_then(renames_all)),
                _ => {}
            }
        }
        record
    }

    fn member(&self, name: &ExprName, field: &StmtAnnAssign, flavour: Flavour) -> Member {
        let member = self.names().member(name, &field.annotation, field.value.as_deref());
        let may_be_left_out = match flavour {
            Flavour::TypedDict { total: false } => last_name(&field.annotation) != Some("Required"),
            Flavour::TypedDict { total: true } | Flavour::Dataclass | Flavour::Pydantic | Flavour::Heir => {
                false
            }
        };
        Member { optional: member.optional || may_be_left_out, ..member }
    }
}

/// The type parameters of a class or an alias: `class Page[T]`.
pub(super) fn parameters(of: &TypeParams) -> Vec<Parameter> {
    let named = |parameter: &TypeParam| Parameter { name: parameter.name().to_string(), default: None };
    of.iter().map(named).collect()
}

fn is_field(field: &StmtAnnAssign, name: &ExprName, flavour: Flavour) -> bool {
    let is_private = name.id.starts_with('_')
        && match flavour {
            Flavour::Pydantic => true,
            // Only the heirs of a pydantic model have defaults.
            Flavour::Heir => field.value.is_some(),
            Flavour::Dataclass | Flavour::TypedDict { .. } => false,
        };
    !is_private
        && name.id != "model_config"
        && !matches!(last_name(&field.annotation), Some("ClassVar" | "KW_ONLY"))
}

/// Bases that say nothing about fields.
fn is_no_record(base: &Expr) -> bool {
    is_generic(base) || matches!(last_name(base), Some("object" | "ABC" | "Protocol" | "Exception"))
}

fn is_generic(base: &Expr) -> bool {
    last_name(base) == Some("Generic")
}

fn call(value: &Expr) -> Option<&ExprCall> {
    match value {
        Expr::Call(call) => Some(call),
        _ => None,
    }
}

/// `Field(alias="x")`: the field has another name in events than here.
fn renamed(default: &Expr) -> Option<Refusal> {
    let keywords = &call(default)?.arguments.keywords;
    let alias = keywords.iter().find(|keyword| {
        keyword.arg.as_ref().is_some_and(|name| matches!(name.as_str(), "alias" | "validation_alias"))
    })?;
    Some(Refusal::new(
        span(alias.range()),
        "a field cannot have another name in events",
        "Give the field the name that it has in events.",
    ))
}

/// `ConfigDict(alias_generator=…)`: every field has.
fn renames_all(config: &ExprCall) -> Option<Refusal> {
    let alias = config
        .arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|name| name == "alias_generator"))?;
    Some(Refusal::new(
        span(alias.range()),
        "fields cannot have other names in events",
        "Give the fields the names that they have in events.",
    ))
}

//! TypeScript to the intermediate form.
//!
//! Files are parsed, never run. What is imported is lowered first, file by file (`imports`). A migration is the body of its one
//! exported function, lowered for one row: statements become conditional values
//! (`statements`, `declarations`, `assignments`, `changes`, `loops`), expressions become nodes whose types are
//! checked on the way (`expressions`, `operators`, `objects`, `lookups`, `calls`, `methods`,
//! `regular`), what runs over arrays gets a body (`arrays`, `orders`, `reductions`), calls of the
//! file's functions become their bodies (`functions`), and tests narrow types by recording facts
//! about nodes (`facts`). The models are the truth about types; annotations in the
//! file are for editors.
//!
//! Whatever is not lowered with its exact meaning is refused with its place. After an error,
//! lowering goes on where it can, so that one run shows all of them.

mod arrays;
mod assignments;
mod calls;
mod changes;
mod declarations;
mod expressions;
mod facts;
mod functions;
mod imports;
mod lookups;
mod loops;
mod methods;
mod objects;
mod operators;
mod orders;
mod program;
mod reductions;
mod regular;
mod statements;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::{Model, Precise, Spelled},
};
use oxc_allocator::Allocator;
use oxc_span::Span;

use functions::{Callable, Frame};
use imports::Lowered as Imported;

use super::{
    Migration, Output,
    ir::{Graph, Id},
    javascript::{Fallible, pattern::Pattern},
    library::Library,
    modules,
    types::{Kind, Type},
};

/// Marks that a diagnostic was recorded, and that there is no value.
#[derive(Debug, Clone, Copy)]
struct Reported;

type Lowered = Result<Id, Reported>;

/// What a name in scope stands for.
#[derive(Debug, Clone)]
enum Binding<'a> {
    Value(Id),
    /// A variable, with the value that it has here.
    Variable(Id),
    /// An array, an object or a date that was just made and that only this name refers to, with what it
    /// holds here.
    List {
        value: Id,
        number: u32,
        escaped: bool,
        /// Whether the name may be given another value.
        assignable: bool,
    },
    /// A `Map` of constant keys, and a `Set`.
    Map(Vec<(Id, Id)>),
    Set(Id),
    /// A regular expression.
    Pattern(Pattern),
    /// An enum declared in the file: its members and their values.
    Enum(BTreeMap<String, Id>),
    /// A function of the file.
    Function(Callable<'a>),
    /// A class, which nothing can be done with.
    Class,
    /// All that another file exports.
    Namespace(usize),
    /// Something that was reported where it was declared.
    Broken,
}

/// The state of lowering a migration.
struct Lowering<'a> {
    /// The file that is lowered, and its number.
    file: &'a Arc<SourceFile>,
    at: usize,
    /// The files before it, by number.
    imported: Vec<Imported<'a>>,
    /// Names that could not be imported into the file that is lowered, and why.
    missing: BTreeMap<String, String>,
    from: &'a Model,
    to: &'a Model,
    graph: Graph,
    /// Names in scope, innermost last.
    bindings: Vec<(String, Binding<'a>)>,
    /// How many of them are those of the module.
    module: usize,
    /// How many lists there were.
    lists: u32,
    /// The lists that something else referred to, in the order in which that was seen.
    escapes: Vec<u32>,
    /// The functions whose bodies are being lowered: their files and places.
    calls: Vec<(usize, Span)>,
    /// Whose `return` is lowered.
    frame: Frame,
    /// The failure of what was evaluated so far on this path: text or nothing.
    failure: Id,
    /// Values that are known to be there on this path.
    present: BTreeSet<Id>,
    /// Texts that are known to be one of a few on this path.
    words: BTreeMap<Id, BTreeSet<String>>,
    /// For a condition that was lowered: the values that are absent when it holds.
    absent_if: BTreeMap<Id, BTreeSet<Id>>,
    /// Values whose type the author asserted with `as`.
    asserted: BTreeSet<Id>,
    /// How deep the nesting is at the moment.
    depth: usize,
    /// How much was lowered.
    steps: usize,
    diagnostics: Vec<Diagnostic>,
}

/// Compiles the migration function of a TypeScript file.
pub(super) fn compile(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<Migration, Vec<Diagnostic>> {
    let allocator = Allocator::default();
    let modules = modules::link(&allocator, file, library)?;
    let mut graph = Graph::default();
    let failure = graph.null();
    let mut lowering = Lowering {
        file,
        at: 0,
        imported: Vec::new(),
        missing: BTreeMap::new(),
        from,
        to,
        graph,
        bindings: Vec::new(),
        module: 0,
        lists: 0,
        escapes: Vec::new(),
        calls: Vec::new(),
        frame: Frame::Migration,
        failure,
        present: BTreeSet::new(),
        words: BTreeMap::new(),
        absent_if: BTreeMap::new(),
        asserted: BTreeSet::new(),
        depth: 0,
        steps: 0,
        diagnostics: Vec::new(),
    };
    let lowered = lowering.program(&modules);
    match lowered {
        Ok(migration) if lowering.diagnostics.is_empty() => Ok(migration),
        _ => Err(lowering.diagnostics),
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl<'a> Lowering<'a> {
    /// Records a diagnostic that points at a place.
    fn report(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        let diagnostic =
            Diagnostic::error(code, message).with_label(self.file, range(span), label).with_help(help);
        // What stands behind an `if` may be lowered twice.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    /// Refuses a construct.
    fn refuse(&mut self, span: Span, what: impl AsRef<str>, help: impl Into<String>) -> Reported {
        let message = format!("{} cannot be compiled to SQL yet", what.as_ref());
        self.report(Code::NotCompilable, span, message, "not in the compiled subset", help)
    }

    /// Refuses an operation on a type that it is not defined for.
    fn mismatch(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Reported {
        self.report(Code::TypeMismatch, span, message, "here", help)
    }

    fn ty(&self, id: Id) -> &Type {
        self.graph.ty(id)
    }

    /// Whether evaluation never gets to a value: a path where a type has no values left.
    fn is_dead(&self, id: Id) -> bool {
        *self.ty(id) == Type::of(Kind::Never)
    }

    /// The source text at a place, for messages.
    fn source(&self, span: Span) -> &str {
        self.file.text.get(range(span)).unwrap_or_default()
    }

    /// Takes a value and adds its failure to what may have failed before it.
    fn take(&mut self, fallible: Fallible) -> Id {
        self.fail(fallible.failure);
        fallible.value
    }

    /// Adds a failure after those before it.
    fn fail(&mut self, failure: Id) {
        self.failure = self.graph.first_failure(self.failure, failure);
    }

    /// Lowers something with its own failure, which the caller places under a condition.
    fn isolated<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, Id) {
        let nothing = self.graph.null();
        let outer = std::mem::replace(&mut self.failure, nothing);
        let result = lower(self);
        (result, std::mem::replace(&mut self.failure, outer))
    }

    /// Lowers both sides of a condition, each with what the condition says about its values.
    fn branches(
        &mut self,
        condition: Id,
        then: impl FnOnce(&mut Self) -> Lowered,
        otherwise: impl FnOnce(&mut Self) -> Lowered,
    ) -> Result<(Id, Id), Reported> {
        let (a, failure_a) = self.isolated(|this| this.assuming(condition, true, then));
        let (b, failure_b) = self.isolated(|this| this.assuming(condition, false, otherwise));
        let failure = self.graph.if_else(condition, failure_a, failure_b);
        self.fail(failure);
        Ok((a?, b?))
    }

    /// One of two values, which must have types that join.
    fn choose(&mut self, span: Span, condition: Id, a: Id, b: Id) -> Lowered {
        if self.ty(a).join(self.ty(b)).is_none() {
            let message = format!("this is sometimes `{}` and sometimes `{}`", self.ty(a), self.ty(b));
            return Err(self.mismatch(span, message, "Convert one of them, so that both have one type."));
        }
        let is_same = self.ty(a).kind == self.ty(b).kind;
        if !is_same && [a, b].iter().all(|id| has_objects(&self.ty(*id).kind)) {
            let help = "Give the objects of both the same fields.";
            return Err(self.mismatch(span, "these are arrays of objects with different fields", help));
        }
        Ok(self.graph.if_else(condition, a, b))
    }

    /// Fits the returned value to the target model.
    fn migration(&mut self, returned: Id, span: Span) -> Result<Migration, Reported> {
        let keep = self.graph.is_there(returned);
        let row = self.graph.known(returned);
        let mut columns = Vec::new();
        let nothing = self.graph.null();
        let mut failure = nothing;
        for field in &self.to.fields {
            let value = self.graph.field(row, &field.name);
            match super::fit::fit(&mut self.graph, value, field, field.name.as_str(), &self.asserted) {
                Ok(fitted) => {
                    failure = self.graph.first_failure(failure, fitted.failure);
                    columns.push(Output { field: field.clone(), value: fitted.value });
                }
                Err(misfit) => {
                    // Objects were checked where they were written; this is about all other values.
                    if self.diagnostics.is_empty() {
                        self.report_misfit(span, &misfit);
                    }
                    return Err(Reported);
                }
            }
        }
        let failure = self.graph.if_else(keep, failure, nothing);
        self.fail(failure);
        Ok(Migration {
            graph: std::mem::take(&mut self.graph),
            source: self.from.fields.clone(),
            columns,
            keep,
            failure: self.failure,
        })
    }

    /// Reports that a value does not fit a field.
    fn report_misfit(&mut self, span: Span, misfit: &super::fit::Misfit) -> Reported {
        let super::fit::Misfit { path, found, expected } = misfit;
        let Some(found) = found else {
            let message = format!("`{}` is missing in what the migration returns", path);
            let help = format!("The target model has `{expected}`.");
            return self.report(Code::MigrationOutput, span, message, "this object", help);
        };
        let wanted = Type::of_field(expected);
        let message = format!("`{path}` must be `{wanted}`, but this is `{found}`");
        let help = conversion(found, &wanted);
        self.report(Code::MigrationOutput, span, message, format!("`{found}`"), help)
    }
}

/// Whether it is an array of objects.
fn has_objects(kind: &Kind) -> bool {
    match kind {
        Kind::Array(item) => matches!(item.kind, Kind::Object(_)) || has_objects(&item.kind),
        _ => false,
    }
}

/// What to write to get from one type to another.
fn conversion(found: &Type, wanted: &Type) -> String {
    let absent = match (found.null, found.undefined) {
        (true, _) => "null",
        (false, _) => "undefined",
    };
    if found.kind == Kind::Never {
        return format!("The target field cannot be {absent}; give it a value.");
    }
    if found.is_optional() && !wanted.is_optional() && found.kind == wanted.kind {
        return format!(
            "It may be {absent} here: give a default (`… ?? value`), or test for it and `return null` or throw."
        );
    }
    let text = match (&found.kind, &wanted.kind) {
        (kind, Kind::Number) if kind.is_text() => "Convert it with `Number(…)`.",
        (kind, Kind::Text) if kind.is_number() => "Convert it with `String(…)`.",
        (found, wanted) if found.is_big() && wanted.is_number() => "Convert it with `Number(…)`.",
        (found, wanted) if found.is_number() && wanted.is_big() => "Convert it with `BigInt(…)`.",
        (kind, Kind::Precise(Precise::Text(Spelled::Decimal { scale, .. }))) if kind.is_number() => {
            return format!("Convert it with `.toFixed({scale})`.");
        }
        (Kind::Boolean, Kind::Text) => "Convert it with `String(…)`.",
        (kind, Kind::Boolean) if kind.is_number() || kind.is_text() => {
            "Compare it, or convert it with `Boolean(…)`."
        }
        (kind, Kind::Date) if kind.is_number() || kind.is_text() => "Convert it with `new Date(…)`.",
        (Kind::Date, Kind::Number) => "Convert it with `.getTime()`.",
        (Kind::Date, Kind::Text) => "Convert it with `.toISOString()`.",
        (kind, Kind::Words(_)) if kind.is_text() => {
            "Return only these values, or assert it with `as`: rows with other values then go to the dead letters."
        }
        (kind, Kind::Integers(_)) if kind.is_number() => {
            "Return only these values, or assert it with `as`: rows with other values then go to the dead letters."
        }
        _ => "Convert it to the type of the target field.",
    };
    text.to_owned()
}

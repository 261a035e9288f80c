//! Python to the intermediate form.
//!
//! The file is parsed, never run, and no other file is read. A migration is the body of one function,
//! lowered for one row: statements become conditional values (`statements`, `branches`, `loops`,
//! `matches`), expressions become nodes (`expressions`, `operators`, `comparisons`, `subscripts`,
//! `formats`, `calls`, `builtins`, `methods`, `dates`), what runs over lists gets a body (`comprehensions`), and
//! calls of the file's functions become their bodies (`functions`). What the operations mean is in
//! [`super::cpython`].
//!
//! Python checks types while it runs, and so does this: where a value may be `None` and an operation
//! has no meaning for `None`, the rows where it is fail with Python's error. Where the models leave no
//! row that could succeed, or a meaning is not known exactly, the construct is refused with its place.
//!
//! Classes of the project are taken for what they say they are: a class that is called with keywords
//! keeps them as its fields, and does nothing else.

mod branches;
mod builtins;
mod calls;
mod comparisons;
mod comprehensions;
mod dates;
pub(super) mod entry;
mod expressions;
mod formats;
mod functions;
pub(super) mod hole;
mod loops;
mod matches;
mod methods;
mod names;
mod objects;
mod operators;
mod output;
mod program;
mod regular;
mod statements;
mod subscripts;
mod tries;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    rc::Rc,
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::{DataType, Field, Model},
};
use ruff_python_ast::{Expr, ExprLambda, Stmt, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use regular::Match;

use super::{
    Migration,
    cpython::{Fallible, pattern::Pattern},
    ir::{Function, Graph, Id, Node},
    types::{Kind, Type},
};

/// Marks that a diagnostic was recorded, and that there is no value.
#[derive(Debug, Clone, Copy)]
struct Reported;

type Lowered = Result<Id, Reported>;

/// What an expression or a name stands for.
#[derive(Debug, Clone)]
enum Value<'a> {
    /// A value that rows have.
    Node(Id),
    /// A list that was just made and that only this name refers to, with what it holds here.
    List(Id),
    /// Values side by side.
    Tuple(Vec<Value<'a>>),
    /// A dictionary, or a set when there are no values, whose keys are constants.
    Table(Rc<Vec<(Id, Value<'a>)>>),
    /// A time span in milliseconds.
    Span(Id),
    /// A regular expression, and what it found in a text.
    Pattern(Rc<Pattern>),
    Match(Match),
    /// A function of the file.
    Function(&'a StmtFunctionDef),
    Lambda(&'a ExprLambda),
    /// A class of the file that holds fields.
    Class(&'a str),
    /// An enum of the file: its members and their values.
    Enum(Rc<BTreeMap<String, Id>>),
    /// Something that was imported: the module, and the name in it unless it is the module.
    Imported(&'a str, &'a str),
    /// A name that has no value on every path to here, or one that is not compiled.
    Broken(Rc<Vec<Diagnostic>>),
}

/// The names of a function, or of the module.
type Names<'a> = BTreeMap<String, Value<'a>>;

/// The state of lowering one file.
struct Lowering<'a> {
    file: &'a Arc<SourceFile>,
    from: &'a Model,
    to: &'a Model,
    graph: Graph,
    /// The names of the module.
    module: Names<'a>,
    /// The names of the function that is lowered, which hide those of the module.
    names: Names<'a>,
    /// The names that the function assigns somewhere.
    own: BTreeSet<&'a str>,
    /// The functions whose bodies are being lowered.
    calls: Vec<TextSize>,
    /// The failure of what was evaluated so far on this path: text or nothing.
    failure: Id,
    /// Values that are known to be there on this path.
    present: BTreeSet<Id>,
    /// Values that are an `int` for some rows and a `float` for others.
    blended: BTreeSet<Id>,
    /// The expression that is lowered.
    place: TextRange,
    depth: usize,
    steps: usize,
    diagnostics: Vec<Diagnostic>,
}

/// Compiles the migration function of a Python file.
pub(super) fn compile(
    file: &Arc<SourceFile>,
    from: &Model,
    to: &Model,
) -> Result<Migration, Vec<Diagnostic>> {
    let parsed = parse_unchecked(&file.text, ParseOptions::from(Mode::Module));
    let problems: Vec<_> = parsed
        .errors()
        .iter()
        .map(|error| {
            let place = range(error.location);
            Diagnostic::error(Code::Syntax, error.error.to_string()).with_label(file, place, "here")
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    if let Some(field) = [from, to].into_iter().find_map(|model| exact(&model.fields)) {
        let message =
            format!("`{}` has a type that is not compiled from Python yet: {}", field.name, field.data_type);
        return Err(vec![Diagnostic::error(Code::NotCompilable, message).in_file(file)]);
    }
    let mut graph = Graph::default();
    let failure = graph.null();
    let mut lowering = Lowering {
        file,
        from,
        to,
        graph,
        module: Names::new(),
        names: Names::new(),
        own: BTreeSet::new(),
        calls: Vec::new(),
        failure,
        present: BTreeSet::new(),
        blended: BTreeSet::new(),
        place: TextRange::default(),
        depth: 0,
        steps: 0,
        diagnostics: Vec::new(),
    };
    let body: &[Stmt] = match parsed.syntax() {
        ruff_python_ast::Mod::Module(module) => &module.body,
        ruff_python_ast::Mod::Expression(_) => &[],
    };
    match lowering.program(body) {
        Ok(migration) if lowering.diagnostics.is_empty() => Ok(migration),
        _ => Err(lowering.diagnostics),
    }
}

fn range(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// The beginning of a statement: its keyword.
fn keyword(statement: &impl Ranged, length: u32) -> TextRange {
    TextRange::at(statement.start(), TextSize::from(length))
}

impl<'a> Lowering<'a> {
    /// Records a diagnostic that points at a place.
    fn report(
        &mut self,
        code: Code,
        place: TextRange,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        let diagnostic =
            Diagnostic::error(code, message).with_label(self.file, range(place), label).with_help(help);
        // What stands behind an `if` may be lowered twice.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    /// Refuses a construct.
    fn refuse(&mut self, place: TextRange, what: impl AsRef<str>, help: impl Into<String>) -> Reported {
        let message = format!("{} cannot be compiled to SQL yet", what.as_ref());
        self.report(Code::NotCompilable, place, message, "not in the compiled subset", help)
    }

    /// Reports an operation that Python refuses for every row.
    fn mismatch(
        &mut self,
        place: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        self.report(Code::TypeMismatch, place, message, "here", help)
    }

    fn ty(&self, id: Id) -> &Type {
        self.graph.ty(id)
    }

    /// The source text at a place, for messages.
    fn source(&self, place: TextRange) -> &'a str {
        self.file.text.get(range(place)).unwrap_or_default()
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

    /// Lowers something that may turn out not to be compiled, and keeps what was reported for later.
    fn attempt<T>(
        &mut self,
        lower: impl FnOnce(&mut Self) -> Result<T, Reported>,
    ) -> Result<T, Rc<Vec<Diagnostic>>> {
        let before = std::mem::take(&mut self.diagnostics);
        let result = lower(self);
        let found = std::mem::replace(&mut self.diagnostics, before);
        match result {
            Ok(result) if found.is_empty() => Ok(result),
            _ => Err(Rc::new(found)),
        }
    }

    /// Lowers both sides of a condition, each with what the condition says about its values.
    fn either(
        &mut self,
        condition: Id,
        then: impl FnOnce(&mut Self) -> Lowered,
        otherwise: impl FnOnce(&mut Self) -> Lowered,
    ) -> Result<(Id, Id), Reported> {
        match self.graph.as_boolean(condition) {
            // What never runs need not have a meaning.
            Some(true) => {
                let value = then(self)?;
                return Ok((value, value));
            }
            Some(false) => {
                let value = otherwise(self)?;
                return Ok((value, value));
            }
            None => {}
        }
        let (a, failure_a) = self.isolated(|this| this.assuming(condition, true, then));
        let (b, failure_b) = self.isolated(|this| this.assuming(condition, false, otherwise));
        let failure = self.graph.if_else(condition, failure_a, failure_b);
        self.fail(failure);
        Ok((a?, b?))
    }

    /// One of two values, which must have types that join.
    fn choose(&mut self, place: TextRange, condition: Id, a: Id, b: Id) -> Lowered {
        match self.joined(condition, a, b) {
            Some(value) => Ok(value),
            None => {
                let (a, b) = (spelled(self.ty(a)), spelled(self.ty(b)));
                let what = format!("a value that is sometimes `{a}` and sometimes `{b}`");
                Err(self.refuse(place, what, "Convert one of them, so that both have one type."))
            }
        }
    }

    /// The same, or nothing when they do not join. An `int` and a `float` join as numbers, of which is
    /// remembered that their texts differ.
    fn joined(&mut self, condition: Id, a: Id, b: Id) -> Option<Id> {
        if let Some(known) = self.graph.as_boolean(condition) {
            return Some(if known { a } else { b });
        }
        let (a_kind, b_kind) = (self.ty(a).kind.clone(), self.ty(b).kind.clone());
        let is_float = |kind: &Kind| matches!(kind, Kind::Number | Kind::Integers(_));
        if (a_kind == Kind::BigInt && is_float(&b_kind)) || (is_float(&a_kind) && b_kind == Kind::BigInt) {
            let (a, b) = (self.exact_float(a)?, self.exact_float(b)?);
            let value = self.graph.if_else(condition, a, b);
            self.blended.insert(value);
            return Some(value);
        }
        self.ty(a).join(self.ty(b))?;
        let has_objects =
            |kind: &Kind| matches!(kind, Kind::Array(item) if matches!(item.kind, Kind::Object(_)));
        if a_kind != b_kind && has_objects(&a_kind) && has_objects(&b_kind) {
            return None;
        }
        Some(self.graph.if_else(condition, a, b))
    }

    /// An integer as the double that is equal to it, if that is known.
    fn exact_float(&mut self, x: Id) -> Option<Id> {
        match (self.graph.as_big_int(x), &self.ty(x).kind) {
            (Some(value), _) if value.unsigned_abs() < 1 << 53 => Some(self.graph.number(value as f64)),
            (None, Kind::Number | Kind::Integers(_)) => Some(x),
            _ => None,
        }
    }

    /// Whether a number is made from one that is an `int` for some rows and a `float` for others.
    fn is_blended(&self, id: Id) -> bool {
        if self.blended.is_empty() {
            return false;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if self.blended.contains(&id) {
                return true;
            }
            if matches!(self.ty(id).kind, Kind::Number | Kind::Integers(_)) && seen.insert(id) {
                self.graph.node(id).for_each_child(|child| open.push(child));
            }
        }
        false
    }

    /// A value where it is there; where it is `None`, the row fails with Python's error.
    fn required(&mut self, id: Id, reason: &str) -> Id {
        if !self.ty(id).is_optional() {
            return id;
        }
        self.sometimes(id);
        let absent = self.graph.is_nothing(id);
        let reason = self.graph.text(reason);
        let failure = self.graph.failure_if(absent, reason);
        self.fail(failure);
        self.graph.known(id)
    }

    /// Refuses an operation on what is `None` for every row: such a value has no type in the database.
    fn sometimes(&mut self, id: Id) {
        if self.ty(id).kind == Kind::Never {
            let help = "It raises for every row that gets here; write `raise` instead.";
            self.refuse(self.place, "an operation on what is always `None`", help);
        }
    }

    /// Lowers something on the path where a condition has a truth value.
    fn assuming<T>(&mut self, condition: Id, holds: bool, lower: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.present.clone();
        self.learn(condition, holds);
        let result = lower(self);
        self.present = before;
        result
    }

    /// Records what a condition says from here on.
    fn learn(&mut self, condition: Id, holds: bool) {
        match self.graph.node(condition).clone() {
            Node::Apply(Function::Not, args) => self.learn(args[0], !holds),
            Node::Apply(Function::And, args) if holds => {
                args.into_iter().for_each(|arg| self.learn(arg, true))
            }
            Node::Apply(Function::Or, args) if !holds => {
                args.into_iter().for_each(|arg| self.learn(arg, false))
            }
            Node::Apply(Function::IsNothing, args) if !holds => {
                self.present.insert(args[0]);
            }
            _ => {}
        }
    }

    /// The value as it is known on this path.
    fn narrowed(&mut self, value: Id) -> Id {
        if self.present.contains(&value) { self.graph.known(value) } else { value }
    }

    /// The name of a type in Python's errors.
    fn type_name(&self, id: Id) -> &'static str {
        super::cpython::value::type_name(self.ty(id)).unwrap_or("object")
    }

    /// Lowers something one level deeper, within what the stack and a reader can take.
    fn nested<T>(
        &mut self,
        place: TextRange,
        lower: impl FnOnce(&mut Self) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        self.depth += 1;
        self.steps += 1;
        let result = if self.steps > MAX_STEPS + 1 {
            // That was reported already.
            Err(Reported)
        } else if self.depth > super::MAX_DEPTH || self.steps > MAX_STEPS {
            self.steps = MAX_STEPS + 1;
            let help = "Split it into smaller steps, or into two migrations.";
            Err(self.refuse(TextRange::at(place.start(), TextSize::from(1)), "a function of this size", help))
        } else {
            lower(self)
        };
        self.depth -= 1;
        result
    }
}

/// How many expressions may be lowered. What stands behind an `if` that returns on some paths is
/// lowered once for each branch.
const MAX_STEPS: usize = 100_000;

/// A field that is held by the database in a type of its own, or has one in it. What Python makes of such
/// values (`Decimal`, `UUID`, `int` within bounds) has no counterpart among compiled values.
fn exact(fields: &[Field]) -> Option<&Field> {
    fn within(of: &DataType) -> bool {
        match of {
            DataType::Precise(_) => true,
            DataType::Array(item) => within(&item.data_type),
            DataType::Object(fields) => exact(fields).is_some(),
            _ => false,
        }
    }
    fields.iter().find(|field| within(&field.data_type))
}

/// A type as a Python reader would write it.
fn spelled(ty: &Type) -> String {
    let kind = match &ty.kind {
        Kind::Never => return "None".to_owned(),
        Kind::Text => "str".to_owned(),
        Kind::Words(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
            format!("Literal[{}]", words.join(", "))
        }
        Kind::Number => "float".to_owned(),
        Kind::Integers(values) => {
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            format!("Literal[{}]", values.join(", "))
        }
        Kind::Boolean => "bool".to_owned(),
        Kind::BigInt => "int".to_owned(),
        Kind::Date => "datetime".to_owned(),
        Kind::Array(item) => format!("list[{}]", spelled(item)),
        Kind::Object(_) => "a record".to_owned(),
        Kind::Precise(of) => of.to_string(),
    };
    if ty.is_optional() { format!("{kind} | None") } else { kind }
}

/// The constant text of an expression.
fn literal(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    }
}

/// The last part of a dotted name.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last_name(&call.func),
        _ => None,
    }
}

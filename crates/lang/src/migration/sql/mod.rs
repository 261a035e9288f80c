//! The intermediate form to SQL.
//!
//! A value has one form while it is computed (`functions`) and may have another where it is stored
//! (`columns`): a date is computed as milliseconds and stored as `DateTime64`, a word of an enum
//! as text and as `Enum8`. Columns that are only copied stay as they are.
//!
//! Nothing printed here throws, whichever rows the database evaluates it for: it may evaluate a
//! branch on rows that do not take it. So conversions that could throw get arguments that cannot
//! make them (`accurateCastOrNull`, `if(x IN …)`), even where the branch was already chosen.

mod arrays;
mod bits;
mod columns;
mod functions;
mod names;
mod scopes;

use std::collections::HashMap;

use antler_core::{
    schema::{DataType, Field, Precise, Spelled},
    sql::{BinaryOp, Expr, Let, Literal, Projection, column_type, item_type},
    udf,
};

use super::{
    Migration,
    ir::{Each, Function, Graph, Id, Node},
    types::Kind,
    udf::Call,
};
use names::Names;
use scopes::Scopes;

/// The SQL of a migration.
pub(super) fn projection(migration: &Migration) -> Projection {
    let mut printer = Printer::new(migration);
    let columns = migration
        .columns
        .iter()
        .map(|output| (output.field.name.clone(), printer.column(output.value, &output.field)))
        .collect();
    let keep = match migration.graph.as_boolean(migration.keep) {
        Some(true) => None,
        Some(false) | None => Some(printer.value(migration.keep)),
    };
    let failure = match migration.graph.node(migration.failure) {
        Node::Nothing(_) => None,
        _ => Some(printer.failure(migration.failure)),
    };
    Projection { lets: printer.lets, columns, keep, failure, functions: printer.functions }
}

/// The form in which an expression is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    /// As it is computed with.
    Value,
    /// A date as milliseconds.
    Milliseconds,
    /// A date as `DateTime64`.
    Instant,
    /// A part of a column as it is stored.
    Stored,
}

struct Printer<'m> {
    graph: &'m Graph,
    source: &'m [Field],
    /// How many nodes use a node.
    uses: HashMap<Id, usize>,
    printed: HashMap<(Id, Form), Expr>,
    lets: Vec<Let>,
    names: Names,
    /// What is called.
    functions: Vec<udf::Function>,
    scopes: Scopes,
}

/// From what length on an expression that is used again gets a name.
const WORTH_A_NAME: usize = 45;

impl<'m> Printer<'m> {
    fn new(migration: &'m Migration) -> Self {
        let mut uses = HashMap::new();
        let roots = migration.columns.iter().map(|output| output.value);
        for root in roots.chain([migration.keep, migration.failure]) {
            count(&migration.graph, root, &mut uses);
        }
        let taken = migration.source.iter().map(|field| &field.name);
        Self {
            graph: &migration.graph,
            source: &migration.source,
            uses,
            printed: HashMap::new(),
            lets: Vec::new(),
            names: Names::new(taken),
            functions: Vec::new(),
            scopes: Scopes::new(&migration.graph),
        }
    }

    /// An expression in the form in which it is computed with.
    fn value(&mut self, id: Id) -> Expr {
        self.shared(id, Form::Value)
    }

    /// The failure of a row: under a name when it is long, since two statements ask for it.
    fn failure(&mut self, id: Id) -> Expr {
        let printed = self.value(id);
        if printed.to_string().len() < 2 * WORTH_A_NAME {
            return printed;
        }
        let name = self.names.unique("failure");
        self.lets.push(Let { name: name.clone(), value: printed });
        Expr::Column(name)
    }

    /// A date as milliseconds since 1970, NaN when invalid.
    fn milliseconds(&mut self, id: Id) -> Expr {
        self.shared(id, Form::Milliseconds)
    }

    /// A date as `DateTime64`; meaningless outside of its range.
    fn instant(&mut self, id: Id) -> Expr {
        self.shared(id, Form::Instant)
    }

    /// An expression, with a name when it is used more than once.
    fn shared(&mut self, id: Id, form: Form) -> Expr {
        let id = self.same_nothing(id);
        if let Some(printed) = self.printed.get(&(id, form)) {
            return printed.clone();
        }
        let mut printed = match form {
            Form::Value => self.print_value(id),
            Form::Milliseconds => self.print_milliseconds(id),
            Form::Instant => self.print_instant(id),
            Form::Stored => self.print_stored(id),
        };
        if self.uses.get(&id).is_some_and(|uses| *uses > 1) {
            printed = self.named(id, printed);
        }
        self.printed.insert((id, form), printed.clone());
        printed
    }

    /// The expression under a name, for use in several places, unless it is short.
    fn named(&mut self, id: Id, printed: Expr) -> Expr {
        if matches!(printed, Expr::Literal(_)) || printed.to_string().len() < WORTH_A_NAME {
            return printed;
        }
        let wanted = names::describe(self.graph, id);
        if let Some(scope) = self.scopes.innermost_of(id) {
            let name = self.names.local(&wanted);
            scope.lets.push((name.clone(), printed));
            return Expr::Name(name);
        }
        let name = self.names.unique(&wanted);
        self.lets.push(Let { name: name.clone(), value: printed });
        Expr::Column(name)
    }

    /// An expression that the caller prints in several places.
    fn repeated(&mut self, id: Id) -> Expr {
        let printed = self.value(id);
        let printed = self.named(id, printed);
        self.printed.insert((id, Form::Value), printed.clone());
        printed
    }

    fn print_value(&mut self, id: Id) -> Expr {
        if self.graph.is_stored(id) {
            return self.loaded(id);
        }
        if self.graph.ty(id).kind == Kind::Date {
            return self.milliseconds(id);
        }
        match self.graph.node(id) {
            Node::Parameter(parameter) => self.parameter(id, *parameter),
            Node::Each { .. } => self.each(id),
            Node::Fold { .. } => self.fold(id),
            Node::Unreachable | Node::Nothing(_) | Node::Column(_) => Expr::Literal(Literal::Null),
            Node::Boolean(value) => Expr::Literal(Literal::Bool(*value)),
            Node::Number(bits) => Expr::float(bits.value()),
            Node::BigInt(value) => Expr::int(*value),
            Node::Text(text) => Expr::string(text.clone()),
            Node::Field(object, name) => {
                let position = self.field_position(*object, name);
                Expr::call("tupleElement", [self.value(*object), count_of(position)])
            }
            Node::Known(value) => {
                let value = *value;
                let printed = self.value(value);
                match &self.graph.ty(value).kind {
                    Kind::Array(_) => self.known_array(value, printed),
                    _ => Expr::call("assumeNotNull", [printed]),
                }
            }
            Node::If(condition, a, b) => {
                let (condition, a, b) = (*condition, *a, *b);
                if let Some(default) = self.default_of(condition, a, b) {
                    return default;
                }
                let (condition, a, b) = (self.value(condition), self.value(a), self.value(b));
                choice(condition, a, b)
            }
            Node::Object(fields) => {
                let values: Vec<_> = fields.iter().map(|(_, value)| *value).collect();
                Expr::call("tuple", values.into_iter().map(|value| self.value(value)).collect::<Vec<_>>())
            }
            Node::Array(items) => {
                let items = items.clone();
                Expr::call("array", items.into_iter().map(|item| self.value(item)).collect::<Vec<_>>())
            }
            Node::Apply(function, args) => {
                let (function, args) = (function.clone(), args.clone());
                self.function(&function, &args)
            }
        }
    }

    /// Without a choice between `null` and `undefined`: both are `NULL`.
    fn same_nothing(&self, id: Id) -> Id {
        if let Node::If(condition, a, b) = self.graph.node(id)
            && let Node::Apply(Function::IsNothing, args) = self.graph.node(*condition)
            && matches!(self.graph.node(*a), Node::Nothing(_))
            && *self.graph.node(*b) == Node::Known(args[0])
        {
            return args[0];
        }
        id
    }

    /// `x ?? y`: `if(isNull(x), y, assumeNotNull(x))` reads better as `ifNull(x, y)`.
    fn default_of(&mut self, condition: Id, a: Id, b: Id) -> Option<Expr> {
        let Node::Apply(Function::IsNothing, args) = self.graph.node(condition) else { return None };
        let value = args[0];
        let is_scalar =
            !matches!(self.graph.ty(value).kind, Kind::Array(_) | Kind::Object(_) | Kind::Date | Kind::Never);
        if *self.graph.node(b) != Node::Known(value) || !is_scalar || self.graph.ty(a).is_optional() {
            return None;
        }
        Some(Expr::call("ifNull", [self.value(value), self.value(a)]))
    }

    /// An array of a `Variant`, where it is there.
    fn known_array(&mut self, value: Id, printed: Expr) -> Expr {
        match self.stored_type(value) {
            Some((DataType::Array(item), true)) => {
                let array = format!("Array({})", item_type(&item));
                Expr::call("variantElement", [printed, Expr::string(array)])
            }
            _ => printed,
        }
    }

    fn print_milliseconds(&mut self, id: Id) -> Expr {
        match self.graph.node(id).clone() {
            Node::If(condition, a, b) => {
                let (condition, a, b) = (self.value(condition), self.milliseconds(a), self.milliseconds(b));
                choice(condition, a, b)
            }
            Node::Nothing(_) | Node::Unreachable => Expr::Literal(Literal::Null),
            Node::Apply(Function::NumberToDate, ref args) => self.value(args[0]),
            _ if self.graph.is_stored(id) => milliseconds_of(self.instant(id)),
            Node::Apply(Function::TextToDate, _) => milliseconds_of(self.instant(id)),
            // What was computed holds milliseconds.
            Node::Known(value) => Expr::call("assumeNotNull", [self.milliseconds(value)]),
            Node::Parameter(parameter) => self.parameter(id, parameter),
            Node::Field(object, name) => {
                let position = self.field_position(object, &name);
                Expr::call("tupleElement", [self.value(object), count_of(position)])
            }
            Node::Apply(function, args) => self.function(&function, &args),
            Node::Each { .. } => self.each(id),
            Node::Fold { .. } => self.fold(id),
            _ => Expr::Literal(Literal::Null),
        }
    }

    fn print_instant(&mut self, id: Id) -> Expr {
        match *self.graph.node(id) {
            _ if self.graph.is_stored(id) => self.stored(id),
            Node::If(condition, a, b) => {
                let (condition, a, b) = (self.value(condition), self.instant(a), self.instant(b));
                choice(condition, a, b)
            }
            Node::Nothing(_) | Node::Unreachable => Expr::Literal(Literal::Null),
            Node::Apply(Function::TextToDate, ref args) => {
                let text = self.value(args[0]);
                let utc = Expr::string("UTC");
                Expr::call("parseDateTime64BestEffortOrZero", [text, count_of(3), utc])
            }
            Node::Known(value) if !matches!(self.graph.node(value), Node::Apply(..) | Node::Parameter(_)) => {
                Expr::call("assumeNotNull", [self.instant(value)])
            }
            _ => {
                let milliseconds = self.milliseconds(id);
                instant_of(milliseconds, self.graph.ty(id).is_optional())
            }
        }
    }

    /// A number in whichever form is shorter: nothing depends on its type.
    fn computed(&mut self, id: Id) -> Expr {
        match self.graph.ty(id).kind {
            Kind::Precise(_) if self.graph.is_stored(id) => self.stored(id),
            _ => self.value(id),
        }
    }

    /// A column or a part of one, as it is stored.
    fn stored(&mut self, id: Id) -> Expr {
        match self.graph.node(id) {
            Node::Each { .. } | Node::Apply(..) => self.shared(id, Form::Stored),
            _ => self.print_stored(id),
        }
    }

    fn print_stored(&mut self, id: Id) -> Expr {
        match self.graph.node(id) {
            Node::Column(name) => Expr::Column(name.clone()),
            Node::Parameter(parameter) => Expr::Name(self.parameter_name(id, parameter.number)),
            Node::Each { .. } => self.each(id),
            Node::Apply(function @ (Function::Slice | Function::Reverse), args) => {
                let array = self.stored(args[0]);
                let (function, args) = (function.clone(), args.clone());
                self.part(&function, array, &args)
            }
            Node::Known(value) => {
                let value = *value;
                let printed = self.stored(value);
                match self.graph.ty(value).kind {
                    Kind::Array(_) => self.known_array(value, printed),
                    _ => Expr::call("assumeNotNull", [printed]),
                }
            }
            Node::Field(object, name) => {
                let name = Expr::string(name.as_str());
                Expr::call("tupleElement", [self.stored(*object), name])
            }
            Node::Apply(Function::Element, args) => {
                let array = self.stored(args[0]);
                let position = args[1];
                self.element_of(array, position)
            }
            Node::Apply(Function::Migration(call), args) => {
                let (call, args) = (call.clone(), args.clone());
                self.migrated(id, &call, &args)
            }
            Node::Apply(Function::Narrow(of), args) => {
                let (of, value) = (*of, args[0]);
                match of {
                    Precise::Text(of) => read_as(self.repeated(value), of),
                    of => narrowed(self.computed(value), of),
                }
            }
            Node::Apply(Function::Written(written), args) => {
                let (written, args) = (written.clone(), args.clone());
                let args = args.iter().zip(&written.params).map(|(arg, field)| self.column(*arg, field));
                let args: Vec<_> = args.collect();
                Expr::cast(written.expression(&args), column_type(&written.field))
            }
            _ => Expr::Literal(Literal::Null),
        }
    }

    /// A column or a part of one, in the form in which it is computed with.
    fn loaded(&mut self, id: Id) -> Expr {
        match &self.graph.ty(id).kind {
            // Of the enum itself an absent value could be none of its values.
            Kind::Words(_) | Kind::Integers(_) if matches!(self.graph.node(id), Node::Known(_)) => {
                let Node::Known(value) = self.graph.node(id) else { return Expr::Literal(Literal::Null) };
                Expr::call("assumeNotNull", [self.value(*value)])
            }
            Kind::Words(_) if self.is_of_element(id) => self.word_of_element(id),
            Kind::Words(_) => Expr::call("toString", [self.stored(id)]),
            Kind::Integers(_) => Expr::call("toFloat64", [self.stored(id)]),
            Kind::Date => self.milliseconds(id),
            Kind::Array(_) | Kind::Object(_) => {
                let stored = self.stored(id);
                match self.stored_type(id) {
                    Some((data_type, nullable)) => self.load(stored, &data_type, nullable),
                    None => stored,
                }
            }
            Kind::Text => match self.stored_type(id) {
                Some((data_type, nullable)) => {
                    let stored = self.stored(id);
                    self.load(stored, &data_type, nullable)
                }
                None => self.stored(id),
            },
            Kind::Precise(Precise::Text(of)) => spelling(self.stored(id), *of),
            Kind::Precise(of) if of.is_double() => Expr::call("toFloat64", [self.stored(id)]),
            Kind::Never | Kind::Number | Kind::Boolean | Kind::BigInt | Kind::Precise(_) => self.stored(id),
        }
    }

    /// Whether a value is a part of an element that may be absent: what the database has in its place then
    /// can be none of the values of an enum.
    fn is_of_element(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Field(inner, _) | Node::Known(inner) => self.is_of_element(*inner),
            Node::Apply(Function::Element, _) => true,
            _ => false,
        }
    }

    /// The text of an enum, by its number, which throws for none.
    fn word_of_element(&mut self, id: Id) -> Expr {
        let stored = self.stored(id);
        let Some((DataType::StringEnum(words), _)) = self.stored_type(id) else {
            return Expr::call("toString", [stored]);
        };
        let numbers = (1..).zip(&words).map(|(number, _)| count_of(number));
        let numbers = Expr::call("array", numbers.collect::<Vec<_>>());
        let texts =
            Expr::call("array", words.iter().map(|word| Expr::string(word.clone())).collect::<Vec<_>>());
        // One of the enum, since it may become one again.
        let otherwise = Expr::string(words.first().cloned().unwrap_or_default());
        Expr::call("transform", [Expr::call("toInt16", [stored]), numbers, texts, otherwise])
    }

    /// The result of a migration that the database calls: always under a name, so that it is called once.
    fn migrated(&mut self, id: Id, call: &Call, args: &[Id]) -> Expr {
        if let Some(printed) = self.printed.get(&(id, Form::Value)) {
            return printed.clone();
        }
        let source = &call.function.source;
        let args = args.iter().zip(source).map(|(arg, field)| self.column(*arg, field)).collect();
        let name = self.names.unique("migrated");
        self.lets.push(Let { name: name.clone(), value: Expr::Udf { function: call.name.clone(), args } });
        self.functions.push((*call.function).clone());
        let printed = Expr::Column(name);
        self.printed.insert((id, Form::Value), printed.clone());
        printed
    }

    /// The type of a column or a part of one, and whether it may be `NULL`.
    fn stored_type(&self, id: Id) -> Option<(DataType, bool)> {
        let of_field = |field: &Field| (field.data_type.clone(), !field.absence.is_never());
        match self.graph.node(id) {
            Node::Column(name) => self.source.iter().find(|field| field.name == *name).map(of_field),
            Node::Parameter(parameter) => self.scopes.element_type(parameter.number),
            Node::Each { how: Each::Filter | Each::Ascending | Each::Descending, array, .. } => {
                self.stored_type(*array)
            }
            Node::Apply(Function::Slice | Function::Reverse, args) => self.stored_type(args[0]),
            Node::Field(object, name) => match self.stored_type(*object)? {
                (DataType::Object(fields), false) => {
                    fields.iter().find(|field| field.name == *name).map(of_field)
                }
                _ => None,
            },
            Node::Known(value) => self.stored_type(*value).map(|(data_type, _)| (data_type, false)),
            Node::Apply(Function::Element, args) => match self.stored_type(args[0])? {
                (DataType::Array(item), false) => Some((item.data_type, true)),
                _ => None,
            },
            Node::Apply(Function::Migration(call), _) => {
                Some((DataType::Object(call.function.result()), false))
            }
            Node::Apply(Function::Narrow(of), _) => {
                Some((DataType::Precise(*of), self.graph.ty(id).is_optional()))
            }
            Node::Apply(Function::Written(written), _) => Some(of_field(&written.field)),
            _ => None,
        }
    }
}

/// Milliseconds since 1970 of what is stored.
fn milliseconds_of(instant: Expr) -> Expr {
    Expr::call("toFloat64", [Expr::call("toUnixTimestamp64Milli", [instant])])
}

/// What is stored for milliseconds since 1970; meaningless outside of its range.
fn instant_of(milliseconds: Expr, optional: bool) -> Expr {
    let whole = match optional {
        true => Expr::call("accurateCastOrNull", [milliseconds, Expr::string("Int64")]),
        false => integer(milliseconds),
    };
    Expr::call("fromUnixTimestamp64Milli", [whole, Expr::string("UTC")])
}

/// Counts how many nodes use each node below a root, each user once.
fn count(graph: &Graph, id: Id, uses: &mut HashMap<Id, usize>) {
    let count_here = uses.entry(id).or_default();
    *count_here += 1;
    if *count_here == 1 {
        graph.node(id).for_each_child(|child| count(graph, child, uses));
    }
}

/// `if`, or `multiIf` when the other branch is one as well.
fn choice(condition: Expr, a: Expr, b: Expr) -> Expr {
    match b {
        Expr::Call { function: "if" | "multiIf", mut args } => {
            args.splice(0..0, [condition, a]);
            Expr::Call { function: "multiIf", args }
        }
        b => Expr::call("if", [condition, a, b]),
    }
}

/// A small whole number where the database wants an integer: it needs no particular type there.
fn count_of(value: i64) -> Expr {
    Expr::Literal(Literal::Count(value))
}

/// A number as a column of that type holds it; where it cannot, nothing.
fn narrowed(number: Expr, of: Precise) -> Expr {
    match of {
        // The other function takes no number that is not a single already.
        Precise::Float32 => Expr::call("toFloat32", [number]),
        of => Expr::call("accurateCastOrNull", [number, Expr::string(of.to_string())]),
    }
}

/// The canonical text of what a column holds.
fn spelling(stored: Expr, of: Spelled) -> Expr {
    match of {
        Spelled::Decimal { scale, .. } => Expr::call("toDecimalString", [stored, count_of(scale.into())]),
        Spelled::Uuid | Spelled::CalendarDate | Spelled::LowCardinality => Expr::call("toString", [stored]),
    }
}

/// A text as a column holds it; where it cannot, nothing. The text is printed twice, because the database's
/// own functions take more than what is a value: the 30th of February, and digits that they cut off.
fn read_as(text: Expr, of: Spelled) -> Expr {
    let read = value_of(text.clone(), of);
    match of.pattern() {
        Some(pattern) => {
            let is_value = Expr::call("match", [text, Expr::string(pattern)]);
            Expr::call("if", [is_value, read, Expr::null()])
        }
        None => read,
    }
}

/// A text that is a value of a column, as the column holds it.
fn value_of(text: Expr, of: Spelled) -> Expr {
    match of {
        Spelled::Uuid => Expr::call("toUUIDOrNull", [text]),
        Spelled::CalendarDate => Expr::call("toDate32OrNull", [text]),
        Spelled::Decimal { .. } => Expr::call("accurateCastOrNull", [text, Expr::string(of.to_string())]),
        Spelled::LowCardinality => text,
    }
}

/// A whole number as `Int64`, 0 when it is none.
fn integer(number: Expr) -> Expr {
    let whole = Expr::call("accurateCastOrNull", [number, Expr::string("Int64")]);
    Expr::call("ifNull", [whole, Expr::int(0)])
}

fn binary(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    Expr::binary(op, a, b)
}

//! What runs over arrays, as the database's functions with lambdas.

use antler_core::{
    names::SqlIdent,
    schema::{DataType, Item, Precise, Spelled},
    sql::{BinaryOp, Expr, Part, item_type},
};

use super::{
    Printer, binary, count_of,
    functions::{each, with},
    instant_of, milliseconds_of, narrowed, spelling, value_of,
};
use crate::migration::{
    ir::{Each, Function, Id, Node, Parameter, Role},
    types::{Kind, Type},
};

impl Printer<'_> {
    pub(super) fn each(&mut self, id: Id) -> Expr {
        let Node::Each { how, array, element, position, body } = *self.graph.node(id) else {
            return Expr::null();
        };
        let over = (element, Some(position));
        match how {
            Each::Map => self.run("arrayMap", array, over, |this| this.value(body)),
            Each::Filter => self.run("arrayFilter", array, over, |this| this.value(body)),
            Each::Exists => self.run("arrayExists", array, over, |this| this.value(body)),
            Each::All => self.run("arrayAll", array, over, |this| this.value(body)),
            Each::First => {
                let bodies = self.run("arrayMap", array, over, |this| this.value(body));
                let reason = self.names.parameter("reason");
                let is_there = Expr::call("isNotNull", [Expr::Name(reason.clone())]);
                let lambda = Expr::Lambda { params: vec![reason], body: Box::new(is_there) };
                Expr::call("arrayFirstOrNull", [lambda, bodies])
            }
            Each::Ascending => self.sorted(array, over, body, false),
            Each::Descending => self.sorted(array, over, body, true),
        }
    }

    /// Equal keys are told apart by their position, so that they keep their order.
    fn sorted(&mut self, array: Id, over: (Id, Option<Id>), key: Id, descending: bool) -> Expr {
        let is_text = self.graph.ty(key).kind.is_text();
        let (element, position) = over;
        let place = position.unwrap_or(element);
        let (arrays, lambda) = self.lambda(array, (element, Some(place)), None, |this| {
            let key = if is_text { this.text_key(key) } else { this.value(key) };
            let place = this.value(place);
            // Sorted backwards and then reversed, equal ones are in their order again.
            let place = if descending { Expr::call("negate", [place]) } else { place };
            Expr::call("tuple", [key, place])
        });
        let sorted = Expr::call("arraySort", [lambda].into_iter().chain(arrays));
        if descending { Expr::call("arrayReverse", [sorted]) } else { sorted }
    }

    /// A function with a lambda over the elements of an array.
    pub(super) fn run(
        &mut self,
        function: &'static str,
        array: Id,
        over: (Id, Option<Id>),
        body: impl FnOnce(&mut Self) -> Expr,
    ) -> Expr {
        let (arrays, lambda) = self.lambda(array, over, None, body);
        Expr::call(function, [lambda].into_iter().chain(arrays))
    }

    pub(super) fn fold(&mut self, id: Id) -> Expr {
        let Node::Fold { array, accumulator, element, position, initial, body } = *self.graph.node(id) else {
            return Expr::null();
        };
        let data_type = computed_type(self.graph.ty(accumulator));
        let cast = |value: Expr| Expr::cast(value, data_type.clone());
        let initial = cast(self.value(initial));
        let (arrays, lambda) =
            self.lambda(array, (element, Some(position)), Some(accumulator), |this| cast(this.value(body)));
        Expr::call("arrayFold", [lambda].into_iter().chain(arrays).chain([initial]))
    }

    /// The arrays and the lambda that runs over them: the elements, and their positions where the
    /// body asks for them.
    fn lambda(
        &mut self,
        array: Id,
        (element, position): (Id, Option<Id>),
        accumulator: Option<Id>,
        body: impl FnOnce(&mut Self) -> Expr,
    ) -> (Vec<Expr>, Expr) {
        let is_stored = self.graph.is_stored(array);
        let elements = if is_stored { self.stored(array) } else { self.value(array) };
        let number_of = |id: Id| self.graph.parameter_number(id).unwrap_or(0);
        let element_number = number_of(element);
        let position = position.map(|position| (position, number_of(position)));
        let accumulator = accumulator.map(|accumulator| (accumulator, number_of(accumulator)));
        if is_stored && let Some((DataType::Array(item), _)) = self.stored_type(array) {
            self.scopes.set_element_type(element_number, item.data_type, item.nullable);
        }
        let numbers = [Some(element_number), position.map(|(_, n)| n), accumulator.map(|(_, n)| n)];
        let numbers: Vec<u32> = numbers.into_iter().flatten().collect();
        self.scopes.open(numbers.iter().copied());
        let printed = body(self);
        let lets = self.scopes.close();
        let printed = lets.into_iter().rev().fold(printed, |body, (name, value)| with(name, value, body));
        // What was printed within this lambda means nothing outside of it.
        let scopes = &self.scopes;
        self.printed.retain(|(id, _), _| !numbers.iter().any(|number| scopes.depends_on(*id, *number)));

        let mut params: Vec<SqlIdent> = Vec::new();
        if let Some((accumulator, number)) = accumulator {
            params.push(self.parameter_name(accumulator, number));
        }
        params.push(self.parameter_name(element, element_number));
        let mut arrays = vec![elements.clone()];
        if let Some((position, number)) = position
            && mentions(&printed, &self.scopes.name(number))
        {
            params.push(self.parameter_name(position, number));
            arrays.push(Expr::call("arrayEnumerate", [elements]));
        }
        (arrays, Expr::Lambda { params, body: Box::new(printed) })
    }

    pub(super) fn parameter(&mut self, id: Id, parameter: Parameter) -> Expr {
        let name = Expr::Name(self.parameter_name(id, parameter.number));
        match parameter.role {
            Role::Position => Expr::call("toFloat64", [binary(BinaryOp::Minus, name, count_of(1))]),
            Role::StoredElement | Role::Element | Role::Accumulator => name,
        }
    }

    pub(super) fn parameter_name(&mut self, id: Id, number: u32) -> SqlIdent {
        if let Some(name) = self.scopes.name(number) {
            return name;
        }
        let name = self.names.local(&super::names::describe(self.graph, id));
        self.scopes.set_name(number, &name);
        name
    }

    /// The element at a whole position; before the start there is none.
    pub(super) fn element_of(&mut self, array: Expr, position: Id) -> Expr {
        let position = match self.graph.as_number(position) {
            Some(position) if (0.0..1e9).contains(&position) => count_of(position as i64 + 1),
            // No array has such a position.
            Some(_) => count_of(0),
            None => {
                let behind = binary(BinaryOp::Plus, self.whole(position), count_of(1));
                Expr::call("greatest", [behind, count_of(0)])
            }
        };
        Expr::call("arrayElementOrNull", [array, position])
    }

    /// A part of an array, or the whole of it backwards.
    pub(super) fn part(&mut self, function: &Function, array: Expr, args: &[Id]) -> Expr {
        let [_, start, count] = args else {
            debug_assert_eq!(*function, Function::Reverse);
            return Expr::call("arrayReverse", [array]);
        };
        let start = match self.graph.as_number(*start) {
            Some(start) => count_of((start as i64).saturating_add(1)),
            None => binary(BinaryOp::Plus, self.whole(*start), count_of(1)),
        };
        let count = self.whole(*count);
        Expr::call("arraySlice", [array, start, count])
    }

    /// The elements of the elements, which are arrays as they are computed with.
    pub(super) fn flatten(&mut self, id: Id) -> Expr {
        let array = self.value(id);
        let Kind::Array(inner) = &self.graph.ty(id).kind else { return array };
        match &inner.kind {
            // This would flatten all levels.
            Kind::Array(item) if matches!(item.kind, Kind::Array(_)) => {
                let (result, more) = (self.names.parameter("bits"), self.names.parameter("each"));
                let ty = computed_type(inner);
                let body = Expr::call("arrayConcat", [Expr::Name(result.clone()), Expr::Name(more.clone())]);
                let lambda = Expr::Lambda { params: vec![result, more], body: Box::new(body) };
                Expr::call("arrayFold", [lambda, array, Expr::cast(Expr::call("array", []), ty)])
            }
            _ => Expr::call("arrayFlatten", [array]),
        }
    }

    /// The database joins with a constant only: the separator is put before each element, and taken
    /// away before the first.
    pub(super) fn join(&mut self, array: Id, separator: Id) -> Expr {
        let array = self.value(array);
        let separator = self.repeated(separator);
        let element = self.names.parameter("element");
        let body = Expr::call("concat", [separator.clone(), Expr::Name(element.clone())]);
        let joined = Expr::call("arrayStringConcat", [each(element, array, body)]);
        let behind = binary(BinaryOp::Plus, Expr::call("length", [separator]), count_of(1));
        Expr::call("substring", [joined, behind])
    }

    /// Where an object's field is among its fields, from 1.
    pub(super) fn field_position(&self, object: Id, name: &SqlIdent) -> i64 {
        let Kind::Object(fields) = &self.graph.ty(object).kind else { return 1 };
        let position = fields.iter().position(|(field, _)| field == name).unwrap_or(0);
        position as i64 + 1
    }

    /// What is stored, in the form in which it is computed with.
    pub(super) fn load(&mut self, stored: Expr, data_type: &DataType, nullable: bool) -> Expr {
        match data_type {
            DataType::String | DataType::Number | DataType::Boolean | DataType::BigInt => stored,
            DataType::StringEnum(_) => Expr::call("toString", [stored]),
            DataType::IntegerEnum(_) => Expr::call("toFloat64", [stored]),
            DataType::Date => milliseconds_of(stored),
            DataType::Precise(of) if of.is_double() => Expr::call("toFloat64", [stored]),
            DataType::Precise(Precise::Text(Spelled::LowCardinality)) => {
                Expr::cast(stored, item_type(&Item { data_type: DataType::String, nullable }))
            }
            DataType::Precise(Precise::Text(of)) => spelling(stored, *of),
            DataType::Precise(_) => stored,
            DataType::Array(item) if is_as_stored(&item.data_type) => stored,
            DataType::Array(item) => {
                let element = self.names.parameter("element");
                let body = self.load(Expr::Name(element.clone()), &item.data_type, item.nullable);
                each(element, stored, body)
            }
            DataType::Object(fields) => {
                let known =
                    if nullable { Expr::call("assumeNotNull", [stored.clone()]) } else { stored.clone() };
                let fields: Vec<_> = fields
                    .iter()
                    .map(|field| {
                        let name = Expr::string(field.name.as_str());
                        let part = Expr::call("tupleElement", [known.clone(), name]);
                        self.load(part, &field.data_type, !field.absence.is_never())
                    })
                    .collect();
                let object = Expr::call("tuple", fields);
                if !nullable {
                    return object;
                }
                Expr::call("if", [Expr::call("isNull", [stored]), Expr::null(), object])
            }
        }
    }

    /// The elements of a computed array, each as its column holds it.
    pub(super) fn store_elements(&mut self, array: Expr, found: &Type, item: &Item) -> Expr {
        let is_same = match (&item.data_type, &found.kind) {
            (DataType::StringEnum(words), Kind::Words(found)) => found.is_subset(words),
            (DataType::IntegerEnum(_), Kind::Integers(_)) => true,
            (data_type, _) => is_as_stored(data_type),
        };
        if is_same || found.kind == Kind::Never {
            return array;
        }
        let element = self.names.parameter("element");
        let body = self.store(Expr::Name(element.clone()), found, &item.data_type);
        each(element, array, Expr::cast(body, item_type(item)))
    }

    pub(super) fn store(&mut self, value: Expr, found: &Type, data_type: &DataType) -> Expr {
        match (data_type, &found.kind) {
            (DataType::Date, _) => instant_of(value, found.is_optional()),
            (DataType::StringEnum(words), _) => {
                let is_word = Expr::call("in", [value.clone(), words_of(words.iter())]);
                let otherwise = match words.first() {
                    Some(first) if !found.is_optional() => Expr::string(first.clone()),
                    _ => Expr::null(),
                };
                Expr::call("if", [is_word, value, otherwise])
            }
            (DataType::IntegerEnum(_), _) => Expr::call("toInt16", [value]),
            (DataType::Precise(of), _) => held(value, *of, found.is_optional()),
            (DataType::Array(item), Kind::Array(inner)) => self.store_elements(value, inner, item),
            (DataType::Object(fields), Kind::Object(types)) => {
                let object = value;
                let value = match found.is_optional() {
                    true => Expr::call("assumeNotNull", [object.clone()]),
                    false => object.clone(),
                };
                let parts: Vec<_> = fields
                    .iter()
                    .map(|field| match types.iter().position(|(name, _)| *name == field.name) {
                        Some(position) => {
                            let part =
                                Expr::call("tupleElement", [value.clone(), count_of(position as i64 + 1)]);
                            let part = self.store(part, &types[position].1, &field.data_type);
                            Expr::cast(part, antler_core::sql::column_type(field))
                        }
                        None => Expr::null(),
                    })
                    .collect();
                let parts = Expr::call("tuple", parts);
                if !found.is_optional() {
                    return parts;
                }
                Expr::call("if", [Expr::call("isNull", [object]), Expr::null(), parts])
            }
            (
                DataType::String
                | DataType::Number
                | DataType::Boolean
                | DataType::BigInt
                | DataType::Array(_)
                | DataType::Object(_),
                _,
            ) => value,
        }
    }
}

fn words_of<'w>(words: impl Iterator<Item = &'w String>) -> Expr {
    Expr::call("tuple", words.map(|word| Expr::string(word.clone())))
}

/// Whether values are computed with in the form in which they are stored.
fn is_as_stored(data_type: &DataType) -> bool {
    match data_type {
        DataType::String | DataType::Number | DataType::Boolean | DataType::BigInt => true,
        DataType::Array(item) => is_as_stored(&item.data_type),
        // A number may stand in its place.
        DataType::Date
        | DataType::StringEnum(_)
        | DataType::IntegerEnum(_)
        | DataType::Object(_)
        | DataType::Precise(_) => false,
    }
}

/// A number or a text that a column of that type can hold, as it holds it; on other rows it may be anything.
pub(super) fn held(number: Expr, of: Precise, optional: bool) -> Expr {
    let narrowed = match of {
        Precise::Text(Spelled::LowCardinality) => return number,
        Precise::Text(of) => value_of(number, of),
        of => narrowed(number, of),
    };
    if optional || of == Precise::Float32 { narrowed } else { Expr::call("assumeNotNull", [narrowed]) }
}

/// The database's type of values of a type, in the form in which they are computed with.
pub(super) fn computed_type(ty: &Type) -> String {
    let plain = match &ty.kind {
        // A tuple may not have a column of nothing at all.
        Kind::Never if ty.is_optional() => "UInt8".to_owned(),
        Kind::Never => "Nothing".to_owned(),
        Kind::Text | Kind::Words(_) => "String".to_owned(),
        Kind::Number | Kind::Integers(_) | Kind::Date => "Float64".to_owned(),
        Kind::Boolean => "Bool".to_owned(),
        Kind::BigInt => "Int64".to_owned(),
        Kind::Precise(of) if of.is_double() => "Float64".to_owned(),
        Kind::Precise(of) if of.is_text() => "String".to_owned(),
        Kind::Precise(of) => of.to_string(),
        Kind::Array(item) => format!("Array({})", computed_type(item)),
        Kind::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(_, ty)| computed_type(ty)).collect();
            format!("Tuple({})", fields.join(", "))
        }
    };
    if ty.is_optional() { format!("Nullable({plain})") } else { plain }
}

/// Whether an expression uses a name.
fn mentions(expr: &Expr, wanted: &Option<SqlIdent>) -> bool {
    let Some(wanted) = wanted else { return false };
    match expr {
        Expr::Name(name) => name == wanted,
        Expr::Column(_) | Expr::Literal(_) => false,
        Expr::Call { args, .. } | Expr::Udf { args, .. } => {
            args.iter().any(|arg| mentions(arg, &Some(wanted.clone())))
        }
        Expr::Binary { left, right, .. } => {
            let wanted = Some(wanted.clone());
            mentions(left, &wanted) || mentions(right, &wanted)
        }
        Expr::Lambda { body, .. } => mentions(body, &Some(wanted.clone())),
        Expr::Cast { value, .. } => mentions(value, &Some(wanted.clone())),
        Expr::Written(parts) => parts.iter().any(|part| match part {
            Part::Text(_) => false,
            Part::Value(value) => mentions(value, &Some(wanted.clone())),
        }),
    }
}

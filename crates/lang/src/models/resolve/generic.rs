//! Types that have to be told others before they are one: `Page<T>` and its uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reported, Resolver, Value, records::Standing};
use crate::models::{
    lookup::Place,
    outline::{Kind, Refusal, Role, Type},
};

/// How many types may be worked out from each other. More is a circle.
const DEEPEST: u32 = 100;

impl<'a> Resolver<'a> {
    /// A declaration with type parameters, told what they are. Each use is resolved anew, and what
    /// is wrong with the declaration is reported once all the same.
    pub(super) fn applied(
        &mut self,
        file: usize,
        of: &Type,
        shown: &str,
        place: Place<'a>,
        arguments: &[Type],
    ) -> Result<Value, Reported> {
        self.used.insert(place);
        let Some(declaration) = self.files.declaration(place) else { return Err(Reported { key: false }) };
        let parameters = &declaration.parameters;
        let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        if arguments.len() > parameters.len() || arguments.len() < required {
            let takes = match (required, parameters.len()) {
                (_, 0) => "no types".to_owned(),
                (1, 1) => "one type".to_owned(),
                (least, most) if least == most => format!("{most} types"),
                (least, most) => format!("{least} to {most} types"),
            };
            let example: Vec<_> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let help = match parameters.is_empty() {
                true => format!("Write `{shown}`."),
                false => format!("Say what is in the place of {}.", example.join(", ")),
            };
            let message = format!("`{shown}` takes {takes}, and has {} here", arguments.len());
            return Err(self.refuse(file, Refusal::new(of.span.clone(), message, help)));
        }
        let mut scope = BTreeMap::new();
        for (i, parameter) in parameters.iter().enumerate() {
            let value = match (arguments.get(i), &parameter.default) {
                (Some(argument), _) => self.kept(file, argument, Standing::Declared),
                (None, Some(default)) => {
                    let around = std::mem::replace(&mut self.scope, scope.clone());
                    let value = self.kept(place.0, default, Standing::Declared);
                    self.scope = around;
                    value
                }
                // Counted above.
                (None, None) => Err(Reported { key: false }),
            };
            // The key may be among what could not be read.
            scope.insert(parameter.name.clone(), value.map_err(|_| Reported { key: true })?);
        }
        if !self.active.insert(place) {
            return Err(self.contains_itself(file, of, shown));
        }
        let around = std::mem::replace(&mut self.scope, scope);
        let result = self.body(place);
        self.scope = around;
        self.active.remove(&place);
        result
    }

    /// What stands behind the name of a declaration.
    pub(super) fn body(&mut self, place: Place<'a>) -> Result<Value, Reported> {
        let Some(declaration) = self.files.declaration(place) else { return Err(Reported { key: false }) };
        if declaration.role == Role::Heir && !self.is_heir(place.0, declaration, &mut BTreeSet::new()) {
            let message = format!("the class `{}` is not a dataclass", place.1);
            let help = "Put `@dataclass` above it.";
            return Err(self.refuse(place.0, Refusal::new(declaration.name_span.clone(), message, help)));
        }
        match &declaration.of.kind {
            Kind::Record(record) => self
                .record(place.0, record, &declaration.name_span, Standing::Declared)
                .map(|fields| Value::plain(antler_core::schema::DataType::Object(fields))),
            _ => self.kept(place.0, &declaration.of, Standing::Declared),
        }
    }

    /// Goes one type deeper.
    pub(super) fn deeper<T>(
        &mut self,
        file: usize,
        of: &Type,
        resolve: impl FnOnce(&mut Self) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        if self.depth == DEEPEST {
            let message = "this goes round in a circle, or is nested too deeply";
            let refusal = Refusal::new(of.span.clone(), message, "Write the type out.");
            return Err(self.refuse(file, refusal));
        }
        self.depth += 1;
        let result = resolve(self);
        self.depth -= 1;
        result
    }

    pub(super) fn contains_itself(&mut self, file: usize, of: &Type, shown: &str) -> Reported {
        self.refuse(
            file,
            Refusal::new(
                of.span.clone(),
                format!("`{shown}` contains itself"),
                "Make it a model of its own, and refer to it by its key.",
            ),
        )
    }
}

//! Configurations of models in Python: `DataModelConfig(…)` in the decorator `@moose_data_model`.

use std::collections::BTreeMap;

use ruff_python_ast::{Arguments, Expr, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::{Reader, span, types::last_name};
use crate::models::config::{Config, Entry, Setting, Subject, Value};

/// How many variables may lead to one value. More is a circle.
const LONGEST_CHAIN: u32 = 16;

/// The variables of a module that are assigned once, by name.
#[derive(Default)]
pub(super) struct Variables<'a>(BTreeMap<&'a str, Option<&'a Expr>>);

impl<'a> Variables<'a> {
    pub(super) fn of(statements: &'a [Stmt]) -> Self {
        let mut variables = BTreeMap::new();
        for statement in statements {
            let (target, value) = match statement {
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [target] => (target, &*assign.value),
                    _ => continue,
                },
                Stmt::AnnAssign(assign) => match &assign.value {
                    Some(value) => (&*assign.target, &**value),
                    None => continue,
                },
                _ => continue,
            };
            if let Expr::Name(name) = target {
                variables.entry(name.id.as_str()).and_modify(|value| *value = None).or_insert(Some(value));
            }
        }
        Self(variables)
    }

    fn get(&self, name: &str) -> Option<&'a Expr> {
        self.0.get(name).copied().flatten()
    }
}

impl Reader<'_> {
    /// Reads the configuration that a class is decorated with.
    pub(super) fn config(&mut self, class: &StmtClassDef) {
        let decorator = class.decorator_list.iter().find_map(|decorator| match &decorator.expression {
            Expr::Call(call) if last_name(&call.func) == Some("moose_data_model") => Some(&call.arguments),
            _ => None,
        });
        let config = decorator.and_then(|given| {
            given.args.first().or_else(|| given.keywords.first().map(|keyword| &keyword.value))
        });
        if let Some(config) = config {
            let subject = Subject::Named { path: vec![class.name.to_string()], span: span(class.name.range) };
            let settings = self.setting(config, 0);
            self.outline.configs.push(Config { subject, settings });
        }
    }

    /// Notes the values of variables for the configurations of other files, without those that they
    /// are made of: nobody may ask for them.
    pub(super) fn values_of_variables(&mut self) {
        let known = self.variables.0.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let read = known.map(|(name, value)| (name.to_owned(), self.setting(value, LONGEST_CHAIN)));
        self.outline.constants = read.collect();
    }

    /// A name as it is called where it is declared.
    pub(super) fn original<'n>(&'n self, name: &'n str) -> &'n str {
        self.outline.imports.get(name).map_or(name, |import| &import.original)
    }

    /// Reads a value; `hops` counts the variables that led to it.
    fn setting(&self, value: &Expr, hops: u32) -> Setting {
        let at = span(value.range());
        let read = match value {
            Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
            Expr::BooleanLiteral(literal) => {
                if literal.value {
                    Value::True
                } else {
                    Value::False
                }
            }
            Expr::List(list) => self.list(&list.elts, hops),
            Expr::Tuple(tuple) => self.list(&tuple.elts, hops),
            Expr::NoneLiteral(_) => Value::Nothing,
            Expr::Name(name) => match self.variables.get(name.id.as_str()) {
                // The place in the configuration says more than that of the variable.
                Some(value) if hops < LONGEST_CHAIN => {
                    return Setting { span: at, ..self.setting(value, hops + 1) };
                }
                Some(_) | None => Value::Named(name.id.to_string()),
            },
            Expr::Attribute(member) => match last_name(&member.value) {
                Some(of) => Value::Member(self.original(of).to_owned(), member.attr.to_string()),
                None => Value::Unreadable,
            },
            Expr::Call(call) => match last_name(&call.func).map(|name| self.original(name)) {
                Some("DataModelConfig") => {
                    Value::Group(self.entries(&call.arguments, &["ingestion", "storage"], hops))
                }
                Some("StorageConfig") => {
                    Value::Group(self.entries(&call.arguments, &["enabled", "order_by_fields"], hops))
                }
                Some("IngestionConfig") => {
                    Value::Group(self.entries(&call.arguments, &["format", "unknown_fields"], hops))
                }
                Some(_) | None => Value::Unreadable,
            },
            _ => Value::Unreadable,
        };
        Setting { span: at, value: read }
    }

    fn list(&self, elements: &[Expr], hops: u32) -> Value {
        Value::List(elements.iter().map(|element| self.setting(element, hops)).collect())
    }

    /// The arguments of a call; `names` are those of the first ones, which may stand without.
    fn entries(&self, given: &Arguments, names: &[&str], hops: u32) -> Vec<Entry> {
        let named = names.iter().zip(&given.args).map(|(name, value)| match value {
            Expr::Starred(starred) => Entry::Unreadable(span(starred.range())),
            value => Entry::Named {
                name: (*name).to_owned(),
                name_span: span(value.range()),
                setting: self.setting(value, hops),
            },
        });
        let keywords = given.keywords.iter().map(|keyword| match &keyword.arg {
            Some(name) => Entry::Named {
                name: name.to_string(),
                name_span: span(name.range),
                setting: self.setting(&keyword.value, hops),
            },
            None => Entry::Unreadable(span(keyword.range)),
        });
        named.chain(keywords).collect()
    }
}

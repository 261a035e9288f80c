//! Type declarations of a version, for the editors of people who write migrations.
//!
//! The module stands alone: it imports nothing, and reads back as the same models. It says what
//! a model is rather than how its author wrote it: enums are unions of their values, and nested
//! models are written out.

pub(crate) mod python;

use std::{collections::BTreeSet, fmt::Write as _};

use antler_core::schema::{DataType, Field, Model, Precise, Spelled};

/// A TypeScript module that exports one interface for each model.
pub fn typescript<'a>(models: impl IntoIterator<Item = &'a Model> + Clone) -> String {
    let mut out = format!(
        "// The data models of one version. Written by Antler: changes here are lost.\n\n{}",
        preamble(models.clone())
    );
    for model in models {
        out.push('\n');
        out.push_str(&interface(model.name.as_str(), model));
    }
    out
}

/// What interfaces of these models refer to.
pub(crate) fn preamble<'a>(models: impl IntoIterator<Item = &'a Model>) -> String {
    let mut out = "export type Key<T> = T;\n".to_owned();
    let mut precise = BTreeSet::new();
    models.into_iter().for_each(|model| collect(&model.fields, &mut precise));
    if !precise.is_empty() {
        out.push_str("\n// Numbers, bigints and texts, held by the database as the name says.\n");
        out.push_str("type AntlerColumn<Name extends string> = { readonly __antlerColumn?: Name };\n");
    }
    for of in &precise {
        let plain = match *of {
            Precise::Text(Spelled::Decimal { .. }) => continue,
            of if of.is_text() => "string",
            of if of.is_double() => "number",
            _ => "bigint",
        };
        let _ = writeln!(out, "export type {} = {plain} & AntlerColumn<\"{of}\">;", of.typescript());
    }
    if precise.iter().any(|of| matches!(of, Precise::Text(Spelled::Decimal { .. }))) {
        out.push_str(
            "export type Decimal<Precision extends number, Scale extends number> =\n  \
             string & AntlerColumn<`Decimal(${Precision}, ${Scale})`>;\n",
        );
    }
    out
}

/// An interface of that name with the fields of a model.
pub(crate) fn interface(name: &str, model: &Model) -> String {
    let mut out = format!("export interface {name} {{\n");
    for field in &model.fields {
        let _ = writeln!(out, "  {field};");
    }
    out.push_str("}\n");
    out
}

/// The precise types of fields, and of what is in them.
fn collect(fields: &[Field], found: &mut BTreeSet<Precise>) {
    fn inside(of: &DataType, found: &mut BTreeSet<Precise>) {
        match of {
            DataType::Precise(of) => {
                found.insert(*of);
            }
            DataType::Array(item) => inside(&item.data_type, found),
            DataType::Object(fields) => collect(fields, found),
            DataType::String
            | DataType::Number
            | DataType::Boolean
            | DataType::BigInt
            | DataType::Date
            | DataType::StringEnum(_)
            | DataType::IntegerEnum(_) => {}
        }
    }
    fields.iter().for_each(|field| inside(&field.data_type, found));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use antler_core::diagnostic::SourceFile;

    use super::*;
    use crate::models;

    const SOURCE: &str = r#"
        enum Haul { Short = "short", Long = "long" }
        interface Airport { code: string; elevation?: number }
        export interface Flight {
          id: Key<string>;
          haul: Haul;
          terminal: 2 | -1;
          stops: Airport[];
          codes: ("a" | "b" | null)[];
          gate?: string | null;
          "kind-of": Date;
        }
        export interface Ping { at: Key<Date> }
    "#;

    fn parsed(text: &str) -> Vec<Model> {
        let file = SourceFile { path: "app/datamodels/m.ts".to_owned(), text: text.to_owned() };
        models::parse(&[Arc::new(file)]).unwrap().into_values().map(|parsed| parsed.model).collect()
    }

    #[test]
    fn a_version_is_a_module_of_interfaces() {
        insta::assert_snapshot!(typescript(&parsed(SOURCE)), @r#"
        // The data models of one version. Written by Antler: changes here are lost.

        export type Key<T> = T;

        export interface Flight {
          id: Key<string>;
          haul: "long" | "short";
          terminal: -1 | 2;
          stops: { code: string; elevation?: number }[];
          codes: ("a" | "b" | null)[];
          gate?: string | null;
          "kind-of": Date;
        }

        export interface Ping {
          at: Key<Date>;
        }
        "#);
    }

    #[test]
    fn precise_types_are_declared_where_they_are_used() {
        let models = parsed(
            "export interface Reading { id: Key<UInt64>; level: Int8; part: { values: Float32[] }; price: Decimal<10, 2>; ids: UUID[] }",
        );
        insta::assert_snapshot!(typescript(&models), @r#"
        // The data models of one version. Written by Antler: changes here are lost.

        export type Key<T> = T;

        // Numbers, bigints and texts, held by the database as the name says.
        type AntlerColumn<Name extends string> = { readonly __antlerColumn?: Name };
        export type Int8 = number & AntlerColumn<"Int8">;
        export type UInt64 = bigint & AntlerColumn<"UInt64">;
        export type Float32 = number & AntlerColumn<"Float32">;
        export type UUID = string & AntlerColumn<"UUID">;
        export type Decimal<Precision extends number, Scale extends number> =
          string & AntlerColumn<`Decimal(${Precision}, ${Scale})`>;

        export interface Reading {
          id: Key<UInt64>;
          level: Int8;
          part: { values: Float32[] };
          price: Decimal<10, 2>;
          ids: UUID[];
        }
        "#);
        assert_eq!(parsed(&typescript(&models)), models);
    }

    #[test]
    fn declarations_read_back_as_the_models_they_were_made_from() {
        let models = parsed(SOURCE);
        assert_eq!(parsed(&typescript(&models)), models);
    }
}

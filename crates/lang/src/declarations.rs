//! Type declarations of a version, for the editors of people who write migrations.
//!
//! The module stands alone: it imports nothing, and reads back as the same models. It says what
//! a model is rather than how its author wrote it: enums are unions of their values, and nested
//! models are written out.

use std::fmt::Write as _;

use antler_core::schema::Model;

/// A TypeScript module that exports one interface for each model.
pub fn typescript<'a>(models: impl IntoIterator<Item = &'a Model>) -> String {
    let mut out = String::from(
        "// The data models of one version. Written by Antler: changes here are lost.\n\n\
         export type Key<T> = T;\n",
    );
    for model in models {
        let _ = writeln!(out, "\nexport interface {} {{", model.name);
        for field in &model.fields {
            let _ = writeln!(out, "  {field};");
        }
        out.push_str("}\n");
    }
    out
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
    fn declarations_read_back_as_the_models_they_were_made_from() {
        let models = parsed(SOURCE);
        assert_eq!(parsed(&typescript(&models)), models);
    }
}

//! What `antler generate migrations` drafts is compiled as it stands, but for its holes.

use antler_core::{diagnostic::Code, schema::Model};
use antler_lang::{draft, migration};

use crate::fixture;

fn draft(from: &Model, to: &Model) -> Vec<Code> {
    let name = format!("{}_migrate__0_0__0_1", from.name).parse().unwrap();
    let text = draft::typescript(&name, from, to, "../../.antler/versions/0_0", "../datamodels/models");
    let path = format!("app/functions/{name}.ts");
    let file = std::sync::Arc::new(antler_core::diagnostic::SourceFile { path, text });
    let diagnostics = migration::compile(&file, from, to).err().unwrap_or_default();
    let others: Vec<_> = diagnostics.iter().filter(|d| d.code != Code::Hole).cloned().collect();
    assert!(others.is_empty(), "{}\n{}", file.text, fixture::render(&others));
    diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn the_draft_between_any_two_models_has_only_holes_left() {
    let fixtures = fixture::all();
    for from in &fixtures {
        for to in &fixtures {
            draft(&from.from, &to.to);
            draft(&from.to, &to.from);
        }
    }
}

#[test]
fn the_draft_between_equal_models_is_complete() {
    for fixture in fixture::all() {
        assert_eq!(draft(&fixture.from, &fixture.from), []);
    }
}

//! What is not compiled, and how the author is told.

use std::fs;

use antler_lang::migration;

use crate::fixture;

#[test]
fn what_is_refused_is_explained_where_it_stands() {
    let folder = fixture::folder("refused");
    let (from, to) = (fixture::model(&folder.join("from.ts")), fixture::model(&folder.join("to.ts")));
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_stem().unwrap().to_str().unwrap().to_owned();
        if matches!(name.as_str(), "from" | "to") {
            continue;
        }
        let source = fixture::read(&case);
        let diagnostics = migration::compile(&source, &from, &to).err().unwrap_or_default();
        assert!(!diagnostics.is_empty(), "{name} is compiled");
        let text = format!("{}\n-- is refused\n\n{}", source.text, fixture::render(&diagnostics));
        insta::with_settings!({ snapshot_path => "snapshots/refused", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

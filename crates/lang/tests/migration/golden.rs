//! What each migration becomes, beside its source.

use antler_core::names::TableName;

use crate::fixture;

#[test]
fn each_migration_becomes_sql_that_reads_like_its_source() {
    let table = TableName { database: "local".parse().unwrap(), table: "Source".parse().unwrap() };
    for fixture in fixture::all() {
        let projection = fixture.migration.projection();
        let imported: String =
            fixture.files.iter().map(|file| format!("// {}\n{}\n", file.path, file.text)).collect();
        let mut text =
            format!("{imported}{}\n-- becomes\n\n{}\n", fixture.source.text, projection.rows().over(&table));
        if let Some(failure) = &projection.failure {
            text.push_str(&format!("\n-- fails with\n\n{failure}\n"));
        }
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(fixture.name.as_str(), text);
        });
    }
}

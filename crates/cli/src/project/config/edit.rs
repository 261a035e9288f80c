//! Adding an old version to the configuration, with everything else left as it was written.

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    names::Version,
};
use toml_edit::{DocumentMut, InlineTable, Item, Table, value};

use super::OLD_VERSIONS;

/// The text of the configuration with `"<version>" = "<commit>"` under
/// `[supported_old_versions]`. An entry that is there already gets the commit.
///
/// # Errors
/// The text is not valid TOML, or `supported_old_versions` is not a table.
pub fn with_old_version(file: &SourceFile, version: &Version, commit: &str) -> Result<String, Diagnostic> {
    edited(file, |document| {
        let versions = document.entry(OLD_VERSIONS).or_insert_with(|| {
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            Item::Table(table)
        });
        let table = versions.as_table_like_mut().ok_or("supported_old_versions is not a table")?;
        let version = version.to_string();
        match table.get_mut(&version).and_then(Item::as_value_mut) {
            Some(existing) => {
                let decor = existing.decor().clone();
                *existing = commit.into();
                *existing.decor_mut() = decor;
            }
            None => {
                table.insert(&version, value(commit));
                if let Some(inline) = versions.as_inline_table_mut() {
                    keep_brace(inline);
                }
            }
        }
        Ok(())
    })
}

/// The text after an edit. A file that has carriage returns before its line feeds keeps them, though
/// `toml_edit` writes none.
fn edited(
    file: &SourceFile,
    edit: impl FnOnce(&mut DocumentMut) -> Result<(), &'static str>,
) -> Result<String, Diagnostic> {
    let refused =
        |reason: &str| Diagnostic::error(Code::Config, format!("cannot edit {}: {reason}", file.path));
    let windows = file.text.contains("\r\n");
    let text = file.text.replace("\r\n", "\n");
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| refused(error.message()))?;
    edit(&mut document).map_err(refused)?;
    let text = document.to_string();
    Ok(if windows { text.replace('\n', "\r\n") } else { text })
}

/// The text of the configuration without an old version. What stands before its line goes with it, as
/// a comment on it would.
///
/// # Errors
/// The text is not valid TOML, or has no such version.
pub fn without_old_version(file: &SourceFile, version: &Version) -> Result<String, Diagnostic> {
    edited(file, |document| {
        let versions = document.get_mut(OLD_VERSIONS).ok_or("it lists no old versions")?;
        let table = versions.as_table_like_mut().ok_or("supported_old_versions is not a table")?;
        table.remove(&version.to_string()).ok_or("it does not list that version")?;
        if let Some(inline) = versions.as_inline_table_mut() {
            // The first value begins after the brace as the one before it did.
            inline.fmt();
        }
        Ok(())
    })
}

/// What stands before the closing brace of an inline table belongs to its last value: hands it on
/// from the value that was last to the one that is.
fn keep_brace(table: &mut InlineTable) {
    let mut values: Vec<_> = table.iter_mut().map(|(_, value)| value).collect();
    if let [.., before, last] = &mut values[..]
        && let Some(space) = before.decor().suffix().cloned()
    {
        before.decor_mut().set_suffix("");
        last.decor_mut().set_suffix(space);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> String {
        let file = SourceFile { path: "moose.config.toml".into(), text: text.into() };
        with_old_version(&file, &"0.1".parse().unwrap(), "abcdef").unwrap()
    }

    #[test]
    fn an_entry_is_added_at_the_end_of_the_table() {
        let before = "# top\nlanguage   =  'x' # odd\n\n[supported_old_versions]\n# oldest\n\"0.0\" = \"aaaaaa\" # first\n\n[antler]\nkey = 1\n";
        let expected = before.replace("# first\n", "# first\n\"0.1\" = \"abcdef\"\n");
        assert_eq!(edited(before), expected);
    }

    #[test]
    fn an_existing_entry_gets_the_commit_and_keeps_its_comment() {
        let before = "[supported_old_versions]\n\"0.1\" =  \"aaaaaa\"  # why\n";
        assert_eq!(edited(before), before.replace("aaaaaa", "abcdef"));
    }

    #[test]
    fn a_missing_table_is_added() {
        assert_eq!(edited("a = 1\n"), "a = 1\n\n[supported_old_versions]\n\"0.1\" = \"abcdef\"\n");
        assert_eq!(edited("a = 1"), "a = 1\n\n[supported_old_versions]\n\"0.1\" = \"abcdef\"\n");
    }

    #[test]
    fn inline_tables_and_line_ends_are_kept() {
        assert_eq!(
            edited("supported_old_versions = { \"0.0\" = \"aaaaaa\" }\r\n[antler]\r\n"),
            "supported_old_versions = { \"0.0\" = \"aaaaaa\", \"0.1\" = \"abcdef\" }\r\n[antler]\r\n"
        );
    }

    #[test]
    fn an_entry_is_removed_with_its_comment_and_nothing_else() {
        let without = |text: &str| {
            let file = SourceFile { path: "moose.config.toml".into(), text: text.into() };
            without_old_version(&file, &"0.1".parse().unwrap()).map_err(|problem| problem.message)
        };
        let text = "[supported_old_versions]\n# oldest\n\"0.0\" = \"aa\" # first\n# next\n\"0.1\" = \"bb\"\n\n[antler]\nkey = 1\n";
        assert_eq!(without(text).unwrap(), text.replace("# next\n\"0.1\" = \"bb\"\n", ""));
        assert_eq!(
            without("supported_old_versions = { \"0.0\" = \"aa\", \"0.1\" = \"bb\" }\r\n").unwrap(),
            "supported_old_versions = { \"0.0\" = \"aa\" }\r\n"
        );
        let missing = "cannot edit moose.config.toml: it does not list that version";
        assert_eq!(without("[supported_old_versions]\n").unwrap_err(), missing);
    }

    #[test]
    fn what_is_no_table_is_not_edited() {
        let file = SourceFile { path: "project.toml".into(), text: "supported_old_versions = 1\n".into() };
        let problem = with_old_version(&file, &"0.1".parse().unwrap(), "abcdef").unwrap_err();
        assert_eq!(problem.message, "cannot edit project.toml: supported_old_versions is not a table");
    }
}

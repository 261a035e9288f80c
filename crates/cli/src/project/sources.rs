//! The source files of a project, from the working tree or from a commit.
//!
//! Both give the same: paths from the project's folder, sorted, with their text. Hidden files,
//! type declarations and what package managers and interpreters leave behind are no sources.

use std::{fs, path::Path, path::PathBuf, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};

use crate::{
    problems::{Problems, file_problem},
    project::folder::Folder,
};

/// Where data models are.
pub const MODELS: &str = "app/datamodels";

/// Where migrations are.
pub const FUNCTIONS: &str = "app/functions";

/// Where older projects have their functions.
pub const FLOWS: &str = "app/flows";

/// How many source files there are below a folder of the working tree. What cannot be read is passed over.
pub fn count(folder: &Folder, below: &str) -> usize {
    let entries = fs::read_dir(folder.path(below)).into_iter().flatten().filter_map(Result::ok);
    let counted = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok().filter(|name| !is_passed_over(name))?;
        let path = format!("{below}/{name}");
        // Not through links, which may go round in circles.
        let is_folder = entry.file_type().ok()?.is_dir();
        Some(if is_folder { count(folder, &path) } else { usize::from(is_source(&path)) })
    });
    counted.sum()
}

/// The source files below a folder of the working tree. A folder that is not there has none.
///
/// # Errors
/// A file cannot be read or is not text, or links go round in a circle.
pub fn working_tree(folder: &Folder, below: &str) -> Result<Vec<Arc<SourceFile>>, Problems> {
    let mut walk = Walk { folder, files: Vec::new(), problems: Vec::new() };
    if folder.path(below).exists() {
        walk.enter(below, &mut Vec::new());
    }
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    Problems::none_of(walk.problems, walk.files)
}

/// Whether a file of that path is a source file.
pub fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    !path.split('/').any(is_passed_over)
        && match extension {
            Some("ts") => !name.ends_with(".d.ts"),
            Some("py" | "sql") => true,
            // Of these there may be others elsewhere, which are data.
            Some("prisma" | "json" | "avsc" | "proto") => path.starts_with(MODELS),
            _ => false,
        }
}

fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "node_modules" | "__pycache__")
}

struct Walk<'a> {
    folder: &'a Folder,
    files: Vec<Arc<SourceFile>>,
    problems: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Reads a folder. `above` are the real places of the folders it is in.
    fn enter(&mut self, relative: &str, above: &mut Vec<PathBuf>) {
        let path = self.folder.path(relative);
        let listed = path.canonicalize().and_then(|real| {
            fs::read_dir(&path)?.collect::<Result<Vec<_>, _>>().map(|entries| (real, entries))
        });
        let (real, entries) = match listed {
            Ok(listed) => listed,
            Err(error) => return self.problems.push(file_problem("read", Path::new(relative), &error)),
        };
        if above.contains(&real) {
            let message = format!("{relative} is a link to a folder that it is in");
            return self.problems.push(Diagnostic::error(Code::File, message).with_help("remove the link"));
        }
        above.push(real);
        for entry in entries {
            match entry.file_name().to_str() {
                Some(name) if is_passed_over(name) => {}
                Some(name) => self.visit(&format!("{relative}/{name}"), above),
                None => {
                    let message = format!("the name of {} is not UTF-8 text", entry.path().display());
                    self.problems.push(Diagnostic::error(Code::File, message).with_help("rename it"));
                }
            }
        }
        above.pop();
    }

    fn visit(&mut self, relative: &str, above: &mut Vec<PathBuf>) {
        // Follows links, so that a broken one is told like a file that cannot be read.
        match fs::metadata(self.folder.path(relative)) {
            Ok(metadata) if metadata.is_dir() => self.enter(relative, above),
            Ok(_) | Err(_) if !is_source(relative) => {}
            Ok(_) => match self.folder.read(relative) {
                Ok(file) => self.files.extend(file),
                Err(problem) => self.problems.push(problem),
            },
            Err(error) => self.problems.push(file_problem("read", Path::new(relative), &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        for (path, text) in files {
            folder.create(path, text).unwrap();
        }
        (dir, folder)
    }

    fn problems(folder: &Folder) -> String {
        working_tree(folder, MODELS).unwrap_err().to_string()
    }

    #[test]
    fn sources_are_found_in_nested_folders_in_the_order_of_paths() {
        let (_dir, folder) = project(&[
            ("app/datamodels/b.ts", "b"),
            ("app/datamodels/a/z.ts", "z"),
            ("app/datamodels/a.py", "a"),
            ("app/datamodels/types.d.ts", ""),
            ("app/datamodels/old.prisma", ""),
            ("app/datamodels/README.md", ""),
            ("app/datamodels/.hidden/a.ts", ""),
            ("app/datamodels/__pycache__/a.py", ""),
            ("app/functions/c.ts", ""),
        ]);
        let files = working_tree(&folder, MODELS).unwrap();
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        let expected = ["a.py", "a/z.ts", "b.ts", "old.prisma"].map(|name| format!("{MODELS}/{name}"));
        assert_eq!(paths, expected);
        assert!(working_tree(&folder, "app/none").unwrap().is_empty());
    }

    #[test]
    fn links_are_followed_but_not_in_circles() {
        let (_dir, folder) = project(&[("app/datamodels/a.ts", "a"), ("shared/b.ts", "b")]);
        symlink(folder.path("shared"), folder.path("app/datamodels/shared")).unwrap();
        let files = working_tree(&folder, MODELS).unwrap();
        assert_eq!(files[1].path, "app/datamodels/shared/b.ts");
        symlink("..", folder.path("app/datamodels/up")).unwrap();
        symlink("../datamodels", folder.path("app/datamodels/again")).unwrap();
        assert!(problems(&folder).contains("app/datamodels/again is a link to a folder that it is in"));
    }

    #[test]
    fn a_broken_link_and_a_file_that_is_not_text_are_both_reported() {
        let (_dir, folder) = project(&[("app/datamodels/a.ts", "a")]);
        symlink("nowhere", folder.path("app/datamodels/b.ts")).unwrap();
        fs::write(folder.path("app/datamodels/c.ts"), b"\xff").unwrap();
        let mut lines: Vec<_> = problems(&folder).lines().map(str::to_owned).collect();
        lines.sort();
        assert_eq!(
            lines,
            [
                "app/datamodels/c.ts is not UTF-8 text (line 1)",
                "cannot read app/datamodels/b.ts: No such file or directory",
            ]
        );
    }
}

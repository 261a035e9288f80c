//! `antler init`: a new project.
//!
//! The project is in git from its first moment, since versions are commits. A folder that lies
//! in a repository already gets no repository of its own.

use std::{fs, io, path::Path};

use antler_store::git::Repository;
use anyhow::{Context, bail};

use crate::{
    args::InitArgs,
    printer::Printer,
    problems::{Problems, file_problem},
    project::{Folder, Language},
    settings::Settings,
};

/// A file of a new project: its path and its text, in which `{{name}}` is the project's name.
type Template = (&'static str, &'static str);

macro_rules! templates {
    ($folder:literal: $($path:literal from $file:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../templates/", $folder, "/", $file)))),+]
    };
}

const TYPESCRIPT: &[Template] = templates!("typescript":
    ".gitignore" from "gitignore",
    "README.md" from "README.md",
    "antler.d.ts" from "antler.d.ts",
    "app/datamodels/models.ts" from "app/datamodels/models.ts",
    "app/functions/README.md" from "app/functions/README.md",
    "moose.config.toml" from "moose.config.toml",
    "package.json" from "package.json",
    "tsconfig.json" from "tsconfig.json",
);

const PYTHON: &[Template] = templates!("python":
    ".gitignore" from "gitignore",
    "README.md" from "README.md",
    "antler.py" from "antler.py",
    "app/datamodels/models.py" from "app/datamodels/models.py",
    "app/functions/README.md" from "app/functions/README.md",
    "moose.config.toml" from "moose.config.toml",
    "setup.py" from "setup.py",
);

/// The branch that versions come from, as the templates say.
const MAIN_BRANCH: &str = "main";

/// Makes a project in a new or empty folder.
///
/// # Errors
/// The folder has something in it, or cannot be written.
pub fn run(args: &InitArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    let root = settings.directory.join(args.name.as_str());
    refuse_occupied(&root)?;
    let history = choose_history(args, &settings.directory)?;
    let folder = Folder::new(root.clone());
    let (templates, models) = match args.language {
        Language::Typescript => (TYPESCRIPT, "app/datamodels/models.ts"),
        Language::Python => (PYTHON, "app/datamodels/models.py"),
    };
    if let Err(problem) = write(&folder, templates, args.name.as_str()) {
        // It was empty or not there, so all that is in it is ours.
        let _ = fs::remove_dir_all(&root);
        return Err(problem.into());
    }
    if history == History::Own {
        Repository::init(&root, MAIN_BRANCH)
            .and_then(|repository| repository.commit_all(&format!("Start {}", args.name)))
            .with_context(|| format!("{} is made, but not committed", args.name))?;
    }
    printer.say(format!("made {}", args.name));
    if history == History::Around {
        printer.say("it is part of the git repository around it; commit it there");
    }
    printer.say(format!("\n  cd {}\n  antler dev\n", args.name));
    printer.say(format!("{models} has its first data model; README.md shows how to send it an event"));
    Ok(())
}

fn refuse_occupied(root: &Path) -> Result<(), anyhow::Error> {
    match fs::read_dir(root).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => bail!("{} is not empty: a new project needs a folder of its own", root.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Problems::from(file_problem("use", root, &error)).into()),
    }
}

fn write(folder: &Folder, templates: &[Template], name: &str) -> Result<(), Problems> {
    for (path, text) in templates {
        folder.replace(path, &text.replace("{{name}}", name))?;
    }
    Ok(())
}

/// Where the history of the project is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum History {
    /// In a repository of its own.
    Own,
    /// In the repository that it lies in.
    Around,
    /// Nowhere.
    None,
}

fn choose_history(args: &InitArgs, directory: &Path) -> anyhow::Result<History> {
    if args.no_git {
        return Ok(History::None);
    }
    match Repository::discover(directory) {
        Ok(Some(_)) => Ok(History::Around),
        Ok(None) => Ok(History::Own),
        Err(error) => Err(error).context("cannot keep the project in git (--no-git makes one without)"),
    }
}

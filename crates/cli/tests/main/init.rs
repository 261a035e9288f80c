//! `antler init`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_new_project_is_complete_and_committed_on_the_main_branch() {
    let mut sandbox = Sandbox::empty();
    assert_snapshot!(sandbox.antler(&["init", "my-app", "typescript"]), @r"
    exit 0
    --- stderr
    made my-app

      cd my-app
      antler dev

    app/datamodels/models.ts has its first data model; README.md shows how to send it an event
    ");
    sandbox.root.push("my-app");
    assert_snapshot!(sandbox.git(&["ls-files"]), @r"
    .gitignore
    README.md
    antler.d.ts
    app/datamodels/models.ts
    app/functions/README.md
    moose.config.toml
    package.json
    tsconfig.json
    ");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["log", "--format=%an %s", "main"]), "Antler Start my-app");
    assert!(sandbox.read("package.json").contains("\"name\": \"my-app\",\n  \"version\": \"0.0\""));
    assert!(!sandbox.read("README.md").contains("{{"));
}

#[test]
fn a_python_project_has_the_same_form() {
    let mut sandbox = Sandbox::empty();
    assert_snapshot!(sandbox.antler(&["init", "events", "python"]), @r"
    exit 0
    --- stderr
    made events

      cd events
      antler dev

    app/datamodels/models.py has its first data model; README.md shows how to send it an event
    ");
    sandbox.root.push("events");
    assert_snapshot!(sandbox.git(&["ls-files"]), @r"
    .gitignore
    README.md
    antler.py
    app/datamodels/models.py
    app/functions/README.md
    moose.config.toml
    setup.py
    ");
    let run = "import sys; sys.path[:0] = ['.', 'app/datamodels']; import models; \
               print(*models.UserActivity.__dataclass_fields__)";
    let output = sandbox.command("python3").args(["-B", "-c", run]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "eventId userId timestamp activity\n", "{output:?}");
    assert_snapshot!(sandbox.antler(&["bump-version"]), @r"
    exit 0
    --- stderr
    0.0 stays alive, pinned to commit [COMMIT]
    0.1 is the current version

    changed moose.config.toml, setup.py and antler.lock; commit them
    next: edit the data models in app/datamodels, then: antler generate migrations
    ");
    assert!(sandbox.read("setup.py").contains("version=\"0.1\""));
}

#[test]
fn both_languages_declare_the_same_model() {
    let lock = |language| {
        let mut sandbox = Sandbox::empty();
        sandbox.antler(&["init", "my-app", language]);
        sandbox.root.push("my-app");
        sandbox.antler(&["bump-version"]);
        let lock = sandbox.read("antler.lock");
        lock[lock.find("\"models\"").unwrap()..].to_owned()
    };
    assert_eq!(lock("typescript"), lock("python"));
}

#[test]
fn a_folder_that_has_something_in_it_is_not_touched() {
    let sandbox = Sandbox::empty();
    sandbox.write("my-app/notes.txt", "mine");
    assert_snapshot!(sandbox.antler(&["init", "my-app", "typescript"]), @r"
    exit 1
    --- stderr
      error: [HOME]/work/my-app is not empty: a new project needs a folder of its own
    ");
    assert_eq!(std::fs::read_dir(sandbox.path("my-app")).unwrap().count(), 1);
    sandbox.write("file", "mine");
    assert_snapshot!(sandbox.antler(&["init", "file", "typescript"]), @r"
    exit 1
    --- stderr
      error[A104]: cannot use [HOME]/work/file: Not a directory
    ");
}

#[test]
fn an_empty_folder_is_used() {
    let sandbox = Sandbox::empty();
    std::fs::create_dir(sandbox.path("my-app")).unwrap();
    sandbox.antler(&["init", "my-app", "typescript"]);
    assert!(sandbox.path("my-app/app/datamodels/models.ts").exists());
}

#[test]
fn a_project_inside_a_repository_gets_none_of_its_own() {
    let sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet"]);
    assert_snapshot!(sandbox.antler(&["init", "my-app", "typescript"]), @r"
    exit 0
    --- stderr
    made my-app
    it is part of the git repository around it; commit it there

      cd my-app
      antler dev

    app/datamodels/models.ts has its first data model; README.md shows how to send it an event
    ");
    assert!(!sandbox.path("my-app/.git").exists());
}

#[test]
fn a_project_can_be_made_without_git() {
    let sandbox = Sandbox::empty();
    let nowhere = [("PATH", "")];
    assert_snapshot!(sandbox.antler_with(&nowhere, &["init", "my-app", "typescript"]), @r"
    exit 1
    --- stderr
      error: cannot keep the project in git (--no-git makes one without): git was not found: install
      | it, or add its folder to PATH
    ");
    assert!(!sandbox.path("my-app").exists());
    assert_snapshot!(sandbox.antler_with(&nowhere, &["init", "my-app", "typescript", "--no-git"]), @r"
    exit 0
    --- stderr
    made my-app

      cd my-app
      antler dev

    app/datamodels/models.ts has its first data model; README.md shows how to send it an event
    ");
    assert!(!sandbox.path("my-app/.git").exists());
}

#[test]
fn what_is_not_understood_is_a_usage_error() {
    let sandbox = Sandbox::empty();
    assert_snapshot!(sandbox.antler(&["init", "../up", "typescript"]), @r"
    exit 2
    --- stderr
    error: invalid value '../up' for '<NAME>': expected a lower-case letter or digit, then lower-case letters, digits, '-', '_' or '.', at most 100 characters

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.antler(&["init", "my-app", "cobol"]), @r"
    exit 2
    --- stderr
    error: invalid value 'cobol' for '<LANGUAGE>'
      [possible values: typescript, python]

    For more information, try '--help'.
    ");
}

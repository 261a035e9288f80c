//! Configuration, current version and models: what is told when they are broken.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const SOME_COMMAND: &[&str] = &["generate", "migrations"];

#[test]
fn without_a_project_there_is_a_hint_to_make_one() {
    let sandbox = Sandbox::empty();
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A103]: there is no project in [HOME]/work or above it
      help: a project has a moose.config.toml; make one with: antler init my-app typescript
    ");
}

#[test]
fn the_project_is_found_from_a_folder_below_and_from_elsewhere() {
    let sandbox = Sandbox::project();
    let below = ["-C", "app/datamodels", "generate", "migrations"];
    assert_snapshot!(sandbox.antler(&below), @r"
    exit 0
    --- stderr
    0.0 is the only live version, so there is nothing to migrate
    next: antler bump-version starts the next version
    ");
    assert_snapshot!(sandbox.antler(&["-C", "nowhere", "generate", "migrations"]), @r"
    exit 1
    --- stderr
      error: cannot work in nowhere: No such file or directory (os error 2)
    ");
}

#[test]
fn an_older_project_file_is_read() {
    let sandbox = Sandbox::project();
    sandbox.git(&["mv", "moose.config.toml", "project.toml"]);
    sandbox.commit();
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    assert!(sandbox.read("project.toml").contains("\"0.0\" = "));
}

#[test]
fn broken_toml_is_shown() {
    let sandbox = Sandbox::project();
    sandbox.edit("moose.config.toml", "[http_server_config]", "[http_server_config");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A101]: moose.config.toml is not valid TOML
       ,-[moose.config.toml:7:20]
     6 | 
     7 | [http_server_config
       :                    ^
       :                    `-- unclosed table, expected `]`
     8 | host = "localhost"
       `----
    "#);
}

#[test]
fn every_value_of_the_wrong_type_is_shown_in_one_run() {
    let sandbox = Sandbox::project();
    sandbox.edit("moose.config.toml", "port = 4000", "port = \"4000\"");
    sandbox.edit("moose.config.toml", "durability = \"fsync\"", "durability = \"never\"");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A101]: http_server_config.port must be a number from 0 to 65535
        ,-[moose.config.toml:9:8]
      8 | host = "localhost"
      9 | port = "4000"
        :        ^^^|^^
        :           `-- not this
     10 | 
        `----

      error[A101]: antler.durability must be "fsync" or "os"
        ,-[moose.config.toml:22:14]
     21 | # process.
     22 | durability = "never"
        :              ^^^|^^^
        :                 `-- not this
     23 | # How long a request with an Idempotency-Key is remembered, so that a repetition stores nothing.
        `----
    "#);
}

#[test]
fn a_wrong_value_in_the_environment_is_told_by_its_variable() {
    let sandbox = Sandbox::project();
    let variables = [("MOOSE_HTTP_SERVER_CONFIG__PORT", "many")];
    assert_snapshot!(sandbox.antler_with(&variables, SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A101]: http_server_config.port must be a number from 0 to 65535
      help: the value comes from MOOSE_HTTP_SERVER_CONFIG__PORT
    ");
}

#[test]
fn a_password_beside_an_error_is_not_shown() {
    let sandbox = Sandbox::project();
    sandbox.edit("moose.config.toml", "db_name = \"local\"", "password = \"s3cret\"\ndb_name = 7");
    let shown = sandbox.antler(SOME_COMMAND);
    assert!(shown.contains("password =*********") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_missing_or_impossible_version_is_told() {
    let sandbox = Sandbox::project();
    sandbox.edit("package.json", "\"version\": \"0.0\"", "\"version\": \"1.0.0-beta\"");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A102]: "1.0.0-beta" is not a version
       ,-[package.json:3:14]
     2 |   "name": "my-app",
     3 |   "version": "1.0.0-beta",
       :              ^^^^^^|^^^^^
       :                    `-- this is the current version
     4 |   "private": true,
       `----
      help: write one to four numbers separated by dots, in quotes: "0.1"
    "#);
    sandbox.edit("package.json", "\"version\": \"1.0.0-beta\",", "");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A102]: package.json has no version
      help: the current version of the data models stands there, such as "version": "0.0" in
            package.json
    "#);
    sandbox.write("package.json", "{");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A102]: package.json is not valid JSON
       ,-[package.json:1:1]
     1 | {
       : ^
       : `-- EOF while parsing an object
       `----
    ");
    sandbox.write("package.json", "");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A102]: package.json is not valid JSON
       ,-[package.json:1:1]
       `----
    ");
    sandbox.remove("package.json");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r#"
    exit 1
    --- stderr
      error[A102]: the project has no package.json
      help: the current version of the data models stands there, such as "version": "0.0" in
            package.json
    "#);
}

#[test]
fn broken_models_are_shown_in_one_run() {
    let sandbox = Sandbox::project();
    sandbox.edit("app/datamodels/models.ts", "eventId: Key<string>", "eventId: string");
    sandbox.write("app/datamodels/second.ts", "export interface Second {\n  id: Key<string;\n}\n");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A201]: Expected `,` or `>` but found `;`
       ,-[app/datamodels/second.ts:2:10]
     1 | export interface Second {
     2 |   id: Key<string;
       :          |      |
       :          |      `-- `,` or `>` expected
       :          `-- Opened here
     3 | }
       `----
    ");
    sandbox.write("app/datamodels/second.ts", b"\xff\xfe");
    assert_snapshot!(sandbox.antler(SOME_COMMAND), @r"
    exit 1
    --- stderr
      error[A104]: app/datamodels/second.ts is not UTF-8 text (line 1)
      help: save it in UTF-8
    ");
}

#[test]
fn nothing_to_do_is_a_usage_error() {
    let sandbox = Sandbox::project();
    let shown = sandbox.antler(&[]);
    assert!(shown.starts_with("exit 2\n--- stderr\n"), "{shown}");
    for command in ["init", "dev", "prod", "bump-version", "generate", "query", "ls", "ps", "import"] {
        assert!(shown.contains(&format!("\n  {command} ")), "{command} is not in:\n{shown}");
    }
}

//! `antler versions`: what the versions of a project are, with real git and without a server.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

const MODELS: &str = "app/datamodels/models.ts";

/// 0.0 and 0.1 of one schema, and 0.2 in the working tree with another one and a renamed model.
fn three_versions() -> Sandbox {
    let sandbox = Sandbox::project();
    let models = sandbox.read(MODELS);
    sandbox.write(MODELS, format!("{models}\nexport interface Ping {{\n  at: Key<Date>;\n}}\nexport interface Leg {{\n  id: Key<string>;\n}}\n"));
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    sandbox.edit(MODELS, "activity: string;", "action?: string;\n  level: 1 | 2;");
    sandbox.edit(MODELS, "timestamp: Date", "timeStamp: string");
    sandbox.edit(MODELS, "interface Leg", "interface Hop");
    let config = "\nexport const PingConfig: DataModelConfig<Ping> = { ingestion: { format: IngestionFormat.JSON_ARRAY } };\n";
    sandbox.write(MODELS, sandbox.read(MODELS) + config);
    sandbox.write("app/functions/Leg_migrate__0_1__Hop__0_2.ts", "");
    sandbox
}

/// The day of the commits is the day of the test.
fn without_days(shown: &str) -> String {
    let is_day = |word: &&str| word.len() == 10 && word.starts_with("20") && word.matches('-').count() == 2;
    let mut shown = shown.to_owned();
    let words: Vec<_> = shown.split_whitespace().filter(is_day).map(str::to_owned).collect();
    for day in words {
        shown = shown.replace(&day, "[DAY]");
    }
    shown
}

#[test]
fn versions_are_listed_with_their_commits_tables_and_those_of_the_same_schema() {
    let sandbox = three_versions();
    sandbox.remove(".antler");
    let without_engine = &[("ANTLER_LIBCHDB", "/nowhere")];
    let shown = sandbox.antler_with(without_engine, &["versions", "ls"]);
    assert_snapshot!(without_days(&shown), @r"
    exit 0
    --- stdout
    VERSION  STATE    COMMIT      DATE        MODEL         TABLE             SAME AS
    0.2      current  -           -           Hop           Hop_0_2
                                              Ping          Ping_0_0          0.0, 0.1
                                              UserActivity  UserActivity_0_2
    0.1      live     [COMMIT]  [DAY]  Leg           Leg_0_0           0.0
                                              Ping          Ping_0_0          0.0, 0.2
                                              UserActivity  UserActivity_0_0  0.0
    0.0      live     [COMMIT]  [DAY]  Leg           Leg_0_0           0.1
                                              Ping          Ping_0_0          0.1, 0.2
                                              UserActivity  UserActivity_0_0  0.1
    ");
    let lock = sandbox.read("antler.lock");
    // A retired version is known by the lock, and a table keeps its name.
    let config = sandbox.read("moose.config.toml");
    let kept: Vec<_> = config.lines().filter(|line| !line.starts_with("\"0.0\"")).collect();
    sandbox.write("moose.config.toml", kept.join("\n"));
    let listed = sandbox.antler(&["versions", "ls", "--json"]);
    let json = listed.trim_start_matches("exit 0\n--- stdout\n");
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["0.0"]["state"], "retired");
    assert_eq!(json["0.2"]["commit"], Value::Null);
    assert_eq!(json["0.1"]["models"]["UserActivity"]["table"], "UserActivity_0_0");
    assert_eq!(json["0.1"]["models"]["UserActivity"]["shared_by"], serde_json::json!(["0.0", "0.1"]));
    assert_eq!(json["0.2"]["models"]["Ping"]["table"], "Ping_0_0");
    assert_eq!(sandbox.read("antler.lock"), lock, "nothing is written");
    assert!(!sandbox.path(".antler").exists());
}

#[test]
fn a_version_is_shown_with_its_models_and_an_unknown_one_is_told_from_the_known_ones() {
    let sandbox = three_versions();
    assert_snapshot!(without_days(&sandbox.antler(&["versions", "show", "0.1"])), @r"
    exit 0
    --- stdout
    0.1 is live, as it was at [COMMIT] of [DAY]

    Leg  in Leg_0_0, shared with 0.0
      sorted by id; the endpoint takes an object or an array as JSON, and drops unknown fields
      FIELD  TYPE         COLUMN
      id     Key<string>  String

    Ping  in Ping_0_0, shared with 0.0, 0.2
      sorted by at; the endpoint takes an object or an array as JSON, and drops unknown fields
      FIELD  TYPE       COLUMN
      at     Key<Date>  DateTime64(3, 'UTC')

    UserActivity  in UserActivity_0_0, shared with 0.0
      sorted by eventId; the endpoint takes an object or an array as JSON, and drops unknown fields
      FIELD      TYPE         COLUMN
      eventId    Key<string>  String
      userId     string       String
      timestamp  Date         DateTime64(3, 'UTC')
      activity   string       String
    ");
    let current = sandbox.antler(&["versions", "show"]);
    assert!(current.contains("0.2 is current, as it is in the working tree"), "{current}");
    assert_snapshot!(sandbox.antler(&["versions", "show", "0.9"]), @r"
    exit 1
    --- stderr
      error[A401]: the project has no version 0.9
      help: it knows 0.0, 0.1, 0.2
    ");
}

#[test]
fn a_difference_tells_what_came_went_changed_and_was_renamed() {
    let sandbox = three_versions();
    let difference = sandbox.antler(&["versions", "diff", "0.0", "0.2"]);
    assert_snapshot!(difference, @r"
    exit 0
    --- stdout
    Leg → Hop  0.0 → 0.2  breaking

    Ping  has the same schema in 0.0 and 0.2
      ~ the endpoint takes an array as JSON, and drops unknown fields (before: an object or an array as JSON, and drops unknown fields)

    UserActivity  0.0 → 0.2  breaking
      > timeStamp  string, probably timestamp: Date  breaking
      + action     string | undefined                compatible
      + level      1 | 2                             breaking
      - activity   string                            breaking
    ");
    assert_eq!(sandbox.antler(&["versions", "diff", "0.0"]), difference, "the current one");
    assert_snapshot!(sandbox.antler(&["versions", "diff", "0.0", "0.1"]), @r"
    exit 0
    --- stdout
    Leg  has the same schema in 0.0 and 0.1
    Ping  has the same schema in 0.0 and 0.1
    UserActivity  has the same schema in 0.0 and 0.1
    ");
    let coloured = sandbox.antler(&["--color", "always", "versions", "diff", "0.0"]);
    assert!(coloured.contains("\u{1b}[31m- activity"), "{coloured}");
    let json = sandbox.antler(&["versions", "diff", "0.2", "0.0", "--json"]);
    let json: Value = serde_json::from_str(json.trim_start_matches("exit 0\n--- stdout\n")).unwrap();
    let of = |name: &str| {
        json["models"].as_array().unwrap().iter().find(|model| model["model"] == name).unwrap().clone()
    };
    assert_eq!(of("Hop")["change"], "removed", "there is no migration back");
    assert_eq!(of("Ping")["endpoint"]["from"], "an array as JSON, and drops unknown fields");
    let fields = of("UserActivity")["fields"].clone();
    let gone = fields.as_array().unwrap().iter().find(|field| field["field"] == "level").unwrap().clone();
    assert_eq!((&gone["change"], &gone["before"]), (&"removed".into(), &"1 | 2".into()));
}

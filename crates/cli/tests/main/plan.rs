//! `antler plan`: what a change takes, before it is applied.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A project whose version 0.0 has rows, at a version 0.1 that is not applied yet.
fn changed() -> Sandbox {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let events = (0..20_000).map(|id| {
        format!(
            "{{\"eventId\":\"{id}\",\"userId\":\"ada\",\"timestamp\":\"2026-01-02T03:04:05Z\",\"activity\":\"x\"}}\n"
        )
    });
    let events: String = events.collect();
    let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", events).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    sandbox.settle();
    assert!(server.stop().success());
    sandbox.bump_to_loud();
    sandbox
}

impl Sandbox {
    /// `antler plan --json`.
    fn plan(&self) -> Value {
        let output = self.command(env!("CARGO_BIN_EXE_antler")).args(["plan", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// `antler plan`, without its id.
    fn plan_page(&self) -> String {
        let page = self.antler(&["plan"]);
        let id = page.lines().find_map(|line| line.strip_prefix("plan ")).unwrap();
        with_sizes_hidden(&page.replace(id, "[ID]"))
    }
}

/// Replaces sizes, which differ from machine to machine.
fn with_sizes_hidden(text: &str) -> String {
    let mut shown = Vec::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        let unit = words.next_if(|next| {
            ["B", "KiB", "MiB", "GiB", "TiB"].contains(&next.trim_end_matches([',', ';', '.', '\n']))
        });
        shown.push(match unit {
            Some(unit) => format!("[SIZE]{}", unit.trim_start_matches(char::is_alphabetic)),
            None => word.to_owned(),
        });
    }
    shown.join(" ")
}

#[test]
fn a_plan_says_what_each_step_takes_whether_data_moves_and_what_became_of_each_field() {
    let sandbox = changed();
    assert_snapshot!(sandbox.plan_page());
    let plan = sandbox.plan();
    let load = &plan["changes"][2];
    assert_eq!((&load["change"], &load["data"]["rows"]), (&json!("load"), &json!(20_000)));
    assert_eq!(load["data"]["milliseconds"], 200, "100,000 rows/s are assumed");
    assert_eq!(load["data"]["disk_bytes"], load["data"]["bytes"]);
    assert_eq!(plan["changes"][0]["data"], Value::Null);
    assert_eq!(plan["total"]["rate"], json!({"rows_per_second": 100_000, "basis": "assumed"}));
    assert!(plan["total"]["free_bytes"].as_u64().unwrap() > 1 << 20, "{plan}");
    assert_eq!(
        (&plan["total"]["room"], &plan["models"][0]["compatibility"]),
        (&json!("enough"), &json!("breaking"))
    );
}

#[test]
fn a_plan_is_the_same_with_and_without_a_server_and_knows_how_fast_the_last_load_was() {
    let sandbox = changed();
    let at_rest = sandbox.plan();
    let server = sandbox.serve();
    sandbox.wait_for("UserActivity 0.0 → 0.1  loaded 20,000 rows");
    assert_eq!(sandbox.plan()["changes"], json!([]), "dev has applied it");
    assert_ne!(sandbox.plan()["id"], at_rest["id"]);

    // Nothing that `antler dev` could apply, so the plan stays.
    sandbox.remove("app/functions/UserActivity_migrate__0_0__0_1.ts");
    let rate = sandbox.plan()["total"]["rate"].clone();
    assert_eq!(rate["basis"], "measured", "{rate}");
    assert!(server.stop().success());
    assert_eq!(sandbox.plan()["total"]["rate"], rate, "it is remembered");
}

#[test]
fn a_plan_that_moves_no_data_says_so() {
    let sandbox = Sandbox::project();
    assert_snapshot!(sandbox.plan_page());
}

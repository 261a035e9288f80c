//! The clients that `antler generate sdk` writes, run by Node and Python as their users run them.

mod network;

use std::{process::Command, thread, time::Duration};

use self::network::Network;
use crate::{
    sandbox::{Sandbox, repository},
    server::Server,
};

const MODELS: &str = r#"
import type { Key } from "antler";
enum Level { Low = 1, High = 7 }
export interface Reading {
  id: Key<string>;
  at: Date;
  "kind-of": "a" | "b";
  level: Level;
  total: bigint;
  parts: { name: string; weight?: number }[];
  note: string | null;
}
"#;

/// A project with one version, and another one with one field more.
fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write("app/datamodels/models.ts", MODELS);
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "  note:", "  unit?: string;\n  note:");
    sandbox
}

fn generate(sandbox: &Sandbox, what: &str, lang: &str, file: &str) {
    let shown = sandbox.antler(&["generate", what, "--lang", lang]);
    assert_eq!(shown, format!("exit 0\n--- stdout\ngenerated/{file}\n"));
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Compiles a program beside the client in the strictest way, and with no types of Node or the browser.
/// Tells what the compiler complains about.
fn compile(sandbox: &Sandbox, program: &str) -> String {
    let compiler = repository("tests/oracle").join("node_modules/typescript/bin/tsc");
    assert!(compiler.exists(), "the TypeScript compiler is not there; run: npm ci --prefix tests/oracle");
    sandbox.write("generated/program.ts", format!("{TYPESCRIPT_START}{program}"));
    sandbox.write("generated/package.json", r#"{ "type": "module" }"#);
    sandbox.write(
        "generated/tsconfig.json",
        r#"{ "compilerOptions": { "target": "ES2022", "lib": ["ES2022"], "types": [], "module": "NodeNext",
             "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
             "noImplicitOverride": true, "noUnusedLocals": true, "verbatimModuleSyntax": true,
             "erasableSyntaxOnly": true } }"#,
    );
    let run =
        sandbox.command("node").arg(compiler).args(["--project", "generated", "--pretty", "false"]).output();
    String::from_utf8(run.unwrap().stdout).unwrap()
}

const TYPESCRIPT_START: &str = r#"
import { AntlerClient, RecordRejected, RequestRefused, Unanswered, VersionRetired } from "./antler-client.js";
import type { Reading, Reading_0_0 } from "./antler-client.js";
declare const console: { log(...shown: unknown[]): void };
declare const process: { env: Record<string, string> };
const client = new AntlerClient({ url: process.env["URL"]!, maxRecords: 20, retryForMs: 60_000 });
const old = (id: number): Reading_0_0 => ({
  id: String(id), at: new Date(1.7e12), "kind-of": "a", level: 7, total: 2n ** 62n + 1n,
  parts: [{ name: "é" }, { name: "x", weight: 1.5 }], note: null,
});
const now = (id: number): Reading => ({ ...old(id), unit: "kg" });
export { AntlerClient, RecordRejected, RequestRefused, Unanswered, VersionRetired, client, old, now };
"#;

/// Runs the program that was compiled.
fn run_node(sandbox: &Sandbox, url: &str) -> String {
    output(sandbox.command("node").arg("generated/program.js").env("URL", url))
}

const PYTHON_START: &str = r#"
import os, sys, threading
from datetime import datetime, timedelta, timezone
sys.path.insert(0, "generated")
from antler_client import *
client = AntlerClient(os.environ["URL"], ClientOptions(max_records=20, retry_for=60))
def old(id):
    at = datetime(2023, 11, 14, 23, 13, 20, tzinfo=timezone(timedelta(hours=1)))
    return {"id": str(id), "at": at, "kind-of": "a", "level": 7, "total": 2**62 + 1,
            "parts": [{"name": "é"}, {"name": "x", "weight": 1.5}], "note": None}
def now(id):
    return {**old(id), "unit": "kg"}
"#;

fn run_python(sandbox: &Sandbox, url: &str, program: &str) -> String {
    sandbox.write("program.py", format!("{PYTHON_START}{program}"));
    output(sandbox.command("python3").args(["-W", "error", "program.py"]).env("URL", url))
}

fn url(server: &Server<'_>) -> String {
    format!("http://{}/", server.http)
}

/// The rows of a table that differ from each other in more than their ids, with how many there are of them.
fn rows(sandbox: &Sandbox, table: &str) -> String {
    sandbox.settle();
    sandbox.ask(&format!("SELECT count(), uniqExact(id), * EXCEPT id FROM {table} GROUP BY ALL"))
}

const OLD: &str = "2023-11-14 22:13:20.000\ta\tHigh\t4611686018427387905\t[('é',NULL),('x',1.5)]\t";

#[test]
fn a_client_in_typescript_sends_events_to_each_version_and_tells_what_was_refused() {
    let sandbox = project();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    let wrong = compile(&sandbox, "await client.Reading.send({ ...now(1), level: 2 });");
    assert!(wrong.contains("Type '2' is not assignable to type '1 | 7'"), "{wrong}");

    let program = r#"
await Promise.all([1, 2, 3].map((id) => client.Reading_0_0.send(old(id))));
await client.Reading.send(now(4));
const many = await client.Reading_0_1.sendAll((function* () { for (let id = 5; id < 1000; id++) yield now(id); })());
console.log(many.accepted, many.failed.length);
// Alone, a bad record is refused; among others, it is a dead letter.
const bad = { ...now(0), level: 3 } as unknown as Reading;
for (const records of [[bad], [now(1000), bad, now(1001)]]) {
  for (const end of await Promise.allSettled(records.map((record) => client.Reading.send(record)))) {
    const error = end.status === "rejected" ? end.reason : undefined;
    console.log(error instanceof RecordRejected ? [error.message, error.deadLetter, error.record === bad] : end);
  }
}
const once = [bad, now(1002), now(1003)];
for (const _ of [1, 2]) console.log((await client.Reading.sendBatch(once, "file 7")).accepted);
const other = await client.Reading.sendBatch([now(1004)], "file 7");
console.log((other.failed[0] as RequestRefused).problem.type);
await client.Reading.send({ ...now(0), parts: [{ name: "n", weight: NaN }] }).catch((e) => console.log(String(e)));
await client.Reading.send({ ...now(0), at: new Date("?") }).catch((e) => console.log(String(e)));
// So many faults that the answer does not list them all.
const long = await client.Reading.sendBatch([...Array(99).fill(bad), now(1005), bad, bad, now(1006)], "long");
console.log(long.accepted, long.failed.map((error) => error.name).slice(98));
void client.Reading.send(now(1007));
await client.close();
await client.Reading.send(now(0)).catch((e) => console.log(e.message));
const patient = new AntlerClient({ url: "http://127.0.0.1:9", retryForMs: 200 });
await patient.Reading.send(now(0)).catch((e) => console.log(e instanceof Unanswered, e.message.slice(0, 16)));
"#;
    assert_eq!(compile(&sandbox, program), "");
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    insta::assert_snapshot!(run_node(&sandbox, &url(&server)));
    assert_eq!(rows(&sandbox, "Reading_0_0"), format!("3\t3\t{OLD}\\N"));
    assert_eq!(rows(&sandbox, "Reading_0_1"), format!("1003\t1003\t{OLD}kg\t\\N"));
}

#[test]
fn a_client_in_python_sends_events_to_each_version_and_tells_what_was_refused() {
    let sandbox = project();
    generate(&sandbox, "sdk", "python", "antler_client.py");
    let program = r#"
futures = [client.Reading_0_0.send(old(id)) for id in range(1, 4)]
assert [future.result(30) for future in futures] == [None] * 3
client.Reading.send(now(4)).result(30)
many = client.Reading_0_1.send_all(now(id) for id in range(5, 1000))
print(many.accepted, len(many.failed))
bad = {**now(0), "level": 3}
for records in [[bad], [now(1000), bad, now(1001)]]:
    for future in [client.Reading.send(record) for record in records]:
        error = future.exception(30)
        print(error and (str(error), error.dead_letter, error.record is bad))
for _ in range(2):
    print(client.Reading.send_batch([bad, now(1002), now(1003)], "file 7").accepted)
print(client.Reading.send_batch([now(1004)], "file 7").failed[0].problem["type"])
for wrong in [{**now(0), "level": float("nan")}, {**now(0), "note": "\ud800"}, {**now(0), "note": object()}]:
    try:
        client.Reading.send(wrong)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
long = client.Reading.send_batch([bad] * 99 + [now(1005), bad, bad, now(1006)], "long")
print(long.accepted, [type(error).__name__ for error in long.failed][98:])
threads = [threading.Thread(target=lambda n=n: [client.Reading.send(now(n + i)) for i in range(100)])
           for n in range(2000, 3000, 100)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert client.flush(30)
client.Reading_0_0.close()
try:
    client.Reading_0_0.send(old(0))
except ClientClosed as error:
    print(error)
told = []
impatient = AntlerClient("http://127.0.0.1:9", ClientOptions(retry_for=0.2, on_error=told.append))
error = impatient.Reading.send(now(0)).exception(30)
impatient.close()
print(str(error)[:16], type(error).__name__, told == [error])
# Nobody waits for this one: it is sent before the program ends.
client.Reading.send(now(1007))
"#;
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    insta::assert_snapshot!(run_python(&sandbox, &url(&server), program));
    assert_eq!(rows(&sandbox, "Reading_0_0"), format!("3\t3\t{OLD}\\N"));
    assert_eq!(rows(&sandbox, "Reading_0_1"), format!("2003\t2003\t{OLD}kg\t\\N"));
}

#[test]
fn each_record_is_stored_once_though_the_network_fails_and_the_server_is_killed() {
    let sandbox = project();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    generate(&sandbox, "sdk", "python", "antler_client.py");
    let typescript = r#"
const ids = function* () { for (let id = 0; id < 1000; id++) yield now(id); };
console.log(await client.Reading.sendAll(ids()));
"#;
    let python = r#"
receipt = client.Reading.send_all(now(id) for id in range(1000, 2000))
print(receipt)
"#;
    assert_eq!(compile(&sandbox, typescript), "");
    let network = Network::start();
    thread::scope(|scope| {
        let node = scope.spawn(|| run_node(&sandbox, &network.url()));
        let python = scope.spawn(|| run_python(&sandbox, &network.url(), python));
        for after in [300, 900] {
            let server = sandbox.serve();
            network.connect(server.http);
            thread::sleep(Duration::from_millis(after));
            server.kill_now();
        }
        let server = sandbox.serve();
        network.connect(server.http);
        assert_eq!(node.join().unwrap(), "{ accepted: 1000, failed: [] }\n");
        assert_eq!(python.join().unwrap(), "Receipt(accepted=1000, failed=[])\n");
        assert_eq!(rows(&sandbox, "Reading_0_1"), format!("2000\t2000\t{OLD}kg\t\\N"));
    });
    assert!(network.answers_lost() > 10, "only {} answers were lost", network.answers_lost());
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let sandbox = project();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    generate(&sandbox, "sdk", "python", "antler_client.py");
    assert_eq!(compile(&sandbox, "await client.Reading.send(now(1)); console.log(\"sent\");"), "");
    let (url, pauses) = network::busy_once("retry-after: 1\r\n");
    assert_eq!(run_node(&sandbox, &url), "sent\n");
    assert!(pauses.recv().unwrap() >= Duration::from_secs(1));
    let (url, pauses) = network::busy_once("retry-after: 1\r\n");
    assert_eq!(run_python(&sandbox, &url, "client.Reading.send(now(1)).result(30)\nprint('sent')"), "sent\n");
    assert!(pauses.recv().unwrap() >= Duration::from_secs(1));
}

#[test]
fn a_retired_version_and_a_wrong_address_are_told_apart() {
    let sandbox = project();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    generate(&sandbox, "sdk", "python", "antler_client.py");
    let typescript = r#"
await client.Reading_0_0.send(old(1)).catch((e) => console.log(e instanceof VersionRetired, e.problem.endpoints));
const lost = new AntlerClient({ url: process.env["URL"] + "nowhere" });
await lost.Reading.send(now(1)).catch((e) => console.log(e instanceof RequestRefused, e.status, e.problem.type));
"#;
    let python = r#"
error = client.Reading_0_0.send(old(1)).exception(30)
print(isinstance(error, VersionRetired), error.problem["endpoints"])
error = AntlerClient(os.environ["URL"] + "nowhere").Reading.send(now(1)).exception(30)
print(isinstance(error, RequestRefused), error.status, error.problem["type"])
"#;
    assert_eq!(compile(&sandbox, typescript), "");
    sandbox.commit();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let retired = sandbox.antler(&["retire", "0.0", "--yes"]);
    assert!(retired.starts_with("exit 0"), "{retired}");
    sandbox.wait_until_retired(&["0.0"]);
    let told = "[ '/ingest/Reading/0.1' ]\ntrue 404 no-such-endpoint\n";
    assert_eq!(run_node(&sandbox, &url(&server)), format!("true {told}"));
    let told = "['/ingest/Reading/0.1']\nTrue 404 no-such-endpoint\n";
    assert_eq!(run_python(&sandbox, &url(&server), python), format!("True {told}"));
}

#[test]
fn a_client_is_made_anew_but_never_over_a_file_of_somebody() {
    let sandbox = project();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    let first = sandbox.read("generated/antler-client.ts");
    assert!(first.contains("\"/ingest/Reading/0.0\""), "{first}");
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    assert_eq!(sandbox.read("generated/antler-client.ts"), first);
    sandbox.edit(
        "moose.config.toml",
        "[http_server_config]",
        "[http_server_config]\npath_prefix = \"events\"",
    );
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    assert!(sandbox.read("generated/antler-client.ts").contains("\"/events/ingest/Reading/0.0\""));
    sandbox.write("mine/antler_client.py", "print()\n");
    insta::assert_snapshot!(sandbox.antler(&["generate", "sdk", "--lang", "python", "--out", "mine"]));
    insta::assert_snapshot!(sandbox.antler(&["generate", "types", "--lang", "ts", "--version", "0.7"]));
}

/// A row with every kind of value, and one in which everything is missing that may be.
const ROWS: &str = r#"{"id":"1","at":"2026-01-31T12:00:00.5Z","kind-of":"b","level":1,"total":7,"parts":[{"name":"x"}],"unit":"kg","note":"n"}
{"id":"2","at":0,"kind-of":"a","level":7,"total":-1,"parts":[]}
"#;

#[test]
fn rows_that_are_read_have_the_types_that_are_generated() {
    let sandbox = project();
    generate(&sandbox, "types", "ts", "antler-rows.ts");
    generate(&sandbox, "types", "python", "antler_rows.py");
    insta::assert_snapshot!("rows.ts", sandbox.read("generated/antler-rows.ts"));
    insta::assert_snapshot!("rows.py", sandbox.read("generated/antler_rows.py"));
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let answer = server.post("/ingest/Reading", "application/x-ndjson", ROWS).unwrap();
    assert_eq!(answer.body, r#"{"accepted":2}"#);
    sandbox.settle();
    let select = "SELECT * FROM Reading ORDER BY id";
    let read = output(sandbox.command(env!("CARGO_BIN_EXE_antler")).args([
        "query",
        select,
        "--format",
        "JSONEachRow",
    ]));
    let lines: Vec<_> = read.lines().collect();
    generate(&sandbox, "sdk", "ts", "antler-client.ts");
    let program = |kind: &str| {
        format!(
            "import type {{ Reading as Row }} from \"./antler-rows.js\";\n\
             const rows: Row[] = [{}];\nconsole.log(rows[0]?.level === \"{kind}\");\n",
            lines.join(",")
        )
    };
    assert_eq!(compile(&sandbox, &program("Low")), "");
    let wrong = compile(&sandbox, &program("1"));
    assert!(wrong.contains("no overlap"), "{wrong}");

    sandbox.write("rows.ndjson", &read);
    let check = r#"
import json, sys, typing
sys.path.insert(0, "generated")
import antler_rows
def fits(value, of):
    origin, inner = typing.get_origin(of), typing.get_args(of)
    if typing.is_typeddict(of):
        hints = typing.get_type_hints(of)
        return value.keys() == hints.keys() and all(fits(value[name], hints[name]) for name in hints)
    if origin is typing.Literal: return value in inner
    if origin is typing.Union: return any(fits(value, each) for each in inner)
    if origin is list: return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    return isinstance(value, (int, float) if of is float else of)
rows = [json.loads(line) for line in open("rows.ndjson")]
assert len(rows) == 2 and all(fits(row, antler_rows.Reading) for row in rows)
assert not fits({**rows[0], "level": 1}, antler_rows.Reading)
"#;
    output(sandbox.command("python3").args(["-c", check]));
}

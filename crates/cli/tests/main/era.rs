//! A project as people had it under the Moose framework when that had versions: it starts as it is.

use crate::sandbox::Sandbox;

const CONFIG: &str = r#"language = "Typescript"

[redpanda_config]
broker = "localhost:19092"
message_timeout_ms = 1000
retention_ms = 21600000

[clickhouse_config]
db_name = "local"
user = "panda"
password = "pandapass"
use_ssl = false
host = "localhost"
host_port = 18123
postgres_port = 9005
kafka_port = 9092

[http_server_config]
host = "localhost"
port = 4000

[instrumentation_config]
host = "metrics.example"

[console_config]
host_port = 3001

[git_config]
main_branch_name = "main"

[supported_old_versions]
"#;

const FIRST: &str = r#"import { Key } from "@514labs/moose-lib";

export interface PageViewEvent {
  eventId: Key<string>;
  timestamp: Date;
  href: string;
}

export interface UserActivity {
  eventId: Key<string>;
  timestamp: Date;
  userId: string;
  activity: string;
}

export interface ParsedActivity {
  eventId: Key<string>;
  timestamp: Date;
  userId: string;
  activity: string;
}
"#;

const LATEST: &str = r#"import { DataModelConfig, IngestionFormat, Key } from "@514labs/moose-lib";
import { IpAugmentation } from "../lib/ipAugmentation";

export const PageViewEventConfig = {
  storage: {
    enabled: false,
  },
};

export interface PageViewEvent {
  eventId: Key<string>;
  timestamp: Date;
  href: string;
  ip?: string;
}

export interface PageViewProcessed extends IpAugmentation, Omit<PageViewEvent, "ip"> {}

export interface UserActivity {
  eventId: Key<string>;
  timestamp: Date;
  userId: string;
  activity: string;
}

export interface ParsedActivity {
  eventId: Key<string>;
  timestamp: Date;
  userId: string;
  activity: string;
}

export const UserActivityBatchConfig = {
  ingestion: {
    format: IngestionFormat.JSON_ARRAY,
  },
};

export interface UserActivityBatch {
  id: Key<string>;
  timestamp: Key<Date>;
}

export const LogsConfig: DataModelConfig<Logs> = {
  ingestion: {
    format: IngestionFormat.JSON,
  },
  storage: {
    enabled: true,
    order_by_fields: ["lines"],
  },
};

export interface Logs {
  date: string;
  lines: { text: string }[];
}
"#;

const LIBRARY: &str = r#"import * as process from "process";
import * as crypto from "crypto";

const API_KEY = process.env["IP_API_KEY"];

if (!API_KEY) {
  throw new Error("IP_API_KEY is required");
}

export type IpAugmentation = Partial<{
  hashedIp: string;
  cityName: string;
}>;

export async function gatherIpData(ip?: string): Promise<IpAugmentation> {
  const answer = await fetch(`https://ip.example/${ip}?token=${API_KEY}`);
  return { hashedIp: crypto.createHash("sha256").digest("hex"), cityName: await answer.text() };
}
"#;

/// A repository with three versions, in each of which something changed.
fn project() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet", "--initial-branch", "main"]);
    sandbox.write("project.toml", CONFIG);
    sandbox.write("package.json", "{\n  \"name\": \"era\",\n  \"version\": \"0.0\"\n}\n");
    sandbox.write(".gitignore", ".antler\nserver.log\n.moose\nnode_modules\n");
    sandbox.write("app/datamodels/models.ts", FIRST);
    sandbox.write("app/datamodels/models.generated.ts", "export interface Generated { id: Key<string> }\n");
    sandbox.commit();
    let mut config = CONFIG.to_owned();
    for (version, next) in [("0.0", "0.1"), ("0.1", "0.2")] {
        let commit = sandbox.git(&["rev-parse", "--short=7", "HEAD"]);
        config.push_str(&format!("\"{version}\" = \"{commit}\"\n"));
        sandbox.write("project.toml", &config);
        sandbox.edit("package.json", &format!("\"{version}\""), &format!("\"{next}\""));
        if next == "0.2" {
            sandbox.write("app/datamodels/models.ts", LATEST);
            sandbox.write("app/lib/ipAugmentation.ts", LIBRARY);
        }
        sandbox.commit();
    }
    sandbox.write(
        "app/flows/UserActivity/ParsedActivity/flow.ts",
        "import { ParsedActivity, UserActivity } from \"../../../datamodels/models\";\n\n\
         // The 'run' function transforms UserActivity data to ParsedActivity format.\n\
         export default function run(source: UserActivity): ParsedActivity {\n  return {\n    \
         eventId: source.eventId,\n    userId: \"puid\" + source.userId,\n    activity: source.activity,\n    \
         timestamp: new Date(source.timestamp)\n  };\n}\n",
    );
    sandbox.write(
        "app/flows/PageViewEvent/PageViewProcessed/flow.ts",
        "import { PageViewEvent, PageViewProcessed } from \"../../../datamodels/models\";\n\
         import { gatherIpData } from \"../../../lib/ipAugmentation\";\n\n\
         export default async function run(source: PageViewEvent): Promise<PageViewProcessed | null> {\n  \
         return { ...source, ...(await gatherIpData(source.ip)) };\n}\n",
    );
    // It skips a version, and leads to a model of another name.
    sandbox.write(
        "app/flows/PageViewEvent_migrate__0_0__PageViewProcessed__0_2.ts",
        "import { PageViewEvent, PageViewProcessed } from \"../datamodels/models\";\n\n\
         export default function run(source: PageViewEvent): PageViewProcessed {\n  return source;\n}\n",
    );
    for file in [
        "app/apis/dailyActiveUsers.ts",
        "app/apis/deep/other.ts",
        "app/blocks/Users.ts",
        "app/aggregations/DailyActiveUsers.ts",
    ] {
        sandbox.write(file, "this is not TypeScript at all\n");
    }
    sandbox.commit();
    sandbox
}

#[test]
fn a_project_of_that_time_starts_without_an_edit() {
    let sandbox = project();
    let server = sandbox.serve();
    // The last line of many.
    sandbox.wait_for("table local.UserActivityBatch_0_2");
    let said = sandbox.said();
    let told: Vec<_> = said.lines().skip(2).filter(|line| !line.contains("POST http")).collect();
    insta::assert_snapshot!(told.join("\n"));
    let event = |id| {
        format!(
            r#"{{"eventId":"{id}","timestamp":"2024-06-01T00:00:00Z","userId":"u","activity":"Login","href":"/"}}"#
        )
    };
    for endpoint in ["UserActivity/0.0", "UserActivity", "PageViewEvent/0.0", "PageViewEvent"] {
        server.accept(endpoint, &event(endpoint));
    }
    let batch = r#"[{"id":"1","timestamp":"2024-06-01"},{"id":"2","timestamp":1717200000}]"#;
    server.accept("UserActivityBatch", batch);
    server.accept("Logs", r#"{"date":"2024-06-01","lines":[{"text":"a"}]}"#);
    sandbox.settle();
    let ask = |statement: &str| sandbox.ask(statement);
    assert_eq!(
        ask("SELECT eventId, userId FROM ParsedActivity_0_2 ORDER BY ALL"),
        "UserActivity\tpuidu\nUserActivity/0.0\tpuidu"
    );
    assert_eq!(ask("SELECT eventId, cityName FROM PageViewProcessed_0_2"), "PageViewEvent/0.0\t\\N");
    assert_eq!(ask("SELECT count() FROM UserActivityBatch"), "2");
    assert_eq!(ask("SELECT sorting_key FROM system.tables WHERE name = 'Logs_0_2'"), "(lines)");
    assert_eq!(ask("SELECT count() FROM Logs"), "1");
    assert!(sandbox.antler(&["verify", "--ledger"]).contains("The ledger adds up"));
    assert!(sandbox.antler(&["verify"]).contains("Every row is what its migration makes of it"));
    assert!(server.stop().success());

    let check = sandbox.antler(&["check"]);
    assert!(check.contains("warning[A320]"), "{check}");

    // And as it is served in production, from the commit.
    sandbox.commit();
    let server = sandbox.serve_as(&["prod"]);
    server.accept("UserActivity/0.1", &event("later"));
    sandbox.settle();
    assert_eq!(ask("SELECT count(), uniqExact(eventId) FROM ParsedActivity"), "3\t3");
}

#[test]
fn a_project_of_that_time_in_python_starts_without_an_edit() {
    let sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet", "--initial-branch", "main"]);
    sandbox.write("moose.config.toml", CONFIG.replace("Typescript", "Python"));
    sandbox.write(
        "setup.py",
        "from setuptools import setup\n\nrequirements = []\n\nsetup(\n    name='py',\n    version='0.0',\n    \
         install_requires=requirements,\n)\n",
    );
    sandbox.write(
        "app/datamodels/models.py",
        "from dataclasses import dataclass\nfrom datetime import datetime\n\
         from moose_lib import DataModelConfig, IngestionConfig, IngestionFormat, Key, moose_data_model\n\n\
         batch = DataModelConfig(ingestion=IngestionConfig(format=IngestionFormat.JSON_ARRAY))\n\n\
         @moose_data_model(batch)\n@dataclass\nclass Star:\n    login: Key[str]\n    starred_at: datetime\n\n\
         @moose_data_model\n@dataclass\nclass Fan:\n    login: Key[str]\n",
    );
    sandbox.write(
        "app/functions/Star__Fan.py",
        "from app.datamodels.models import Fan, Star\nfrom moose_lib import StreamingFunction\nimport requests\n\n\
         def fetch(star: Star) -> Fan:\n    return Fan(login=requests.get(star.login).text)\n\n\
         fetch_function = StreamingFunction(run=fetch)\n",
    );
    sandbox.write("app/apis/stars.py", "def run(client, params):\n    return []\n");
    sandbox.commit();
    let server = sandbox.serve();
    sandbox.wait_for("table local.Star_0_0");
    let said = sandbox.said();
    assert!(said.contains("app/functions/Star__Fan.py is not run"), "{said}");
    assert!(said.contains("app/apis is left to Moose"), "{said}");
    server.accept("Star", r#"[{"login":"ada","starred_at":"2024-06-01T00:00:00Z"}]"#);
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM Star"), "1");
}

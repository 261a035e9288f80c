//! What can be seen of the running server: its tables, once they are at rest.

use antler_store::folder::ServerNote;
use ureq::Agent;

use crate::{sandbox::Sandbox, story::Files};

/// The server of a sandbox, asked over its management interface.
pub struct Stage {
    agent: Agent,
    management: String,
}

impl Stage {
    /// The server that runs in a sandbox.
    pub fn of(sandbox: &Sandbox) -> Self {
        let note: ServerNote = serde_json::from_str(&sandbox.read(".antler/server.json")).unwrap();
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { agent: Agent::new_with_config(config), management: format!("http://{}", note.management) }
    }

    /// Waits until every accepted event is stored and every load is done.
    pub fn settle(&self) {
        self.ask("/settle", "");
    }

    /// The rows of every table that users read, as they would be printed, in the order of their text.
    pub fn tables(&self) -> Files {
        let names = self.query(
            "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name FORMAT TSV",
        );
        let shown = names.lines().filter_map(|name| {
            let rows = self.rows(name);
            let is_version = name.ends_with(|c: char| c.is_ascii_digit());
            (is_version || (name.ends_with("_dead_letters") && !rows.is_empty()))
                .then(|| (format!("expected/{name}.ndjson"), rows))
        });
        shown.collect()
    }

    fn rows(&self, table: &str) -> String {
        // A letter also has the times and places of its failure, which differ from run to run.
        let columns = if table.ends_with("_dead_letters") { "source, target, reason, record" } else { "*" };
        let rows = self.query(&format!("SELECT {columns} FROM `{table}` FORMAT JSONEachRow"));
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_unstable();
        rows.iter().map(|row| format!("{row}\n")).collect()
    }

    fn query(&self, statement: &str) -> String {
        let (statement, format) = statement.rsplit_once(" FORMAT ").unwrap();
        self.ask(&format!("/query?format={format}"), statement)
    }

    fn ask(&self, path: &str, body: &str) -> String {
        let request = self.agent.post(format!("{}{path}", self.management)).header("x-antler", "1");
        let response = request.send(body).unwrap();
        let status = response.status().as_u16();
        let answer = response.into_body().read_to_string().unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

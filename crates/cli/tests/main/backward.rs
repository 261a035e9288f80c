//! Ways back: events of new producers in the tables of old versions.

use crate::sandbox::Sandbox;

const FORTH: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";
const BACK: &str = "app/functions/UserActivity_migrate__0_1__0_0.ts";

#[test]
fn a_way_back_is_drafted_finished_and_completes_the_older_version() {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit(
        "app/datamodels/models.ts",
        "activity: string",
        "kind: \"login\" | \"other\";\n  seconds: number;\n  note?: string",
    );
    sandbox.write(
        FORTH,
        "export default function migrate({ activity, ...rest }: any) {\n  \
         return { ...rest, kind: activity === \"login\" ? \"login\" : \"other\", seconds: 0 };\n}\n",
    );
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let post = |id: u32| {
        let old = format!(r#"{{"eventId":"old{id}","userId":"ada","timestamp":0,"activity":"login"}}"#);
        let new =
            format!(r#"{{"eventId":"new{id}","userId":"eve","timestamp":0,"kind":"other","seconds":{id}}}"#);
        server.accept("UserActivity/0.0", &old);
        server.accept("UserActivity/0.1", &new);
    };
    post(1);
    sandbox.settle();
    let drafted = sandbox.antler(&["generate", "migrations", "--backward"]);
    insta::assert_snapshot!(format!("{drafted}\n{}", sandbox.read(BACK)));
    sandbox.wait_for("FILL_IN");
    sandbox.write(
        BACK,
        "export default function migrate({ kind, seconds, note, ...rest }: any) {\n  \
         return { ...rest, activity: `${kind} after ${seconds} s` };\n}\n",
    );
    sandbox.wait_for("UserActivity 0.1 → 0.0  loaded");
    post(2);
    sandbox.settle();
    assert_eq!(
        sandbox.ask("SELECT eventId, activity FROM UserActivity_0_0 ORDER BY eventId"),
        "new1\tother after 1 s\nnew2\tother after 2 s\nold1\tlogin\nold2\tlogin"
    );
    assert_eq!(
        sandbox.ask("SELECT eventId, kind, seconds FROM UserActivity ORDER BY eventId"),
        "new1\tother\t1\nnew2\tother\t2\nold1\tlogin\t0\nold2\tlogin\t0"
    );
    assert!(sandbox.antler(&["verify", "--ledger"]).contains("The ledger adds up: 4 events on 5 hops."));
}

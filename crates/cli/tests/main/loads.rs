//! `antler load`, with and without a server.

use crate::sandbox::Sandbox;

#[test]
fn loads_are_paused_limited_and_let_go_on_with_and_without_a_server() {
    let sandbox = Sandbox::project();
    let at_rest = [&["load", "pause"][..], &["load", "status"], &["load", "resume", "--max-rate", "50000"]];
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let running =
        [&["load", "status"][..], &["load", "pause", "--json"], &["load", "resume", "--max-rate", "config"]];
    let running = running.map(|args| sandbox.antler(args));
    assert!(server.stop().success());
    let at_rest = at_rest.map(|args| sandbox.antler(args));
    insta::assert_snapshot!(running.into_iter().chain(at_rest).collect::<Vec<_>>().join("\n"));
    let wrong = sandbox.antler(&["load", "resume", "--max-rate", "fast"]);
    assert!(wrong.contains("expected rows per second, such as 50000"), "{wrong}");
}

#[test]
fn a_server_may_be_told_how_fast_loads_may_be() {
    let sandbox = Sandbox::project();
    let _server = sandbox.serve_as(&["dev", "--max-rate", "50000"]);
    sandbox.wait_for("POST http://localhost");
    assert!(sandbox.antler(&["load", "status"]).contains("At most 50,000 rows/s are loaded."));
}

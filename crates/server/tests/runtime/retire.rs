//! Versions that stop being live, come back, and go for good.

use antler_core::{deployment::Desired, ledger::Account, names::ModelVersion};
use antler_server::Runtime;

use crate::{
    crashes::at_every_statement,
    faults::Fails,
    project::{Home, Migration, change, desired_with, post, post_with_letters},
};

/// Three versions with ways forth and back, without those of `retired`, through which rows still go.
fn without(home: &Home, retired: &[&str]) -> Desired {
    let forth = [Migration::Add(100.0), Migration::Add(1000.0)];
    let back = [Migration::Add(-100.0), Migration::Add(-1000.0)];
    let mut desired = desired_with(home, &forth, &back);
    let is_live = |id: &ModelVersion| !retired.contains(&id.version.to_string().as_str());
    desired.nodes.retain(|node| is_live(&node.id));
    desired.routes.retain(|route| route.hop().is_some_and(|hop| is_live(&hop.from) && is_live(&hop.to)));
    desired
}

/// Three events at each of three versions, all stored.
fn filled(home: &Home) -> Runtime {
    let runtime = home.start();
    change(&runtime, &without(home, &[]));
    for (version, numbers) in [("0.0", 0..3), ("0.1", 3..6), ("0.2", 6..9)] {
        post(&runtime, version, numbers);
    }
    runtime.settle().unwrap();
    runtime
}

/// Every row of a version's table, whatever their order.
fn rows(home: &Home, version: &str) -> String {
    home.ask(&format!("SELECT count(), sum(cityHash64(*)) FROM A_{}", version.replace('.', "_")))
}

/// Every row of a version's archive.
fn archived(home: &Home, version: &str) -> String {
    let internal = home.naming.internal_database();
    let table = format!("{internal}.A_{}_archive", version.replace('.', "_"));
    home.ask(&format!("SELECT count(), sum(cityHash64(*)) FROM {table}"))
}

fn is_there(home: &Home, table: &str) -> bool {
    home.ask(&format!("EXISTS {table}")) == "1"
}

#[test]
fn a_version_is_archived_and_no_row_of_any_version_changes() {
    for retired in ["0.0", "0.1"] {
        let home = Home::new();
        let runtime = filled(&home);
        let versions = ["0.0", "0.1", "0.2"];
        let before = versions.map(|version| rows(&home, version));
        change(&runtime, &without(&home, &[retired]));
        runtime.settle().unwrap();
        let now = |home: &Home| {
            versions
                .map(|version| if version == retired { archived(home, version) } else { rows(home, version) })
        };
        assert_eq!(now(&home), before);
        assert!(!is_there(&home, &format!("A_{}", retired.replace('.', "_"))), "readers are told");
        assert!(runtime.ledger().unwrap().iter().all(Account::adds_up));

        runtime.stop();
        drop(runtime);
        let runtime = home.start();
        let endpoints = runtime.endpoints();
        assert!(endpoints.find("A", Some(retired)).is_none(), "it stays closed over a restart");
        let successor = endpoints.retired("A", retired).unwrap().unwrap();
        assert_eq!(successor.to_string(), if retired == "0.0" { "A 0.1" } else { "A 0.2" });
        assert_eq!(now(&home), before);
        // The others go on, through what is retired.
        post(&runtime, "0.2", 100..101);
        if retired == "0.1" {
            post(&runtime, "0.0", 101..102);
        }
        runtime.settle().unwrap();
        let live: Vec<_> = versions.into_iter().filter(|version| *version != retired).collect();
        let expected = if retired == "0.1" { "11\t11" } else { "10\t10" };
        for version in live {
            assert!(home.content(version).starts_with(expected), "{version}: {}", home.content(version));
        }
        assert_eq!(
            archived(&home, retired),
            before[usize::from(retired == "0.1")],
            "what is archived stands still"
        );
    }
}

#[test]
fn events_of_a_version_that_has_just_closed_still_reach_the_others() {
    let home = Home::new();
    let runtime = filled(&home);
    post(&runtime, "0.1", 9..500);
    change(&runtime, &without(&home, &["0.1"]));
    runtime.settle().unwrap();
    assert!(archived(&home, "0.1").starts_with("500\t"));
    for version in ["0.0", "0.2"] {
        assert!(home.content(version).starts_with("500\t500\t"), "{version}");
    }
}

#[test]
fn a_version_that_comes_back_has_its_rows_and_those_that_came_meanwhile_once() {
    let home = Home::new();
    let runtime = filled(&home);
    change(&runtime, &without(&home, &["0.0"]));
    post(&runtime, "0.1", 9..20);
    post(&runtime, "0.2", 20..30);
    runtime.settle().unwrap();
    change(&runtime, &without(&home, &[]));
    post(&runtime, "0.0", 30..31);
    runtime.settle().unwrap();
    for version in ["0.0", "0.1", "0.2"] {
        assert!(home.content(version).starts_with("31\t31\t"), "{version}: {}", home.content(version));
    }
    assert!(runtime.ledger().unwrap().iter().all(Account::adds_up));
}

#[test]
fn what_is_purged_is_gone_for_good_and_its_events_stay_in_every_other_version() {
    let home = Home::new();
    let runtime = filled(&home);
    let refused = runtime.purge(&"0.0".parse().unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "the change was refused, and nothing was applied");
    change(&runtime, &without(&home, &["0.0"]));
    let before = ["0.1", "0.2"].map(|version| rows(&home, version));
    assert_eq!(runtime.purge(&"0.0".parse().unwrap()).unwrap().len(), 1);
    assert_eq!(["0.1", "0.2"].map(|version| rows(&home, version)), before);
    let internal = home.naming.internal_database();
    assert_eq!(
        home.ask(&format!(
            "SELECT name FROM system.tables WHERE database = '{internal}' AND name LIKE '%A_0_0%'"
        )),
        ""
    );
    assert!(runtime.endpoints().retired("A", "0.0").is_none());
    runtime.stop();
    drop(runtime);

    let runtime = home.start();
    post(&runtime, "0.2", 9..10);
    runtime.settle().unwrap();
    assert!(runtime.ledger().unwrap().iter().all(Account::adds_up));
    assert!(home.content("0.1").starts_with("10\t10\t"));
    runtime.change(&without(&home, &[]), antler_core::plan::Edits::Rebuild, &mut |_| {}).unwrap_err();
}

#[test]
fn dead_letters_of_a_retired_version_wait_until_it_is_back() {
    use antler_core::dead_letter::Filter;
    use antler_server::letters::{Action, LettersAnswer, LettersRequest};
    let home = Home::new();
    let runtime = filled(&home);
    post_with_letters(&runtime, "0.0", 9..11);
    runtime.settle().unwrap();
    change(&runtime, &without(&home, &["0.0"]));
    let replay = LettersRequest { action: Action::Replay, model: None, filter: Filter::default() };
    let LettersAnswer::Replayed(outcome) = runtime.letters(&replay).unwrap() else { panic!() };
    let reasons: Vec<_> = outcome.failed.iter().map(|letter| letter.reason.as_str()).collect();
    assert_eq!((outcome.replayed, reasons), (0, vec!["A 0.0 is retired"; 2]));
}

#[test]
fn a_version_is_retired_brought_back_and_purged_whole_wherever_that_is_cut_short() {
    // A statement has failed before or after it was carried out, in turns.
    let statements = at_every_statement(
        |statement| if statement % 2 == 0 { Fails::Before } else { Fails::After },
        |fuse| {
            let home = Home::new();
            let runtime = filled(&home);
            runtime.stop();
            drop(runtime);
            let [all, one] = [&[][..], &["0.0"]].map(|retired| without(&home, retired));
            let take = |runtime: &Runtime, step: usize| match step {
                0 | 2 => runtime.change(&one, antler_core::plan::Edits::Rebuild, &mut |_| {}).map(drop),
                1 => runtime.change(&all, antler_core::plan::Edits::Rebuild, &mut |_| {}).map(drop),
                _ => runtime.purge(&"0.0".parse().unwrap()).map(drop),
            };
            // The steps that were not taken when the process died are taken after the next start.
            let mut step = 0;
            if let Ok(runtime) = home.start_with(fuse) {
                while step < 4 && take(&runtime, step).is_ok() {
                    crate::crashes::settle_until(&runtime, fuse);
                    step += 1;
                }
                runtime.stop();
            }
            let runtime = home.start();
            if step == 3 {
                // The purge may have been finished by the start.
                let _ = runtime.purge(&"0.0".parse().unwrap());
                step = 4;
            }
            while step < 4 {
                take(&runtime, step).unwrap();
                runtime.settle().unwrap();
                step += 1;
            }
            post(&runtime, "0.1", 9..12);
            post(&runtime, "0.2", 12..15);
            runtime.settle().unwrap();
            for version in ["0.1", "0.2"] {
                assert!(
                    home.content(version).starts_with("15\t15\t"),
                    "{version}: {}",
                    home.content(version)
                );
            }
            assert!(runtime.ledger().unwrap().iter().all(Account::adds_up));
            assert!(runtime.endpoints().retired("A", "0.0").is_none(), "it is purged");
        },
    );
    assert!(statements > 40, "only {statements} statements were tried");
}

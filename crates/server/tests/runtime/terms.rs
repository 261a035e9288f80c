//! What has to hold before a plan is applied, looked at where nothing can move any more.

use std::{num::NonZeroU32, sync::Arc, thread, time::Duration};

use antler_core::{
    deployment::Desired,
    load::course::Order,
    names::Naming,
    plan::{self, Edits, Moved, PlanId},
};
use antler_server::{
    Runtime, ServerError,
    terms::{Deployer, FullDisk, Terms},
};
use antler_store::{
    StoreError,
    tables::{Session, Tables},
};

use crate::project::{Home, Migration, change, desired, engine, post};

/// The id of what would be done now.
fn id(runtime: &Runtime, desired: &Desired) -> PlanId {
    let observed = runtime.observed().unwrap();
    let plan = plan::plan(desired, &observed, Edits::Rebuild).unwrap();
    PlanId::of(&plan, desired, Edits::Rebuild, &observed.deployed)
}

/// Applies exactly this plan. Returns how many changes were made.
fn apply(runtime: &Runtime, desired: &Desired, plan: &PlanId) -> Result<usize, ServerError> {
    let mut made = 0;
    let terms = Terms { plan: Some(plan.clone()), ..Terms::default() };
    runtime.apply(desired, Edits::Rebuild, &terms, &mut |plan| made = plan.changes.len())?;
    Ok(made)
}

fn deployer(pid: u32) -> Terms {
    Terms { deployer: NonZeroU32::new(pid).map(|pid| Deployer { pid }), ..Terms::default() }
}

#[test]
fn the_plan_that_was_shown_is_applied_though_events_came_since_and_another_one_is_not() {
    let home = Home::new();
    let runtime = home.start();
    let (old, next) = (desired(&home, &[]), desired(&home, &[Migration::Add(1.0)]));
    change(&runtime, &old);
    let shown = id(&runtime, &next);
    post(&runtime, "0.0", 0..10);

    let edited = desired(&home, &[Migration::Add(2.0)]);
    let refused = apply(&runtime, &edited, &shown).unwrap_err();
    assert!(matches!(refused, ServerError::OtherPlan { moved: Moved::Project, .. }), "{refused}");
    assert_eq!(runtime.observed().unwrap().deployed.nodes.len(), 1, "nothing was applied");

    assert_eq!(apply(&runtime, &next, &shown).unwrap(), 3);
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "10\t10\t55");
    assert_eq!(apply(&runtime, &next, &shown).unwrap(), 0, "there is nothing left to do");
    let refused = apply(&runtime, &edited, &shown).unwrap_err();
    assert!(matches!(refused, ServerError::OtherPlan { moved: Moved::Both, .. }), "{refused}");
}

#[test]
fn events_that_come_to_a_table_which_was_to_be_made_anew_make_it_another_plan() {
    let home = Home::new();
    let runtime = home.start();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));
    let edited = desired(&home, &[Migration::Add(2.0)]);
    let shown = id(&runtime, &edited);
    post(&runtime, "0.1", 0..10);
    let refused = apply(&runtime, &edited, &shown).unwrap_err();
    assert!(matches!(refused, ServerError::OtherPlan { moved: Moved::Events, .. }), "{refused}");
    runtime.settle().unwrap();
    assert_eq!(home.content("0.1"), "10\t10\t45");
}

#[test]
fn a_second_deployer_hears_who_is_the_first_and_gets_a_turn_after_it() {
    let home = Home::new();
    let runtime = Arc::new(home.start());
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..10);
    runtime.order_loads(Order::Pause).unwrap();
    change(&runtime, &desired(&home, &[Migration::Add(1.0)]));

    // It waits for a load that is paused.
    let (for_first, next) = (Arc::clone(&runtime), desired(&home, &[Migration::Add(1.0); 2]));
    let wanted = next.clone();
    let first =
        thread::spawn(move || for_first.apply(&wanted, Edits::Rebuild, &deployer(7), &mut |_| {}).unwrap());
    while !runtime.load_status().unwrap().change_waits {
        thread::sleep(Duration::from_millis(5));
    }
    let refused = runtime.apply(&next, Edits::Rebuild, &deployer(8), &mut |_| {}).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "antler apply (pid 7) is changing what is deployed; try again when that is done"
    );
    runtime.order_loads(Order::Resume { max_rate: None }).unwrap();
    first.join().unwrap();
    runtime.apply(&next, Edits::Rebuild, &deployer(8), &mut |plan| assert!(plan.changes.is_empty())).unwrap();
}

#[test]
fn a_plan_that_the_disk_has_no_room_for_is_refused_where_that_is_wanted() {
    let home = Home::new();
    let (runtime, _log) = home.start_on(Arc::new(FullTables(engine())));
    change(&runtime, &desired(&home, &[]));
    post(&runtime, "0.0", 0..100);
    runtime.settle().unwrap();
    let next = desired(&home, &[Migration::Add(1.0)]);
    let refuse = Terms { full_disk: FullDisk::Refused, ..Terms::default() };
    let refused = runtime.apply(&next, Edits::Rebuild, &refuse, &mut |_| {}).unwrap_err();
    assert!(matches!(refused, ServerError::NoRoom { needed: 1.., free: 0 }), "{refused}");
    assert_eq!(runtime.observed().unwrap().deployed.nodes.len(), 1, "nothing was applied");
    change(&runtime, &next);
}

#[test]
fn other_names_than_those_of_the_server_are_refused() {
    let home = Home::new();
    let runtime = home.start();
    let other = Desired { naming: Naming::new("elsewhere", None).unwrap(), ..desired(&home, &[]) };
    let refused = runtime.change(&other, Edits::Rebuild, &mut |_| {}).unwrap_err();
    assert!(matches!(refused, ServerError::OtherNames), "{refused}");
}

/// The engine, on a disk that has nothing free.
struct FullTables(Arc<dyn Tables>);

struct FullSession(Box<dyn Session>);

impl Tables for FullTables {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(FullSession(self.0.session()?)))
    }
}

impl Session for FullSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        if statement == antler_core::sql::statement::free_space() {
            return Ok(b"{\"free\":\"0\"}\n".to_vec());
        }
        self.0.query(statement, format)
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        self.0.insert(statement, format, rows)
    }
}

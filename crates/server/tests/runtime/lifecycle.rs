//! Random lives of a project against a model of it that fits in memory.
//!
//! Versions are created, edited, retired and brought back while events come, and the database fails
//! for good at a random statement, as when the process dies there. The model knows every event and
//! the number that each migration adds, and so what must be in each table. A seed chooses all but
//! the moments; `make lifecycle SEEDS=200` runs many.

use std::{
    env,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use antler_core::{deployment::Desired, ledger::Account, plan::Edits};
use antler_server::Runtime;

use crate::{
    crashes::settle_until,
    faults::{Fails, Fuse},
    project::{Home, Migration, change, desired, post},
};

const STEPS: usize = 8;
/// How many versions can follow the first one.
const NEWER: usize = 3;
/// Enough statements for a start, a change and a load.
const STATEMENTS: u64 = 150;

/// `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// What the author does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Create,
    Edit,
    Retire,
    BringBack,
    Nothing,
}

/// What has to be there.
#[derive(Debug, Default)]
struct Model {
    /// What the migration to each newer version adds.
    adds: Vec<u32>,
    /// Whether 0.0 is retired.
    retired: bool,
    /// The version of each event, whose number is its place.
    sent: Vec<usize>,
}

impl Model {
    fn choose(&self, chance: &mut Chance) -> Step {
        let newest = self.adds.len();
        let steps = [
            (Step::Create, newest < NEWER),
            // Events of its own keep a table from being made anew.
            (Step::Edit, newest > 0 && !self.sent.contains(&newest)),
            (Step::Retire, newest > 0 && !self.retired),
            (Step::BringBack, self.retired),
            (Step::Nothing, true),
        ];
        let possible: Vec<Step> =
            steps.into_iter().filter_map(|(step, possible)| possible.then_some(step)).collect();
        possible[chance.below(possible.len() as u64) as usize]
    }

    /// The versions that take events before, while and after a step is taken.
    fn open(&self, step: Step) -> Vec<usize> {
        let first = usize::from(self.retired || step == Step::Retire);
        let end = self.adds.len() + usize::from(step != Step::Edit);
        (first..end).collect()
    }

    fn take(&mut self, step: Step, chance: &mut Chance) {
        let add = 1 + chance.below(1000) as u32;
        match step {
            Step::Create => self.adds.push(add),
            Step::Edit => self.adds.last_mut().into_iter().for_each(|last| *last = add),
            Step::Retire => self.retired = true,
            Step::BringBack => self.retired = false,
            Step::Nothing => {}
        }
    }

    fn desired(&self, home: &Home) -> Desired {
        let migrations: Vec<_> = self.adds.iter().map(|add| Migration::Add(f64::from(*add))).collect();
        let mut desired = desired(home, &migrations);
        if self.retired {
            let oldest = desired.nodes[0].id.clone();
            desired.nodes.retain(|node| node.id != oldest);
            desired.routes.retain(|route| !route.path.contains(&oldest));
        }
        desired
    }

    /// The rows of a version, in the order of events.
    fn rows(&self, version: usize) -> Vec<String> {
        let arrives = self.sent.iter().enumerate().filter(|(_, sent)| **sent <= version);
        let row = |(id, sent): (usize, &usize)| {
            let added: u32 = self.adds[*sent..version].iter().sum();
            format!("{id}\t{}", id as u32 + added)
        };
        arrives.map(row).collect()
    }

    fn compare(&self, home: &Home, runtime: &Runtime, story: &[String]) {
        for version in 0..=self.adds.len() {
            let rows = home.ask(&format!("SELECT id, x FROM A_0_{version} ORDER BY toUInt64(id)"));
            let rows: Vec<_> = rows.lines().collect();
            assert_eq!(rows, self.rows(version), "the table of 0.{version} after {story:#?}");
        }
        let accounts = runtime.ledger().unwrap();
        assert!(accounts.iter().all(Account::adds_up), "{accounts:?} after {story:#?}");
    }
}

/// Takes a step while events come to open versions. A runtime whose fuse has blown has not taken it.
fn take(runtime: &Runtime, fuse: &Fuse, desired: &Desired, open: &[usize], model: &mut Model) -> bool {
    const BATCH: usize = 10;
    let (stop, next) = (AtomicBool::new(false), AtomicU32::new(model.sent.len() as u32));
    thread::scope(|scope| {
        let producer = scope.spawn(|| {
            let mut sent = Vec::new();
            while !open.is_empty() {
                let version = open[sent.len() / BATCH % open.len()];
                let first = next.fetch_add(BATCH as u32, Ordering::SeqCst);
                post(runtime, &format!("0.{version}"), first..first + BATCH as u32);
                sent.extend([version; BATCH]);
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
            sent
        });
        let changing = scope.spawn(|| runtime.change(desired, Edits::Rebuild, &mut |_| {}));
        while !changing.is_finished() {
            // What waits for a database that is gone would wait for ever.
            if fuse.has_blown() {
                runtime.stop();
            }
            thread::sleep(Duration::from_millis(2));
        }
        let changed = changing.join().unwrap();
        stop.store(true, Ordering::SeqCst);
        model.sent.extend(producer.join().unwrap());
        changed.is_ok()
    })
}

/// One life of a project.
fn live(seed: u64) {
    let mut chance = Chance(seed);
    let (home, mut model) = (Home::new(), Model::default());
    let mut story = vec![format!("seed {seed}")];
    let mut runtime = home.start();
    change(&runtime, &model.desired(&home));
    post(&runtime, "0.0", 0..200);
    model.sent = vec![0; 200];
    for _ in 0..STEPS {
        let step = model.choose(&mut chance);
        let open = model.open(step);
        model.take(step, &mut chance);
        let desired = model.desired(&home);
        if chance.below(2) == 0 {
            story.push(format!("{step:?}"));
            assert!(
                take(&runtime, &Fuse::after(i64::MAX, Fails::Before), &desired, &open, &mut model),
                "{story:#?}"
            );
        } else {
            let fails = if chance.below(2) == 0 { Fails::Before } else { Fails::After };
            let statements = chance.below(STATEMENTS);
            story.push(format!("{step:?}, and a failure {fails:?} statement {statements}"));
            runtime.stop();
            drop(runtime);
            let fuse = Fuse::after(statements as i64, fails);
            if let Ok(dying) = home.start_with(&fuse) {
                if take(&dying, &fuse, &desired, &open, &mut model) {
                    settle_until(&dying, &fuse);
                }
                dying.stop();
            }
            runtime = home.start();
            change(&runtime, &desired);
        }
        runtime.settle().unwrap();
        model.compare(&home, &runtime, &story);
    }
}

#[test]
fn whatever_happens_to_versions_their_tables_are_what_a_simple_model_says() {
    let seeds = env::var("SEEDS").map_or(4, |seeds| seeds.parse().unwrap());
    (1..=seeds).for_each(live);
}

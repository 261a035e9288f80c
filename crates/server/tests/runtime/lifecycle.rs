//! Random lives of a project against a model of it that fits in memory.
//!
//! Versions are created, edited, reloaded, retired, brought back and purged while events come, and the
//! database fails for good at a random statement, as when the process dies there. The model knows every event and
//! the number that each migration adds, and so what must be in each table. A seed chooses all but
//! the moments; `make lifecycle SEEDS=200` runs many.

use std::{
    collections::BTreeSet,
    env,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use antler_core::{deployment::Desired, ledger::Account, names::ModelVersion, plan::Edits};
use antler_server::{Runtime, ServerError};

use crate::{
    crashes::settle_until,
    faults::{Fails, Fuse},
    project::{Home, Migration, desired_with, post},
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
    Reload(usize),
    Retire(usize),
    BringBack(usize),
    Purge(usize),
    Nothing,
}

/// What has to be there.
#[derive(Debug, Default)]
struct Model {
    /// What the migration to each newer version adds.
    adds: Vec<u32>,
    /// Whether there are ways back, which subtract that again.
    both_ways: bool,
    /// Versions that are retired.
    retired: BTreeSet<usize>,
    /// Versions that were purged.
    purged: BTreeSet<usize>,
    /// The version of each event, whose number is its place.
    sent: Vec<usize>,
    /// Events that each version was seen to have. It has to have them for ever.
    seen: Vec<BTreeSet<usize>>,
}

impl Model {
    fn is_live(&self, version: usize) -> bool {
        !self.retired.contains(&version) && !self.purged.contains(&version)
    }

    fn choose(&self, chance: &mut Chance) -> Step {
        let newest = self.adds.len();
        // Events of its own keep a table from being made anew.
        let edit = newest > 0 && !self.sent.contains(&newest);
        let mut possible = vec![Step::Nothing];
        possible.extend((newest < NEWER).then_some(Step::Create));
        possible.extend(edit.then_some(Step::Edit));
        // Rows of versions that are gone cannot be made anew.
        let all_live = self.retired.is_empty() && self.purged.is_empty();
        possible.extend((0..newest).filter(|_| all_live).map(Step::Reload));
        possible.extend((0..newest).filter(|version| self.is_live(*version)).map(Step::Retire));
        possible.extend(self.retired.iter().copied().map(Step::BringBack));
        possible.extend(self.retired.iter().copied().map(Step::Purge));
        possible[chance.below(possible.len() as u64) as usize]
    }

    /// The versions that take events before, while and after a step is taken.
    fn open(&self, step: Step) -> Vec<usize> {
        let end = self.adds.len() + usize::from(step != Step::Edit);
        (0..end).filter(|version| self.is_live(*version) && step != Step::Retire(*version)).collect()
    }

    fn take(&mut self, step: Step, chance: &mut Chance) {
        let add = 1 + chance.below(1000) as u32;
        match step {
            Step::Create => self.adds.push(add),
            Step::Edit => {
                self.adds.last_mut().into_iter().for_each(|last| *last = add);
                self.seen.truncate(self.adds.len());
            }
            Step::Reload(migration) => self.adds[migration] = add,
            Step::Retire(version) => drop(self.retired.insert(version)),
            Step::BringBack(version) => drop(self.retired.remove(&version)),
            Step::Purge(version) => {
                self.retired.remove(&version);
                self.purged.insert(version);
            }
            Step::Nothing => {}
        }
    }

    /// Retired and purged versions are no ends, but rows still go through them.
    fn desired(&self, home: &Home) -> Desired {
        let add = |add: &u32| Migration::Add(f64::from(*add));
        let forth: Vec<_> = self.adds.iter().map(add).collect();
        let back = self.adds.iter().filter(|_| self.both_ways);
        let back: Vec<_> = back.map(|add| Migration::Add(-f64::from(*add))).collect();
        let mut desired = desired_with(home, &forth, &back);
        let is_live = |id: &ModelVersion| self.is_live(id.version.to_string()[2..].parse().unwrap());
        desired.nodes.retain(|node| is_live(&node.id));
        desired.routes.retain(|route| route.hop().is_some_and(|hop| is_live(&hop.from) && is_live(&hop.to)));
        desired
    }

    /// The value of an event in a version, if its rows go there.
    fn value(&self, event: usize, version: usize) -> Option<i64> {
        let sent = *self.sent.get(event)?;
        let added = |between: &[u32]| between.iter().copied().map(i64::from).sum::<i64>();
        if sent <= version {
            Some(event as i64 + added(&self.adds[sent..version]))
        } else {
            self.both_ways.then(|| event as i64 - added(&self.adds[version..sent]))
        }
    }

    fn compare(&mut self, home: &Home, runtime: &Runtime, story: &[String]) {
        self.seen.resize(self.adds.len() + 1, BTreeSet::new());
        let live: Vec<_> = (0..=self.adds.len()).filter(|version| self.is_live(*version)).collect();
        for version in live {
            let rows = home.ask(&format!("SELECT id, x FROM A_0_{version} ORDER BY toUInt64(id)"));
            let mut found = BTreeSet::new();
            for row in rows.lines() {
                let (id, x) = row.split_once('\t').unwrap();
                let id = id.parse().unwrap();
                assert!(found.insert(id), "event {id} is in 0.{version} twice after {story:#?}");
                let value = self.value(id, version);
                assert_eq!(Some(x.parse().unwrap()), value, "event {id} in 0.{version} after {story:#?}");
            }
            // What was sent to a version that is retired now is there if it came before.
            let sent = (0..self.sent.len()).filter(|event| self.is_live(self.sent[*event]));
            let due = sent.filter(|event| self.value(*event, version).is_some());
            let missing: Vec<_> = due
                .chain(self.seen[version].iter().copied())
                .filter(|event| !found.contains(event))
                .collect();
            assert!(missing.is_empty(), "0.{version} lacks {missing:?} after {story:#?}");
            self.seen[version] = found;
        }
        let accounts = runtime.ledger().unwrap();
        assert!(accounts.iter().all(Account::adds_up), "{accounts:?} after {story:#?}");
    }
}

/// Takes a step. Taken again after it was cut short, it is finished or has been.
fn change(runtime: &Runtime, step: Step, desired: &Desired) -> Result<(), ServerError> {
    let edits = if matches!(step, Step::Reload(_)) { Edits::Reload } else { Edits::Rebuild };
    let Step::Purge(version) = step else {
        return runtime.change(desired, edits, &mut |_| {}).map(drop);
    };
    if runtime.endpoints().retired("A", &format!("0.{version}")).is_none() {
        return Ok(());
    }
    runtime.purge(&format!("0.{version}").parse().unwrap()).map(drop)
}

/// Takes a step while events come to open versions. A runtime whose fuse has blown has not taken it.
fn take(
    runtime: &Runtime,
    fuse: &Fuse,
    step: Step,
    desired: &Desired,
    open: &[usize],
    model: &mut Model,
) -> bool {
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
        let changing = scope.spawn(|| change(runtime, step, desired));
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
    let (home, mut model) = (Home::new(), Model { both_ways: seed.is_multiple_of(2), ..Model::default() });
    let mut story = vec![format!("seed {seed}")];
    let mut runtime = home.start();
    change(&runtime, Step::Nothing, &model.desired(&home)).unwrap();
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
                take(&runtime, &Fuse::after(i64::MAX, Fails::Before), step, &desired, &open, &mut model),
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
                if take(&dying, &fuse, step, &desired, &open, &mut model) {
                    settle_until(&dying, &fuse);
                }
                dying.stop();
            }
            runtime = home.start();
            change(&runtime, step, &desired).unwrap();
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

//! What initial loads look like while they run: a bar on a terminal, a line at the end anywhere.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use antler_core::load::course::Motion;
use antler_server::{
    Runtime,
    load::{LoadPhase, LoadStatus, LoadsStatus},
};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    printer::Printer,
    render::{self, count, duration},
};

/// How often the bars move.
const TICK: Duration = Duration::from_millis(100);

/// Follows the loads of a runtime until it stops, or this value is dropped: nothing holds the runtime
/// any more then.
pub struct LoadProgress {
    bars: MultiProgress,
    printer: Printer,
    shown: Arc<Mutex<BTreeMap<u64, Shown>>>,
    /// Ends the thread when it is dropped.
    following: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LoadProgress {
    /// Follows loads from now on, on a thread of its own. Lines that are printed through the
    /// result do not disturb the bars.
    pub fn follow(runtime: &Arc<Runtime>, printer: &Printer) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let (following, ended) = mpsc::channel();
        let mut progress = Self {
            bars,
            printer: printer.clone(),
            shown: Arc::default(),
            following: Some(following),
            thread: None,
        };
        let followed = Arc::downgrade(runtime);
        let (bars, printer, shown) = (progress.bars.clone(), printer.clone(), Arc::clone(&progress.shown));
        progress.thread = Some(thread::spawn(move || {
            let mut told = None;
            while let Some(status) = followed.upgrade().and_then(|runtime| runtime.load_status().ok()) {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                show(&status.loads, &mut shown, &bars, &printer);
                drop(shown);
                let waits = waits(&status);
                if let Some(line) = waits.filter(|_| waits != told) {
                    bars.suspend(|| printer.say(line));
                }
                told = waits;
                if ended.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        }));
        progress
    }

    /// Shows how loads stand right now: the end of the last one, when nothing is left to follow.
    pub fn catch_up(&self, runtime: &Runtime) {
        if let Ok(status) = runtime.load_status() {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            show(&status.loads, &mut shown, &self.bars, &self.printer);
        }
    }

    /// Prints a line above the bars.
    pub fn say(&self, line: impl AsRef<str>) {
        self.bars.suspend(|| self.printer.say(line));
    }

    /// Prints something else above the bars.
    pub fn above<T>(&self, print: impl FnOnce(&Printer) -> T) -> T {
        self.bars.suspend(|| print(&self.printer))
    }
}

impl Drop for LoadProgress {
    fn drop(&mut self) {
        drop(self.following.take());
        if let Some(thread) = self.thread.take() {
            // A panic was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// Why a change that was asked for is not applied yet.
fn waits(status: &LoadsStatus) -> Option<&'static str> {
    match (status.change_waits, status.motion) {
        (false, _) => None,
        (true, Motion::Going) => Some("  the change waits until the load is done: antler load status"),
        (true, Motion::Paused) => {
            Some("  the change waits for a load that is paused: antler load resume lets it go on")
        }
    }
}

/// What is shown of a load: a bar until it is done.
enum Shown {
    Bar(ProgressBar),
    Done,
}

fn show(loads: &[LoadStatus], shown: &mut BTreeMap<u64, Shown>, bars: &MultiProgress, printer: &Printer) {
    for load in loads {
        let name = format!("{} → {}", load.source, load.target.version);
        match (shown.get(&load.id), load.phase) {
            (Some(Shown::Done), _) | (_, LoadPhase::Waiting) | (None, LoadPhase::Paused) => {}
            (Some(Shown::Bar(bar)), LoadPhase::Running | LoadPhase::Paused) => place(bar, load, &name),
            (None, LoadPhase::Running) => {
                let bar = bars.add(ProgressBar::new(load.progress.total).with_style(style()));
                place(&bar, load, &name);
                shown.insert(load.id, Shown::Bar(bar));
            }
            (before, LoadPhase::Done) => {
                if let Some(Shown::Bar(bar)) = before {
                    bar.finish_and_clear();
                }
                let LoadStatus { progress, elapsed_ms, .. } = load;
                let line =
                    format!("{name}  loaded {} rows in {}", count(progress.total), duration(*elapsed_ms));
                bars.suspend(|| printer.say(line));
                shown.insert(load.id, Shown::Done);
            }
        }
    }
}

/// Moves a bar to where the load is. How fast that is, the load says itself: `antler ps` shows the same.
fn place(bar: &ProgressBar, load: &LoadStatus, name: &str) {
    bar.set_prefix(name.to_owned());
    bar.set_message(
        load.pace.map(|pace| render::pace(pace.rows_per_second, pace.left_ms)).unwrap_or_default(),
    );
    bar.set_position(load.progress.done);
}

fn style() -> ProgressStyle {
    let template = "{prefix}  [{bar:30}] {percent:>3} %  {human_pos} of {human_len} rows  {msg}";
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

//! Named places at which a test lets the process die, as if by `kill -9`.
//!
//! Only binaries with the feature `failpoints` die or damage anything here, and a release build
//! refuses the feature. Two variables of the environment say what happens:
//!
//! | variable              | meaning                                                          |
//! |-----------------------|------------------------------------------------------------------|
//! | `ANTLER_FAIL_POINT`   | `sink-inserted:3`: die when that point is reached the third time |
//! | `ANTLER_BREAK_TOKENS` | give each attempt of an insert a token of its own                |
//!
//! With broken tokens an insert that is sent again is stored twice. That is how the test that
//! looks for such rows is tested itself.

use std::{fmt, str::FromStr};

macro_rules! fail_points {
    ($($(#[$doc:meta])+ $point:ident = $name:literal,)+) => {
        /// A place at which the process can die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FailPoint {
            $($(#[$doc])+ $point,)+
        }

        impl FailPoint {
            /// Every point.
            pub const ALL: &[Self] = &[$(Self::$point),+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)+
                }
            }
        }
    };
}

fail_points! {
    /// A sink has chosen its next batch.
    SinkChosen = "sink-chosen",
    /// The batch is in the journal.
    SinkIntended = "sink-intended",
    /// The batch is in the tables, and the journal does not know.
    SinkInserted = "sink-inserted",
    /// The journal knows that the batch is in the tables.
    SinkDone = "sink-done",
    /// A plan is in the journal.
    PlanBegun = "plan-begun",
    /// New tables and topics are made.
    PlanPrepared = "plan-prepared",
    /// The sinks concerned are held.
    PlanHeld = "plan-held",
    /// The journal knows that the cut has begun.
    CutBegun = "cut-begun",
    /// The cut has dropped something.
    CutDropped = "cut-dropped",
    /// The cut has made a clone.
    CutCloned = "cut-cloned",
    /// The cut has made a view.
    CutConnected = "cut-connected",
    /// Everything of the cut is done, and the journal does not know.
    CutDone = "cut-done",
    /// The journal knows that the plan is done.
    PlanDone = "plan-done",
    /// The rows of a chunk are in the target.
    LoadInserted = "load-inserted",
    /// The failing rows of a chunk are in the dead letters, too.
    LoadFailuresInserted = "load-failures-inserted",
    /// It is known which rows of a chunk were filtered, too.
    LoadFilteredInserted = "load-filtered-inserted",
    /// Events that failed before the source are dead letters of the target.
    LoadLettersCarried = "load-letters-carried",
    /// The journal knows that the chunk is in the target.
    LoadAdvanced = "load-advanced",
    /// All chunks are in the target.
    LoadCopied = "load-copied",
    /// The load is forgotten, and its clone still there.
    LoadForgotten = "load-forgotten",
    /// The record of a dead letter is in its topic again.
    ReplayAppended = "replay-appended",
    /// The rows of dead letters have reached their version.
    ReplayFilled = "replay-filled",
    /// Dead letters are marked as replayed.
    ReplaySettled = "replay-settled",
}

impl fmt::Display for FailPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no fail point of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no fail point `{0}`")]
pub struct UnknownFailPoint(String);

impl FromStr for FailPoint {
    type Err = UnknownFailPoint;

    fn from_str(name: &str) -> Result<Self, UnknownFailPoint> {
        let found = Self::ALL.iter().find(|point| point.name() == name);
        found.copied().ok_or_else(|| UnknownFailPoint(name.to_owned()))
    }
}

#[cfg(not(feature = "failpoints"))]
mod effect {
    use super::FailPoint;

    #[inline]
    pub(crate) fn reach(_: FailPoint) {}

    #[inline]
    pub(crate) fn attempt(token: String) -> String {
        token
    }
}

#[cfg(feature = "failpoints")]
mod effect {
    use std::{
        env, process,
        sync::{
            LazyLock,
            atomic::{AtomicU32, Ordering},
        },
        thread,
        time::SystemTime,
    };

    use rustix::process::{Signal, getpid, kill_process};

    use super::FailPoint;

    #[cfg(not(debug_assertions))]
    compile_error!("fail points are for tests, not for releases");

    /// What the environment asks for: the point, and how many times it is passed first.
    static ARMED: LazyLock<Option<(FailPoint, AtomicU32)>> = LazyLock::new(|| {
        let text = env::var("ANTLER_FAIL_POINT").ok()?;
        let (name, times) = text.split_once(':').unwrap_or((&text, "1"));
        match (name.parse(), times.parse::<u32>()) {
            (Ok(point), Ok(times)) => Some((point, AtomicU32::new(times.saturating_sub(1)))),
            (_, _) => {
                tracing::error!(%text, "ANTLER_FAIL_POINT is not <name>:<times>");
                process::abort()
            }
        }
    });

    /// Dies here if the environment says so.
    pub(crate) fn reach(point: FailPoint) {
        let Some((armed, left)) = &*ARMED else { return };
        let pass = |left: u32| left.checked_sub(1);
        if *armed == point && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, pass).is_err() {
            let _ = kill_process(getpid(), Signal::KILL);
            loop {
                thread::park();
            }
        }
    }

    /// The token to send with this attempt of an insert.
    pub(crate) fn attempt(token: String) -> String {
        if env::var_os("ANTLER_BREAK_TOKENS").is_none() {
            return token;
        }
        static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{token}/{}-{}", since.as_nanos(), ATTEMPTS.fetch_add(1, Ordering::SeqCst))
    }
}

pub(crate) use effect::{attempt, reach};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_point() {
        for point in FailPoint::ALL {
            assert_eq!(point.to_string().parse::<FailPoint>().unwrap(), *point);
        }
        assert!("elsewhere".parse::<FailPoint>().is_err());
    }
}

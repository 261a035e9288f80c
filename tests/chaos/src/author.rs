//! The author: makes one version after another while the server runs and dies.
//!
//! Producers may send to a version once it was seen deployed in its final form: what is deployed
//! is durable, so it is there in every later life. The first forms of 0.1 and 0.4 are drafts. An
//! edit makes their tables anew, which is possible as long as nobody has sent them anything.
//!
//! The last step mends the migration to 0.3, which has thrown at some events until then, and lets the
//! endpoint of 0.4 take records that it has refused. Their dead letters are replayed in small groups,
//! while the server goes on dying.

use antler_server::fail_point::FailPoint;
use anyhow::Result;
use serde_json::Value;

use crate::{
    project::Project,
    server::Server,
    versions::{self, TO_0_1, TO_0_1_DRAFT, TO_0_3, TO_0_3_THROWS, TO_0_4, TO_0_4_DRAFT, UnknownFields},
};

/// How many steps the author takes.
pub const STEPS: usize = 8;
/// Those that replace a migration.
const EDITS: [usize; 3] = [3, 7, 8];
/// Those after which rows are loaded: a version with an equal schema shares what there is, and the
/// last edit is for rows from then on.
const LOADS: [usize; 5] = [2, 3, 5, 6, 7];

/// How far the last step is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// It is written, and not deployed yet.
    Written,
    /// It is deployed, and rows are being loaded.
    Loading,
    /// It is all there.
    #[default]
    Still,
}

/// What the author has done and waits for.
#[derive(Debug, Default)]
pub struct Author {
    done: usize,
    stage: Stage,
}

impl Author {
    /// How many steps are taken.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Whether the last step is not all there yet.
    pub fn waits(&self) -> bool {
        self.stage != Stage::Still
    }

    /// Whether dead letters of the mended migration can be replayed.
    pub fn has_mended(&self) -> bool {
        self.done == STEPS && !self.waits()
    }

    /// The fail points on the way of a step, in their order.
    pub fn way(step: usize) -> impl Iterator<Item = FailPoint> {
        let is_on_it = move |point: &FailPoint| match point {
            FailPoint::SinkChosen
            | FailPoint::SinkIntended
            | FailPoint::SinkInserted
            | FailPoint::SinkDone
            | FailPoint::ReplayAppended
            | FailPoint::ReplayFilled
            | FailPoint::ReplaySettled => false,
            // Only an edit drops something.
            FailPoint::CutDropped => EDITS.contains(&step),
            FailPoint::LoadFailuresInserted => (5..=7).contains(&step),
            // Only the migration to 0.3 returns null.
            FailPoint::LoadFilteredInserted => step == 5,
            FailPoint::CutCloned
            | FailPoint::LoadInserted
            | FailPoint::LoadLettersCarried
            | FailPoint::LoadAdvanced
            | FailPoint::LoadCopied
            | FailPoint::LoadForgotten => LOADS.contains(&step),
            FailPoint::PlanBegun
            | FailPoint::PlanPrepared
            | FailPoint::PlanHeld
            | FailPoint::CutBegun
            | FailPoint::CutConnected
            | FailPoint::CutDone
            | FailPoint::PlanDone => true,
        };
        FailPoint::ALL.iter().copied().filter(is_on_it)
    }

    /// How many versions producers may send to, the oldest ones first.
    pub fn live(&self) -> usize {
        match self.done - usize::from(self.stage == Stage::Written) {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            4 => 3,
            5 | 6 => 4,
            // The oldest ones first: 0.0 to 0.4.
            _ => 5,
        }
    }

    /// Takes the next step. The last one must be all there.
    pub fn take_step(&mut self, project: &Project) -> Result<()> {
        match self.done {
            0 => project.write_models(&versions::models(0, UnknownFields::Drop))?,
            1 => {
                project.bump()?;
                project.write_migration(TO_0_1_DRAFT)?;
                project.write_models(&versions::models(1, UnknownFields::Drop))?;
            }
            2 => project.write_migration(TO_0_1)?,
            3 => project.bump()?,
            4 => {
                project.bump()?;
                project.write_migration(TO_0_3_THROWS)?;
                project.write_models(&versions::models(2, UnknownFields::Drop))?;
            }
            5 => {
                project.bump()?;
                project.write_migration(TO_0_4_DRAFT)?;
                project.write_models(&versions::models(3, UnknownFields::Refuse))?;
            }
            6 => project.write_migration(TO_0_4)?,
            _ => {
                project.write_migration(TO_0_3)?;
                project.write_models(&versions::models(3, UnknownFields::Drop))?;
            }
        }
        self.done += 1;
        self.stage = Stage::Written;
        Ok(())
    }

    /// Looks how far the last step is. A server that does not answer may be dying.
    pub fn look(&mut self, project: &Project, server: &Server) {
        if self.stage == Stage::Written && project.is_deployed() {
            self.stage = Stage::Loading;
        }
        if self.stage == Stage::Loading && server.status().as_ref().and_then(is_loaded) == Some(true) {
            self.stage = Stage::Still;
        }
    }
}

fn is_loaded(status: &Value) -> Option<bool> {
    Some(status["migrations"].as_array()?.iter().all(|migration| migration["phase"] == "live"))
}

//! What has to hold before a plan is applied, and who asks for it.
//!
//! A deployer shows a plan to somebody, and applies it a moment or a day later. Between the two others
//! may deploy, events may come and the disk may fill, so all of it is looked at once more where nothing
//! can move any more: when no other change can begin, and no event can come to what the plan replaces.

use std::{fmt, num::NonZeroU32};

use antler_core::{
    deployment::{Deployed, Desired},
    plan::{
        Edits, Plan, PlanId,
        proposal::{Conditions, Proposal, Room, Total},
    },
};
use serde::{Deserialize, Serialize};

use crate::ServerError;

/// A change that somebody asks a running server for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// What should be there.
    pub desired: Desired,
    /// What an edit does.
    pub edits: Edits,
    /// What has to hold.
    pub terms: Terms,
}

/// What has to hold before a plan is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which plan it has to be. A plan that does nothing may be any.
    pub plan: Option<PlanId>,
    /// What happens when the disk has too little room.
    pub full_disk: FullDisk,
    /// Who asks. Others hear it; and somebody who has a name does not wait for others.
    pub deployer: Option<Deployer>,
}

/// What happens when the disk has too little room for a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FullDisk {
    /// It is applied all the same.
    #[default]
    Accepted,
    /// It is refused.
    Refused,
}

/// Who deploys: a process of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployer {
    /// Its number.
    pub pid: NonZeroU32,
}

impl fmt::Display for Deployer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "antler apply (pid {})", self.pid)
    }
}

impl Terms {
    /// Whether a plan may be applied.
    ///
    /// # Errors
    /// It is another plan than the one that was asked for, or the disk has too little room for it.
    pub(crate) fn allow(
        &self,
        plan: &Plan,
        (desired, edits): (&Desired, Edits),
        before: &Deployed,
        conditions: impl FnOnce() -> Result<Conditions, ServerError>,
    ) -> Result<(), ServerError> {
        if let Some(shown) = &self.plan {
            let now = PlanId::of(plan, desired, edits, before);
            if let Some(moved) = shown.moved(&now) {
                return Err(ServerError::OtherPlan { shown: Box::new(shown.clone()), moved });
            }
        }
        match self.full_disk {
            FullDisk::Accepted => Ok(()),
            FullDisk::Refused => {
                let proposal = Proposal::of(plan, desired, edits, before, &conditions()?);
                let Total { data, free_bytes, room, .. } = proposal.total;
                match (room, data) {
                    (Room::TooLittle, Some(data)) => {
                        Err(ServerError::NoRoom { needed: data.disk_bytes, free: free_bytes })
                    }
                    (Room::TooLittle | Room::Enough, _) => Ok(()),
                }
            }
        }
    }
}

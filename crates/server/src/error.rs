//! What can go wrong while running.

use std::{io, net::SocketAddr};

use antler_core::{
    deployment::Hop,
    diagnostic::Diagnostic,
    names::{ModelName, ModelVersion},
    plan::{Moved, PlanId},
};
use antler_store::StoreError;

use crate::{terms::Deployer, verify::LoadDiffers};

/// The runtime could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// An adapter failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The desired state cannot be reached without losing or doubling rows.
    #[error("the change was refused, and nothing was applied")]
    Refused(Vec<Diagnostic>),
    /// What is stored was written by another version of Antler, or is damaged.
    #[error("the stored {what} cannot be read: {reason}")]
    Stored {
        /// Which value.
        what: String,
        /// How it is wrong.
        reason: String,
    },
    /// An earlier change could not be finished.
    #[error("an earlier change could not be finished; it will be when antler starts again")]
    Unfinished,
    /// No version of a model of this name is deployed.
    #[error("there is no data model {0}")]
    UnknownModel(ModelName),
    /// Rows are being loaded, which must not be disturbed.
    #[error(
        "rows are being loaded into {0}; dead letters can be replayed when that is done (antler ps shows how far it is)"
    )]
    Loading(ModelVersion),
    /// There is no such way between two versions.
    #[error("no migration leads from {} to {}", .0.from, .0.to)]
    UnknownHop(Box<Hop>),
    /// A plan was applied while something was looked at.
    #[error("something was deployed meanwhile; try again")]
    Moved,
    /// What would be done is not what was shown.
    #[error("the plan {shown} is not what would be done now: {moved}; nothing was applied")]
    OtherPlan {
        /// The plan that was shown.
        shown: Box<PlanId>,
        /// Why.
        moved: Moved,
    },
    /// The disk has too little room for what a plan loads.
    #[error("the plan loads about {needed} bytes, and the disk has {free} free; nothing was applied")]
    NoRoom {
        /// Bytes that the disk would hold in addition.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// Somebody else is changing what is deployed.
    #[error("{} is changing what is deployed; try again when that is done", deployer(.0))]
    Busy(Option<Deployer>),
    /// A server for production was asked to make tables anew.
    #[error("this server is antler prod, which makes no table anew: use --prod to plan and to apply")]
    OtherEdits,
    /// The project has other names for tables and topics than the server that is running.
    #[error("db_name or namespace were changed in the configuration; that takes a restart of the server")]
    OtherNames,
    /// A load has not brought what it should have.
    #[error(transparent)]
    LoadDiffers(Box<LoadDiffers>),
    /// Somebody wants to take a load as it is that does not differ.
    #[error(
        "load {0} was not found to differ from what it should bring, so there is nothing to accept; see antler load status"
    )]
    DiffersNot(u64),
    /// The runtime is shutting down.
    #[error("antler is shutting down")]
    ShuttingDown,
    /// A port cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A thread could not be started, or has died.
    #[error("the {0} thread cannot run")]
    Thread(&'static str),
}

fn deployer(who: &Option<Deployer>) -> String {
    who.map_or_else(
        || "the server itself, or somebody who works on dead letters,".to_owned(),
        |who| who.to_string(),
    )
}

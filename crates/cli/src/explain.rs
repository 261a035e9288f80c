//! Errors of the layers below, as messages that say what to do.

use antler_core::diagnostic::{Code, Diagnostic};
use antler_server::ServerError;
use antler_store::StoreError;

use crate::{problems::Problems, render::bytes};

/// What to do when a plan is not what would be done.
pub const LOOK: &str = "look at what would be done now with: antler plan";

/// A failing adapter.
pub fn explain_store(error: StoreError) -> Problems {
    let message = error.to_string();
    let diagnostic = match error {
        StoreError::EngineMissing { .. } | StoreError::EngineUnusable { .. } => {
            Diagnostic::error(Code::Engine, message)
        }
        StoreError::FolderInUse { .. } => Diagnostic::error(Code::FolderInUse, message).with_help(
            "stop that process, or let it do the work: plan, apply, query, ls, ps, import, dlq and verify ask it",
        ),
        _ => Diagnostic::error(Code::Storage, message),
    };
    diagnostic.into()
}

/// A failing runtime.
pub fn explain_server(error: ServerError) -> Problems {
    let message = error.to_string();
    match error {
        ServerError::Store(error) => explain_store(error),
        ServerError::Refused(diagnostics) => diagnostics.into(),
        ServerError::OtherPlan { .. } => Diagnostic::error(Code::OtherPlan, message).with_help(LOOK).into(),
        ServerError::NoRoom { needed, free } => no_room(needed, free).into(),
        ServerError::OtherNames => Diagnostic::error(Code::Config, message).into(),
        ServerError::Listen { .. } => Diagnostic::error(Code::Port, message)
            .with_help(
                "stop what listens there, or choose another port: --port, or port and management_port in \
                 [http_server_config]",
            )
            .into(),
        _ => Diagnostic::error(Code::Storage, message).into(),
    }
}

/// That the disk is too small for a plan: bytes that it would hold in addition, and that are free.
pub fn no_room(needed: u64, free: u64) -> Diagnostic {
    let message = format!("the plan loads about {}, and the disk has {} free", bytes(needed), bytes(free));
    Diagnostic::error(Code::NoRoom, message)
        .with_help("make room; or apply it all the same with: antler apply --ignore-space")
}

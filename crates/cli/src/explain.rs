//! Errors of the layers below, as messages that say what to do.

use antler_core::diagnostic::{Code, Diagnostic};
use antler_server::ServerError;
use antler_store::StoreError;

use crate::problems::Problems;

/// A failing adapter.
pub fn explain_store(error: StoreError) -> Problems {
    let message = error.to_string();
    let diagnostic = match error {
        StoreError::EngineMissing { .. } | StoreError::EngineUnusable { .. } => {
            Diagnostic::error(Code::Engine, message)
        }
        StoreError::FolderInUse { .. } => Diagnostic::error(Code::FolderInUse, message).with_help(
            "stop that process, or let it do the work: query, ls, ps, import, dlq and verify ask it",
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
        ServerError::Listen { .. } => Diagnostic::error(Code::Port, message)
            .with_help(
                "stop what listens there, or choose another port: --port, or port and management_port in \
                 [http_server_config]",
            )
            .into(),
        _ => Diagnostic::error(Code::Storage, message).into(),
    }
}

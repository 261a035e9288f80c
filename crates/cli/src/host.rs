//! The adapters of a project, opened: its data folder, the engine, the log.
//!
//! A data folder belongs to one process. Commands that find it taken ask that process instead;
//! see [`crate::access`].

use std::{env, path::PathBuf, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic};
use antler_server::Backends;
use antler_store::{
    engine::{self, Engine, EngineOptions, Functions},
    folder::{DataFolder, ServerNote},
    log::{EmbeddedLog, SyncPolicy},
};

use crate::{
    explain::explain_store,
    problems::Problems,
    project::{Durability, Project},
};

/// The data folder inside a project.
pub const DATA_FOLDER: &str = ".antler";

/// This program, which the engine starts to run migrations that it calls.
pub fn runner() -> Result<PathBuf, Problems> {
    env::current_exe().map_err(|error| {
        Diagnostic::error(Code::File, format!("the path of this program cannot be told: {error}")).into()
    })
}

/// Everything that a project's data lives in.
pub struct Host {
    /// What a runtime stands on.
    pub backends: Backends,
    engine: Engine,
    /// Released last: the lock must outlive what is in the folder.
    folder: DataFolder,
}

impl Host {
    /// Takes the data folder and opens what is in it.
    ///
    /// # Errors
    /// The folder belongs to another process, the engine is missing or does not start, or the
    /// log cannot be read.
    pub fn open(project: &Project) -> Result<Self, Problems> {
        let library = engine::locate().map_err(explain_store)?;
        let folder = DataFolder::open(&project.folder.path(DATA_FOLDER)).map_err(explain_store)?;
        let sync = match project.config.durability {
            Durability::Fsync => SyncPolicy::Fsync,
            Durability::Os => SyncPolicy::Os,
        };
        let log = EmbeddedLog::open(&folder.log_dir(), sync).map_err(explain_store)?;
        // Migrations mean UTC, whatever the zone of the machine is.
        let settings = vec![("session_timezone".to_owned(), "UTC".to_owned())];
        let functions = Functions { folder: folder.functions_dir(), runner: runner()? };
        let options = EngineOptions { settings, functions: Some(functions) };
        let engine = Engine::open(&library, &folder.engine_dir(), &options).map_err(explain_store)?;
        let backends = Backends {
            tables: Arc::new(engine.clone()),
            topics: Arc::new(log.clone()),
            journal: Arc::new(log),
        };
        Ok(Self { backends, engine, folder })
    }

    /// Tells other processes where this one listens.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn announce(&mut self, note: &ServerNote) -> Result<(), Problems> {
        self.folder.announce(note).map_err(explain_store)
    }

    /// Closes everything, the engine first. Every runtime on it must be stopped and dropped.
    ///
    /// # Errors
    /// Something still uses the engine.
    pub fn close(self) -> Result<(), Problems> {
        let Self { backends, engine, folder } = self;
        drop(backends);
        let closed = engine.shutdown().map_err(explain_store);
        drop(folder);
        closed
    }
}

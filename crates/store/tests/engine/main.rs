//! The embedded engine, for real.
//!
//! A process can run one engine, once. So the tests of [`statements`] and [`star`] share the engine of
//! this process, each in a database of its own; those of [`process`] run themselves again as children.
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod process;
mod star;
mod statements;

use std::{fs, path::Path, sync::OnceLock};

use antler_store::{
    StoreError,
    engine::{self, Engine, EngineOptions},
    folder::DataFolder,
    tables::{Session, Tables as _},
};

/// The engine that tests share. Statics are not dropped: that this process ends well all the same
/// is tested by its exit status, and the next run takes over the folder.
fn shared() -> &'static Engine {
    static SHARED: OnceLock<(Engine, DataFolder)> = OnceLock::new();
    let (engine, _) = SHARED.get_or_init(|| {
        let place = |n| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("engine-{n}"));
        let folder = (0..10).find_map(|n| DataFolder::open(&place(n)).ok()).unwrap();
        if folder.engine_dir().exists() {
            fs::remove_dir_all(folder.engine_dir()).unwrap();
        }
        (open(&folder.engine_dir()), folder)
    });
    engine
}

fn open(data: &Path) -> Engine {
    Engine::open(&engine::locate().unwrap(), data, &EngineOptions::default()).unwrap()
}

/// A session with an empty database of that name.
fn session_with(database: &str) -> Box<dyn Session> {
    let mut session = shared().session().unwrap();
    session.execute(&format!("CREATE DATABASE {database}")).unwrap();
    session
}

fn text(session: &mut dyn Session, statement: &str) -> String {
    let answer = session.query(statement, "TSV").unwrap();
    String::from_utf8(answer).unwrap().trim_end().to_owned()
}

fn database_error(result: Result<(), StoreError>) -> (Option<i32>, String, String) {
    match result.unwrap_err() {
        StoreError::Database { code, message, statement } => (code, message, statement),
        other => panic!("not an error of the database: {other}"),
    }
}

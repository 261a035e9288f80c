//! The embedded engine: ClickHouse as a library, `libchdb.so`, in this process.
//!
//! The library is opened at run time ([`locate()`] finds it), so that Antler builds without it and runs
//! without it when a server is used instead. The published binding, chdb-rust, links it at build time and
//! needs libclang and a downloaded header for that; the dozen functions used here are declared in
//! `ffi`, the only unsafe code of Antler.
//!
//! What the engine allows, and this module guarantees:
//! - **One engine and one data folder for each process, once.** A second [`Engine::open`] is refused, also
//!   after the first was shut down: the library cannot start again.
//! - **The engine lives as long as its users.** It stops, and its files are complete, when the last
//!   [`Engine`] and the last session are dropped, in whatever order; or at the end of the process, if
//!   a handle lies in a static. A process that ends while a statement runs may crash at its very
//!   end, without harm to the data: end the threads first.
//! - **Nothing from outside changes its behaviour**: no configuration file of another ClickHouse
//!   (`config.xml` in the working folder, `~/.clickhouse-local`) is read, and signal handlers stay
//!   Antler's. (Loading blocks SIGPIPE in the loading thread and its children; Rust ignores it anyway.)
//!
//! It does not lock the data folder with a message of its own: that is [`crate::folder`].
//! Nothing here writes SQL.

mod ffi;
mod functions;
mod locate;
mod session;
mod tokens;

use std::{
    ffi::{CString, OsString},
    fs, mem,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub use functions::Functions;
pub use locate::locate;

use antler_core::{sql::statement, udf::Function};

use self::{
    ffi::{Connection, Library},
    session::EngineSession,
};
use crate::{
    StoreError,
    tables::{Session, Tables},
};

/// The version of the library that this binding is written for.
pub const ENGINE_VERSION: &str = "26.7.3";

/// The npm package that has the library for this platform.
#[rustfmt::skip]
pub const NPM_PACKAGE: &str = match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
    (false, false) => "@chdb/lib-linux-x64-gnu",
    (false, true)  => "@chdb/lib-linux-arm64-gnu",
    (true,  false) => "@chdb/lib-darwin-x64",
    (true,  true)  => "@chdb/lib-darwin-arm64",
};

/// The version of the npm package.
pub const NPM_VERSION: &str = "26.7.3-stable.1";

/// What every session begins with.
///
/// `enable_nullable_tuple_type`: an optional nested object is a `Nullable(Tuple(…))`.
const SESSION_SETTINGS: &[(&str, &str)] = &[("enable_nullable_tuple_type", "1")];

/// What an engine is started with.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// ClickHouse settings by name: of the engine, such as `user_scripts_path`, or of every session,
    /// such as `max_threads`. A name that the engine does not know is ignored.
    pub settings: Vec<(String, String)>,
    /// Where the functions are that statements may call. Without it there are none.
    pub functions: Option<Functions>,
}

/// A handle of the engine of this process. Clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

impl Engine {
    /// Loads the library and starts the engine on a data folder, which is created if it is missing.
    /// No other process may use it; see [`crate::folder`]. What a process that died left of its
    /// inserts is mended first.
    ///
    /// # Errors
    /// The library is not the engine in the pinned version; this process opened an engine before; the
    /// folder cannot be used.
    pub fn open(library: &Path, data: &Path, options: &EngineOptions) -> Result<Self, StoreError> {
        let mut of_process = of_process();
        of_process.check().map_err(|reason| unusable(library, reason))?;
        let file = fs::canonicalize(library).map_err(|error| unusable(library, error.to_string()))?;
        let data = fs::create_dir_all(data)
            .and_then(|()| fs::canonicalize(data))
            .map_err(|source| StoreError::File { path: data.to_path_buf(), source })?;
        let arguments = arguments(&data, options)
            .ok_or_else(|| unusable(&file, "a setting has a zero byte in it".to_owned()))?;
        let library = Library::load(&file).map_err(|reason| unusable(&file, reason))?;
        tokens::mend(&data)?;
        options.functions.as_ref().map_or(Ok(()), Functions::open)?;
        let first = Connection::open(library, &arguments).ok_or_else(|| {
            let reason =
                format!("it did not start on {}; it wrote the reason to standard error", data.display());
            unusable(&file, reason)
        })?;
        tracing::info!(version = ENGINE_VERSION, data = %data.display(), "engine started");
        stop_at_exit_first();
        *of_process = OfProcess::Running { library, first, data };
        let functions = options.functions.clone();
        Ok(Self(Arc::new(Shared { library, file, arguments, functions })))
    }

    /// The version of the library.
    pub fn version(&self) -> &'static str {
        ENGINE_VERSION
    }

    /// Stops the engine, for good in this process. Dropping the last handle does the same; this
    /// also tells whether it was the last.
    ///
    /// # Errors
    /// Sessions or other handles are left. The engine then stops when the last of them is dropped.
    pub fn shutdown(self) -> Result<(), StoreError> {
        let others = Arc::strong_count(&self.0).saturating_sub(1);
        let file = self.0.file.clone();
        match Arc::into_inner(self.0) {
            Some(_last) => Ok(()),
            None => {
                Err(unusable(&file, format!("it cannot be shut down while {others} of its users are left")))
            }
        }
    }
}

impl Tables for Engine {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        let connection = Connection::open(self.0.library, &self.0.arguments)
            .ok_or_else(|| unusable(&self.0.file, "it refused another session".to_owned()))?;
        Ok(Box::new(EngineSession { connection, _engine: Arc::clone(&self.0) }))
    }

    fn provide(&self, wanted: &[&Function]) -> Result<(), StoreError> {
        match (&self.0.functions, wanted.first()) {
            (Some(functions), _) => {
                if functions.keep(wanted)? {
                    self.session()?.execute(statement::RELOAD_FUNCTIONS)?;
                }
                Ok(())
            }
            (None, None) => Ok(()),
            (None, Some(first)) => Err(StoreError::NoFunctions { function: first.name() }),
        }
    }
}

/// What handles and sessions share. The engine stops when it is dropped.
struct Shared {
    library: &'static Library,
    file: PathBuf,
    /// Given to every connection: the library compares the data folder and takes the settings.
    arguments: Vec<CString>,
    functions: Option<Functions>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        stop();
        tracing::info!("engine stopped");
    }
}

/// The one engine that a process can have.
enum OfProcess {
    NotStarted,
    Running {
        library: &'static Library,
        /// Keeps the engine running while there is no session.
        first: Connection,
        data: PathBuf,
    },
    Stopped,
}

impl OfProcess {
    /// Whether an engine may start, or why not.
    fn check(&self) -> Result<(), String> {
        match self {
            Self::NotStarted => Ok(()),
            Self::Running { data, .. } => {
                Err(format!("this process has an engine on {}, and can have no other", data.display()))
            }
            Self::Stopped => Err("it was shut down in this process and cannot start again".to_owned()),
        }
    }
}

fn of_process() -> MutexGuard<'static, OfProcess> {
    static OF_PROCESS: Mutex<OfProcess> = Mutex::new(OfProcess::NotStarted);
    OF_PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops the engine, if it runs.
fn stop() {
    let mut of_process = of_process();
    if let OfProcess::Running { library, first, .. } = mem::replace(&mut *of_process, OfProcess::Stopped) {
        // When this is the last connection, which only the end of a process may prevent, closing
        // it completes the files.
        drop(first);
        library.shut_down();
    }
}

/// Makes the end of the process stop the engine, before anything else is taken from it.
///
/// When a process ends, the statics of its libraries are destroyed in the reverse order of their making,
/// and functions registered with `atexit` run in the same order between them. The engine makes statics
/// when it first needs them, and threads of a running engine crash without them (measured: in 5% of
/// processes). So this is registered again when a session has done its work. The first sessions are
/// enough, and a registration is never freed.
fn stop_at_exit_first() {
    const ENOUGH: u64 = 1_000;
    static REGISTERED: AtomicU64 = AtomicU64::new(0);
    extern "C" fn stop_at_exit() {
        stop();
    }
    if REGISTERED.fetch_add(1, Ordering::Relaxed) < ENOUGH {
        ffi::at_exit(stop_at_exit);
    }
}

/// The command line of the engine. `None` if something in it has a zero byte.
fn arguments(data: &Path, options: &EngineOptions) -> Option<Vec<CString>> {
    let own = SESSION_SETTINGS.iter().map(|(name, value)| (*name, (*value).into()));
    let callers = options.settings.iter().map(|(name, value)| (name.as_str(), value.into()));
    // The empty file name keeps the engine from looking for configuration files of its own.
    // On a terminal it would log there, and every insert into a landing table would say
    // "current_thread contains invalid address", which is of no consequence.
    let fixed = [
        ("path", data.as_os_str().to_owned()),
        ("config-file", OsString::new()),
        ("logger.console", "0".into()),
    ];
    let program = CString::new("antler").ok();
    let argument = |name: &str, value: OsString| {
        let mut argument = format!("--{name}=").into_bytes();
        argument.extend(value.into_vec());
        CString::new(argument).ok()
    };
    let settings = fixed.into_iter().chain(own).chain(callers).map(|(name, value)| argument(name, value));
    let functions = options.functions.iter().flat_map(Functions::settings);
    let functions = functions.map(|(name, path)| argument(name, path));
    [program].into_iter().chain(settings).chain(functions).collect()
}

fn unusable(path: &Path, reason: String) -> StoreError {
    StoreError::EngineUnusable { path: path.to_path_buf(), reason }
}

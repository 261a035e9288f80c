//! The data folder: one server at a time, and how others find it.
//!
//! ```text
//! .antler/
//!   lock          held by the process that uses the folder; its pid is written in it
//!   server.json   the server's addresses, held by it in the same way
//!   engine/       the embedded database
//!   functions/    what it calls for migrations that are not SQL
//!   log/          the embedded log
//! ```
//!
//! Both files are held by locks of the operating system, which end with the process however it
//! dies. So what a killed server leaves behind is never taken for a running one, and a
//! pid is only information. `server.json` is made under another name, locked, and then moved
//! into place: whoever reads it reads all of it, and an unlocked one is a dead one.
//!
//! It does not know what is in the folders of the engine and the log.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A data folder that belongs to this process, until this value is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// The lock; held as long as the file is open.
    lock: File,
    /// The lock of the server's note, if there is one.
    announced: Option<File>,
}

/// Where the server of a data folder can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerNote {
    /// Its process.
    pub pid: u32,
    /// Takes events.
    pub http: SocketAddr,
    /// Takes questions about itself.
    pub management: SocketAddr,
}

impl DataFolder {
    /// Takes a data folder, which is created if it is missing.
    ///
    /// # Errors
    /// Another process has it, or it cannot be written to.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(at(path))?;
        let path = fs::canonicalize(path).map_err(at(path))?;
        let file = path.join("lock");
        // Not emptied yet: the pid in it may be that of another process, which has the lock.
        let lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(at(&file))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&file).ok().and_then(|pid| pid.trim().parse().ok());
                return Err(StoreError::FolderInUse { path, pid });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path: file, source }),
        }
        lock.set_len(0).and_then(|()| writeln!(&lock, "{}", process::id())).map_err(at(&file))?;
        let folder = Self { path, lock, announced: None };
        folder.hide_from_git()?;
        Ok(folder)
    }

    /// The folder, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the embedded database.
    pub fn engine_dir(&self) -> PathBuf {
        self.path.join("engine")
    }

    /// The folder of the functions that the database calls.
    pub fn functions_dir(&self) -> PathBuf {
        self.path.join("functions")
    }

    /// The folder of the embedded log.
    pub fn log_dir(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Tells other processes where the server is, until this value is dropped.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn announce(&mut self, note: &ServerNote) -> Result<(), StoreError> {
        let (file, draft) = (note_file(&self.path), self.path.join("server.json.new"));
        let write = || {
            let mut held = File::create(&draft)?;
            held.try_lock()?;
            serde_json::to_writer_pretty(&held, note)?;
            held.write_all(b"\n")?;
            fs::rename(&draft, &file)?;
            Ok(held)
        };
        self.announced = Some(write().map_err(at(&file))?);
        Ok(())
    }

    /// The server of a data folder, if one is running there.
    ///
    /// # Errors
    /// The note of a running server cannot be read.
    pub fn server(path: &Path) -> Result<Option<ServerNote>, StoreError> {
        let file = note_file(path);
        let held = match File::open(&file) {
            Ok(held) => held,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::File { path: file, source }),
        };
        match held.try_lock_shared() {
            // Its server is gone. Readers share the lock, so they do not hide a server from
            // each other, and a new server makes a new file.
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path: file, source }),
        }
        let text = io::read_to_string(&held).map_err(at(&file))?;
        serde_json::from_str(&text).map(Some).map_err(|error| StoreError::Damaged {
            what: file.display().to_string(),
            reason: error.to_string(),
        })
    }

    /// Keeps data out of commits, also in projects whose `.gitignore` does not know Antler.
    fn hide_from_git(&self) -> Result<(), StoreError> {
        let file = self.path.join(".gitignore");
        match File::create_new(&file).and_then(|mut new| new.write_all(b"*\n")) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at(&file)(error)),
            _ => Ok(()),
        }
    }
}

impl Drop for DataFolder {
    /// Tidies up while the locks are still held. What remains after a failure here is harmless:
    /// the locks decide.
    fn drop(&mut self) {
        if self.announced.is_some() {
            let _ = fs::remove_file(note_file(&self.path));
        }
        let _ = self.lock.set_len(0);
        // Closing would do, were it not for a child process between fork and exec, which has the
        // file open for another moment.
        let _ = self.lock.unlock();
    }
}

fn note_file(folder: &Path) -> PathBuf {
    folder.join("server.json")
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    |source| StoreError::File { path, source }
}

#[cfg(test)]
mod tests {
    use std::{
        env,
        io::{BufRead as _, BufReader},
        process::{Child, Command, Stdio},
        thread,
        time::Duration,
    };

    use tempfile::TempDir;

    use super::*;

    fn note(pid: u32) -> ServerNote {
        ServerNote { pid, http: "127.0.0.1:4000".parse().unwrap(), management: "[::1]:5000".parse().unwrap() }
    }

    fn holder_of(path: &Path) -> Option<u32> {
        match DataFolder::open(path).unwrap_err() {
            StoreError::FolderInUse { pid, .. } => pid,
            other => panic!("another error: {other}"),
        }
    }

    #[test]
    fn a_folder_is_made_with_a_place_for_the_engine_and_the_log() {
        let root = TempDir::new().unwrap();
        let folder = DataFolder::open(&root.path().join("project/.antler")).unwrap();
        let path = root.path().canonicalize().unwrap().join("project/.antler");
        assert_eq!(folder.path(), path);
        assert_eq!(folder.engine_dir(), path.join("engine"));
        assert_eq!(folder.log_dir(), path.join("log"));
    }

    #[test]
    fn a_folder_is_taken_once_until_it_is_dropped() {
        let root = TempDir::new().unwrap();
        let folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(holder_of(root.path()), Some(process::id()));
        assert_eq!(holder_of(root.path()), Some(process::id()), "looking does not take it away");
        drop(folder);
        drop(DataFolder::open(root.path()).unwrap());
    }

    #[test]
    fn the_message_names_the_folder_and_the_process() {
        let root = TempDir::new().unwrap();
        let _folder = DataFolder::open(root.path()).unwrap();
        let message = DataFolder::open(root.path()).unwrap_err().to_string();
        let path = root.path().canonicalize().unwrap();
        assert_eq!(
            message,
            format!(
                "the data folder {} is in use by another antler process (pid {})",
                path.display(),
                process::id()
            )
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_reported_with_its_path() {
        let root = TempDir::new().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataFolder::open(&file.join(".antler")).unwrap_err();
        assert!(matches!(error, StoreError::File { path, .. } if path == file.join(".antler")));
    }

    #[test]
    fn git_sees_nothing_of_the_folder_unless_the_user_wants_it_to() {
        let root = TempDir::new().unwrap();
        let ignore = root.path().join(".gitignore");
        drop(DataFolder::open(root.path()).unwrap());
        assert_eq!(fs::read_to_string(&ignore).unwrap(), "*\n");
        fs::write(&ignore, "*.tmp\n").unwrap();
        drop(DataFolder::open(root.path()).unwrap());
        assert_eq!(fs::read_to_string(&ignore).unwrap(), "*.tmp\n");
    }

    #[test]
    fn a_server_is_found_while_it_is_announced() {
        let root = TempDir::new().unwrap();
        assert_eq!(DataFolder::server(&root.path().join("nowhere")).unwrap(), None);
        let mut folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(DataFolder::server(root.path()).unwrap(), None);
        folder.announce(&note(1)).unwrap();
        assert_eq!(DataFolder::server(root.path()).unwrap(), Some(note(1)));
        folder.announce(&note(2)).unwrap();
        assert_eq!(DataFolder::server(root.path()).unwrap(), Some(note(2)));
        drop(folder);
        assert_eq!(DataFolder::server(root.path()).unwrap(), None);
        assert!(!note_file(root.path()).exists());
    }

    #[test]
    fn a_note_that_nobody_holds_is_no_server() {
        let root = TempDir::new().unwrap();
        let mut folder = DataFolder::open(root.path()).unwrap();
        folder.announce(&note(1)).unwrap();
        fs::copy(note_file(root.path()), root.path().join("copy")).unwrap();
        fs::rename(root.path().join("copy"), note_file(root.path())).unwrap();
        assert_eq!(DataFolder::server(root.path()).unwrap(), None);
    }

    #[test]
    fn a_damaged_note_of_a_running_server_is_reported() {
        let root = TempDir::new().unwrap();
        let mut folder = DataFolder::open(root.path()).unwrap();
        folder.announce(&note(1)).unwrap();
        fs::write(note_file(root.path()), "{").unwrap();
        let error = DataFolder::server(root.path()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }

    /// Names the folder that a child process is to hold.
    const HELD: &str = "ANTLER_TEST_HELD";

    #[test]
    fn a_killed_process_holds_nothing() {
        if let Some(path) = env::var_os(HELD) {
            let mut folder = DataFolder::open(Path::new(&path)).unwrap();
            folder.announce(&note(process::id())).unwrap();
            eprintln!("held");
            thread::sleep(Duration::from_secs(60));
            return;
        }
        let root = TempDir::new().unwrap();
        let mut child = hold(root.path());
        assert_eq!(holder_of(root.path()), Some(child.id()));
        assert_eq!(DataFolder::server(root.path()).unwrap(), Some(note(child.id())));

        child.kill().unwrap();
        child.wait().unwrap();
        assert!(note_file(root.path()).exists(), "it could not tidy up");
        assert_eq!(DataFolder::server(root.path()).unwrap(), None);
        let mut folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(holder_of(root.path()), Some(process::id()));
        assert_eq!(DataFolder::server(root.path()).unwrap(), None, "the new holder has not announced itself");
        folder.announce(&note(process::id())).unwrap();
        assert_eq!(DataFolder::server(root.path()).unwrap(), Some(note(process::id())));
    }

    /// Runs the test above again as a child, until it holds the folder.
    fn hold(path: &Path) -> Child {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["folder::tests::a_killed_process_holds_nothing", "--exact", "--nocapture"])
            .env(HELD, path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        child
    }
}

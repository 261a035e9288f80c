//! Tells when a project was saved.
//!
//! Editors write a file in several steps, and git changes many files at once, so a change is
//! told after a moment without another one.
//!
//! What is below `app` is always watched. What the project reads elsewhere, because something imports it, is
//! known when it was read: [`Watch::follow`].

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};

use crate::host::DATA_FOLDER;

/// The moment.
const QUIET: Duration = Duration::from_millis(150);
/// How long changes without a pause are gathered at the most.
const GATHERED: u32 = 20;

/// Files of a project's own folder that a change of must be looked at.
const READ_FILES: [&str; 7] = [
    "moose.config.toml",
    "project.toml",
    "package.json",
    "setup.py",
    "pyproject.toml",
    "tsconfig.json",
    "antler.lock",
];

/// What happens while a project is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Something of the project was saved.
    Saved,
    /// The process was asked to stop.
    Stop,
}

/// Watches a project's folder and waits for the end.
pub struct Watch {
    events: Receiver<Event>,
    watcher: notify::RecommendedWatcher,
    root: PathBuf,
    /// The same without links. It is watched as long as the project is.
    real_root: PathBuf,
    elsewhere: Arc<Mutex<Elsewhere>>,
}

/// What is watched because something imports it.
#[derive(Default)]
struct Elsewhere {
    /// The files, whether or not they are there.
    files: BTreeSet<PathBuf>,
    /// The folders that tell of them.
    folders: BTreeSet<PathBuf>,
}

impl Elsewhere {
    /// Whether a path is one of the files, or a folder that one of them may be in.
    fn concerns(&self, path: &Path) -> bool {
        self.files.range(path.to_owned()..).next().is_some_and(|file| file.starts_with(path))
    }
}

impl Watch {
    /// Watches the models, the functions and the files beside them. `stop` is given a sender for
    /// the request to stop.
    ///
    /// # Errors
    /// The system does not tell about changes.
    pub fn new(project: &Path, stop: impl FnOnce(mpsc::Sender<Event>)) -> Result<Self> {
        let (sender, events) = mpsc::channel();
        stop(sender.clone());
        let elsewhere = Arc::new(Mutex::new(Elsewhere::default()));
        let (root, imported) = (project.to_owned(), Arc::clone(&elsewhere));
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let matters = event.is_ok_and(|event| {
                let imported = || imported.lock().unwrap_or_else(PoisonError::into_inner);
                !event.kind.is_access()
                    && event.paths.iter().any(|path| is_of_project(&root, path) || imported().concerns(path))
            });
            if matters {
                // Nobody listens any more once the server stops.
                let _ = sender.send(Event::Saved);
            }
        })
        .context("cannot watch the project for changes")?;
        let mut watch = |path: PathBuf, mode| {
            watcher.watch(&path, mode).with_context(|| format!("cannot watch {} for changes", path.display()))
        };
        watch(project.to_owned(), RecursiveMode::NonRecursive)?;
        if project.join("app").is_dir() {
            watch(project.join("app"), RecursiveMode::Recursive)?;
        }
        let root = project.to_owned();
        let real_root = project.canonicalize().unwrap_or_else(|_| root.clone());
        Ok(Self { events, watcher, root, real_root, elsewhere })
    }

    /// Watches the files that a project asks for, wherever they are. Those that are not there yet are
    /// noticed when they come, with the folders that they are in.
    pub fn follow(&mut self, asked: &BTreeSet<String>) {
        let mut files = BTreeSet::new();
        let mut folders = BTreeSet::new();
        for path in asked.iter().map(|relative| self.root.join(relative)) {
            // What Antler writes for itself is no work of the author.
            if path.starts_with(self.root.join(DATA_FOLDER)) {
                continue;
            }
            if is_of_project(&self.root, &path) {
                continue;
            }
            let mut there = path.parent();
            while let Some(folder) = there {
                // The system tells the real path.
                if let Ok(real) = folder.canonicalize() {
                    files.extend(path.strip_prefix(folder).map(|rest| real.join(rest)));
                    folders.insert(real);
                    break;
                }
                there = folder.parent();
            }
        }
        let mut elsewhere = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *elsewhere, Elsewhere { files, folders });
        let now = elsewhere.folders.clone();
        drop(elsewhere);
        for folder in before.folders.difference(&now) {
            // It may be gone.
            if *folder != self.real_root {
                let _ = self.watcher.unwatch(folder);
            }
        }
        for folder in now.difference(&before.folders) {
            if *folder != self.real_root
                && let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive)
            {
                tracing::warn!(folder = %folder.display(), %error, "files there are not watched for changes");
            }
        }
    }

    /// Waits for the next event; changes that follow each other closely are one.
    pub fn next(&self) -> Event {
        match self.events.recv() {
            Ok(Event::Saved) => {}
            Ok(Event::Stop) | Err(_) => return Event::Stop,
        }
        for _ in 0..GATHERED {
            match self.events.recv_timeout(QUIET) {
                Ok(Event::Saved) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Event::Stop,
            }
        }
        Event::Saved
    }
}

/// Whether a path is one that Antler reads: below `app`, or one of the files beside it.
fn is_of_project(root: &Path, path: &Path) -> bool {
    let Ok(relative) = path.strip_prefix(root) else { return false };
    let mut parts = relative.iter().map(|part| part.to_str().unwrap_or_default());
    match (parts.next(), parts.next()) {
        (Some("app"), _) => true,
        (Some(file), None) => READ_FILES.contains(&file),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_antler_reads_is_watched() {
        let root = Path::new("/p");
        for path in ["/p/app/datamodels/a.ts", "/p/app", "/p/moose.config.toml", "/p/package.json"] {
            assert!(is_of_project(root, Path::new(path)), "{path}");
        }
        for path in [
            "/p",
            "/p/.antler/versions/0_0.ts",
            "/p/.git/HEAD",
            "/p/.swp",
            "/elsewhere",
            "/p/node_modules/x",
            "/p/server.log",
        ] {
            assert!(!is_of_project(root, Path::new(path)), "{path}");
        }
    }

    #[test]
    fn saves_that_follow_each_other_are_one_and_a_stop_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::create_dir_all(folder.path().join("app/datamodels")).unwrap();
        let mut stop = None;
        let watch = Watch::new(folder.path(), |sender| stop = Some(sender)).unwrap();
        for i in 0..10 {
            std::fs::write(folder.path().join(format!("app/datamodels/{i}.ts")), "x").unwrap();
        }
        assert_eq!(watch.next(), Event::Saved);
        stop.unwrap().send(Event::Stop).unwrap();
        assert_eq!(watch.next(), Event::Stop);
    }

    #[test]
    fn files_elsewhere_are_watched_while_they_are_read_and_before_they_are_there() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |relative: &str| folder.path().join(relative);
        std::fs::create_dir_all(path("project/app")).unwrap();
        std::fs::create_dir_all(path("shared")).unwrap();
        let (sender, told) = mpsc::channel();
        let mut watch = Watch::new(&path("project"), |stop| drop(sender.send(stop))).unwrap();
        let stop = told.recv().unwrap();
        let asked = ["../shared/a.ts", "lib/deep/b.ts", "app/c.ts"].map(str::to_owned);
        watch.follow(&asked.clone().into());
        let save = |relative: &str| {
            std::fs::create_dir_all(path(relative).parent().unwrap()).unwrap();
            std::fs::write(path(relative), "x").unwrap();
        };
        save("shared/a.ts");
        assert_eq!(watch.next(), Event::Saved);
        save("project/lib/deep/b.ts");
        assert_eq!(watch.next(), Event::Saved);
        watch.follow(&asked.into());
        save("project/lib/deep/b.ts");
        assert_eq!(watch.next(), Event::Saved);

        watch.follow(&BTreeSet::new());
        save("shared/a.ts");
        save("project/lib/deep/b.ts");
        std::thread::sleep(QUIET * 2);
        stop.send(Event::Stop).unwrap();
        assert_eq!(watch.next(), Event::Stop, "what is not read any more is not watched");
    }
}

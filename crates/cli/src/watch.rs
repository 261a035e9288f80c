//! Tells when a project was saved.
//!
//! Editors write a file in several steps, and git changes many files at once, so a change is
//! told after a moment without another one.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};

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
    _watcher: notify::RecommendedWatcher,
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
        let root = project.to_owned();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let matters = event.is_ok_and(|event| {
                !event.kind.is_access() && event.paths.iter().any(|path| is_of_project(&root, path))
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
        Ok(Self { events, _watcher: watcher })
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
}

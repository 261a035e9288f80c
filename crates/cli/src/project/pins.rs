//! What each old version was: from `antler.lock` where it agrees with the configuration, from git
//! where it does not.

use std::cell::OnceCell;

use antler_core::{
    diagnostic::{Code, Diagnostic},
    names::Version,
};

use crate::{
    problems::Problems,
    project::{
        config::{Config, Pin},
        folder::Folder,
        history::{History, NoHistory},
        lock::{Lock, Pinned},
    },
};

/// The wanted ones of the old versions that the configuration names, and no other.
///
/// # Errors
/// Every version that is not pinned at its commit and cannot be read from git.
pub fn resolve(
    config: &Config,
    folder: &Folder,
    lock: &Lock,
    wanted: impl Fn(&Version) -> bool,
) -> Result<Lock, Problems> {
    let history = OnceCell::new();
    let (mut resolved, mut problems) = (Lock::new(), Vec::new());
    for (version, pin) in config.old_versions.iter().filter(|(version, _)| wanted(version)) {
        let locked = lock.get(version);
        let pinned = match locked {
            Some(pinned) if pin.commit.matches(&pinned.commit) => Ok(pinned.clone()),
            Some(_) | None => match history.get_or_init(|| History::of(folder)) {
                Ok(history) => from_git(config, history, version, pin),
                Err(reason) => Err(unavailable(config, version, pin, locked, reason).into()),
            },
        };
        match pinned {
            Ok(pinned) => {
                resolved.insert(version.clone(), pinned);
            }
            Err(found) => problems.extend(found.iter().cloned()),
        }
    }
    Problems::none_of(problems, resolved)
}

fn from_git(config: &Config, history: &History, version: &Version, pin: &Pin) -> Result<Pinned, Problems> {
    let unusable = |reason: String| {
        let message = format!("the commit of version {version} cannot be used: {reason}");
        config.at_pin(Diagnostic::error(Code::PinnedCommit, message), pin, "this commit")
    };
    match history.repository().resolve(pin.commit.as_str()) {
        // A branch or tag may look like the beginning of a commit.
        Ok(Some(commit)) if pin.commit.matches(&commit) => history.pinned(&commit),
        Ok(_) => Err(unusable("it is not in this repository".to_owned())
            .with_help("fetch it from where it was pushed, or pin the commit that holds the data models of the version")
            .into()),
        Err(error) => Err(unusable(error.to_string()).into()),
    }
}

fn unavailable(
    config: &Config,
    version: &Version,
    pin: &Pin,
    locked: Option<&Pinned>,
    reason: &NoHistory,
) -> Diagnostic {
    let problem = match locked {
        Some(pinned) => {
            let message = format!("antler.lock has version {version} at another commit, and {reason}");
            let label = format!("antler.lock has {}", pinned.commit);
            config.at_pin(Diagnostic::error(Code::Lock, message), pin, &label)
        }
        None => {
            let message = format!("version {version} is not in antler.lock, and {reason}");
            config.at_pin(Diagnostic::error(Code::NotPinned, message), pin, "not pinned")
        }
    };
    problem.with_help(
        "run any antler command on this project in its git repository, and bring the antler.lock it writes",
    )
}

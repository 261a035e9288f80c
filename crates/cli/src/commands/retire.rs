//! `antler retire` and `antler unretire`: an old version leaves `moose.config.toml`, or comes back.
//!
//! Both edit the configuration and nothing else. The change is applied like every other: by a running
//! `antler dev` at once, by `antler prod` when the commit is deployed; `antler plan` shows it. What the
//! version was stays pinned in `antler.lock`: migrations still lead through it, and it can come back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    names::Version,
    plan,
};
use antler_server::usage::Usage;
use anyhow::{Result, bail};

use crate::{
    access::Access,
    args::{RetireArgs, UnretireArgs},
    printer::Printer,
    problems::Problems,
    project::{Project, history::short},
    render::{self, count},
    settings::Settings,
};

/// Takes a version out of the configuration, after showing who uses it.
///
/// # Errors
/// It is not an old version that is live, nobody says yes, or the configuration cannot be edited.
pub fn retire(args: &RetireArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let version = &args.version;
    let project = Project::open(settings)?;
    if version == project.version() {
        let message = format!("{version} is the current version, which cannot be retired");
        let help = "start the next one first: antler bump-version".to_owned();
        return Err(refused(message, help));
    }
    // From here on the lock knows what it was.
    if !project.old_versions()?.contains_key(version) {
        return Err(not_listed(&project, version)?);
    }
    let config = project.config_without_old_version(version)?;
    usage(&project, version, printer)?;
    let question = format!("Retire {version}? [y/N] ");
    if !args.yes && !confirmed(&question, |answer| matches!(answer, "y" | "yes"), settings, printer)? {
        bail!("nothing was changed");
    }
    project.folder.replace(&project.config.file.path, &config)?;
    printer.say(format!("{version} left {}; antler.lock still knows what it was", project.config.file.path));
    applied_next(&project, printer)?;
    printer.say(format!("until it is purged, it can come back: antler unretire {version}"));
    Ok(())
}

/// Brings a version back into the configuration, at the commit that it was pinned to.
///
/// # Errors
/// It is not retired or was purged, or the configuration cannot be edited.
pub fn unretire(args: &UnretireArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let version = &args.version;
    let project = Project::open(settings)?;
    let retired = project.retired_versions()?;
    let Some(pinned) = retired.get(version) else {
        let live = version == project.version() || project.old_versions()?.contains_key(version);
        let message = if live {
            format!("{version} is live")
        } else {
            format!("antler.lock does not know what {version} was")
        };
        let list = retired.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let help =
            if list.is_empty() { "no version is retired".to_owned() } else { format!("retired: {list}") };
        return Err(refused(message, help));
    };
    plan::can_come_back(version, &Access::to(&project)?.observed()?.deployed).map_err(Problems::from)?;
    let config = project.config_with_old_version(version, &pinned.commit)?;
    project.folder.replace(&project.config.file.path, &config)?;
    let path = &project.config.file.path;
    printer.say(format!("{version} is in {path} again, at commit {}", short(&pinned.commit)));
    applied_next(&project, printer)
}

/// Who writes and reads a version, a line for each model.
fn usage(project: &Project, version: &Version, printer: &Printer) -> Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    for table in Access::to(project)?.status()?.tables {
        if table.versions.contains(version) {
            let usage = table.usage.get(version).cloned().unwrap_or_default();
            printer.say(format!("{} {version}  {}", table.model, described(&usage, now)));
        }
    }
    Ok(())
}

fn described(usage: &Usage, now: Duration) -> String {
    let ago = |at: Option<i64>| {
        let at = Duration::from_millis(at.and_then(|at| u64::try_from(at).ok()).unwrap_or_default());
        render::ago(now.saturating_sub(at))
    };
    let written = match usage.written {
        0 => "no event was ever sent to it".to_owned(),
        1 => format!("1 event was sent to it, {}", ago(usage.last_written)),
        many => format!("{} events were sent to it, the last {}", count(many), ago(usage.last_written)),
    };
    let writer = usage.writer.as_ref().map(|writer| format!(" by {writer}")).unwrap_or_default();
    let read = match usage.read {
        0 => "no question through antler read its table".to_owned(),
        1 => format!("1 question through antler read its table, {}", ago(usage.last_read)),
        many => format!(
            "{} questions through antler read its table, the last {}",
            count(many),
            ago(usage.last_read)
        ),
    };
    format!("{written}{writer}; {read}")
}

/// Says when the edit takes effect.
fn applied_next(project: &Project, printer: &Printer) -> Result<()> {
    printer.say(if Access::server(project)?.is_some() {
        "a running antler dev applies it now; antler prod does when it starts with the commit of it"
    } else {
        "antler plan shows what the next start will do"
    });
    Ok(())
}

fn not_listed(project: &Project, version: &Version) -> Result<anyhow::Error> {
    let message = if project.retired_versions()?.contains_key(version) {
        format!("{version} is retired already")
    } else {
        format!("{version} is not listed in {}", project.config.file.path)
    };
    let list = project.config.old_versions.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let help =
        if list.is_empty() { "there is no old version".to_owned() } else { format!("old versions: {list}") };
    Ok(refused(message, help))
}

fn refused(message: String, help: String) -> anyhow::Error {
    Problems::from(Diagnostic::error(Code::Retired, message).with_help(help)).into()
}

/// Asks on the terminal.
///
/// # Errors
/// There is no terminal to ask on.
pub fn confirmed(
    question: &str,
    is_yes: impl Fn(&str) -> bool,
    settings: &Settings,
    printer: &Printer,
) -> Result<bool> {
    if !settings.is_attended {
        let message = "this has to be confirmed, and there is no terminal to ask on".to_owned();
        return Err(refused(message, "add --yes".to_owned()));
    }
    Ok(is_yes(&printer.ask(question)?))
}

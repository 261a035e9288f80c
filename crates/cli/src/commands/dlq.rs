//! `antler dlq`: the records that failed, and what is done about them.

use std::time::{SystemTime, UNIX_EPOCH};

use antler_core::{
    dead_letter::{Filter, Letter, Status},
    names::ModelName,
};
use antler_server::letters::{Action, LettersAnswer, LettersRequest, ModelLetter, Replayed};
use anyhow::{Result, bail};

use crate::{
    access::Access,
    args::{DlqChangeArgs, DlqCommand, DlqListArgs, DlqShowArgs, LetterArgs, LetterName, StatusChoice, When},
    printer::Printer,
    project::Project,
    render::{self, Align, count},
    settings::Settings,
};

/// How much of a reason is shown in a list, in characters.
const SHOWN: usize = 80;

/// Does what was asked.
///
/// # Errors
/// There is no project, its data cannot be opened, there is no such letter, or letters stay open.
pub fn run(command: DlqCommand, settings: &Settings, printer: &Printer) -> Result<()> {
    let access = Access::to(&Project::open(settings)?)?;
    match command {
        DlqCommand::Ls(args) => list(&args, &access, printer),
        DlqCommand::Show(args) => show(&args, &access, printer),
        DlqCommand::Replay(args) => replay(&args, &access, printer),
        DlqCommand::Discard(args) => discard(&args, &access, printer),
    }
}

fn list(args: &DlqListArgs, access: &Access, printer: &Printer) -> Result<()> {
    let status = match args.status {
        StatusChoice::Open => Some(Status::Open),
        StatusChoice::Replayed => Some(Status::Replayed),
        StatusChoice::Discarded => Some(Status::Discarded),
        StatusChoice::All => None,
    };
    // One more than is shown tells whether there are more.
    let mut request = request(&args.letters, Action::List { limit: Some(args.limit.saturating_add(1)) })?;
    request.filter.status = status;
    let mut letters = letters(access.letters(&request)?)?;
    let more = cut(&mut letters, args.limit);
    if args.json {
        let out = serde_json::to_string_pretty(&letters)? + "\n";
        return Ok(printer.data(out.as_bytes())?);
    }
    if letters.is_empty() {
        return Ok(printer.data(b"No dead letters.\n")?);
    }
    printer.data(table(&letters, args.status == StatusChoice::All).as_bytes())?;
    if more {
        printer.say("\nthere are more: --limit, or a filter");
    }
    printer
        .say("\nnext: antler dlq show <ID>, and when the cause is mended: antler dlq replay <MODEL or ID>");
    Ok(())
}

fn table(letters: &[ModelLetter], with_status: bool) -> String {
    let mut columns = vec![
        ("ID", Align::Left),
        ("FROM", Align::Left),
        ("TO", Align::Left),
        ("FAILED AT", Align::Left),
        ("REASON", Align::Left),
    ];
    if with_status {
        columns.insert(4, ("STATUS", Align::Left));
    }
    let row = |ModelLetter { letter, .. }: &ModelLetter| {
        let mut row = vec![
            letter.id.clone(),
            letter.source.clone(),
            letter.target.to_string(),
            letter.failed_at.clone(),
            first_line(&letter.reason),
        ];
        if with_status {
            row.insert(4, letter.status.to_string());
        }
        row
    };
    render::table(&columns, letters.iter().map(row).collect())
}

fn first_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let cut = first.chars().count() > SHOWN || lines.next().is_some();
    let shown: String = first.chars().take(SHOWN).collect();
    if cut { shown + " …" } else { shown }
}

/// Cuts the letters of each model down to the limit; returns whether there were more.
fn cut(letters: &mut Vec<ModelLetter>, limit: u64) -> bool {
    let mut counted: (Option<ModelName>, u64) = (None, 0);
    let before = letters.len();
    letters.retain(|ModelLetter { model, .. }| {
        if counted.0.as_ref() != Some(model) {
            counted = (Some(model.clone()), 0);
        }
        counted.1 += 1;
        counted.1 <= limit
    });
    letters.len() < before
}

fn show(args: &DlqShowArgs, access: &Access, printer: &Printer) -> Result<()> {
    let action = Action::List { limit: Some(1) };
    let filter = Filter::of_ids([args.id.clone()]);
    let found = letters(access.letters(&LettersRequest { action, model: None, filter })?)?;
    let Some(found) = found.into_iter().next() else {
        bail!("there is no dead letter {}; antler dlq ls --status all lists them", args.id);
    };
    let out = if args.json { serde_json::to_string_pretty(&found)? + "\n" } else { page(&found.letter) };
    Ok(printer.data(out.as_bytes())?)
}

fn page(letter: &Letter) -> String {
    let settled = letter.settled_at.as_ref().map(|at| format!(" since {at}")).unwrap_or_default();
    let encoding =
        if letter.encoding == "utf-8" { String::new() } else { format!(", in {}", letter.encoding) };
    let reason: Vec<_> = letter.reason.lines().map(|line| format!("  {line}")).collect();
    format!(
        "letter    {}\nfrom      {}\nto        {}\nfailed at {}\nplace     topic {}, offset {}\nstatus    {}{settled}\n\nreason\n{}\n\n\
         record ({}{encoding})\n{}\n",
        letter.id,
        letter.source,
        letter.target,
        letter.failed_at,
        letter.topic,
        letter.topic_offset,
        letter.status,
        reason.join("\n"),
        letter.version,
        letter.record,
    )
}

fn replay(args: &DlqChangeArgs, access: &Access, printer: &Printer) -> Result<()> {
    let answer = access.letters(&request(&args.letters, Action::Replay)?)?;
    let LettersAnswer::Replayed(replayed) = answer else { bail!(UNEXPECTED) };
    if args.json {
        printer.data((serde_json::to_string_pretty(&replayed)? + "\n").as_bytes())?;
    } else {
        printer.data(outcome(&replayed).as_bytes())?;
    }
    match replayed.open {
        0 => Ok(()),
        1 => bail!("1 letter stays open"),
        many => bail!("{} letters stay open", count(many)),
    }
}

fn outcome(replayed: &Replayed) -> String {
    const NAMED: usize = 20;
    let mut out = match (replayed.replayed, replayed.open) {
        (0, 0) => return "No open letters.\n".to_owned(),
        (1, _) => "1 record replayed\n".to_owned(),
        (many, _) => format!("{} records replayed\n", count(many)),
    };
    for open in replayed.failed.iter().take(NAMED) {
        out.push_str(&format!("{}  {}\n", open.id, first_line(&open.reason)));
    }
    if let Some(more) = replayed.open.checked_sub(NAMED as u64).filter(|more| *more > 0) {
        out.push_str(&format!("and {} more\n", count(more)));
    }
    out
}

fn discard(args: &DlqChangeArgs, access: &Access, printer: &Printer) -> Result<()> {
    let answer = access.letters(&request(&args.letters, Action::Discard)?)?;
    let LettersAnswer::Discarded(discarded) = answer else { bail!(UNEXPECTED) };
    let out = match (args.json, discarded) {
        (true, _) => serde_json::json!({ "discarded": discarded }).to_string() + "\n",
        (false, 0) => "No open letters.\n".to_owned(),
        (false, 1) => "1 letter discarded\n".to_owned(),
        (false, many) => format!("{} letters discarded\n", count(many)),
    };
    Ok(printer.data(out.as_bytes())?)
}

const UNEXPECTED: &str = "the server answered something else than it was asked";

fn letters(answer: LettersAnswer) -> Result<Vec<ModelLetter>> {
    match answer {
        LettersAnswer::Letters(letters) => Ok(letters),
        LettersAnswer::Replayed(_) | LettersAnswer::Discarded(_) => bail!(UNEXPECTED),
    }
}

fn request(args: &LetterArgs, action: Action) -> Result<LettersRequest> {
    let (mut ids, mut model) = (Vec::new(), None);
    for name in &args.which {
        match name {
            LetterName::Id(id) => ids.push(id.clone()),
            LetterName::Model(name) => {
                if model.replace(name.clone()).is_some() {
                    bail!("name one model, or ids of letters");
                }
            }
        }
    }
    let LetterArgs { which: _, from, to, reason, since, until } = args.clone();
    let (since, until) = (since.map(instant), until.map(instant));
    let ids = (!ids.is_empty()).then_some(ids);
    let filter = Filter { ids, from, to, reason, since, until, status: None };
    Ok(LettersRequest { action, model, filter })
}

/// Milliseconds since 1970, UTC.
fn instant(when: When) -> i64 {
    match when {
        When::At(at) => at,
        When::Ago(ago) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(now.as_millis()).unwrap_or(i64::MAX).saturating_sub(ago)
        }
    }
}

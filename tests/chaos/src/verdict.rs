//! Compares what was answered with what is there, id by id.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context as _, Result};

use crate::{
    ledger::{Answer, Ledger, Request},
    server::Server,
    versions::{Fate, MODEL, TABLES, fate, row},
};

/// How many findings are kept.
const SHOWN: usize = 20;

/// What came out.
#[derive(Debug, Default)]
pub struct Verdict {
    acknowledged: u64,
    repeated: u64,
    wrong: BTreeMap<Wrong, u64>,
    findings: Vec<String>,
}

/// What can be wrong. An event counts once for each table, and for the dead letters on the way to
/// each table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// It is not there.
    Lost,
    /// It is there more than once.
    Duplicated,
    /// It must not be there: nobody sent it, or it was refused, or no migration brings it there.
    Uninvited,
    /// Its row has other values.
    Altered,
    /// A request was not answered, and a part of it is there.
    Torn,
    /// A request had an answer that no healthy server gives.
    Surprising,
    /// The server's own ledger does not add up.
    Unaccounted,
}

impl Verdict {
    /// Whether every event is where it has to be, once.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty()
    }

    /// How many requests were sent again, with their keys.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Some of what is wrong, a sentence each.
    pub fn findings(&self) -> &[String] {
        &self.findings
    }

    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.repeated += other.repeated;
        for (wrong, count) in other.wrong {
            *self.wrong.entry(wrong).or_default() += count;
        }
        self.findings.extend(other.findings);
    }

    fn find(&mut self, wrong: Wrong, finding: impl FnOnce() -> String) {
        *self.wrong.entry(wrong).or_default() += 1;
        if self.findings.len() < SHOWN {
            self.findings.push(finding());
        }
    }

    fn count(&self, wrong: Wrong) -> u64 {
        self.wrong.get(&wrong).copied().unwrap_or_default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lost, duplicated] = [Wrong::Lost, Wrong::Duplicated].map(|wrong| self.count(wrong));
        write!(f, "acknowledged {}, lost {lost}, duplicated {duplicated}", self.acknowledged)?;
        let others = [
            (Wrong::Uninvited, "uninvited"),
            (Wrong::Altered, "altered"),
            (Wrong::Torn, "torn"),
            (Wrong::Surprising, "surprising answers"),
            (Wrong::Unaccounted, "accounts that do not add up"),
        ];
        others
            .into_iter()
            .filter(|(wrong, _)| self.count(*wrong) > 0)
            .try_for_each(|(wrong, what)| write!(f, ", {what} {}", self.count(wrong)))
    }
}

/// What is there.
struct Found {
    /// The rows of each table: how many each event has.
    rows: [Vec<u8>; TABLES.len()],
    /// The dead letters on the way to each table: how many each event has.
    letters: [Vec<u8>; TABLES.len()],
}

/// Reads every table of a server at rest and compares.
pub fn judge(ledger: &Ledger, server: &Server) -> Result<Verdict> {
    let requests = ledger.requests();
    let mut verdict = Verdict { repeated: ledger.repeated(), ..Verdict::default() };
    for surprise in ledger.surprises() {
        verdict.find(Wrong::Surprising, || surprise);
    }
    let sent_to = sent_to(&requests, ledger.events());
    let found = Found {
        rows: read_each(|table| read_rows(table, server, &sent_to, &mut verdict))?,
        letters: read_letters(server, &sent_to, &mut verdict)?,
    };
    for request in &requests {
        verdict.judge(request, &found);
    }
    for account in server.ledger()? {
        if account["exceptions"].as_array().is_none_or(|exceptions| !exceptions.is_empty()) {
            verdict.find(Wrong::Unaccounted, || format!("the ledger has {account}"));
        }
    }
    Ok(verdict)
}

/// The table of the version that each event was sent to.
fn sent_to(requests: &[Request], events: u64) -> Vec<Option<usize>> {
    let mut sent = vec![None; events as usize];
    for request in requests {
        sent[request.ids.start as usize..request.ids.end as usize].fill(Some(request.version.table));
    }
    sent
}

fn read_each(mut read: impl FnMut(usize) -> Result<Vec<u8>>) -> Result<[Vec<u8>; TABLES.len()]> {
    let mut all: [Vec<u8>; TABLES.len()] = Default::default();
    for (table, counts) in all.iter_mut().enumerate() {
        *counts = read(table)?;
    }
    Ok(all)
}

fn read_rows(
    table: usize,
    server: &Server,
    sent_to: &[Option<usize>],
    verdict: &mut Verdict,
) -> Result<Vec<u8>> {
    let name = TABLES[table].name;
    let mut counts = vec![0_u8; sent_to.len()];
    for line in server.query(&format!("SELECT {} FROM {name}", TABLES[table].columns))?.lines() {
        let id = line.split('\t').next().and_then(|id| id.parse::<usize>().ok());
        let Some((id, sent)) = id.and_then(|id| Some((id, (*sent_to.get(id)?)?))) else {
            verdict.find(Wrong::Uninvited, || format!("nobody sent `{line}`, which is in {name}"));
            continue;
        };
        counts[id] = counts[id].saturating_add(1);
        if sent <= table && line != row(id as u64, sent, table) {
            let expected = row(id as u64, sent, table);
            verdict.find(Wrong::Altered, || format!("{name} has `{line}` for `{expected}`"));
        }
    }
    Ok(counts)
}

fn read_letters(
    server: &Server,
    sent_to: &[Option<usize>],
    verdict: &mut Verdict,
) -> Result<[Vec<u8>; TABLES.len()]> {
    let mut letters = read_each(|_| Ok(vec![0_u8; sent_to.len()]))?;
    let select = format!(
        "SELECT JSONExtractString(record, 'id'), target, source FROM {MODEL}_dead_letters WHERE status = 'open'"
    );
    for line in server.query(&select)?.lines() {
        let (id, hop) = line.split_once('\t').context("a dead letter without a target")?;
        let node = hop.split('\t').next().and_then(|target| target.split_whitespace().last());
        let table = TABLES.iter().position(|table| Some(table.node) == node);
        let id = id.parse().ok().filter(|id: &usize| *id < sent_to.len());
        match (id, table) {
            (Some(id), Some(table)) => letters[table][id] = letters[table][id].saturating_add(1),
            (_, _) => {
                verdict.find(Wrong::Uninvited, || format!("nobody sent the dead letter `{line}`"));
            }
        }
    }
    Ok(letters)
}

impl Verdict {
    fn judge(&mut self, request: &Request, found: &Found) {
        let sent = request.version.table;
        let there = |id: u64| found.rows[sent][id as usize] > 0;
        if request.answer == Answer::Acknowledged {
            self.acknowledged += request.ids.end - request.ids.start;
        }
        let some = request.ids.clone().filter(|id| there(*id)).count() as u64;
        if request.answer == Answer::Nothing && some > 0 && some < request.ids.end - request.ids.start {
            self.find(Wrong::Torn, || format!("{some} events of {request:?} are there"));
        }
        for id in request.ids.clone() {
            // The table of its own version takes every event, so it says what became of a request
            // without an answer.
            let stored = match request.answer {
                Answer::Acknowledged => true,
                Answer::Nothing => there(id),
                Answer::Refused => false,
            };
            for (at, table) in TABLES.iter().enumerate() {
                let fate = if stored { fate(id, sent, at) } else { Fate::Absent };
                let (rows, letters) = match fate {
                    Fate::Stored => (1..=1, 0..=0),
                    Fate::Absent => (0..=0, 0..=0),
                    Fate::Failed => (0..=0, 1..=1),
                };
                for (place, counts, expected) in
                    [(table.name, &found.rows, rows), ("the dead letters", &found.letters, letters)]
                {
                    let count = counts[at][id as usize];
                    if expected.contains(&count) {
                        continue;
                    }
                    let wrong = if count < *expected.start() {
                        Wrong::Lost
                    } else if *expected.end() == 0 {
                        Wrong::Uninvited
                    } else {
                        Wrong::Duplicated
                    };
                    let Request { version, answer, .. } = request;
                    self.find(wrong, || {
                        format!(
                            "event {id}, sent to {} ({answer:?}), is {count} times in {place} for {}, and should be {fate:?}",
                            version.name, table.node,
                        )
                    });
                }
            }
        }
    }
}

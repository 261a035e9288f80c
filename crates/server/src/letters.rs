//! What is done with dead letters: look, replay, discard.
//!
//! A replay takes the way that the record would have taken. What an endpoint refused is validated
//! again and appended to the endpoint's topic; what a migration or the database refused is brought
//! to the one version that it did not reach ([`crate::staging`]). Both can be cut short anywhere:
//!
//! - An append has the letter's id as its key, in one write with the record. Which letters are on
//!   their way is in the journal, and the next start goes on with them before anything else.
//! - Rows that have reached the version are left out by their offset, so they are brought again
//!   without harm; what is left over is an open letter for which that has happened already.
//!
//! A plan never runs meanwhile, nor a load: it carries the letters of its source along.

use std::collections::BTreeMap;

use antler_core::{
    dead_letter::{Filter, INGEST, Letter, Status},
    deployment::{Deployed, Hop},
    names::{ModelName, Naming, TopicName},
    route::{Fate, Outlet},
    sql::statement::{self, Events, Fates},
};
use antler_store::{
    tables::{self, Number, Session},
    topics::{Append, NewBlock, Once, Topics},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    ServerError, clock,
    endpoints::{CurrentEndpoints, Endpoints},
    fail_point::{FailPoint, reach},
    staging::{Refusal, Staging, Way, Ways},
    state::State,
};

/// How many letters are read at once. Each may hold a record of the largest size.
const PAGE: usize = 5_000;
/// How many letters are on their way at once: as many as have ids, the longest ones, that fit a statement.
const GROUP: usize = 700;
/// How many letters that stay open are told with what is wrong with them.
const TOLD: usize = 1_000;

/// A letter, with the model whose table it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelLetter {
    /// The model.
    pub model: ModelName,
    /// The letter.
    #[serde(flatten)]
    pub letter: Letter,
}

/// What to do with which letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LettersRequest {
    /// What to do.
    pub action: Action,
    /// Those of one model, or of all.
    pub model: Option<ModelName>,
    /// Which of them.
    pub filter: Filter,
}

/// What to do with letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Show them, at most so many of each model.
    List {
        /// How many; `None` for all.
        limit: Option<u64>,
    },
    /// Bring the records of open ones where they belong.
    Replay,
    /// Mark open ones as of no interest.
    Discard,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LettersAnswer {
    /// The letters.
    Letters(Vec<ModelLetter>),
    /// What came of a replay.
    Replayed(Replayed),
    /// How many were discarded.
    Discarded(u64),
}

impl LettersRequest {
    /// Whether anything is another afterwards.
    pub(crate) fn changes(&self) -> bool {
        match self.action {
            Action::List { .. } => false,
            Action::Replay | Action::Discard => true,
        }
    }
}

/// What came of a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// How many records have reached their version.
    pub replayed: u64,
    /// How many have not, and stay open.
    pub open: u64,
    /// The first of them, a thousand at the most.
    pub failed: Vec<StillOpen>,
}

/// A letter that stays open, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillOpen {
    /// The letter.
    pub id: String,
    /// What is wrong with its record now.
    pub reason: String,
}

/// Letters whose records are being appended to topics. The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaying {
    format: u32,
    model: ModelName,
    ids: Vec<String>,
}

impl Replaying {
    /// The version of the stored form.
    pub const FORMAT: u32 = 1;
}

/// What a replay stands on.
pub(crate) struct Desk<'a> {
    pub(crate) state: &'a State,
    pub(crate) naming: &'a Naming,
    pub(crate) topics: &'a dyn Topics,
    pub(crate) session: &'a mut dyn Session,
    /// Every record of a topic before this offset is in the tables.
    pub(crate) stored: &'a dyn Fn(&TopicName) -> Result<u64, ServerError>,
}

impl Desk<'_> {
    /// Does what was asked.
    pub(crate) fn answer(&mut self, request: &LettersRequest) -> Result<LettersAnswer, ServerError> {
        let LettersRequest { action, model, filter } = request;
        let model = model.as_ref();
        Ok(match action {
            Action::List { limit } => LettersAnswer::Letters(self.list(model, filter, *limit)?),
            Action::Replay => LettersAnswer::Replayed(self.replay(model, filter)?),
            Action::Discard => LettersAnswer::Discarded(self.discard(model, filter)?),
        })
    }

    /// The letters of one model or of all, oldest first within a model. At most `limit` of each.
    fn list(
        &mut self,
        model: Option<&ModelName>,
        filter: &Filter,
        limit: Option<u64>,
    ) -> Result<Vec<ModelLetter>, ServerError> {
        let mut found = Vec::new();
        for model in self.models(model)? {
            let letters = self.letters(&model, filter, None, limit)?;
            found.extend(letters.into_iter().map(|letter| ModelLetter { model: model.clone(), letter }));
        }
        Ok(found)
    }

    /// Discards open letters; returns how many.
    fn discard(&mut self, model: Option<&ModelName>, filter: &Filter) -> Result<u64, ServerError> {
        #[derive(Deserialize)]
        struct Row {
            discarded: Number,
        }
        let (mut count, now) = (0, clock::now());
        for model in self.models(model)? {
            let table = self.naming.dead_letters(&model);
            self.session.execute(&statement::discard_letters(&table, filter, now))?;
            let row: Row = tables::row(self.session, &statement::discarded_letters(&table, now))?;
            count += row.discarded.0;
        }
        Ok(count)
    }

    /// Replays letters that are open now.
    fn replay(&mut self, model: Option<&ModelName>, filter: &Filter) -> Result<Replayed, ServerError> {
        let deployed = self.state.deployed()?;
        let mut outcome = Replayed::default();
        // What is appended again may fail again, with a letter of its own.
        let now = clock::now() + 1;
        let until = Some(filter.until.map_or(now, |until| until.min(now)));
        let filter = Filter { status: Some(Status::Open), until, ..filter.clone() };
        for model in self.models(model)? {
            let mut last = None;
            loop {
                let letters = self.letters(&model, &filter, last.as_ref(), Some(PAGE as u64))?;
                last = letters.last().cloned();
                if last.is_none() {
                    break;
                }
                self.replay_page(&model, letters, &deployed, &mut outcome)?;
            }
        }
        Ok(outcome)
    }

    fn replay_page(
        &mut self,
        model: &ModelName,
        letters: Vec<Letter>,
        deployed: &Deployed,
        outcome: &mut Replayed,
    ) -> Result<(), ServerError> {
        let (refused, rows): (Vec<_>, Vec<_>) =
            letters.into_iter().partition(|letter| letter.source == INGEST);
        for group in refused.chunks(GROUP) {
            self.append(model, group, deployed, outcome)?;
        }
        // A table also holds rows that came from other topics, and so do the letters from there.
        let mut ways: BTreeMap<(Hop, TopicName), Vec<Letter>> = BTreeMap::new();
        for letter in rows {
            match (letter.from(), letter.topic.parse()) {
                (Some(from), Ok(topic)) => {
                    let hop = Hop { from, to: letter.target.clone() };
                    ways.entry((hop, topic)).or_default().push(letter);
                }
                (_, _) => outcome.keep(&letter, format!("`{}` is no version", letter.source)),
            }
        }
        for ((hop, topic), letters) in ways {
            for group in letters.chunks(GROUP) {
                self.bring(model, (&hop, &topic), group, deployed, outcome)?;
            }
        }
        Ok(())
    }

    /// Goes on with the appends that a process left when it died.
    pub(crate) fn finish_interrupted(&mut self) -> Result<(), ServerError> {
        let Some(Replaying { model, ids, .. }) = self.state.replaying()? else { return Ok(()) };
        tracing::info!(letters = ids.len(), "finishing a replay of dead letters that was interrupted");
        let deployed = self.state.deployed()?;
        let open = Filter { status: Some(Status::Open), ..Filter::of_ids(ids) };
        let letters = self.letters(&model, &open, None, None)?;
        self.append(&model, &letters, &deployed, &mut Replayed::default())
    }

    /// Appends records to the topics of their endpoints, once each.
    fn append(
        &mut self,
        model: &ModelName,
        letters: &[Letter],
        deployed: &Deployed,
        outcome: &mut Replayed,
    ) -> Result<(), ServerError> {
        let ids = letters.iter().map(|letter| letter.id.clone()).collect();
        let replaying = Replaying { format: Replaying::FORMAT, model: model.clone(), ids };
        self.state.set_replaying(Some(&replaying))?;
        let endpoints = CurrentEndpoints::of(deployed);
        let mut appends = Vec::new();
        for letter in letters {
            match validated(letter, &endpoints.get()) {
                Ok((topic, block)) => {
                    let once = Once {
                        key: format!("replay/{}", letter.id),
                        fingerprint: Sha256::digest(&block.ndjson).into(),
                        answer: Vec::new(),
                        at: block.received_at,
                        // The journal knows of it until the letter is settled, however long that takes.
                        until: i64::MAX,
                    };
                    let append = Append { blocks: vec![(topic, block)], once: Some(once) };
                    appends.push((letter.id.as_str(), self.topics.append(append)));
                }
                Err(reason) => outcome.keep(letter, reason),
            }
        }
        let mut done = Vec::new();
        for (id, append) in appends {
            append.wait()?;
            reach(FailPoint::ReplayAppended);
            done.push(id);
        }
        self.settle(model, &done, Status::Replayed)?;
        reach(FailPoint::ReplaySettled);
        self.state.set_replaying(None)?;
        outcome.replayed += done.len() as u64;
        Ok(())
    }

    /// Brings rows to the version that they did not reach.
    fn bring(
        &mut self,
        model: &ModelName,
        (hop, topic): (&Hop, &TopicName),
        letters: &[Letter],
        deployed: &Deployed,
        outcome: &mut Replayed,
    ) -> Result<(), ServerError> {
        let keep_all = |outcome: &mut Replayed, reason: &str| {
            letters.iter().for_each(|letter| outcome.keep(letter, reason.to_owned()));
            Ok(())
        };
        let Some(node) = deployed.nodes.get(&hop.from) else {
            return keep_all(outcome, "the version that it came from is not deployed any more");
        };
        let ways = Ways::of(node, deployed, self.naming);
        let Some(way) = ways.iter().find(|way| way.hop == *hop) else {
            return keep_all(
                outcome,
                match deployed.is_live(&hop.to) {
                    true => "no migration leads there any more",
                    false => "the version that it did not reach is retired",
                },
            );
        };
        // A batch that is on its way may have made the letter and not yet the row.
        let stored = (self.stored)(topic)?;
        let (mut settled, early): (Vec<_>, Vec<_>) =
            letters.iter().partition(|letter| letter.topic_offset < stored);
        early.iter().for_each(|letter| {
            outcome.keep(letter, "its batch is still on its way; try again".to_owned());
        });
        settled.sort_by_key(|letter| letter.topic_offset);
        if settled.is_empty() {
            return Ok(());
        }
        // Being a dead letter is what shall end.
        let fates = Fates::on_the_way(self.naming, topic, &hop.to).without_letters();
        let table = self.naming.replay(&hop.from);
        let staging = Staging::open(&ways, table, &mut *self.session)?;
        let (reached, refused) = through(staging, way, (topic, &fates), &settled)?;
        reach(FailPoint::ReplayFilled);
        let done: Vec<_> = settled.iter().filter(|letter| reached.contains(&letter.topic_offset)).collect();
        let ids: Vec<_> = done.iter().map(|letter| letter.id.as_str()).collect();
        self.settle(model, &ids, Status::Replayed)?;
        reach(FailPoint::ReplaySettled);
        outcome.replayed += ids.len() as u64;
        for letter in settled.iter().filter(|letter| !reached.contains(&letter.topic_offset)) {
            let refusal = refused.iter().find(|refusal| refusal.offset == letter.topic_offset);
            outcome.keep(letter, refusal.map_or_else(|| letter.reason.clone(), |found| found.reason.clone()));
        }
        Ok(())
    }

    fn models(&self, model: Option<&ModelName>) -> Result<Vec<ModelName>, ServerError> {
        let deployed = self.state.deployed()?;
        let mut models: Vec<_> = deployed.nodes.keys().map(|id| id.model.clone()).collect();
        models.dedup();
        match model {
            None => Ok(models),
            Some(model) if models.contains(model) => Ok(vec![model.clone()]),
            Some(model) => Err(ServerError::UnknownModel(model.clone())),
        }
    }

    fn letters(
        &mut self,
        model: &ModelName,
        filter: &Filter,
        after: Option<&Letter>,
        limit: Option<u64>,
    ) -> Result<Vec<Letter>, ServerError> {
        let table = self.naming.dead_letters(model);
        Ok(tables::rows(self.session, &statement::letters(&table, filter, after, limit))?)
    }

    fn settle(&mut self, model: &ModelName, ids: &[&str], status: Status) -> Result<(), ServerError> {
        if !ids.is_empty() {
            let table = self.naming.dead_letters(model);
            self.session.execute(&statement::settle_letters(&table, ids, status))?;
        }
        Ok(())
    }
}

impl Replayed {
    fn keep(&mut self, letter: &Letter, reason: String) {
        self.open += 1;
        if self.failed.len() < TOLD {
            self.failed.push(StillOpen { id: letter.id.clone(), reason });
        }
    }
}

/// Brings the rows of letters through one way. Returns the offsets of those that have reached its
/// end, and what is wrong with others.
fn through(
    mut staging: Staging<'_>,
    way: &Way,
    (topic, fates): (&TopicName, &Fates),
    letters: &[&Letter],
) -> Result<(Vec<u64>, Vec<Refusal>), ServerError> {
    let offsets: Vec<u64> = letters.iter().map(|letter| letter.topic_offset).collect();
    let before = staging.with_fate(fates, Events::These(&offsets))?;
    let due: Vec<u64> = offsets.iter().copied().filter(|offset| !before.contains(offset)).collect();
    // The node's own table has the rows that its migrations refused. Those that it refused itself
    // are in their letters only, and are events of its own topic.
    let held = if due.is_empty() { Vec::new() } else { staging.put_stored(topic, &due)? };
    let is_own = staging.topic() == topic;
    let records: Vec<(u64, &[u8])> = letters
        .iter()
        .filter(|letter| is_own && due.contains(&letter.topic_offset) && !held.contains(&letter.topic_offset))
        .map(|letter| (letter.topic_offset, letter.record.as_bytes()))
        .collect();
    let mut refused = staging.put(&records)?;
    let outlets: Vec<&Outlet> = way.outlets.iter().filter(|outlet| outlet.fate != Fate::Failed).collect();
    refused.extend(staging.bring(&outlets, fates, &due)?);
    refused.extend(staging.failing(way)?);
    let reached = staging.with_fate(fates, Events::These(&offsets))?;
    staging.close()?;
    Ok((reached, refused))
}

/// The record of a letter as its endpoint takes it now.
fn validated(letter: &Letter, endpoints: &Endpoints) -> Result<(TopicName, NewBlock), String> {
    let version = letter.version.to_string();
    let endpoint =
        endpoints.find(letter.target.model.as_str(), Some(&version)).ok_or_else(|| {
            match endpoints.retired(letter.target.model.as_str(), &version) {
                Some(_) => format!("{} {version} is retired", letter.target.model),
                None => format!("{} {version} has no endpoint", letter.target.model),
            }
        })?;
    let record = letter.bytes()?;
    let mut ndjson = Vec::new();
    let outcome = endpoint.validator.record(&record, &mut ndjson);
    outcome.map_err(|violations| violations.of_one_record())?;
    Ok((endpoint.topic.clone(), NewBlock { records: 1, received_at: clock::now(), ndjson }))
}

//! The accounts of the ledger, from topics and tables: see [`antler_core::ledger`].
//!
//! It runs beside everything else. Each account is about the events that the sink had stored when
//! it was opened, and those are in every table, whatever arrives meanwhile.

use std::collections::BTreeSet;

use antler_core::{
    deployment::{Deployed, DeployedNode, Hop},
    ledger::{self, Account, AccountState, LedgerHop, NAMED},
    names::{ModelVersion, Naming, TopicName},
    sql::statement::{self, BUCKET, Fates},
};
use antler_store::{
    tables::{self, Number, Session},
    topics::Topics,
};
use serde::Deserialize;

use crate::{ServerError, state::State};

/// How many uneven buckets are searched for single events.
const SEARCHED: usize = 8;

/// Opens an account for every hop. `stored` tells how far the sink of a topic is.
pub(crate) fn accounts(
    state: &State,
    naming: &Naming,
    topics: &dyn Topics,
    stored: impl Fn(&TopicName) -> Result<u64, ServerError>,
    session: &mut dyn Session,
) -> Result<Vec<Account>, ServerError> {
    loop {
        let deployed = state.deployed()?;
        let mut ledger = Ledger { state, naming, topics, session, stored: &stored };
        let accounts = ledger.accounts(&deployed)?;
        // A plan that was applied meanwhile may have made a table anew.
        if state.deployed()? == deployed {
            return Ok(accounts);
        }
    }
}

struct Ledger<'a> {
    state: &'a State,
    naming: &'a Naming,
    topics: &'a dyn Topics,
    session: &'a mut dyn Session,
    stored: &'a dyn Fn(&TopicName) -> Result<u64, ServerError>,
}

impl Ledger<'_> {
    fn accounts(&mut self, deployed: &Deployed) -> Result<Vec<Account>, ServerError> {
        // Before anything is counted: a load that ends meanwhile was still on its way for some of it.
        let loading: BTreeSet<ModelVersion> =
            self.state.loads()?.into_iter().map(|load| load.spec.target).collect();
        let mut accounts = Vec::new();
        let mut models = BTreeSet::new();
        for (id, node) in &deployed.nodes {
            let own = Hop { from: id.clone(), to: id.clone() };
            let others = deployed.flowing().map(|(hop, _)| hop).filter(|hop| hop.from == *id).cloned();
            for hop in node.is_live().then_some(own).into_iter().chain(others) {
                let complete = !loading.contains(&hop.to);
                let state = if complete { AccountState::Complete } else { AccountState::Loading };
                accounts.push(self.hop(hop, node, state)?);
            }
            if models.insert(&id.model) {
                let fates = Fates::OfLetters {
                    topic: node.dead_letters.clone(),
                    dead_letters: self.naming.dead_letters(&id.model),
                };
                let hop = LedgerHop::Refused { model: id.model.clone() };
                accounts.push(self.account(hop, &node.dead_letters, &fates, AccountState::Complete)?);
            }
        }
        Ok(accounts)
    }

    fn hop(&mut self, hop: Hop, node: &DeployedNode, state: AccountState) -> Result<Account, ServerError> {
        let fates = Fates::on_the_way(self.naming, &node.topic, &hop.to);
        let Hop { from, to } = hop;
        self.account(LedgerHop::Rows { from, to }, &node.topic, &fates, state)
    }

    fn account(
        &mut self,
        hop: LedgerHop,
        topic: &TopicName,
        fates: &Fates,
        state: AccountState,
    ) -> Result<Account, ServerError> {
        #[derive(Deserialize)]
        struct Totals {
            stored: Number,
            filtered: Number,
            failed: Number,
            uneven: Vec<Number>,
        }
        let received = (self.stored)(topic)?;
        let waiting = self.topics.end(topic)?.saturating_sub(received);
        let Totals { stored, filtered, failed, uneven } =
            tables::row(self.session, &statement::buckets(fates, received))?;
        let mut exceptions = Vec::new();
        for Number(bucket) in uneven.iter().take(SEARCHED) {
            let first = bucket * BUCKET;
            let end = received.min(first + BUCKET);
            exceptions.extend(self.exceptions(fates, first, end)?);
        }
        // Buckets lie side by side, and so may the exceptions at their ends.
        let mut exceptions = ledger::ranges(exceptions);
        let more_exceptions = uneven.len() > SEARCHED || exceptions.len() > NAMED;
        exceptions.truncate(NAMED);
        Ok(Account {
            hop,
            topic: topic.clone(),
            received,
            waiting,
            stored: stored.0,
            filtered: filtered.0,
            failed: failed.0,
            state,
            exceptions,
            more_exceptions,
        })
    }

    fn exceptions(&mut self, fates: &Fates, first: u64, end: u64) -> Result<Vec<(u64, u64)>, ServerError> {
        #[derive(Deserialize)]
        struct Row {
            offset: Number,
            fates: Number,
        }
        let rows: Vec<Row> = tables::rows(self.session, &statement::exceptions(fates, first, end, BUCKET))?;
        Ok(rows.into_iter().map(|row| (row.offset.0, row.fates.0)).collect())
    }
}

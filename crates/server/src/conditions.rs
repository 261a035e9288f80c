//! What is known of the machine, to say what a plan takes.

use std::num::NonZeroU64;

use antler_core::{plan::proposal::Conditions, sql::statement};
use antler_store::tables::{self, Number, Session};
use serde::Deserialize;

use crate::{ServerError, state::State};

/// Asks the journal and the database. Loads may not be faster than `max_rate`.
pub(crate) fn conditions(
    state: &State,
    max_rate: Option<NonZeroU64>,
    session: &mut dyn Session,
) -> Result<Conditions, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        free: Number,
    }
    let Row { free: Number(free_bytes) } = tables::row(session, statement::free_space())?;
    Ok(Conditions { speed: state.speed()?, max_rate, free_bytes })
}

//! Compares what versions hold with what their migrations make: see [`antler_core::verify`].
//!
//! It runs beside everything else, a step at a time, and each step is a question of seconds. How far
//! it is stands in the journal, so whoever asks next goes on from there. Events that the sink stores
//! after the beginning are left out; all others are in every table, whatever arrives meanwhile.

use std::fmt;

use antler_core::{
    deployment::Hop,
    names::{ModelVersion, Naming, TopicName},
    route::Outlet,
    sink::Range,
    sql::statement,
    verify::{self, Comparand, Comparison, ComparisonState, Difference},
};
use antler_store::tables::{self, Number, Session};
use serde::{Deserialize, Serialize};

use crate::{ServerError, state::State};

/// How many uneven buckets are looked at together, event by event.
const LOOKED_AT: usize = 8;
/// The most differences that are kept for one hop.
const KEPT: usize = 1000;

/// What is to be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The hop.
    pub hop: Hop,
    /// Begin anew, also when an earlier comparison was not finished.
    pub anew: bool,
    /// Compare about so many events instead of all.
    pub sample: Option<u64>,
    /// How many differences to show, 1000 at the most.
    pub max_diffs: usize,
}

/// A comparison on its way, as the journal keeps it until it is done. The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verifying {
    format: u32,
    /// What the target was compared with. When a plan changes it, the comparison begins anew.
    stored: Outlet,
    /// How far it is.
    comparison: Comparison,
}

impl Verifying {
    /// The version of the stored form.
    pub(crate) const FORMAT: u32 = 1;
}

/// Takes the next step of a comparison. `stored` tells how far the sink of a topic is.
///
/// # Errors
/// The hop is not deployed, or an adapter failed.
pub(crate) fn step(
    request: &VerifyRequest,
    state: &State,
    naming: &Naming,
    stored: impl Fn(&TopicName) -> Result<u64, ServerError>,
    session: &mut dyn Session,
) -> Result<Comparison, ServerError> {
    let VerifyRequest { hop, anew, sample, max_diffs } = request;
    let deployed = state.deployed()?;
    let Some(comparand) = Comparand::of_hop(naming, &deployed, hop) else {
        return Err(ServerError::UnknownHop(Box::new(hop.clone())));
    };
    let unfinished = state.verifying(hop)?.filter(|found| found.stored == comparand.stored);
    let begun = match unfinished {
        Some(unfinished) if !anew && sample.is_none() => unfinished.comparison,
        _ => {
            let end = stored(&comparand.topic)?;
            let one_in = sample.map_or(1, |sample| (end / sample.max(1)).max(1));
            Comparison::new(hop.clone(), &comparand, end, one_in)
        }
    };
    if state.loads()?.iter().any(|load| load.spec.target == hop.to) {
        return Ok(Comparison { state: ComparisonState::Loading, ..begun });
    }
    let comparison = compare(begun, &comparand, *max_diffs, session)?;
    // A table that a plan has made anew meanwhile, or that is being loaded, tells nothing.
    if state.deployed()? != deployed {
        return Err(ServerError::Moved);
    }
    // A sample is one step, and nothing to go on with.
    if sample.is_some() {
        return Ok(comparison);
    }
    match comparison.state {
        ComparisonState::Running => {
            let verifying = Verifying {
                format: Verifying::FORMAT,
                stored: comparand.stored,
                comparison: comparison.clone(),
            };
            state.set_verifying(hop, Some(&verifying))?;
        }
        ComparisonState::Done | ComparisonState::Loading => state.set_verifying(hop, None)?,
    }
    Ok(comparison)
}

/// Compares the next events.
fn compare(
    mut comparison: Comparison,
    comparand: &Comparand,
    max_diffs: usize,
    session: &mut dyn Session,
) -> Result<Comparison, ServerError> {
    let first = comparison.next;
    let end = if comparison.one_in > 1 {
        comparison.end
    } else {
        comparison.end.min(first + verify::step(comparison.end))
    };
    if first < end {
        let examples = max_diffs.min(KEPT).saturating_sub(comparison.differences.len());
        let found = events(comparand, Range { first, end }, comparison.one_in, examples, session)?;
        comparison.expected += found.expected;
        comparison.found += found.found;
        comparison.differing += found.differing;
        comparison.more_differ |= found.more_differ;
        comparison.differences.extend(found.differences);
        comparison.next = end;
    }
    if comparison.next >= comparison.end {
        comparison.state = ComparisonState::Done;
    }
    Ok(comparison)
}

/// What a load has brought that it should not, or the other way round.
#[derive(Debug)]
pub struct LoadDiffers {
    source: ModelVersion,
    target: ModelVersion,
    topic: TopicName,
    events: u64,
    first: Difference,
}

impl std::error::Error for LoadDiffers {}

impl fmt::Display for LoadDiffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, target, topic, events, first } = self;
        write!(
            f,
            "the load of {target} from {source} is not complete: of the events of topic {topic}, {events} are \
             not what the migration makes of them; {first}"
        )
    }
}

/// What was found among some events.
struct Found {
    expected: u64,
    found: u64,
    differing: u64,
    more_differ: bool,
    differences: Vec<Difference>,
}

/// Compares the rows of some events, and gives so many examples of what differs.
fn events(
    comparand: &Comparand,
    events: Range,
    one_in: u64,
    examples: usize,
    session: &mut dyn Session,
) -> Result<Found, ServerError> {
    #[derive(Deserialize)]
    struct Totals {
        expected: Number,
        found: Number,
        uneven: Vec<Number>,
    }
    #[derive(Deserialize)]
    struct Differing {
        offset: Number,
        differing: Number,
    }
    let totals: Totals = tables::row(session, &statement::compare(comparand, events, one_in))?;
    let mut found = Found {
        expected: totals.expected.0,
        found: totals.found.0,
        differing: 0,
        more_differ: false,
        differences: Vec::new(),
    };
    let uneven: Vec<u64> = totals.uneven.iter().map(|bucket| bucket.0).collect();
    let mut buckets = uneven.chunks(LOOKED_AT);
    for buckets in buckets.by_ref() {
        // At least one, so that something is found even when nothing is shown.
        let limit = u64::try_from(examples).unwrap_or(u64::MAX).max(1);
        let statement = statement::differing(comparand, buckets, events, one_in, limit);
        let rows: Vec<Differing> = tables::rows(session, &statement)?;
        let Some(row) = rows.first() else { continue };
        found.differing = row.differing.0;
        let offsets: Vec<_> = rows.iter().take(examples).map(|row| row.offset.0).collect();
        found.differences = of_events(comparand, &offsets, session)?;
        break;
    }
    found.more_differ = buckets.next().is_some();
    Ok(found)
}

/// The rows of some events on both sides.
fn of_events(
    comparand: &Comparand,
    offsets: &[u64],
    session: &mut dyn Session,
) -> Result<Vec<Difference>, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        offset: Number,
        expected: Vec<String>,
        found: Vec<String>,
    }
    if offsets.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = tables::rows(session, &statement::examples(comparand, offsets))?;
    let difference = |Row { offset, expected, found }: Row| Difference { offset: offset.0, expected, found };
    Ok(rows.into_iter().map(difference).collect())
}

/// Compares what a load has brought with what it should have.
///
/// # Errors
/// They differ, or the database refused.
pub(crate) fn of_load(
    comparand: &Comparand,
    target: &ModelVersion,
    range: Range,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    let found = events(comparand, range, 1, 1, session)?;
    match found.differences.first() {
        None => Ok(()),
        Some(first) => Err(ServerError::LoadDiffers(Box::new(LoadDiffers {
            source: comparand.source.clone(),
            target: target.clone(),
            topic: comparand.topic.clone(),
            events: found.differing,
            first: first.clone(),
        }))),
    }
}

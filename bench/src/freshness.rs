//! How long an event takes from its 200 to the newest version's table.
//!
//! Some connections post single events to version 0.0 of `UserActivity` at a steady rate, each its own
//! series of numbers, one after the other. Another asks the table of 0.1 again and again how far it is
//! with each series; what it sees counts from when its answer is there, so the numbers are too large by
//! the time of a query, and by the time between two.

use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use ureq::Agent;

use crate::Outcome;

const CONNECTIONS: usize = 8;
/// Between two looks at the table.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the last events may take.
const PATIENCE: Duration = Duration::from_secs(30);
const PROGRESS: &str = "SELECT userId, count() FROM UserActivity_0_1 GROUP BY userId";

/// When the events of a connection were acknowledged, in order.
type Acknowledged = Mutex<Vec<Instant>>;

/// Posts `rate` events each second for some seconds. Prints how many it were each second, and the
/// half and the 99th hundredth of what they took, in milliseconds.
pub fn measure(public: &str, management: &str, rate: u32, seconds: u32) -> Outcome {
    let each = rate * seconds / u32::try_from(CONNECTIONS)?;
    let started = Instant::now();
    let series: [Acknowledged; CONNECTIONS] = Default::default();
    let took = thread::scope(|scope| {
        let senders: Vec<_> = series
            .iter()
            .enumerate()
            .map(|(connection, acknowledged)| {
                let beat = Duration::from_secs(u64::from(seconds)) / each;
                let begin = started
                    + beat / u32::try_from(CONNECTIONS).unwrap_or(1) * u32::try_from(connection).unwrap_or(0);
                scope.spawn(move || send(public, connection, each, begin, beat, acknowledged))
            })
            .collect();
        let took = watch(management, &series, usize::try_from(each)?);
        for sender in senders {
            sender.join().map_err(|_| "a thread died")??;
        }
        took
    })?;
    let last = series.iter().filter_map(|acknowledged| lock(acknowledged).last().copied()).max();
    let sent = last.map_or(0.0, |last| last.duration_since(started).as_secs_f64());
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("{:.0} {:.0} {:.0}", took.len() as f64 / sent, at(50), at(99));
    Ok(())
}

fn send(
    public: &str,
    connection: usize,
    count: u32,
    begin: Instant,
    beat: Duration,
    acknowledged: &Acknowledged,
) -> Result<(), ureq::Error> {
    let agent = Agent::new_with_defaults();
    let url = format!("http://{public}/ingest/UserActivity/0.0");
    for n in 0..count {
        thread::sleep((begin + beat * n).saturating_duration_since(Instant::now()));
        let event = format!(
            r#"{{"eventId":"{connection}-{n}","userId":"{connection}","timestamp":"2026-01-31T12:00:00Z","activity":"login"}}"#
        );
        agent
            .post(&url)
            .header("content-type", "application/json")
            .send(event.as_bytes())?
            .into_body()
            .read_to_vec()?;
        lock(acknowledged).push(Instant::now());
    }
    Ok(())
}

/// Watches the table until it has all events of all series. Returns what each took, sorted.
fn watch(
    management: &str,
    series: &[Acknowledged; CONNECTIONS],
    each: usize,
) -> Result<Vec<Duration>, Box<dyn std::error::Error>> {
    let agent = Agent::new_with_defaults();
    let url = format!("http://{management}/query?format=TSV");
    let mut seen = [0; CONNECTIONS];
    let mut took = Vec::new();
    let mut progress = Instant::now();
    while seen.iter().any(|seen| *seen < each) {
        if progress.elapsed() > PATIENCE {
            return Err("events did not reach the table".into());
        }
        thread::sleep(PAUSE);
        let answer = agent.post(&url).header("x-antler", "1").send(PROGRESS)?.into_body().read_to_string()?;
        let now = Instant::now();
        for line in answer.lines() {
            let (connection, count) = line.split_once('\t').ok_or("an answer of another form")?;
            let (connection, count): (usize, usize) = (connection.parse()?, count.parse()?);
            let acknowledged = lock(&series[connection]);
            // An event may be in the table before its 200 has arrived.
            let fresh = acknowledged.iter().take(count).skip(seen[connection]);
            let before = took.len();
            took.extend(fresh.map(|acknowledged| now.saturating_duration_since(*acknowledged)));
            seen[connection] += took.len() - before;
            progress = if took.len() > before { now } else { progress };
        }
    }
    took.sort_unstable();
    Ok(took)
}

fn lock(acknowledged: &Acknowledged) -> std::sync::MutexGuard<'_, Vec<Instant>> {
    acknowledged.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

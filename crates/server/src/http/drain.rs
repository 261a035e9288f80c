//! The end of serving: requests under way are answered, and those that come meanwhile are told to
//! come again.
//!
//! The listener stays open until the last request under way is answered. A client that comes in
//! that time hears 503 with a reason, instead of a connection that is refused.

use std::{future::Future, sync::Arc};

use tokio::sync::watch;

use super::problem::Problem;

/// Counts requests under way. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Drain(Arc<watch::Sender<Requests>>);

#[derive(Debug, Clone, Copy, Default)]
struct Requests {
    under_way: usize,
    ending: bool,
}

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Drain);

impl Drain {
    /// Resolves when `stop` has resolved and no request is under way any more.
    pub(super) async fn after(self, stop: impl Future<Output = ()>) {
        stop.await;
        self.0.send_modify(|requests| requests.ending = true);
        // The sender lives as long as this value.
        let _ = self.0.subscribe().wait_for(|requests| requests.under_way == 0).await;
    }

    /// Begins a request, unless serving is about to end. Every handler begins so; a layer around
    /// them would box each request twice more.
    pub(super) fn enter(&self) -> Result<UnderWay, Problem> {
        let mut entered = false;
        self.0.send_if_modified(|requests| {
            entered = !requests.ending;
            requests.under_way += usize::from(entered);
            // Nobody waits for more requests.
            false
        });
        if entered { Ok(UnderWay(self.clone())) } else { Err(Problem::shutting_down()) }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.send_if_modified(|requests| {
            requests.under_way -= 1;
            requests.ending
        });
    }
}

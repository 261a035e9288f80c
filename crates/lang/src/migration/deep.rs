//! A stack for deep recursion.
//!
//! Lowering, composing and printing follow the nesting of a function's source, and a long `else if`
//! chain is nested as deeply as it is long. The callers' stacks are not made for that.

use std::{
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

/// Enough for [`super::MAX_DEPTH`] levels in a debug build; only what is used takes memory.
const STACK: usize = 128 * 1024 * 1024;

/// Runs something on a deep stack and waits for it.
pub(super) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let on_thread = thread::scope(|scope| {
        let thread =
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || take().map(|work| work()));
        match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => None,
        }
    });
    match (on_thread, take()) {
        (Some(result), _) => result,
        // No thread could be started: the stack at hand has to do.
        (None, Some(work)) => work(),
        (None, None) => unreachable!("the work is either done or still there"),
    }
}

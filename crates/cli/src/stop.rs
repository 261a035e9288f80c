//! How a process is asked to stop: Ctrl-C, or `SIGTERM`.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for being asked. From when this is made on, the process does not end by itself then.
pub struct Asked {
    #[cfg(unix)]
    signals: [Option<Signal>; 2],
}

impl Asked {
    /// Begins to listen; to be called inside of an async runtime. A signal that cannot be listened for ends
    /// the process, as it would have.
    pub fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signals: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()),
        }
    }

    /// Resolves when the process is asked to stop.
    #[cfg(unix)]
    pub async fn wait(self) {
        async fn received(signal: Option<Signal>) {
            match signal {
                Some(mut signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = self.signals;
        tokio::select! {
            () = received(interrupt) => {}
            () = received(terminate) => {}
        }
    }

    /// Resolves when the process is asked to stop.
    #[cfg(not(unix))]
    pub async fn wait(self) {
        drop(tokio::signal::ctrl_c().await);
    }
}

//! A project that is being served: the runtime, its listeners, and its data folder.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    process,
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    plan::Edits,
};
use antler_server::{Runtime, http};
use antler_store::folder::ServerNote;
use anyhow::{Context, Result};
use tokio::{sync::watch, task::JoinHandle};

use crate::{access, explain::explain_server, host::Host, problems::Problems, project::Project, stop::Asked};

/// When a service ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// When somebody asks the process to stop: see [`Service::when_asked_to_stop`].
    WhenAsked,
    /// When a command is done; being asked ends the process at once.
    ByItself,
}

/// A running service.
pub struct Service {
    /// What runs.
    pub runtime: Arc<Runtime>,
    /// Where it listens.
    pub note: ServerNote,
    host: Host,
    tokio: tokio::runtime::Runtime,
    asked: Option<Asked>,
    stopping: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

impl Service {
    /// Takes the project's data folder and ports, takes up where the last process ended, and
    /// serves what is deployed. Where edits apply from now on, others cannot ask it for anything else.
    ///
    /// # Errors
    /// The folder or a port is taken, the engine is missing, or the data cannot be read.
    pub fn start(project: &Project, edits: Edits, ends: Ends) -> Result<Self> {
        let tokio = tokio::runtime::Runtime::new().context("cannot start the threads of the server")?;
        let public = address(&project.config.http.host, project.config.http.port)?;
        // The management interface is for this machine, whatever the endpoints listen on.
        let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), project.config.http.management_port);
        let public = tokio.block_on(http::bind(public)).map_err(explain_server)?;
        let management = tokio.block_on(http::bind(local)).map_err(explain_server)?;
        let note = ServerNote { pid: process::id(), http: public.address, management: management.address };

        let mut host = access::take(project)?;
        let runtime = Runtime::start(host.backends.clone(), project.config.naming.clone());
        let runtime = Arc::new(runtime.map_err(explain_server)?);
        runtime.limit_loads(project.config.load_max_rate).map_err(explain_server)?;
        runtime.retain(project.config.retention).map_err(explain_server)?;
        let (stopping, stop) = watch::channel(false);
        let prefix = project.config.http.path_prefix.as_deref().unwrap_or_default().parse();
        let prefix: http::PathPrefix = prefix.context("the configured path_prefix")?;
        let settings = http::Settings { prefix, idempotency_window: project.config.idempotency_window };
        let stopped = |mut stop: watch::Receiver<bool>| async move {
            // An error means that the sender is gone, which ends the service as well.
            let _ = stop.wait_for(|stopping| *stopping).await;
        };
        let (for_ingest, for_management) = (Arc::clone(&runtime), Arc::clone(&runtime));
        let (stop_ingest, stop_management) = (stopped(stop.clone()), stopped(stop));
        let ingest = tokio.spawn(async move {
            report(http::serve_ingest(public, for_ingest, settings, stop_ingest).await);
        });
        let management = tokio.spawn(async move {
            report(http::serve_management(management, for_management, edits, stop_management).await);
        });
        let asked = match ends {
            // Whoever reads the note may ask this process to.
            Ends::WhenAsked => {
                let _inside = tokio.enter();
                Some(Asked::listen())
            }
            Ends::ByItself => None,
        };
        host.announce(&note)?;
        Ok(Self { runtime, note, host, tokio, asked, stopping, listeners: vec![ingest, management] })
    }

    /// Does something once the process is asked to stop. The second time, nothing.
    pub fn when_asked_to_stop(&mut self, act: impl FnOnce() + Send + 'static) {
        if let Some(asked) = self.asked.take() {
            self.tokio.spawn(async move {
                asked.wait().await;
                act();
            });
        }
    }

    /// Answers the requests that are under way, lets running batches end, and closes everything.
    ///
    /// # Errors
    /// Something could not be closed; what was acknowledged is durable all the same.
    pub fn stop(self) -> Result<(), Problems> {
        let Self { runtime, note: _, host, tokio, asked: _, stopping, listeners } = self;
        stopping.send_replace(true);
        for listener in listeners {
            // It ends by itself once its requests are answered; a panic was reported when it happened.
            let _ = tokio.block_on(listener);
        }
        runtime.stop();
        // Statements of management requests may still run; the engine cannot stop before them.
        drop(tokio);
        drop(runtime);
        host.close()
    }
}

fn report(outcome: Result<(), antler_server::ServerError>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "a listener ended");
    }
}

/// The first address of a host name; IPv4 first, because `localhost` in a URL reaches it always.
fn address(host: &str, port: u16) -> Result<SocketAddr, Problems> {
    let unknown = |reason: String| {
        Problems::from(
            Diagnostic::error(Code::Config, format!("the host `{host}` cannot be found: {reason}"))
                .with_help("set host in [http_server_config] to an address of this machine"),
        )
    };
    let found = (host, port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|address| !address.is_ipv4());
    found.into_iter().next().ok_or_else(|| unknown("it has no address".to_owned()))
}

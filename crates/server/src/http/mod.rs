//! HTTP: where events come in, and where the command line asks a running server.
//!
//! Two listeners. The public one takes events ([`ingest`]) and describes itself ([`openapi`]); the management one answers the
//! command line and is meant for this machine ([`management`]). Handlers parse, look up and
//! answer; what they do is done by the [`Runtime`].

mod blocks;
mod body;
mod coding;
mod drain;
mod idempotency;
mod ingest;
mod management;
mod openapi;
mod path_prefix;
mod problem;
mod sorted;

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use antler_core::plan::Edits;
pub use ingest::Settings;
pub use path_prefix::PathPrefix;
use tokio::net::TcpListener;

use self::{drain::Drain, problem::Problem};
use crate::{Runtime, ServerError};

/// A listener that is bound, but not served yet.
pub struct Bound {
    listener: TcpListener,
    /// The address; its port is the one that was given out when port 0 was asked for.
    pub address: SocketAddr,
}

/// Binds a listener.
///
/// # Errors
/// The port is taken, or may not be used.
pub async fn bind(address: SocketAddr) -> Result<Bound, ServerError> {
    let failed = |source: io::Error| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address })
}

/// Serves the ingest endpoints until `stop` resolves; requests under way are answered first, and
/// those that come meanwhile are refused with 503.
///
/// # Errors
/// The listener failed.
pub async fn serve_ingest(
    bound: Bound,
    runtime: Arc<Runtime>,
    settings: Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let drain = Drain::default();
    let description = openapi::router(Arc::clone(&runtime), settings.prefix.clone());
    let router = ingest::router(runtime, settings, drain.clone()).merge(description);
    let router = router.method_not_allowed_fallback(|| async { Problem::method_not_allowed() });
    serve(bound, router, drain.after(stop)).await
}

/// Serves the management interface until `stop` resolves. Where edits apply from now on, nobody can
/// ask for others.
///
/// # Errors
/// The listener failed.
pub async fn serve_management(
    bound: Bound,
    runtime: Arc<Runtime>,
    edits: Edits,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    serve(bound, management::router(runtime, edits), stop).await
}

async fn serve(
    bound: Bound,
    router: axum::Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let Bound { listener, address } = bound;
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
        .map_err(|source| ServerError::Listen { address, source })
}

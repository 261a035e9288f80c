//! What the command line asks a running server: `GET /status`, `GET /observed`, `GET /conditions`,
//! `GET /ledger`, `GET` and `POST /load`, `POST /query`, `POST /letters`, `POST /verify`, `POST /apply`,
//! `POST /purge/<version>`.
//! `POST /settle` is for `tests/chaos`, which compares tables once they are at rest.
//!
//! Every request has to carry `X-Antler: 1`. A web page that a user happens to look at cannot
//! send such a header to another origin without being allowed to, and nobody allows it.

use std::sync::Arc;

use antler_core::{
    diagnostic::Diagnostic,
    ledger::Account,
    load::course::Order,
    names::Version,
    plan::{Change, Edits, Observed, proposal::Conditions},
    verify::Comparison,
};
use antler_store::StoreError;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        DefaultBodyLimit, Path, Query, Request, State,
        rejection::{JsonRejection, PathRejection},
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::problem::Problem;
use crate::{
    Runtime, ServerError,
    letters::{LettersAnswer, LettersRequest},
    load::LoadsStatus,
    status::Status,
    terms::ChangeRequest,
    verify::VerifyRequest,
};

/// The header that every request carries.
const HEADER: &str = "x-antler";

#[derive(Deserialize)]
struct Format {
    format: String,
}

pub(super) fn router(runtime: Arc<Runtime>, edits: Edits) -> Router {
    let apply = move |runtime, request| apply(runtime, edits, request);
    Router::new()
        .route("/status", get(status))
        .route("/observed", get(observed))
        .route("/conditions", get(conditions))
        .route("/query", post(query))
        .route("/ledger", get(ledger))
        // A project of a thousand models is larger than what is taken elsewhere.
        .route("/apply", post(apply).layer(DefaultBodyLimit::disable()))
        .route("/letters", post(letters))
        .route("/verify", post(verify))
        .route("/purge/{version}", post(purge))
        .route("/load", get(load_status).post(order_loads))
        .route("/settle", post(settle))
        .layer(middleware::from_fn(require_header))
        .with_state(runtime)
}

async fn require_header(request: Request, next: Next) -> Response {
    if request.headers().contains_key(HEADER) {
        next.run(request).await
    } else {
        Problem::forbidden().into_response()
    }
}

async fn status(State(runtime): State<Arc<Runtime>>) -> Result<Json<Status>, Problem> {
    blocking(move || runtime.status()).await.map(Json)
}

async fn observed(State(runtime): State<Arc<Runtime>>) -> Result<Json<Observed>, Problem> {
    blocking(move || runtime.observed()).await.map(Json)
}

async fn conditions(State(runtime): State<Arc<Runtime>>) -> Result<Json<Conditions>, Problem> {
    blocking(move || runtime.conditions()).await.map(Json)
}

async fn ledger(State(runtime): State<Arc<Runtime>>) -> Result<Json<Vec<Account>>, Problem> {
    blocking(move || runtime.ledger()).await.map(Json)
}

/// Makes the plan of a change here, and applies it if the terms hold. It is applied to its end though
/// the client may be gone. Answers how long intake paused, in milliseconds.
async fn apply(
    State(runtime): State<Arc<Runtime>>,
    served: Edits,
    request: Result<Json<ChangeRequest>, JsonRejection>,
) -> Result<Json<u64>, Problem> {
    let Json(ChangeRequest { desired, edits, terms }) =
        request.map_err(|error| Problem::query(error.body_text()))?;
    match (served, edits) {
        (Edits::FromNowOn | Edits::Reload, Edits::Rebuild) => {
            return Err(Problem::not_now(ServerError::OtherEdits.to_string()));
        }
        (Edits::Rebuild, _) | (_, Edits::FromNowOn | Edits::Reload) => {}
    }
    let held = blocking(move || runtime.apply(&desired, edits, &terms, &mut |_| {})).await?;
    Ok(Json(u64::try_from(held.as_millis()).unwrap_or(u64::MAX)))
}

async fn letters(
    State(runtime): State<Arc<Runtime>>,
    request: Result<Json<LettersRequest>, JsonRejection>,
) -> Result<Json<LettersAnswer>, Problem> {
    let Json(request) = request.map_err(|error| Problem::query(error.body_text()))?;
    blocking(move || runtime.letters(&request)).await.map(Json)
}

async fn verify(
    State(runtime): State<Arc<Runtime>>,
    request: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<Comparison>, Problem> {
    let Json(request) = request.map_err(|error| Problem::query(error.body_text()))?;
    blocking(move || runtime.verify(&request)).await.map(Json)
}

async fn load_status(State(runtime): State<Arc<Runtime>>) -> Result<Json<LoadsStatus>, Problem> {
    blocking(move || runtime.load_status()).await.map(Json)
}

async fn order_loads(
    State(runtime): State<Arc<Runtime>>,
    order: Result<Json<Order>, JsonRejection>,
) -> Result<Json<LoadsStatus>, Problem> {
    let Json(order) = order.map_err(|error| Problem::query(error.body_text()))?;
    blocking(move || runtime.order_loads(order)).await.map(Json)
}

async fn purge(
    State(runtime): State<Arc<Runtime>>,
    version: Result<Path<Version>, PathRejection>,
) -> Result<Json<Vec<Change>>, Problem> {
    let Path(version) = version.map_err(|error| Problem::query(error.body_text()))?;
    blocking(move || runtime.purge(&version)).await.map(Json)
}

async fn query(
    State(runtime): State<Arc<Runtime>>,
    Query(Format { format }): Query<Format>,
    body: Bytes,
) -> Result<Vec<u8>, Problem> {
    let statement = String::from_utf8(body.into()).map_err(|error| Problem::statement(error.to_string()))?;
    blocking(move || runtime.query(&statement, &format)).await
}

/// Answers when every accepted event is in the tables and every load is done.
async fn settle(State(runtime): State<Arc<Runtime>>) -> Result<(), Problem> {
    blocking(move || runtime.settle()).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ ServerError::Store(StoreError::Database { .. }))) => {
            Err(Problem::statement(error.to_string()))
        }
        Ok(Err(ServerError::Refused(diagnostics))) => {
            let line = |problem: &Diagnostic| match &problem.help {
                Some(help) => format!("{}: {problem} ({help})", problem.code),
                None => format!("{}: {problem}", problem.code),
            };
            Err(Problem::not_now(diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")))
        }
        Ok(Err(error)) => Err(Problem::not_now(error.to_string())),
        Err(error) => Err(Problem::not_accepted(error.to_string())),
    }
}

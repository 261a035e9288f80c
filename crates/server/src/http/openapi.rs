//! `GET /openapi.json`: the endpoints that there are, as OpenAPI 3.1, for tools. The same for one model or one
//! version of it, and its schema alone.
//!
//! The document is a function of a snapshot of the endpoints and changes with it. What a record is
//! comes from [`json_schema`], and which problems there are from [`problem::OF_ENDPOINTS`].

use std::sync::{Arc, Mutex, PoisonError};

use antler_core::{
    ingestion::{Ingestion, JsonForm},
    json_schema,
    names::Version,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::{
    ingest,
    path_prefix::PathPrefix,
    problem::{self, OF_ENDPOINTS, Problem},
};
use crate::{
    Runtime,
    endpoints::{Endpoint, Endpoints},
};

/// Where the document is served.
const PATH: &str = "/openapi.json";
/// What the paths of documents about a part of it may end with.
const SUFFIX: &str = ".json";
/// An `Idempotency-Key`: 1 to 255 visible characters, in quotes or not.
const KEY: &str = r#"^(?:[!#-~](?:[ -~]{0,253}[!-~])?|"(?:[ -~]{0,253}[!#-~])?|"[ -~]{1,255}")$"#;
/// Where schemas are in the document.
const SCHEMAS: &str = "#/components/schemas";

type Asked<T> = Result<Path<T>, PathRejection>;
type Answer = Result<Response, Problem>;

#[derive(Clone)]
struct Documents {
    runtime: Arc<Runtime>,
    prefix: PathPrefix,
    newest: Arc<Mutex<Option<Document>>>,
}

/// A document, and the endpoints that it is of.
struct Document {
    of: Arc<Endpoints>,
    text: Bytes,
}

pub(super) fn router(runtime: Arc<Runtime>, prefix: PathPrefix) -> Router {
    let documents = Documents { runtime, prefix, newest: Arc::default() };
    Router::new()
        .route(PATH, get(serve))
        .route("/openapi/{model}", get(of_model))
        .route("/openapi/{model}/{version}", get(of_version))
        .route("/schemas/{model}", get(current_schema))
        .route("/schemas/{model}/{version}", get(schema))
        .with_state(documents)
}

async fn serve(State(documents): State<Documents>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], documents.newest())
}

async fn of_model(State(documents): State<Documents>, uri: Uri, model: Asked<String>) -> Answer {
    let Path(model) = model.map_err(|_| ingest::nothing_at(&documents.runtime, &uri))?;
    let (model, endpoints) = (without_suffix(&model), documents.runtime.endpoints());
    let of_model: Vec<_> = endpoints.iter().filter(|endpoint| endpoint.of.model.as_str() == model).collect();
    if of_model.is_empty() {
        return Err(ingest::no_such_model(&documents.runtime, model, None));
    }
    Ok(as_json(&document(&of_model, endpoints.current(), &documents.prefix)))
}

async fn of_version(State(documents): State<Documents>, uri: Uri, path: Asked<(String, String)>) -> Answer {
    let Path((model, version)) = path.map_err(|_| ingest::nothing_at(&documents.runtime, &uri))?;
    let endpoint = documents.endpoint(&model, Some(without_suffix(&version)))?;
    let endpoints = documents.runtime.endpoints();
    Ok(as_json(&document(&[&endpoint], endpoints.current(), &documents.prefix)))
}

async fn current_schema(State(documents): State<Documents>, uri: Uri, model: Asked<String>) -> Answer {
    let Path(model) = model.map_err(|_| ingest::nothing_at(&documents.runtime, &uri))?;
    Ok(schema_of(&*documents.endpoint(without_suffix(&model), None)?))
}

async fn schema(State(documents): State<Documents>, uri: Uri, path: Asked<(String, String)>) -> Answer {
    let Path((model, version)) = path.map_err(|_| ingest::nothing_at(&documents.runtime, &uri))?;
    Ok(schema_of(&*documents.endpoint(&model, Some(without_suffix(&version)))?))
}

fn schema_of(Endpoint { model, ingestion, .. }: &Endpoint) -> Response {
    let schema = json_schema::document(model, ingestion.unknown_fields).to_string();
    ([(header::CONTENT_TYPE, "application/schema+json")], schema).into_response()
}

fn as_json(document: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

fn without_suffix(name: &str) -> &str {
    name.strip_suffix(SUFFIX).unwrap_or(name)
}

impl Documents {
    /// The endpoint of a model at a version, or at the current one.
    fn endpoint(&self, model: &str, version: Option<&str>) -> Result<Arc<Endpoint>, Problem> {
        let endpoints = self.runtime.endpoints();
        let endpoint = endpoints.find(model, version).map(Arc::clone);
        endpoint.ok_or_else(|| ingest::no_such_model(&self.runtime, model, version))
    }

    /// The document of the endpoints of now.
    fn newest(&self) -> Bytes {
        let endpoints = self.runtime.endpoints();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*newest {
            Some(Document { of, text }) if Arc::ptr_eq(of, &endpoints) => text.clone(),
            Some(_) | None => {
                let text = {
                    let all: Vec<_> = endpoints.iter().collect();
                    Bytes::from(document(&all, endpoints.current(), &self.prefix).to_string())
                };
                *newest = Some(Document { of: endpoints, text: text.clone() });
                text
            }
        }
    }
}

fn document(endpoints: &[&Arc<Endpoint>], current: Option<&Version>, prefix: &PathPrefix) -> Value {
    let mut paths = Map::new();
    let mut schemas = json_schema::definitions();
    for endpoint in endpoints {
        let Endpoint { of, model, ingestion, .. } = &***endpoint;
        schemas.insert(of.ascii(), json_schema::record(model, ingestion.unknown_fields, SCHEMAS));
        let base = format!("{prefix}/ingest/{}", of.model.in_url());
        let summary = format!("Sends events to {of}");
        let operation = operation(endpoint, &of.ascii(), &summary);
        paths.insert(format!("{base}/{}", of.version), json!({ "post": operation }));
        if current == Some(&of.version) {
            let summary = format!("Sends events to the current version of {}", of.model);
            let operation = self::operation(endpoint, &of.model.ascii(), &summary);
            paths.insert(base, json!({ "post": operation }));
        }
    }
    schemas.extend(answers());
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Event endpoints",
            "version": current.map_or_else(|| "0.0".to_owned(), ToString::to_string),
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(),
            "responses": OF_ENDPOINTS.iter().map(refusal).collect::<Map<_, _>>(),
        },
    })
}

fn operation(endpoint: &Endpoint, id: &str, summary: &str) -> Value {
    let Endpoint { of, ingestion, .. } = endpoint;
    let mut responses = Map::from_iter([("200".to_owned(), accepted())]);
    responses.extend(OF_ENDPOINTS.iter().map(|(status, _)| {
        let name = status.as_str();
        (name.to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }))
    }));
    json!({
        "operationId": format!("send_{id}"),
        "summary": summary,
        "description": format!("It takes {ingestion}. NDJSON is taken too."),
        "tags": [of.model.to_string()],
        "parameters": parameters().keys()
            .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
            .collect::<Vec<_>>(),
        "requestBody": { "required": true, "content": bodies(&of.ascii(), ingestion) },
        "responses": responses,
    })
}

fn bodies(schema: &str, ingestion: &Ingestion) -> Value {
    let record = json!({ "$ref": format!("{SCHEMAS}/{schema}") });
    let array = json!({ "type": "array", "items": record });
    let body = match ingestion.format {
        JsonForm::Object => record,
        JsonForm::Array => array,
        JsonForm::Either => json!({ "anyOf": [record, array] }),
    };
    json!({
        "application/json": { "schema": body },
        "application/x-ndjson": {
            "schema": { "type": "string", "description": format!("One {schema} a line.") },
        },
    })
}

fn parameters() -> Map<String, Value> {
    let strict = json!({
        "name": "strict",
        "in": "query",
        "description": "Whether a body with a bad record is refused as a whole.",
        "schema": { "type": "boolean", "default": false },
    });
    let key = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A request that is sent again with the same key and body stores nothing again.",
        "schema": { "type": "string", "pattern": KEY },
    });
    Map::from_iter([("Strict".to_owned(), strict), ("IdempotencyKey".to_owned(), key)])
}

fn accepted() -> Value {
    json!({
        "description": "Every accepted record is stored durably.",
        "headers": {
            "Idempotency-Replayed": {
                "description": "There when the request was answered before, and stored nothing again.",
                "schema": { "const": "true" },
            },
        },
        "content": { "application/json": { "schema": { "$ref": format!("{SCHEMAS}/Accepted") } } },
    })
}

/// The answer of one status, for all problems that have it.
fn refusal((status, kinds): &(StatusCode, &[&str])) -> (String, Value) {
    let header = |name: &str, description: &str, schema: Value| json!({ name: { "description": description, "schema": schema } });
    let headers = match *status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            header("Accept-Encoding", "Which codings are taken.", json!({ "type": "string" }))
        }
        status if problem::comes_again(status) => {
            header("Retry-After", "After how many seconds to try again.", json!({ "type": "integer" }))
        }
        _ => json!({}),
    };
    let schema = json!({
        "$ref": format!("{SCHEMAS}/Problem"),
        "properties": { "type": { "enum": kinds }, "status": { "const": status.as_u16() } },
    });
    let answer = json!({
        "description": kinds.join(", "),
        "headers": headers,
        "content": { "application/problem+json": { "schema": schema } },
    });
    (status.as_str().to_owned(), answer)
}

/// The schemas of answers.
fn answers() -> Map<String, Value> {
    let count = || json!({ "type": "integer", "minimum": 0 });
    let text = || json!({ "type": "string" });
    let errors = json!({ "type": "array", "items": { "$ref": format!("{SCHEMAS}/Error") } });
    let accepted = json!({
        "type": "object",
        "properties": {
            "accepted": count(),
            "rejected": { "type": "integer", "minimum": 1, "description": "How many became dead letters." },
            "errors": errors,
            "more_errors": { "type": "integer", "minimum": 1, "description": "How many are not listed." },
        },
        "required": ["accepted"],
        "additionalProperties": false,
    });
    let error = json!({
        "description": "What is wrong with a record.",
        "type": "object",
        "properties": { "record": count() },
        "required": ["record", "kind"],
        "oneOf": [
            {
                "properties": {
                    "kind": { "const": "mismatch" },
                    "pointer": { "type": "string", "format": "json-pointer" },
                    "expected": text(),
                    "found": text(),
                },
                "required": ["pointer", "expected", "found"],
            },
            {
                "properties": {
                    "kind": { "const": "malformed" },
                    "offset": count(),
                    "line": count(),
                    "column": count(),
                    "problem": text(),
                },
                "required": ["offset", "line", "column", "problem"],
            },
        ],
        "unevaluatedProperties": false,
    });
    let problem = json!({
        "description": "A problem document (RFC 9457).",
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "A stable word for this kind of problem." },
            "title": text(),
            "status": { "type": "integer" },
            "detail": text(),
            "errors": errors,
            "more_errors": count(),
            "endpoints": { "type": "array", "items": text() },
        },
        "required": ["type", "title", "status"],
        "additionalProperties": false,
    });
    Map::from_iter([
        ("Accepted".to_owned(), accepted),
        ("Error".to_owned(), error),
        ("Problem".to_owned(), problem),
    ])
}

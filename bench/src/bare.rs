//! A server that reads a body and answers 200: what the framework and the machine could do.

use axum::{Router, body::Bytes, routing::post};

use crate::Outcome;

/// Serves until it is killed. Prints its address.
pub async fn serve() -> Outcome {
    let read = async |body: Bytes| format!("{{\"bytes\":{}}}", body.len());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let router = Router::new().fallback(post(read)).layer(axum::extract::DefaultBodyLimit::disable());
    axum::serve(listener, router).await?;
    Ok(())
}

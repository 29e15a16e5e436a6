//! Answers as AIsa documents them, and others.

use std::fmt::Display;

use super::server::{Reply, Request, Server};

/// A whole answer.
pub fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    Reply::Bytes([head.as_bytes(), b"\r\n", body].concat())
}

/// JSON.
pub fn json(status: u16, body: impl Display) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-limit", "60"),
    ];
    reply(status, &headers, body.to_string())
}

/// An error, with a code.
pub fn error(status: u16, code: &str) -> Reply {
    json(status, error_body(code))
}

pub fn error_body(code: &str) -> serde_json::Value {
    serde_json::json!({"error": {
        "type": "error", "code": code, "message": "This key is invalid or has been revoked.", "request_id": "req_1",
    }})
}

/// An error 429, with `Retry-After` if there is something for it.
pub fn limited(retry_after: Option<&str>) -> Reply {
    let headers: Vec<_> = retry_after
        .map(|value| ("retry-after", value))
        .into_iter()
        .collect();
    reply(429, &headers, error_body("rate_limit_exceeded").to_string())
}

/// To a key that works.
pub fn balance() -> Reply {
    json(200, r#"{"balance": 12.50, "currency": "USD"}"#)
}

/// What AIsa answers to a key that it does not know.
pub fn unknown_key() -> Reply {
    error(401, "invalid_api_key")
}

/// What AIsa answers: with `known` to keys that it knows.
pub fn answer(request: &Request, known: impl Fn(&str) -> Option<Reply>) -> Reply {
    match (&*request.method, &*request.path, request.bearer()) {
        (_, _, None) => error(401, "missing_api_key"),
        ("GET", "/v1/credits/balance" | "/v1/models", Some(key)) => {
            known(key).unwrap_or_else(unknown_key)
        }
        _ => error(404, "unknown_endpoint"),
    }
}

/// A server like AIsa's, which knows some keys.
pub fn aisa(known: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::plain(move |request| answer(request, &known))
}

/// A server like AIsa's, which answers these keys so, whatever they ask.
pub fn knowing(keys: impl IntoIterator<Item = (String, Reply)>) -> Server {
    let keys: Vec<_> = keys.into_iter().collect();
    aisa(move |asked| {
        let mut known = keys.iter();
        known
            .find(|(key, _)| key == asked)
            .map(|(_, reply)| reply.clone())
    })
}

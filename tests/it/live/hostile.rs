//! Answers that are slow, broken, huge, encoded, or meant to do harm.

use std::io::Write;

use super::replies::{aisa, answer, balance, error, error_body, knowing, reply};
use super::server::{Reply, Server};
use super::{Leak, verdict};
use crate::support::key;

/// The verdicts about keys that are answered so. A few in each run: what fails is asked again after seconds.
fn made_of(replies: Vec<Reply>) -> Vec<(Reply, String, String)> {
    std::thread::scope(|scope| {
        let runs: Vec<_> = (replies.chunks(4))
            .map(|replies| scope.spawn(|| made_in_a_run(replies)))
            .collect();
        let made = runs
            .into_iter()
            .flat_map(|run| run.join().expect("no panic"));
        made.collect()
    })
}

fn made_in_a_run(replies: &[Reply]) -> Vec<(Reply, String, String)> {
    let rows: Vec<(String, Reply)> = replies.iter().map(|reply| (key(), reply.clone())).collect();
    let server = knowing(rows.clone());
    let leak = Leak::of(&rows.iter().map(|(key, _)| key).collect::<Vec<_>>());
    let report = leak.report(&server.base(), &["--verify-timeout", "120"]);
    let told = |(key, reply)| {
        let (state, detail) = verdict(&report, key);
        (Reply::clone(reply), state.to_owned(), detail.to_owned())
    };
    rows.iter().map(|(key, reply)| told((key, reply))).collect()
}

fn bytes(text: &str) -> Reply {
    Reply::Bytes(text.as_bytes().to_vec())
}

fn chunked(status: u16, body: &str, end: &str) -> Reply {
    let head = format!("HTTP/1.1 {status} X\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = |byte: char| format!("1\r\n{byte}\r\n");
    let body: String = body.chars().map(chunk).collect();
    bytes(&format!("{head}{body}{end}"))
}

fn gzipped(body: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder
        .write_all(body.as_bytes())
        .expect("because it is memory");
    encoder.finish().expect("because it is memory")
}

#[test]
fn an_answer_may_come_in_pieces() {
    let revoked = error_body("revoked_api_key").to_string();
    let [in_chunks, slowly] = made_of(vec![
        chunked(401, &revoked, "0\r\n\r\n"),
        // What comes after the length that was told is nobody's.
        Reply::Drip(
            format!(
                "HTTP/1.1 401 X\r\ncontent-length: {}\r\n\r\n{revoked}",
                revoked.len()
            )
            .into(),
        ),
    ])
    .try_into()
    .expect("because there were two");
    assert_eq!((&*in_chunks.1, &*slowly.1), ("revoked", "revoked"));
}

#[test]
fn a_long_list_of_models_is_cut_and_proves_a_key_all_the_same() {
    let models = format!(
        "{{\"data\": [{}{{}}]}}",
        "{\"id\": \"model\"}, ".repeat(100_000)
    );
    let endless = b"HTTP/1.1 200 OK\r\n\r\n{\"data\": [".to_vec();
    for (reply, state, _) in made_of(vec![
        reply(200, &[], &models),
        chunked(200, &models[..40_000], "0\r\n\r\n"),
        Reply::Endless(endless, b"{}, ".to_vec()),
    ]) {
        assert_eq!(state, "active", "{}", format!("{reply:?}").len());
    }
}

#[test]
fn what_is_huge_and_no_list_is_nothing() {
    let revoked = error_body("revoked_api_key").to_string();
    let long = format!("{}{revoked}", " ".repeat(1 << 20));
    let zeros = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let headers = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n{{}}", "y".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n{{}}", "x: y\r\n".repeat(1000));
    for (_, state, detail) in made_of(vec![
        reply(401, &[], long),
        Reply::Endless(zeros, vec![0; 4096]),
        bytes(&headers),
        bytes(&many),
    ]) {
        assert_eq!(state, "unknown", "{detail}");
    }
}

#[test]
fn what_breaks_off_or_is_no_http_is_nothing() {
    let revoked = error_body("revoked_api_key").to_string();
    let head = "HTTP/1.1 401 X\r\n";
    for (reply, state, detail) in made_of(vec![
        bytes(""),
        bytes("HTTP/1.1 401"),
        bytes(head),
        bytes(&format!("{head}content-length: 1000\r\n\r\n{revoked}")),
        bytes(&format!("{head}content-length: -5\r\n\r\n{revoked}")),
        bytes("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"data\": [{}, {"),
        chunked(401, &revoked, ""),
        chunked(200, "{\"data\": [{}, {", ""),
        chunked(401, &revoked, "ffffffffffffffffffff\r\n"),
        bytes(&format!("SSH-2.0-OpenSSH_9.9\r\n{revoked}")),
        bytes(&revoked),
    ]) {
        assert_eq!(state, "unknown", "{reply:?}");
        assert!(detail.contains("broke"), "{reply:?}: {detail}");
    }
}

#[test]
fn what_is_encoded_is_nothing() {
    let revoked = error_body("revoked_api_key").to_string();
    let gzip = [("content-encoding", "gzip")];
    for (reply, state, detail) in made_of(vec![
        reply(401, &gzip, gzipped(&revoked)),
        reply(401, &gzip, &revoked),
        reply(200, &gzip, gzipped("{}")),
        reply(200, &[("content-encoding", "br")], "{}"),
        reply(200, &gzip, gzipped(&"\0".repeat(4 << 20))),
    ]) {
        assert_eq!(state, "unknown", "{detail}: {}", format!("{reply:?}").len());
    }
}

#[test]
fn nobody_is_followed_elsewhere() {
    let elsewhere = aisa(|_| Some(balance()));
    let there = elsewhere.base() + "/credits/balance";
    let codes = [301, 302, 303, 307, 308];
    let replies = codes.map(|status| {
        let headers = [
            ("location", &*there),
            ("refresh", &*format!("0; url={there}")),
        ];
        reply(status, &headers, "{}")
    });
    for (_, state, detail) in made_of(replies.to_vec()) {
        assert_eq!(state, "unknown", "{detail}");
        assert!(detail.contains("no key is sent"), "{detail}");
    }
    assert_eq!(elsewhere.asked().len(), 0);
}

#[test]
fn no_cookie_is_kept() {
    let key = key();
    let known = key.clone();
    let server = Server::plain(move |request| {
        let reply = answer(request, |key| (key == known).then(balance));
        let Reply::Bytes(bytes) = reply else {
            return reply;
        };
        let text = String::from_utf8(bytes).expect("UTF-8");
        bytes_with(&text, "set-cookie: session=1; path=/")
    });
    let report = Leak::of(&[&key]).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &key).0, "active");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(
        asked
            .iter()
            .all(|request| request.header("cookie").is_none()),
        "{asked:?}"
    );
}

fn bytes_with(answer: &str, header: &str) -> Reply {
    bytes(&answer.replacen("\r\n", &format!("\r\n{header}\r\n"), 1))
}

#[test]
fn nothing_of_an_answer_is_shown() {
    let hostile = |key: &str| format!("\u{1b}[31m\u{202e}::error::{key}\n##vso[task.complete]");
    let spoiled = move |key: &str| {
        let text = serde_json::to_string(&hostile(key)).expect("JSON");
        vec![
            reply(
                200,
                &[],
                format!("{{\"balance\": {text}, \"currency\": {text}}}"),
            ),
            reply(200, &[("retry-after", key), ("x-key", key)], hostile(key)),
            reply(
                302,
                &[("location", &format!("http://127.0.0.1:1/{key}"))],
                hostile(key),
            ),
            reply(
                401,
                &[],
                format!("{{\"error\": {{\"code\": {text}, \"message\": {text}}}}}"),
            ),
            reply(
                401,
                &[],
                error_body("revoked_api_key")
                    .to_string()
                    .replace("req_1", key),
            ),
            reply(429, &[("retry-after", key)], hostile(key)),
            bytes(&format!(
                "HTTP/1.1 200 {key}\r\n{key}: x\r\ncontent-length: {key}\r\n\r\n{key}"
            )),
            error(999, key),
        ]
    };
    let keys: Vec<String> = (0..spoiled("").len()).map(|_| key()).collect();
    let rows = keys
        .iter()
        .enumerate()
        .map(|(nth, key)| (key.clone(), spoiled(key)[nth].clone()));
    let server = knowing(rows);
    let leak = Leak::of(&keys.iter().collect::<Vec<_>>());
    let formats = [
        "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html",
    ];
    let outputs = tempfile::tempdir().expect("a temporary folder");
    let path = |format: &str| outputs.path().join(format);
    let mut args = vec!["-v".to_owned()];
    for format in formats {
        args.extend([
            "-f".to_owned(),
            format!("{format}={}", path(format).display()),
        ]);
    }
    args.extend(["-f", "human"].map(str::to_owned));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = leak.ask(&server.base(), &args);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let files = formats.map(|format| std::fs::read_to_string(path(format)).expect("written"));
    for text in files.iter().chain([&run.stdout, &run.stderr]) {
        for key in &keys {
            assert!(!text.contains(&key[8..]), "{text}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(
            !text.contains("::error::sk") && !text.contains("task.complete"),
            "{text}"
        );
    }
    assert!(keys.iter().all(|key| !server.asked_with(key).is_empty()));
}

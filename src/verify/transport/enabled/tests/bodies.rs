//! What is made of bodies, and of what is no answer.

use super::super::super::{BODY, Failure};
use super::super::HEAD;
use super::{LONG, answered, endless};

#[test]
fn a_body_is_read_up_to_a_limit_and_told_as_cut() {
    for (length, is_cut) in [
        (0, false),
        (BODY, false),
        (BODY + 1, true),
        (50 * BODY, true),
    ] {
        let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        bytes.resize(bytes.len() + length, b'a');
        let answer = answered(&bytes).expect("an answer");
        assert_eq!(
            (answer.body.len(), answer.is_cut),
            (length.min(BODY), is_cut)
        );
    }
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    let answer = answered(&[hints.as_bytes(), &[b'a'; 2 * BODY]].concat()).expect("an answer");
    assert_eq!((answer.body.len(), answer.is_cut), (BODY, true));
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let begun = endless(chunked, b"4\r\naaaa\r\n", LONG);
    let answer = begun.expect("because as much as is read comes at once");
    assert_eq!((answer.body.len(), answer.is_cut), (BODY, true));
}

#[test]
fn a_body_may_come_in_pieces_or_end_with_the_connection() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\ntrailer: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\n\r\n{}",
        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 2\r\n\r\n{}and more",
    ] {
        let answer = answered(bytes.as_bytes()).expect("an answer");
        let seen = (
            answer.status,
            &*answer.body,
            answer.is_cut,
            answer.is_encoded,
        );
        assert_eq!(seen, (200, &b"{}"[..], false, false), "{bytes}");
    }
}

#[test]
fn an_encoded_body_is_not_read() {
    for header in [
        "content-encoding: gzip",
        "content-encoding: identity, br",
        "transfer-encoding: gzip, chunked",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: 2\r\n\r\n{{}}");
        let answer = answered(bytes.as_bytes()).expect("an answer");
        assert_eq!(
            (answer.is_encoded, &*answer.body),
            (true, &b""[..]),
            "{header}"
        );
    }
}

#[test]
fn what_breaks_off_or_is_no_http_is_broken() {
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = format!("{ok}transfer-encoding: chunked\r\n\r\n");
    let many: String = (0..500).map(|number| format!("x{number}: y\r\n")).collect();
    for bytes in [
        String::new(),
        "HTTP/1.1 200 OK\r\ncontent-le".to_owned(),
        "hello\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{0}".to_owned(),
        "HTTP/1.1 099 OK\r\n\r\n".to_owned(),
        format!("{ok}content-length: 3\r\n\r\n{{}}"),
        format!("{ok}content-length: -1\r\n\r\n{{}}"),
        format!("{ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"),
        format!("{chunked}2\r\n{{}}\r\n"),
        format!("{chunked}2\r\n{{}}}}\r\n0\r\n\r\n"),
        format!("{chunked}ffffffffffffffffff\r\n{{}}"),
        format!("{chunked}z\r\n{{}}\r\n0\r\n\r\n"),
        format!("{ok}{many}\r\n"),
        format!("{ok}x: {}\r\n\r\n", "y".repeat(HEAD)),
    ] {
        assert_eq!(answered(bytes.as_bytes()), Err(Failure::Broken), "{bytes}");
    }
}

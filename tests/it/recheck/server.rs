//! An API on this machine that knows some keys and refuses all others.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Listens until it is dropped.
pub struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers so about these keys.
    pub fn new(keys: &[(&str, (u16, &str))]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let known: HashMap<String, (u16, String)> = (keys.iter())
            .map(|(key, (status, body))| ((*key).to_owned(), (*status, (*body).to_owned())))
            .collect();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let seeing = seen.clone();
        let serve = move || {
            for stream in listener.incoming() {
                let Some((stream, token)) = stream.ok().and_then(asked) else {
                    return;
                };
                // Seen before it is answered: whoever has the answer may count.
                seeing.lock().expect("no panic").push(token.clone());
                answer(stream, known.get(&token));
            }
        };
        Self {
            address,
            seen,
            thread: Some(std::thread::spawn(serve)),
        }
    }

    /// What leads the program here.
    pub fn flags(&self) -> [String; 2] {
        let url = format!("http://{}/v1", self.address);
        ["--verify-base-url".to_owned(), url]
    }

    /// How often a key came; all requests if none is named.
    pub fn count(&self, key: Option<&str>) -> usize {
        let seen = self.seen.lock().expect("no panic");
        seen.iter()
            .filter(|token| key.is_none_or(|key| key == **token))
            .count()
    }
}

/// The key of a request; `None` if nothing came.
fn asked(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        text.extend_from_slice(&byte);
    }
    let text = String::from_utf8_lossy(&text);
    assert!(text.starts_with("GET /v1/"), "{text}");
    let mut headers = text.lines().filter_map(|line| line.split_once(": "));
    let bearer = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let token = bearer?.1.strip_prefix("Bearer ")?.to_owned();
    Some((stream, token))
}

/// Answers a request with what is known of its key.
fn answer(mut stream: TcpStream, known: Option<&(u16, String)>) {
    let refused = (401, r#"{"error": {"code": "invalid_api_key"}}"#.to_owned());
    let (status, body) = known.unwrap_or(&refused);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} So\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // Whoever does not wait for the answer will say so.
    drop(stream.write_all(format!("{head}{body}").as_bytes()));
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody sends a key now: that ends it.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the server did not panic");
            }
        }
    }
}

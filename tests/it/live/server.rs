//! A server on this machine that answers as it is told, and remembers what it was asked.

use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What somebody asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// The names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header, if it was sent once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|header| header.0 == name);
        let value = values.next().map(|header| &*header.1);
        value.filter(|_| values.next().is_none())
    }

    /// The key.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }
}

/// How it is answered. After that the connection is closed.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With these bytes.
    Bytes(Vec<u8>),
    /// With these bytes one by one, and the last of them for ever.
    Drip(Vec<u8>),
    /// With the first of these bytes, and the others for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// Not at all, until whoever asks goes away.
    Silence,
}

/// Runs until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Over plain HTTP.
    pub fn plain(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, answer)
    }

    /// Over TLS.
    pub fn secure(
        config: Arc<ServerConfig>,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(config), answer)
    }

    fn start(
        config: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, told) = (Arc::new(answer), asked.clone());
        let serve = move |stream: TcpStream| {
            let told = |request: &Request| told.lock().expect("no panic").push(request.clone());
            let answer = |request: &Request| {
                told(request);
                answer(request)
            };
            match &config {
                None => exchange(stream, answer),
                Some(config) => {
                    let connection = ServerConnection::new(config.clone());
                    let connection = connection.expect("because its configuration is sound");
                    exchange(StreamOwned::new(connection, stream), answer)
                }
            }
        };
        let (address, is_over, thread) = listen(serve);
        Self {
            address,
            is_over,
            thread: Some(thread),
            asked,
        }
    }

    /// What `--verify-base-url` is given for plain HTTP.
    pub fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What was asked up to now.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("no panic").clone()
    }

    /// What was asked with this key.
    pub fn asked_with(&self, key: &str) -> Vec<Request> {
        let mut asked = self.asked();
        asked.retain(|request| request.bearer() == Some(key));
        asked
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(self.address, &self.is_over, self.thread.take());
    }
}

/// Listens, with a thread for each connection.
pub fn listen(
    serve: impl Fn(TcpStream) -> Result<()> + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicBool>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (is_over, serve) = (Arc::new(AtomicBool::new(false)), Arc::new(serve));
    let ends = is_over.clone();
    let thread = thread::spawn(move || {
        for stream in listener.incoming() {
            if ends.load(Ordering::SeqCst) {
                break;
            }
            let (stream, serve) = (stream.expect("a connection"), serve.clone());
            // Whoever had enough goes away.
            thread::spawn(move || drop(serve(stream)));
        }
    });
    (address, is_over, thread)
}

/// Ends what listens there.
pub fn stop(address: SocketAddr, is_over: &AtomicBool, thread: Option<JoinHandle<()>>) {
    is_over.store(true, Ordering::SeqCst);
    // It looks when somebody comes.
    drop(TcpStream::connect(address));
    thread.map(JoinHandle::join);
}

/// Reads up to the first empty line; `None` if it does not come.
pub fn head(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.extend(byte);
    }
    Ok(Some(head))
}

fn exchange(mut stream: impl Read + Write, answer: impl Fn(&Request) -> Reply) -> Result<()> {
    let Some(head) = head(&mut stream)? else {
        return Ok(());
    };
    match answer(&parsed(&head)) {
        Reply::Bytes(bytes) => stream.write_all(&bytes)?,
        Reply::Drip(bytes) => {
            let last = bytes.last().copied();
            for byte in bytes
                .into_iter()
                .chain(std::iter::repeat(last.unwrap_or(b' ')))
            {
                stream.write_all(&[byte])?;
                stream.flush()?;
                thread::sleep(Duration::from_millis(5));
            }
        }
        Reply::Endless(begins, goes_on) => {
            stream.write_all(&begins)?;
            loop {
                stream.write_all(&goes_on)?;
            }
        }
        Reply::Silence => while stream.read(&mut [0])? > 0 {},
    }
    stream.flush()
}

fn parsed(head: &[u8]) -> Request {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let read = request.parse(head).expect("because it is HTTP");
    assert!(read.is_complete());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    Request {
        method: request.method.expect("because it is complete").to_owned(),
        path: request.path.expect("because it is complete").to_owned(),
        headers: (request.headers.iter())
            .map(|header| (header.name.to_lowercase(), text(header.value)))
            .collect(),
    }
}

//! An HTTP proxy on this machine that lets everything through to one place, or nothing.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::server::{head, listen, stop};

/// Runs until it is dropped.
pub struct Proxy {
    pub address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Leads there, whatever it is asked for.
    pub fn to(there: SocketAddr) -> Self {
        Self::start(move |mut stream, seen| {
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let there = TcpStream::connect(there)?;
            let (back, forth) = ((there.try_clone()?, stream.try_clone()?), (stream, there));
            let seen_back = seen.clone();
            let back = thread::spawn(move || copy(back.0, back.1, &seen_back));
            copy(forth.0, forth.1, seen)?;
            back.join().expect("no panic")
        })
    }

    /// Answers this, and that is all.
    pub fn refusing(answer: &'static str) -> Self {
        Self::start(move |mut stream, _| stream.write_all(answer.as_bytes()))
    }

    fn start(
        goes_on: impl Fn(TcpStream, &Arc<Mutex<Vec<u8>>>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = seen.clone();
        let (address, is_over, thread) = listen(move |mut stream| {
            let Some(head) = head(&mut stream)? else {
                return Ok(());
            };
            told.lock().expect("no panic").extend(head);
            goes_on(stream, &told)
        });
        Self {
            address,
            is_over,
            thread: Some(thread),
            seen,
        }
    }

    /// All that went through it, both ways, as text.
    pub fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic")).into_owned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        stop(self.address, &self.is_over, self.thread.take());
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, seen: &Mutex<Vec<u8>>) -> Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return to.shutdown(Shutdown::Write);
        }
        seen.lock().expect("no panic").extend(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}

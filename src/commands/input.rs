//! Standard input that Ctrl-C can end: a read that waits for a terminal or a pipe cannot be told to stop, a wait for
//! another thread's read can.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::control::Control;

/// Bytes read ahead at a time.
const PIECE: usize = 256 << 10;

/// Standard input, read by a thread of its own.
pub struct Input {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    used: usize,
    control: Arc<Control>,
}

impl Input {
    /// Starts to read.
    pub fn new(control: Arc<Control>) -> Self {
        let (sender, pieces) = sync_channel(4);
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = match io::stdin().read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let over = !matches!(read, Ok(1..));
                let read = read.map(|len| {
                    piece.truncate(len);
                    piece
                });
                if sender.send(read).is_err() || over {
                    return;
                }
            }
        });
        Self {
            pieces,
            piece: Vec::new(),
            used: 0,
            control,
        }
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.used == self.piece.len() {
            match self.pieces.recv_timeout(Duration::from_millis(50)) {
                Ok(Ok(piece)) if piece.is_empty() => return Ok(0),
                Ok(piece) => {
                    self.piece = piece?;
                    self.used = 0;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                // The report will say that the run was interrupted.
                Err(RecvTimeoutError::Timeout) if self.control.is_cancelled() => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let mut rest = self.piece.get(self.used..).unwrap_or_default();
        let len = rest.read(out)?;
        self.used += len;
        Ok(len)
    }
}

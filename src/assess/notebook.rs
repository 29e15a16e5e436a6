//! In which cell of a Jupyter notebook something stands: by the contents (nbformat 4, "The notebook file format"), whatever
//! the file is called.
//!
//! The JSON comes from the scanned repository. It is looked through once, without recursion, for where the cells begin; it
//! need not be valid for that.

use std::cell::RefCell;

use memchr::memchr2;
use memchr::memmem;

/// Larger notebooks have no cells. Jupyter itself refuses to open what is much larger.
const LARGEST: usize = 16 << 20;
/// The version stands at the top level, which writers put before or behind everything else: within so many bytes.
const EDGE: usize = 4 << 10;
/// What a notebook says about itself.
const VERSION: &[u8] = b"nbformat";
const CELLS: &[u8] = b"cells";
/// The one version that has its cells there.
const SUPPORTED: &[u8] = b"4";
/// So many bytes are compared in all to know one notebook again: one that is full of keys takes seconds, and not hours.
const COMPARED: u64 = 64 << 30;

thread_local! {
    static LAST: RefCell<Memo> = RefCell::default();
}

/// The notebook that this thread was asked about last: findings of one file come together.
#[derive(Default)]
struct Memo {
    bytes: Vec<u8>,
    cells: Option<Cells>,
    /// Where the last finding was; one before it begins anew.
    start: usize,
    compared: u64,
}

/// The cell of a notebook, from 1, that holds the byte at `start`, in its source, outputs or metadata. `None` if the bytes are
/// not a whole notebook, or if it is in no cell. Of a notebook with thousands of findings in megabytes the last ones have none.
pub fn cell(bytes: &[u8], start: usize) -> Option<u32> {
    let may_be = may_be_notebook(bytes);
    may_be
        .then(|| LAST.with_borrow_mut(|last| last.cell(bytes, start, COMPARED)))
        .flatten()
}

impl Memo {
    fn cell(&mut self, bytes: &[u8], start: usize, most: u64) -> Option<u32> {
        let is_next = start > self.start && self.bytes.len() == bytes.len();
        if is_next && self.compared > most {
            return None;
        }
        // Buffers are used again, so that where the bytes are does not tell what they are.
        let is_same = self.bytes == bytes;
        if !is_same {
            self.bytes.clear();
            self.bytes.extend_from_slice(bytes);
            self.cells = Cells::read(bytes);
        }
        if !is_same || !is_next {
            self.compared = 0;
        }
        self.start = start;
        self.compared = self.compared.saturating_add(bytes.len() as u64);
        self.cells.as_ref()?.at(start)
    }
}

/// What is cheap to see of a notebook, however large the bytes are.
fn may_be_notebook(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = text.get(..EDGE.min(text.len())).unwrap_or_default();
    let tail = text.get(text.len().saturating_sub(EDGE)..);
    let tail = tail.unwrap_or_default();
    let has_version = |part| memmem::find(part, VERSION).is_some();
    bytes.len() <= LARGEST
        && head.trim_ascii_start().starts_with(b"{")
        && tail.trim_ascii_end().ends_with(b"}")
        && (has_version(head) || has_version(tail))
}

/// Where the cells of a notebook are.
#[derive(Debug, PartialEq, Eq)]
struct Cells {
    /// Where each begins, in ascending order.
    starts: Vec<u32>,
    /// Where the list of them ends.
    end: u32,
}

impl Cells {
    /// Looks a notebook through. `None` if it is none, or not all of one.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::default();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'"' => {
                    let end = string_end(bytes, at + 1)?;
                    reader.string(bytes.get(at + 1..end)?);
                    end + 1
                }
                _ => {
                    reader.byte(byte, u32::try_from(at).ok()?)?;
                    at + 1
                }
            };
        }
        reader.cells()
    }

    /// The cell, from 1.
    fn at(&self, start: usize) -> Option<u32> {
        let start = u32::try_from(start).ok().filter(|at| *at < self.end)?;
        let before = self.starts.partition_point(|cell| *cell <= start);
        u32::try_from(before).ok().filter(|cell| *cell > 0)
    }
}

/// Where the string that begins there ends: at its quote.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'"' => return Some(at),
            _ => at += 2,
        }
    }
}

/// What stands at the top level of the notebook.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Member {
    #[default]
    Other,
    Cells,
    Version,
}

/// What was seen so far.
#[derive(Default)]
struct Reader {
    /// How many brackets are open.
    depth: usize,
    /// Whether the object has ended, behind which nothing may stand.
    is_over: bool,
    /// Whether a name comes next at the top level.
    awaits_name: bool,
    member: Member,
    /// Whether these are the cells.
    in_cells: bool,
    starts: Vec<u32>,
    end: Option<u32>,
    version: Vec<u8>,
}

impl Reader {
    fn string(&mut self, text: &[u8]) {
        if self.depth == 1 && self.awaits_name {
            self.awaits_name = false;
            self.member = match text {
                CELLS => Member::Cells,
                VERSION => Member::Version,
                _ => Member::Other,
            };
        }
    }

    /// A byte outside of strings; `None` if no notebook has it there.
    fn byte(&mut self, byte: u8, at: u32) -> Option<()> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            // The byte order mark.
            0xef | 0xbb | 0xbf if self.depth == 0 && at < 3 => {}
            _ if self.is_over => return None,
            b'{' | b'[' => self.open(byte, at)?,
            b'}' | b']' => self.close(at)?,
            _ if self.depth == 0 => return None,
            b',' if self.depth == 1 => {
                self.awaits_name = true;
                self.member = Member::Other;
            }
            b':' => {}
            // A number has few digits; more of them are no version that is known.
            _ if self.depth == 1
                && self.member == Member::Version
                && self.version.len() <= SUPPORTED.len() =>
            {
                self.version.push(byte);
            }
            _ => {}
        }
        Some(())
    }

    fn open(&mut self, byte: u8, at: u32) -> Option<()> {
        match (self.depth, byte) {
            (0, b'{') => self.awaits_name = true,
            (0, _) => return None,
            // Of a name that is there twice, readers take the last.
            (1, b'[') if self.member == Member::Cells => {
                self.in_cells = true;
                self.starts.clear();
            }
            (2, b'{') if self.in_cells => self.starts.push(at),
            _ => {}
        }
        self.depth += 1;
        Some(())
    }

    fn close(&mut self, at: u32) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        if self.depth == 1 && self.in_cells {
            self.in_cells = false;
            self.end = Some(at);
        }
        self.is_over = self.depth == 0;
        Some(())
    }

    fn cells(self) -> Option<Cells> {
        let is_notebook = self.is_over && self.version == SUPPORTED;
        let end = self.end.filter(|_| is_notebook)?;
        Some(Cells {
            starts: self.starts,
            end,
        })
    }
}

#[cfg(test)]
mod tests;

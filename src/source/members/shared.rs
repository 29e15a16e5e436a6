//! Shares the members of a large zip archive between threads.

use std::collections::HashSet;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Opening, Seekable};
use crate::archive::recognise;
use crate::archive::zip::{self, Entry};
use crate::model::{Chunk, Mark, Worker};

/// Smaller archives are not worth a thread.
const LARGE: u64 = 4 << 20;
/// Larger members are read as streams, one after the other.
const EASY: u64 = 16 << 20;

/// A member, and its place in the directory.
type Numbered = (usize, Entry);

impl Opening<'_, '_> {
    /// Reads those members of an archive that are files of the size that they say they have. Returns the others, in their
    /// order: what is a container itself, lies, or cannot be read is for one thread, so that limits cut the same off
    /// whatever the number of threads is.
    pub(super) fn zip_shared(
        &mut self,
        source: &Seekable<'_>,
        entries: Vec<Entry>,
        depth: usize,
    ) -> Vec<Entry> {
        let Some(sink) = self.to.more.filter(|_| depth == 0 && source.len() >= LARGE) else {
            return entries;
        };
        let mut left = self.budget.left();
        let most = EASY.min(self.to.control.limits.archives.member);
        let mut is_easy = |entry: &Entry| {
            let easy = entry.size <= most.min(left) && !entry.encrypted;
            left -= if easy { entry.size } else { 0 };
            easy
        };
        let numbered = entries.into_iter().enumerate();
        let (easy, mut others): (Vec<Numbered>, Vec<Numbered>) =
            numbered.partition(|(_, entry)| is_easy(entry));
        let next = AtomicUsize::new(0);
        let hard = Mutex::new(HashSet::new());
        let found = AtomicBool::new(false);
        let control = self.to.control;
        let sharing = Sharing {
            source: *source,
            template: self.template,
            names: &self.names,
            window: control.limits.archives.window,
        };
        let work = || {
            let mut worker = sink.worker();
            let (mut buffer, mut marks) = (Vec::new(), Vec::new());
            while let Some((number, entry)) = easy.get(next.fetch_add(1, Ordering::Relaxed)) {
                if control.is_cancelled() {
                    break;
                }
                if !sharing.reads(entry, &mut buffer) {
                    let mut hard = hard.lock().unwrap_or_else(PoisonError::into_inner);
                    hard.insert(*number);
                    continue;
                }
                sharing.push(entry, &buffer, &mut *worker, &mut marks);
                if marks.iter().any(|mark| mark.counts) {
                    found.store(true, Ordering::Relaxed);
                }
            }
        };
        let threads = control.thread_count().min(easy.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        self.found |= found.into_inner();
        let hard = hard.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (number, entry) in easy {
            match hard.contains(&number) {
                true => others.push((number, entry)),
                false => self.budget.spend(entry.size),
            }
        }
        others.sort_by_key(|(number, _)| *number);
        others.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// What the threads have in common.
struct Sharing<'a> {
    source: Seekable<'a>,
    template: Chunk<'a>,
    names: &'a [Vec<u8>],
    window: u64,
}

impl Sharing<'_> {
    /// Whether a member is a file, and as it says that it is; then `buffer` has its contents.
    fn reads(&self, entry: &Entry, buffer: &mut Vec<u8>) -> bool {
        buffer.clear();
        let mut source = self.source;
        let opened = zip::open(&mut source, entry, self.window);
        let read = opened.map(|reader| reader.take(entry.size.min(EASY) + 1).read_to_end(buffer));
        let is_whole = matches!(read, Ok(Ok(read)) if read as u64 == entry.size);
        is_whole && recognise(buffer, buffer).is_none()
    }

    fn push(&self, entry: &Entry, bytes: &[u8], worker: &mut dyn Worker, marks: &mut Vec<Mark>) {
        let names = [self.names, std::slice::from_ref(&entry.name)].concat();
        let chunk = Chunk {
            bytes,
            member: &names,
            ..self.template
        };
        marks.clear();
        worker.chunk(&chunk, marks);
        if entry.shows_text()
            && self.names.is_empty()
            && let Ok(bytes) = zip::contents(&mut self.source.from(0), entry)
        {
            let chunk = Chunk {
                member: self.names,
                ..self.template
            };
            worker.decompressed(&chunk, bytes);
        }
    }
}

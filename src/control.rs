//! What reaches every long loop: the cancel flag, the number of threads, the limits, and what the progress line reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Limits, all of them parameters; reaching one is a problem in the report.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Files larger than this many bytes are left out. None by default: large files are read in windows.
    pub max_file_size: Option<u64>,
    /// Objects larger than this many bytes are searched in windows instead of whole.
    pub max_whole_object: u64,
    /// A delta may not produce more than this many bytes.
    pub max_delta_result: u64,
    /// All objects of one thread on which deltas still have to be built may not be larger than this many bytes.
    pub max_open_bases: u64,
    /// How many absent objects are told apart.
    pub absent: usize,
    /// How deep alternates may lead.
    pub alternates: usize,
    /// What containers may ask for.
    pub archives: ArchiveLimits,
    /// What attribution may use.
    pub attribution: AttributionLimits,
    /// Entries of folders that one change is looked for in: a few small trees that hold each other can have more paths than
    /// there are atoms.
    pub change_entries: usize,
    /// A commit is compared with so many parents: no honest merge has more, and each costs memory. What it has from others
    /// counts as new.
    pub parents: usize,
    /// Bytes in a window of a large stream.
    pub window: usize,
}

/// What containers may ask for: a few kilobytes can unpack to more than any disk holds.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// Containers in containers are opened so deep; 0 opens none. A compressed archive, as `.tar.gz`, is one.
    pub depth: usize,
    /// Bytes of one member, and of what has to be kept in memory: a zip or 7z archive that comes out of another one, or through
    /// a pipe; a git bundle, and the objects in it on which others still build.
    pub member: u64,
    /// Bytes of all members of one file, and of what is inside of them.
    pub expansion: u64,
    /// How many times as many bytes as the file has may come out of it. It counts once that is more than `ratio_from` bytes.
    pub ratio: u64,
    /// So many bytes may come out of any file.
    pub ratio_from: u64,
    /// Bytes that a decoder may take for its window or dictionary.
    pub window: u64,
    /// Members of one container.
    pub members: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            depth: 4,
            member: 256 << 20,
            expansion: 4 << 30,
            ratio: 200,
            ratio_from: 64 << 20,
            window: 128 << 20,
            members: 1_000_000,
        }
    }
}

/// No honest history needs as much; a few small trees that hold each other can make more paths than there are atoms.
#[derive(Clone, Copy, Debug)]
pub struct AttributionLimits {
    /// Bytes of what is kept of trees while they are walked.
    pub log: u64,
    /// Keys at paths.
    pub locations: usize,
    /// Names in the paths of all locations.
    pub names: usize,
    /// Entries that lead to keys, in all versions of all trees.
    pub entries: usize,
    /// Steps in comparing trees.
    pub steps: u64,
}

impl Default for AttributionLimits {
    fn default() -> Self {
        Self {
            log: 2 << 30,
            locations: 100_000,
            names: 20_000_000,
            entries: 20_000_000,
            steps: 50_000_000,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_size: None,
            max_whole_object: 64 << 20,
            max_delta_result: 1 << 30,
            max_open_bases: 4 << 30,
            absent: 1_000_000,
            alternates: 5,
            archives: ArchiveLimits::default(),
            attribution: AttributionLimits::default(),
            change_entries: 5_000_000,
            parents: 128,
            window: 4 << 20,
        }
    }
}

/// Counters that a progress line may read at any time.
#[derive(Debug, Default)]
pub struct Progress {
    /// Things finished in this phase.
    pub done: AtomicU64,
    /// Things to do in this phase; 0 if not known.
    pub total: AtomicU64,
    /// Bytes of content so far.
    pub bytes: AtomicU64,
}

/// Shared by every stage of a run.
#[derive(Debug, Default)]
pub struct Control {
    cancelled: AtomicBool,
    out_of_time: AtomicBool,
    /// How many threads; 0 is one for each processor.
    pub threads: usize,
    /// The limits.
    pub limits: Limits,
    /// The counters.
    pub progress: Progress,
}

impl Control {
    /// With this many threads; 0 is one for each processor.
    pub fn new(threads: usize) -> Self {
        Self {
            threads,
            ..Self::default()
        }
    }

    /// Asks every loop to stop soon.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop, or the time is used up.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Asks every loop to stop soon, because the time for this run is used up.
    pub fn expire(&self) {
        self.out_of_time.store(true, Ordering::Relaxed);
        self.cancel();
    }

    /// Whether it was the time that ended the run.
    pub fn is_out_of_time(&self) -> bool {
        self.out_of_time.load(Ordering::Relaxed)
    }

    /// The number of threads to use, at least one.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Starts a phase of the progress line.
    pub fn phase(&self, total: u64) {
        self.progress.done.store(0, Ordering::Relaxed);
        self.progress.total.store(total, Ordering::Relaxed);
    }
}

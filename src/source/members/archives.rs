//! The members of archives, one after the other.

use std::io::{self, Read};

use super::budget::Until;
use super::{Level, Opening, Seekable};
use crate::archive::{Fault, sevenz, tar, zip};

impl Opening<'_, '_> {
    /// Reads a zip archive.
    pub(super) fn zip(&mut self, source: &Seekable<'_>, depth: usize) {
        let most = self.to.control.limits.archives.members;
        // Something that only begins as a zip archive is none.
        let Some(directory) = zip::directory(&mut source.from(0), most) else {
            return;
        };
        if let Some(fault) = directory.fault {
            self.trouble(fault.into(), 0);
        }
        for entry in self.zip_shared(source, directory.entries, depth) {
            if self.is_over() {
                return;
            }
            let window = self.to.control.limits.archives.window;
            let mut from = source.from(0);
            let opened = zip::open(&mut from, &entry, window);
            let read = opened.and_then(|reader| {
                let mut reader = self.metered(reader);
                self.names.push(entry.name.clone());
                let read = self.contents(&mut reader, Level::member(depth));
                self.names.pop();
                read
            });
            match read {
                Ok(()) if entry.shows_text() => {
                    if let Ok(bytes) = zip::contents(&mut source.from(0), &entry) {
                        self.decompressed(bytes);
                    }
                }
                Ok(()) => {}
                Err(fault) => self.trouble(fault.into(), 1),
            }
        }
    }

    /// Reads a 7z archive.
    pub(super) fn sevenz(&mut self, source: &Seekable<'_>, depth: usize) {
        let limits = self.to.control.limits.archives;
        let directory = sevenz::directory(&mut source.from(0), limits.members, limits.window);
        let directory = match directory {
            Ok(directory) => directory,
            Err(fault) => return self.trouble(fault.into(), 0),
        };
        for name in directory.bare.split(|&byte| byte == 0) {
            if self.is_over() {
                return;
            }
            self.names.push(name.to_vec());
            self.push(name);
            self.names.pop();
        }
        for (folder, entries) in &directory.folders {
            if self.is_over() {
                return;
            }
            let mut left = entries.len() as u64;
            if left == 0 {
                continue;
            }
            let read = self.sevenz_folder(source, (folder, entries), depth, &mut left);
            if let Err(fault) = read {
                self.trouble(fault.into(), left);
            }
        }
    }

    /// Reads the files of a folder; `left` counts those that were not read.
    fn sevenz_folder(
        &mut self,
        source: &Seekable<'_>,
        (folder, entries): (&sevenz::Folder, &[sevenz::Entry]),
        depth: usize,
        left: &mut u64,
    ) -> Result<(), Fault> {
        let mut source = source.from(0);
        let window = self.to.control.limits.archives.window;
        let mut reader = self.metered(sevenz::open(&mut source, folder, window)?);
        for entry in entries {
            if self.is_over() {
                return Ok(());
            }
            let mut contents = sevenz::file(&mut reader, entry);
            self.names.push(entry.name.clone());
            // The archive's own bytes have names in UTF-16, and mostly compressed.
            self.push(&entry.name);
            let read = self.contents(&mut contents, Level::member(depth));
            let rest = io::copy(&mut contents, &mut io::sink());
            self.names.pop();
            read?;
            rest?;
            *left -= 1;
        }
        Ok(())
    }

    /// Reads a tar archive. `searched`: whether its own bytes were pushed.
    pub(super) fn tar(&mut self, reader: &mut dyn Read, depth: usize, searched: bool) {
        let most = self.to.control.limits.archives.members as u64;
        let level = Level {
            // Of what was searched nothing is missed.
            limited: !searched,
            ..Level::member(depth)
        };
        let mut reader = Until {
            inner: reader,
            control: self.to.control,
        };
        let walked = tar::walk(&mut reader, most, &mut |part| {
            match part {
                tar::Part::Member(name, contents) => {
                    self.names.push(name.to_vec());
                    let read = self.contents(contents, level);
                    self.names.pop();
                    if let Err(fault) = read {
                        self.trouble(fault.into(), 1);
                    }
                }
                tar::Part::Aside(bytes) if !searched => self.push(bytes),
                tar::Part::Rest(rest) if !searched => {
                    // That it breaks off is told by who reads it.
                    drop(self.push_all(rest));
                }
                tar::Part::Aside(_) | tar::Part::Rest(_) => {}
            }
            !self.is_over()
        });
        if let Err(fault) = walked {
            self.trouble(fault.into(), 0);
        }
    }
}

//! Which entries of baselines are stale: they have expired, or accept nothing that is still there.

use std::collections::BTreeSet;

use super::disk::Held;
use super::{Accepting, prints};
use crate::baseline::{Entry, PathName, Print, Source, Spot};
use crate::model::Mask;
use crate::rules::policy::EntryPlace;

/// So many entries of a file are told one by one.
const TOLD: usize = 100;

impl<'a> Accepting<'a> {
    /// What is stale, with where it stands: entries that have expired and, if `everything` was read, those that accepted
    /// nothing.
    pub fn stale(&mut self, everything: bool) -> Vec<(EntryPlace, String)> {
        let baseline = self.baseline;
        let mut stale = Vec::new();
        for source in &baseline.files {
            let listing = &source.listing;
            let keys = listing.entries.iter();
            let keys = keys.map(|entry| (entry.line, &entry.terms, "the key counts"));
            let problems = listing.problems.iter();
            let problems = problems.map(|entry| (entry.line, &entry.terms, "the problem counts"));
            let expired = keys.chain(problems);
            let expired = expired.filter(|(_, terms, _)| self.has_expired(terms));
            let told = expired.map(|(line, terms, counts)| {
                let day = terms.expires.map_or_else(String::new, |day| format!(" on {day}"));
                let text = format!(
                    "what this entry accepted has expired{day}, and {counts} again; see to it, or accept it anew with \
                     `aisaleaks baseline update --renew`"
                );
                (source, line, text)
            });
            tell(told, &mut stale);
        }
        if everything {
            let text = "this entry accepts nothing that is still there; `aisaleaks baseline update` takes it out";
            let unused = self.unused().into_iter();
            tell(
                unused.map(|(source, entry)| (source, entry.line, text.to_owned())),
                &mut stale,
            );
        }
        stale
    }

    /// The entries that accepted nothing, and whose key is at their place no more.
    fn unused(&mut self) -> Vec<(&'a Source, &'a Entry)> {
        let baseline = self.baseline;
        let mut unused = Vec::new();
        for (at, source) in baseline.files.iter().enumerate() {
            let entries = &source.listing.entries;
            let of_file = self.used.iter().filter(|(file, _)| *file == at);
            let used = of_file.filter_map(|(_, entry)| entries.get(*entry));
            // After a merge an entry may be there twice.
            let used = used.map(|entry| (entry.print, &entry.spot)).collect();
            let absent = self.absent(source, &used).into_iter();
            let held = absent.filter(|entry| !self.has_expired(&entry.terms));
            unused.extend(held.map(|entry| (source, entry)));
        }
        unused
    }

    /// The entries of a file that are about none of these places, and whose key is not where they say, as far as anybody can
    /// tell after everything was read.
    pub fn absent(
        &mut self,
        source: &'a Source,
        found: &BTreeSet<(Print, &Spot)>,
    ) -> Vec<&'a Entry> {
        let rules = self.detector.rules().iter();
        let rules: BTreeSet<String> = rules
            .map(|rule| self.detector.mask_name(&rule.id))
            .collect();
        let entries = source.listing.entries.iter();
        let open = entries.filter(|entry| !found.contains(&(entry.print, &entry.spot)));
        let known = open.filter(|entry| {
            // Without the key of its fingerprint, or the rule, nobody can tell what an entry is about.
            let has_key = !entry.print.is_keyed() || source.key.is_some();
            let has_rule = entry
                .rule
                .as_deref()
                .is_none_or(|rule| rules.contains(rule));
            has_key && has_rule && entry.spot.is_shared()
        });
        let mut absent: Vec<&Entry> = known.collect();
        absent.retain(|entry| !self.may_hold(source, entry));
        absent
    }

    /// Whether the key of an entry may stand in the file that it names: in one that was not asked for, say.
    fn may_hold(&mut self, source: &Source, entry: &Entry) -> bool {
        let path = entry.spot.path.as_ref().filter(|_| entry.spot.is_file());
        let Some(path) = path.and_then(PathName::to_bytes) else {
            return false;
        };
        let disk = &mut self.disk;
        source
            .roots
            .iter()
            .any(|root| match disk.held(root, &path) {
                Held::Absent => false,
                Held::Only(secrets) => {
                    let mut prints = secrets
                        .iter()
                        .flat_map(|secret| prints(secret, source))
                        .flatten();
                    prints.any(|print| print == entry.print)
                }
                Held::Unsure => true,
            })
    }
}

/// Tells the first of some entries, and how many more there are: a file can have half a million of them.
fn tell<'s>(
    entries: impl Iterator<Item = (&'s Source, usize, String)>,
    stale: &mut Vec<(EntryPlace, String)>,
) {
    let place = |source: &Source, line| EntryPlace {
        file: source.listing.name.clone(),
        line,
    };
    let mut entries = entries;
    let told = entries.by_ref().take(TOLD);
    stale.extend(told.map(|(source, line, text)| (place(source, line), text)));
    if let Some((source, line, _)) = entries.next() {
        let more = 1 + entries.count();
        let text = format!(
            "the same goes for this entry and others, {more} together; `aisaleaks baseline show` lists all"
        );
        stale.push((place(source, line), text));
    }
}

//! What became of the places of a baseline: which are there, which moved where, which are gone, and what is new.

use std::collections::{BTreeMap, BTreeSet};

use super::making::{Maker, place};
use super::news::{News, line};
use crate::baseline::{Entry, Print, Source, Spot, Terms};
use crate::error::Result;
use crate::model::{Key, Outcome};
use crate::pipeline::accepting::{self, Accepting};

/// Every key once, with all its places, and which of these nobody else allows.
pub(super) fn together(outcome: &Outcome) -> Vec<(Key, Vec<bool>)> {
    let mut all: BTreeMap<(String, String), (Key, Vec<bool>)> = BTreeMap::new();
    for (keys, is_open) in [(&outcome.keys, true), (&outcome.suppressed, false)] {
        for key in keys {
            let name = (key.rule.clone(), key.secret.fingerprint());
            let (known, open) = all.entry(name).or_insert_with(|| {
                let mut bare = key.clone();
                bare.locations.clear();
                (bare, Vec::new())
            });
            open.resize(open.len() + key.locations.len(), is_open);
            known.locations.extend(key.locations.iter().cloned());
        }
    }
    all.into_values().collect()
}

pub(super) struct Comparing<'a> {
    pub(super) maker: Maker<'a>,
    pub(super) terms: Option<&'a Terms>,
    pub(super) accepting: Accepting<'a>,
    /// Whether everything that was asked for was read.
    pub(super) whole: bool,
    /// The places of entries at which their keys are.
    pub(super) found: BTreeSet<(Print, Spot)>,
    /// The entries that there were not.
    pub(super) made: BTreeMap<(Print, Spot), Entry>,
    pub(super) news: News,
}

impl<'a> Comparing<'a> {
    /// Compares one key, of whose places those are `open` that nobody else allows.
    ///
    /// # Errors
    /// A fingerprint that cannot be made.
    pub(super) fn key(&mut self, key: &Key, open: &[bool]) -> Result<()> {
        let accepted = self.accepting.judge(key, self.whole);
        let Maker { source, detector } = self.maker;
        let mut lost = None;
        for ((location, accepted), is_open) in key.locations.iter().zip(accepted).zip(open) {
            let Some(spot) = accepting::spot(location, source, detector) else {
                continue;
            };
            match accepted {
                Some(by) if by.entry.spot == spot => {
                    self.found.insert((by.entry.print, spot));
                }
                Some(by) if by.moved => {
                    let entry = Entry {
                        spot: spot.clone(),
                        ..by.entry.clone()
                    };
                    let from = place(&by.entry.spot);
                    let to = place(&spot);
                    if self.made.insert((entry.print, spot), entry).is_none() {
                        self.news
                            .moved
                            .push(line(by.entry, &format!("{from} -> {to}")));
                    }
                }
                // What no path leads to is accepted with the files of its key, as long as there are any.
                Some(by) => lost = lost.or(Some((by.entry, spot))),
                None if *is_open => self.add(key, spot)?,
                None => {}
            }
        }
        if let Some((entry, spot)) = lost.filter(|(entry, _)| !self.has_file(entry.print)) {
            let entry = Entry {
                spot: spot.clone(),
                ..entry.clone()
            };
            self.made.insert((entry.print, spot), entry);
        }
        Ok(())
    }

    fn has_file(&self, print: Print) -> bool {
        let spots = self.found.iter().chain(self.made.keys());
        spots
            .into_iter()
            .any(|(other, spot)| *other == print && spot.is_file())
    }

    fn add(&mut self, key: &Key, spot: Spot) -> Result<()> {
        let told = format!("{}  {}", key.secret, place(&spot));
        let Some(terms) = self.terms else {
            self.news.refused.insert(told);
            return Ok(());
        };
        let entry = self.maker.entry(key, spot.clone(), terms)?;
        if self.made.insert((entry.print, spot), entry).is_none() {
            self.news.added.push(told);
        }
        Ok(())
    }

    /// The places of entries that have nothing to accept any more.
    pub(super) fn gone(&mut self, known: &'a Source) -> BTreeSet<(Print, Spot)> {
        let found = self.found.iter();
        let found: BTreeSet<(Print, &Spot)> = found.map(|(print, spot)| (*print, spot)).collect();
        let absent = self.accepting.absent(known, &found).into_iter();
        let place = |entry: &Entry| (entry.print, entry.spot.clone());
        let mut gone: BTreeSet<(Print, Spot)> = absent.map(place).collect();
        // What only this clone has stays as long as its key is accepted elsewhere.
        let entries = || known.listing.entries.iter();
        let shared =
            entries().filter(|entry| entry.spot.is_shared() && !gone.contains(&place(entry)));
        let made = self.made.keys().map(|(print, _)| *print);
        let left: BTreeSet<Print> = shared.map(|entry| entry.print).chain(made).collect();
        let local =
            entries().filter(|entry| !entry.spot.is_shared() && !left.contains(&entry.print));
        let local: Vec<_> = local
            .map(place)
            .filter(|place| !self.found.contains(place))
            .collect();
        gone.extend(local);
        gone
    }
}

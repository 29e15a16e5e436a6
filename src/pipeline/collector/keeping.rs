//! Keeps every sighting in an object, for whoever has to reach each of them: a location is told once, whatever the objects.

use std::sync::Mutex;

use super::super::tracing::Sighting;
use super::known::Sighted;
use super::placing::Sightings;
use super::{Collector, lock, read};

impl Collector<'_> {
    /// From now on, keeps them.
    pub(in crate::pipeline) fn keep_sightings(&mut self) {
        self.kept = Some(Mutex::default());
    }

    /// Those that were kept since the last call, sorted by object.
    pub(in crate::pipeline) fn kept_sightings(&self) -> Vec<Sighting> {
        let kept = self.kept.as_ref();
        kept.map_or_else(Vec::new, |kept| std::mem::take(&mut *lock(kept)))
    }

    /// Keeps these, if somebody wants them.
    pub(super) fn keep(&self, sightings: &Sightings) {
        let Some(kept) = &self.kept else {
            return;
        };
        let known = read(&self.known);
        let secrets = known.secrets();
        let mut kept = lock(kept);
        for (object, found) in sightings {
            kept.extend(found.iter().map(|found| {
                let manner = known.manner(Sighted::of(found.seen).number);
                let wrapped = manner.is_some_and(|manner| manner.wrapped);
                let length = match (&found.told, wrapped) {
                    (None, _) => Some(found.end.saturating_sub(found.start).into()),
                    // Of what was read as a stream, only the beginning is kept.
                    (Some(_), true) => None,
                    (Some(_), false) => {
                        let secret = secrets.get(&found.key);
                        secret.map(|secret| secret.expose().len() as u64)
                    }
                };
                let start = found.first();
                Sighting {
                    key: found.key,
                    object: *object,
                    origin: found.origin,
                    start,
                    end: length.map(|length: u64| start.saturating_add(length)),
                    wrapped,
                    in_member: !found.member().is_empty(),
                }
            }));
        }
    }
}

//! What became of a candidate after detection: whatever a scan reports says it, so that the two cannot differ.

use crate::model::{Judged, Key, Location, Origin, Outcome, Place};

/// What a scan reports of a candidate.
#[derive(Clone, Copy, Debug)]
pub enum Reported<'a> {
    /// Detection dropped it.
    Dropped,
    /// It counts, as this place of this key.
    Counts(&'a Key, &'a Location),
    /// Somebody allowed it, as this place of this key.
    Allowed(&'a Key, &'a Location),
    /// The finding of another rule that overlaps it says it better.
    Covered(&'a Key),
    /// Its rule does not count what stands under its path, or what was introduced by its commits.
    LeftOut,
}

/// What an outcome reports of a candidate that was judged in the same run.
pub fn reported<'a>(outcome: &'a Outcome, judged: &Judged) -> Reported<'a> {
    if judged.judgement.confidence.is_none() {
        return Reported::Dropped;
    }
    let rule = judged.judgement.rule.as_deref();
    let own = |keys: &'a [Key]| {
        let mut places = places(keys);
        places.find(|(key, at)| {
            Some(&*key.rule) == rule && is_in(judged, at) && at.place == judged.place
        })
    };
    if let Some((key, at)) = own(&outcome.keys) {
        return Reported::Counts(key, at);
    }
    if let Some((key, at)) = own(&outcome.suppressed) {
        return Reported::Allowed(key, at);
    }
    let mut all = places(&outcome.keys).chain(places(&outcome.suppressed));
    match all.find(|(_, at)| is_in(judged, at) && overlap(at.place, judged.place)) {
        Some((key, _)) => Reported::Covered(key),
        None => Reported::LeftOut,
    }
}

/// What was judged where a place of a key is; `None` if nothing was kept of it.
pub fn judged_at<'a>(outcome: &'a Outcome, key: &Key, at: &Location) -> Option<&'a Judged> {
    outcome.judged.iter().find(|judged| {
        judged.judgement.confidence.is_some()
            && judged.judgement.rule.as_deref() == Some(&*key.rule)
            && judged.place == at.place
            && is_in(judged, at)
    })
}

fn places(keys: &[Key]) -> impl Iterator<Item = (&Key, &Location)> {
    keys.iter()
        .flat_map(|key| key.locations.iter().map(move |at| (key, at)))
}

/// Whether a candidate stands in what a location is in: a file on disk is known by its path, all else by its object.
fn is_in(judged: &Judged, at: &Location) -> bool {
    let is_name = |origin| origin == Origin::PathName;
    is_name(judged.origin) == is_name(at.origin)
        && match judged.object {
            Some(object) => at.blob == Some(object),
            None => judged.origin == at.origin && judged.path == at.path,
        }
}

fn overlap(one: Option<Place>, other: Option<Place>) -> bool {
    let start = |at: &Place| (at.line, at.column);
    let end = |at: &Place| (at.end_line, at.end_column);
    match (one, other) {
        (Some(one), Some(other)) => start(&one) < end(&other) && start(&other) < end(&one),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::control::Control;
    use crate::detect::Detector;
    use crate::detect::testing::{Rng, fill};
    use crate::pipeline::{Explain, Options, scan, single};
    use crate::source::single::Single;

    /// Where keys count: rule, line and column.
    type Counting = BTreeSet<(String, u64, u64)>;

    fn scanned(folder: &Path, detector: &Detector) -> Counting {
        let options = Options {
            paths: vec![folder.to_path_buf()],
            files: true,
            ..Options::default()
        };
        let outcome = scan(&options, detector, &Control::new(1)).expect("scanned");
        let all = places(&outcome.keys).map(|(key, at)| {
            let place = at.place.expect("a place");
            (key.rule.clone(), place.line, place.column)
        });
        all.collect()
    }

    /// The same, as each line's explanation has it.
    fn explained(folder: &Path, lines: u64, detector: &Detector) -> Counting {
        let file = Single {
            path: folder.join("a.txt"),
            shown: b"a.txt".to_vec(),
            root: folder.to_path_buf(),
        };
        let mut all = Counting::new();
        for line in 1..=lines {
            let options = Options {
                explain: Explain::Line(line),
                ..Options::default()
            };
            let outcome = single(&file, &options, detector, &Control::new(1)).expect("scanned");
            for judged in &outcome.judged {
                let place = judged.place.expect("a place");
                assert_eq!(place.line, line);
                match reported(&outcome, judged) {
                    Reported::Counts(key, at) => {
                        assert_eq!(at.place, judged.place);
                        all.insert((key.rule.clone(), place.line, place.column));
                    }
                    Reported::Dropped => assert_eq!(judged.judgement.confidence, None),
                    other => panic!("{other:?}"),
                }
            }
        }
        all
    }

    #[test]
    fn every_case_of_the_corpus_is_explained_as_it_is_scanned() {
        let detector = Detector::new(crate::rules::builtin().expect("valid rules"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let folder = tempfile::tempdir().expect("a folder");
        let (mut rng, mut findings, mut cases) = (Rng::new(11), 0, 0);
        for rule in detector.rules() {
            for file in ["hit.txt", "miss.txt"] {
                let text = std::fs::read_to_string(root.join(&*rule.id).join(file));
                for template in text.expect("a corpus file").lines().skip(1) {
                    let text = fill(template, &mut rng).text;
                    std::fs::write(folder.path().join("a.txt"), &text).expect("written");
                    let expected = scanned(folder.path(), &detector);
                    let lines = 1 + text.matches('\n').count() as u64;
                    let found = explained(folder.path(), lines, &detector);
                    assert_eq!(found, expected, "{}: {template}", rule.id);
                    findings += found.len();
                    cases += 1;
                }
            }
        }
        assert!(findings > 50 && cases > 120, "{findings} {cases}");
    }
}

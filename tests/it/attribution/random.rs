//! Random histories, stored in different ways: every report agrees with the oracle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::generator::{self, History, Numbers};
use super::oracle::{Expected, Oracle, Spot};
use super::{events, facts, packings, refs, text};
use crate::support::{Repo, locations, report};

/// How many histories to try; `AISALEAKS_SEEDS=FROM..TO` tries others.
fn seeds(default: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("AISALEAKS_SEEDS") else {
        return default;
    };
    let (from, to) = wanted.split_once("..").expect("FROM..TO");
    from.parse().expect("a number")..to.parse().expect("a number")
}

#[test]
fn random_histories_agree_with_the_oracle() {
    seeds(0..5).for_each(|seed| try_all(seed, Repo::new()));
}

#[test]
fn random_histories_with_sha256_agree_with_the_oracle() {
    seeds(5..7).for_each(|seed| try_all(seed, Repo::sha256()));
}

fn try_all(seed: u64, repo: Repo) {
    let history = generator::history(seed, repo);
    let mut numbers = Numbers(seed + 77);
    let mut lenders = Vec::new();
    for way in packings::WAYS {
        lenders.extend(packings::store(&history.repo, way, &mut numbers));
        let oracle = Oracle::new(&history);
        let (_, report) = report(history.repo.path(), &["git", "--show-secrets"]);
        let place = format!("seed {seed}, {way}");
        assert_eq!(
            report["complete"], true,
            "{place}: {:#}",
            report["problems"]
        );
        check(&place, &history, &oracle, &report);
    }
}

fn check(place: &str, history: &History, oracle: &Oracle, report: &Value) {
    let mut told: BTreeSet<Spot> = BTreeSet::new();
    let mut lost: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (number, key) in history.keys.iter().enumerate() {
        let mut at_head = false;
        let mut pushed = false;
        let all = locations(report, key);
        for &location in &all {
            let Some(path) = location["path"].as_str() else {
                assert_eq!(location["reachable"], "none", "{place}: {location:#}");
                *lost.entry((number, text(&location["blob"]))).or_default() += 1;
                continue;
            };
            let in_name = location["origin"] == "path-name";
            let nth = if in_name {
                0
            } else {
                nth(oracle, location, key)
            };
            let spot = (number, in_name, path.to_owned(), nth);
            let expected = oracle.spots.get(&spot);
            let expected =
                expected.unwrap_or_else(|| panic!("{place}: nothing stands there: {location:#}"));
            agree(&format!("{place}, {spot:?}"), oracle, expected, location);
            if !in_name {
                came_from(
                    &format!("{place}, {spot:?}"),
                    oracle,
                    &spot,
                    expected,
                    location,
                );
            }
            at_head |= expected.at_head;
            pushed |= expected.remote;
            assert!(told.insert(spot), "{place}: told twice: {location:#}");
        }
        if !all.is_empty() {
            let facts = facts(report, key);
            assert_eq!(facts["at_head"], at_head, "{place}");
            let only_lost = all.iter().all(|at| at["path"].is_null());
            let pushed = (oracle.has_remote && !only_lost).then_some(pushed);
            assert_eq!(facts["pushed"], serde_json::json!(pushed), "{place}");
        }
    }
    let missing: Vec<_> = oracle
        .spots
        .keys()
        .filter(|spot| !told.contains(spot))
        .collect();
    assert!(missing.is_empty(), "{place}: not told: {missing:#?}");
    assert_eq!(lost, oracle.lost, "{place}");
}

/// Which of the key's occurrences in its blob a location shows.
fn nth(oracle: &Oracle, location: &Value, key: &str) -> usize {
    let number = |name: &str| location[name].as_u64().expect("a number") as usize;
    let blob = &oracle.blobs[location["blob"].as_str().expect("a blob")];
    let lines: Vec<&str> = blob.split('\n').collect();
    let before: usize = lines[..number("line") - 1]
        .iter()
        .map(|line| line.len() + 1)
        .sum();
    let at = before + number("column") - 1;
    assert!(blob[at..].starts_with(key), "{location:#}");
    blob[..at].matches(key).count()
}

fn agree(place: &str, oracle: &Oracle, expected: &Expected, location: &Value) {
    assert_eq!(
        events(location, "introduced"),
        expected.introduced,
        "{place}"
    );
    assert_eq!(events(location, "removed"), expected.removed, "{place}");
    let total = expected.introduced.len() + expected.removed.len();
    assert_eq!(location["events_total"], total, "{place}");
    assert_eq!(
        location["events"].as_array().map(Vec::len),
        Some(total),
        "{place}"
    );
    let told: Vec<String> = refs(location);
    let wanted: Vec<String> = expected.refs.iter().cloned().collect();
    assert_eq!(told, wanted, "{place}");
    assert_eq!(location["refs_total"], wanted.len(), "{place}");
    assert_eq!(location["reachable"], expected.reachable, "{place}");

    let date = |id: &String| oracle.commits[id].date;
    let earliest = expected
        .introduced
        .iter()
        .map(date)
        .min()
        .expect("somebody");
    let first = text(&location["introduced"]["commit"]);
    assert!(expected.introduced.contains(&first), "{place}");
    assert_eq!(date(&first), earliest, "{place}");
    let held = expected.at_head || !expected.refs.is_empty();
    match expected.removed.iter().map(date).max().filter(|_| !held) {
        None => assert!(location["removed"].is_null(), "{place}: {location:#}"),
        Some(latest) => {
            let last = text(&location["removed"]["commit"]);
            assert!(expected.removed.contains(&last), "{place}");
            assert_eq!(date(&last), latest, "{place}");
        }
    }
    let dates: Vec<String> = location["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| text(&event["date"]))
        .collect();
    assert!(dates.is_sorted(), "{place}: {dates:?}");
}

/// The blob that is shown is HEAD's if that holds the key, otherwise that of the newest
/// commit that is the last to hold it.
fn came_from(place: &str, oracle: &Oracle, spot: &Spot, expected: &Expected, location: &Value) {
    let blob = |id: &String| &oracle.trees[&oracle.commits[id].tree][&spot.2];
    let shown = text(&location["blob"]);
    if expected.at_head {
        let head = oracle.head.as_ref().expect("a head");
        assert_eq!(&shown, blob(head), "{place}");
        return;
    }
    let date = |id: &&String| oracle.commits[*id].date;
    let newest = expected.last.iter().map(|id| date(&id)).max();
    let last = expected.last.iter();
    let mut holders = last.filter(|id| Some(date(id)) == newest);
    assert!(
        holders.any(|id| blob(id) == &shown),
        "{place}: the blob is not the newest"
    );
}

//! Notes of places: the proof that the table carries, and what the table cannot say.

use proptest::prelude::*;
use serde::Deserialize;

use super::table::TEXT;
use super::window::REACH;
use super::*;
use crate::model::{Attribution, Commit, Confidence, ObjectId, Secret};

pub(super) fn location(origin: Origin, path: &str) -> Location {
    let at = Location {
        origin,
        path: Some(path.as_bytes().to_vec()),
        place: None,
        blob: None,
        reachable: None,
        attribution: None,
        tracked: None,
        context: None,
        notes: Vec::new(),
        allowed: None,
        site: None,
        names_issuer: true,
        encoding: Vec::new(),
        member: Vec::new(),
        cell: None,
    };
    Location {
        notes: super::location(&at),
        ..at
    }
}

pub(super) fn attribution() -> Attribution {
    Attribution {
        introduced: Some(Commit {
            id: ObjectId::from_hex(&[b'1'; 40]).expect("an id"),
            author: String::new(),
            email: String::new(),
            date: Some(1_700_000_000),
            summary: String::new(),
        }),
        at_or_before: false,
        removed: None,
        events: Vec::new(),
        events_total: 1,
        refs: Vec::new(),
        refs_total: 1,
        at_head: true,
        pushed: Some(false),
        renamed_from: None,
    }
}

pub(super) fn key(locations: Vec<Location>) -> Key {
    Key {
        secret: Secret::new("sk-"),
        rule: "r".to_owned(),
        confidence: Confidence::High,
        locations,
        notes: Vec::new(),
        verdict: Default::default(),
    }
}

/// The table with the proof that it carries; whatever nobody reads is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proofs {
    prefixes: Vec<Proof>,
    paths: Vec<Proof>,
    lines: Vec<Proof>,
    #[serde(rename = "shared")]
    _shared: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    note: String,
    why: String,
    hits: Vec<String>,
    misses: Vec<String>,
    #[serde(rename = "names", default)]
    _names: Vec<String>,
    #[serde(rename = "files", default)]
    _files: Vec<String>,
    #[serde(rename = "folders", default)]
    _folders: Vec<String>,
    #[serde(rename = "except", default)]
    _except: Vec<String>,
    #[serde(rename = "cased", default)]
    _cased: bool,
    #[serde(rename = "before", default)]
    _before: Vec<String>,
    #[serde(rename = "behind", default)]
    _behind: Vec<String>,
    #[serde(rename = "near", default)]
    _near: Vec<String>,
}

/// A word that stands for a key: what a key is, is not decided here.
const KEY: &str = "sk-KEY";

fn names(notes: &[Note]) -> Vec<&'static str> {
    notes.iter().map(|note| note.name()).collect()
}

fn of_text(text: &str) -> Vec<&'static str> {
    let (path, text) = match text.split_once(": ") {
        Some((path, rest)) if path.contains('.') && !path.contains([' ', '"', '(']) => (path, rest),
        _ => ("src/code", text),
    };
    let text = text.replace("{key}", KEY);
    let start = text.find(KEY).expect("a key in the text");
    let path = Some(path.as_bytes());
    names(&place(
        Origin::History,
        path,
        &[],
        text.as_bytes(),
        start,
        start + KEY.len(),
    ))
}

#[test]
fn every_entry_of_the_table_proves_itself() {
    let proofs: Proofs = toml::from_str(TEXT).expect("a table in which every entry has its proof");
    let mut wrong = Vec::new();
    let mut told = std::collections::BTreeSet::new();
    let of_path = |text: &str| {
        names(&place(
            Origin::History,
            Some(text.as_bytes()),
            &[],
            KEY.as_bytes(),
            0,
            KEY.len(),
        ))
    };
    let paths = proofs.paths.iter().map(|proof| (proof, true));
    let texts = proofs.prefixes.iter().chain(&proofs.lines);
    for (proof, is_path) in paths.chain(texts.map(|proof| (proof, false))) {
        let note = proof.note.as_str();
        told.insert(note);
        assert!(
            proof.hits.len() >= 5 && proof.misses.len() >= 5 && !proof.why.is_empty(),
            "{note}"
        );
        for (texts, expected) in [(&proof.hits, true), (&proof.misses, false)] {
            for text in texts {
                let found = if is_path {
                    of_path(text)
                } else {
                    of_text(text)
                };
                if found.contains(&note) != expected {
                    wrong.push(format!("{note}: {text}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The others are about all places together.
    let together = ["pushed", "shared-across", "rotation-due"];
    for note in Note::ALL.map(Note::name) {
        assert_ne!(told.contains(note), together.contains(&note), "{note}");
    }
}

#[test]
fn a_dotenv_file_counts_only_if_git_has_it() {
    for (origin, expected) in [
        (Origin::History, &["dotenv-tracked"][..]),
        (Origin::Staged, &["dotenv-tracked"]),
        (Origin::Worktree, &[]),
        (Origin::Stdin, &[]),
        (Origin::RefName, &[]),
    ] {
        let notes = place(origin, Some(b".env"), &[], KEY.as_bytes(), 0, KEY.len());
        assert_eq!(names(&notes), expected, "{origin:?}");
        let mut at = location(origin, ".env");
        assert_eq!(names(&at.notes), expected, "{origin:?}");
        at.tracked = Some(false);
        assert_eq!(names(&super::location(&at)), expected, "{origin:?}");
    }
    let mut at = location(Origin::Worktree, ".env");
    at.tracked = Some(true);
    assert_eq!(super::location(&at), [Note::DotenvTracked]);
    at.tracked = Some(false);
    at.attribution = Some(Box::new(attribution()));
    assert_eq!(super::location(&at), [Note::DotenvTracked]);
}

#[test]
fn what_is_no_file_has_no_notes() {
    for origin in [
        Origin::Config,
        Origin::Note,
        Origin::CommitMessage,
        Origin::TagMessage,
        Origin::Author,
        Origin::RefName,
    ] {
        let text = format!("os.getenv('K', '{KEY}')");
        let start = text.find(KEY).expect("it is there");
        let notes = place(
            origin,
            Some(b"tests/a.log"),
            &[],
            text.as_bytes(),
            start,
            start + KEY.len(),
        );
        assert_eq!(notes, [], "{origin:?}");
    }
}

#[test]
fn a_key_is_due_for_rotation_after_90_days_at_head() {
    let due = |days: i64, at_head, date| {
        let mut at = location(Origin::History, "a.py");
        let mut history = attribution();
        history.at_head = at_head;
        if let Some(commit) = &mut history.introduced {
            commit.date = date;
        }
        at.attribution = Some(Box::new(history));
        let now = jiff::Timestamp::from_second(1_700_000_000 + days * 86_400).expect("a moment");
        super::key(&key(vec![at]), now).contains(&Note::RotationDue)
    };
    let then = Some(1_700_000_000);
    assert!(due(91, true, then));
    assert!(!due(90, true, then));
    assert!(!due(91, false, then));
    assert!(!due(91, true, None));
    assert!(!due(91, true, Some(i64::MAX)));
    assert!(!due(-91, true, then));
}

#[test]
fn pushed_comes_from_history_alone() {
    let of = |pushed| {
        let mut at = location(Origin::History, "a.py");
        at.attribution = Some(Box::new(Attribution {
            pushed,
            ..attribution()
        }));
        let now = jiff::Timestamp::UNIX_EPOCH;
        super::key(&key(vec![at]), now).contains(&Note::Pushed)
    };
    assert_eq!(
        [Some(true), Some(false), None].map(of),
        [true, false, false]
    );
}

#[test]
fn the_worst_note_decides_how_urgent_a_key_is() {
    let of = |notes: &[Note]| {
        let mut key = key(Vec::new());
        key.notes = notes.to_vec();
        urgency(&key)
    };
    let order = [
        &[Note::Pushed, Note::ClientExposed][..],
        &[Note::Pushed, Note::EnvFallback, Note::InLog],
        &[Note::Pushed],
        &[Note::ClientExposed, Note::InTest],
        &[Note::CiLiteral, Note::ContainerFile, Note::EnvFallback],
        &[Note::EnvFallback],
        &[Note::InLog],
        &[Note::InTest, Note::InDocs],
    ];
    assert!(order.windows(2).all(|two| of(two[0]) > of(two[1])));
    assert_eq!(of(&[]), of(&[Note::InDocs]));
}

#[test]
fn a_hundred_thousand_places_are_no_work() {
    // A line of half a million bytes: whatever looked at all of it for each key would take the square of that.
    let text = format!("{}{KEY}", "process.env.A || \"".repeat(30_000));
    for _ in 0..20_000 {
        let (start, end) = (text.len() - KEY.len(), text.len());
        let notes = place(
            Origin::History,
            Some(b"a.yaml"),
            &[],
            text.as_bytes(),
            start,
            end,
        );
        assert_eq!(notes, [Note::EnvFallback]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_panics_and_only_what_is_near_counts(
        origin in prop::sample::select(vec![Origin::Worktree, Origin::History, Origin::Stdin]),
        path in prop::option::of(prop::sample::select(vec![
            &b"a.yaml"[..], b".env", b"x.js", b"\xff/\xfe", b"", b"/", b"k8s/mcp.json",
        ])),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "process.env.A || '", "kind: Secret\n", "apiVersion: v1\n", "\n---\n", "VITE_KEY=", "x", "\n", "mcpServers",
            "os.getenv(\"A\", \"", "${A:-", "Bearer ", "\"", "\u{fffd}", "} = process.env", "AWS::X", " ".repeat(90).leak(),
        ]), 0..80),
        at in 0..4000_usize,
        length in 0..80_usize,
        start in any::<usize>(),
        end in any::<usize>(),
    ) {
        let bytes = pieces.concat().into_bytes();
        place(origin, path, &[], &bytes, start, end);
        place(origin, path, &[], &bytes, at, end);
        let at = at.min(bytes.len());
        let end = (at + length).min(bytes.len());
        let low = at.saturating_sub(REACH);
        let high = (end + REACH).min(bytes.len());
        // What lies beyond is other text, which would change the answer if anybody looked at it.
        let mut other = bytes.clone();
        other[..low].fill(b'\n');
        other[high..].fill(b'"');
        let near = place(origin, path, &[], &other, at, end);
        let notes = place(origin, path, &[], &bytes, at, end);
        prop_assert!(notes.is_sorted());
        prop_assert_eq!(notes, near);
    }
}

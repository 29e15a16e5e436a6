//! Whole reports made from outcomes by hand, with keys made at test time.

use serde::Deserialize;

use super::{Format, Options, write};
use crate::model::{
    Confidence, Context, Key, Location, Mask, ObjectId, Origin, Outcome, Place, Problem,
    ProblemKind, Reachable, Secret, Stats, Target, TargetKind,
};

/// Masks one known key, as the detector would.
pub(super) struct Known(pub(super) String);

impl Mask for Known {
    fn mask(&self, text: &str) -> String {
        text.replace(&self.0, &Secret::new(&self.0).redacted())
    }
}

pub(super) fn key_text() -> String {
    format!("sk-aisa-{}Q9k", "Zq8Lr2Tw".repeat(5))
}

pub(super) fn at(origin: Origin, path: Option<&[u8]>) -> Location {
    Location {
        origin,
        path: path.map(<[u8]>::to_vec),
        place: Some(Place {
            line: 3,
            column: 8,
            end_line: 3,
            end_column: 59,
        }),
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
    }
}

pub(super) fn outcome() -> Outcome {
    let mut file = at(Origin::Worktree, Some(b"src/app.py"));
    file.tracked = Some(true);
    file.context = Some(Context {
        text: "\tkey = \"sk-aisa-…Q9k\"".to_owned(),
        start: 8,
        end: 22,
    });
    let mut history = at(Origin::History, Some(b"old\xff.py"));
    history.blob = ObjectId::from_hex(&[b'a'; 40]);
    history.reachable = Some(Reachable::None);
    let mut name = at(
        Origin::PathName,
        Some(format!("dir/{}\u{1b}[2J\u{202e}", key_text()).as_bytes()),
    );
    name.place = None;
    Outcome {
        notes: Vec::new(),
        targets: vec![Target {
            path: format!("/tmp/{}", key_text()),
            kind: TargetKind::Git,
            head: ObjectId::from_hex(&[b'b'; 40]),
            shallow: false,
        }],
        problems: vec![Problem::new(
            ProblemKind::DamagedPack,
            format!("pack-{}", key_text()),
            format!("it is cut off at {}\u{7}", key_text()),
        )],
        stats: Stats {
            files: 12,
            blobs: 3401,
            commits: 790,
            bytes: 12_897_485,
            excluded: [("ignored", 4)].into(),
            duration_ms: 913,
        },
        first_commit: None,
        keys: vec![Key {
            secret: Secret::new(&key_text()),
            rule: "aisa-api-key".to_owned(),
            confidence: Confidence::High,
            locations: vec![file, history, name],
            notes: Vec::new(),
            verdict: Default::default(),
        }],
        suppressed: Vec::new(),
        hygiene: Vec::new(),
        stale: Vec::new(),
        interrupted: false,
        judged: Vec::new(),
        judged_more: false,
        asked_line: None,
        live: None,
        hidden: Vec::new(),
        repairs: std::collections::BTreeMap::new(),
    }
}

pub(super) fn report(format: Format, outcome: &Outcome, options: &Options<'_>) -> String {
    let mut out = Vec::new();
    write(format, outcome, &Known(key_text()), options, &mut out).expect("a Vec takes any bytes");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn human(outcome: &Outcome) -> String {
    report(Format::Human, outcome, &Options::default())
}

#[test]
fn human_report_as_a_whole() {
    let outcome = outcome();
    let fingerprint = outcome.problems[0].fingerprint();
    let expected = format!(
        r#"error: sk-aisa-…Q9k  high confidence, aisa-api-key, 3 places
  src/app.py:3:8
        key = "sk-aisa-…Q9k"
               ^^^^^^^^^^^^
  old\xff.py:3:8  history, blob aaaaaaaaaaaa, unreachable
  dir/sk-aisa-…Q9k\x1b[2J\u{{202e}}  path-name

What to do now
  1. Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.
  2. Create a new key with the same label and a version suffix (prod-web-app-v2).
  3. Put the new key in your secret manager and deploy it; code reads it from AISA_API_KEY.
  4. Check the usage logs, filtered by the old key.
  5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).

Not everything could be read: 1 problem
  damaged-pack: pack-sk-aisa-…Q9k
    it is cut off at sk-aisa-…Q9k\x07
    {fingerprint}
  To accept one, add to .aisaleaks.toml: [[accept]] problem = "sha256:…" reason = "…"

Left out: 4 ignored
Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 1 key in 3 places, 1 problem
Not everything could be read, and there may be more keys.
"#
    );
    assert_eq!(human(&outcome), expected);
}

#[test]
fn a_clean_run_is_one_line() {
    let mut clean = outcome();
    clean.keys.clear();
    clean.problems.clear();
    clean.stats.excluded.clear();
    assert_eq!(
        human(&clean),
        "Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: no keys\n"
    );
}

#[test]
fn no_keys_with_a_problem_is_not_called_clean() {
    let mut partial = outcome();
    partial.keys.clear();
    let text = human(&partial);
    assert!(text.contains("No keys in what could be read, but not everything could be read."));
    assert!(!text.contains("What to do now"));
    partial.problems[0].accepted = Some(format!("test data of {}", key_text()));
    let text = human(&partial);
    assert!(!text.contains("not everything could be read"), "{text}");
    assert!(text.contains("no keys, 1 accepted problem"), "{text}");
    assert!(text.contains("(test data of sk-aisa-…Q9k)"), "{text}");
    partial.interrupted = true;
    assert!(human(&partial).contains("Interrupted: no keys in what was read so far"));
}

#[test]
fn many_places_are_capped_and_the_rest_counted() {
    let mut many = outcome();
    many.keys[0].locations = vec![at(Origin::Worktree, Some(b"a.py")); 1030];
    let text = human(&many);
    assert_eq!(text.matches("a.py:3:8").count(), 20);
    assert!(text.contains("and 1,010 more; see -f json"), "{text}");
}

#[test]
fn colour_and_secrets_only_on_request() {
    for format in Format::ALL {
        let plain = report(format, &outcome(), &Options::default());
        assert!(
            !plain.contains('\u{1b}') && !plain.contains(&key_text()),
            "{plain}"
        );
        assert!(!plain.contains("Zq8Lr2Tw"), "{plain}");
        let shown = Options {
            show_secrets: true,
            ..Options::default()
        };
        assert!(report(format, &outcome(), &shown).contains(&key_text()));
    }
    let color = Options {
        color: true,
        ..Options::default()
    };
    assert!(report(Format::Human, &outcome(), &color).contains("\u{1b}["));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    schema: String,
    tool: Tool,
    complete: bool,
    targets: Vec<ReadTarget>,
    problems: Vec<ReadProblem>,
    stats: ReadStats,
    live: Option<ReadLive>,
    hidden: std::collections::BTreeMap<String, u64>,
    keys: Vec<ReadKey>,
    suppressed: u64,
    stale: Vec<String>,
    hygiene: Vec<ReadHygiene>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ReadHygiene {
    rule: String,
    severity: String,
    path: String,
    line: Option<u64>,
    message: String,
    example: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    name: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadTarget {
    path: String,
    kind: String,
    head: Option<String>,
    shallow: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadProblem {
    kind: String,
    r#where: String,
    message: String,
    fingerprint: String,
    accepted: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadStats {
    files: u64,
    blobs: u64,
    commits: u64,
    bytes: u64,
    excluded: std::collections::BTreeMap<String, u64>,
    duration_ms: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ReadLive {
    base: String,
    requests: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ReadVerdict {
    state: String,
    detail: Option<String>,
    checked_at: Option<String>,
    balance: Option<ReadBalance>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ReadBalance {
    amount: String,
    currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadKey {
    fingerprint: String,
    redacted: String,
    secret: Option<String>,
    rule: String,
    confidence: String,
    severity: String,
    verdict: ReadVerdict,
    first_seen: Option<String>,
    age_days: Option<u64>,
    at_head: bool,
    pushed: Option<bool>,
    notes: Vec<String>,
    locations: Vec<ReadLocation>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ReadLocation {
    origin: String,
    path: Option<String>,
    path_bytes: Option<String>,
    member: Option<Vec<String>>,
    line: Option<u64>,
    column: Option<u64>,
    end_line: Option<u64>,
    end_column: Option<u64>,
    encoding: Vec<String>,
    blob: Option<String>,
    introduced: Option<()>,
    removed: Option<()>,
    renamed_from: Option<String>,
    events: Vec<()>,
    events_total: u64,
    refs: Vec<String>,
    refs_total: u64,
    reachable: Option<String>,
    tracked: Option<bool>,
    notes: Vec<String>,
}

fn read(outcome: &Outcome) -> Report {
    let text = report(Format::Json, outcome, &Options::default());
    serde_json::from_str(&text).expect("the schema of the design")
}

#[test]
fn json_envelope_reads_back() {
    let report = read(&outcome());
    assert_eq!(report.schema, "aisaleaks/1");
    assert_eq!(report.tool.name, "aisaleaks");
    assert_eq!(report.tool.version, env!("CARGO_PKG_VERSION"));
    assert!(!report.complete && report.hygiene.is_empty() && report.suppressed == 0);
    assert!(report.stale.is_empty());
    let target = &report.targets[0];
    assert_eq!(
        (target.path.as_str(), target.kind.as_str()),
        ("/tmp/sk-aisa-…Q9k", "git")
    );
    assert_eq!(target.head, Some("b".repeat(40)));
    assert!(!target.shallow);
    let problem = &report.problems[0];
    assert_eq!(problem.kind, "damaged-pack");
    assert_eq!(problem.r#where, "pack-sk-aisa-…Q9k");
    assert_eq!(problem.message, "it is cut off at sk-aisa-…Q9k\u{7}");
    assert_eq!(problem.fingerprint, outcome().problems[0].fingerprint());
    assert_eq!(problem.accepted, None);
    let stats = &report.stats;
    assert_eq!((stats.files, stats.blobs, stats.commits), (12, 3401, 790));
    assert_eq!((stats.bytes, stats.duration_ms), (12_897_485, 913));
    assert_eq!(stats.excluded["ignored"], 4);
}

#[test]
fn json_keys_read_back() {
    let report = read(&outcome());
    let key = &report.keys[0];
    assert_eq!(key.fingerprint, Secret::new(&key_text()).fingerprint());
    assert_eq!(
        (key.redacted.as_str(), &key.secret),
        ("sk-aisa-…Q9k", &None)
    );
    assert_eq!(key.rule, "aisa-api-key");
    assert_eq!(
        (key.confidence.as_str(), key.severity.as_str()),
        ("high", "error")
    );
    let unchecked = ReadVerdict {
        state: "unchecked".to_owned(),
        detail: None,
        checked_at: None,
        balance: None,
    };
    assert_eq!(key.verdict, unchecked);
    assert_eq!((&report.live, report.hidden.len()), (&None, 0));
    assert!(key.at_head && key.notes.is_empty());
    assert_eq!(
        (&key.first_seen, key.age_days, key.pushed),
        (&None, None, None)
    );
    let [file, history, name] = &key.locations[..] else {
        panic!("three locations");
    };
    assert_eq!(
        (file.origin.as_str(), file.path.as_deref()),
        ("worktree", Some("src/app.py"))
    );
    assert_eq!((file.line, file.column), (Some(3), Some(8)));
    assert_eq!((file.end_line, file.end_column), (Some(3), Some(59)));
    assert_eq!((file.tracked, &file.path_bytes), (Some(true), &None));
    assert_eq!(history.path.as_deref(), Some("old\u{fffd}.py"));
    assert_eq!(history.path_bytes.as_deref(), Some("old%FF.py"));
    assert_eq!(history.blob, Some("a".repeat(40)));
    assert_eq!(history.reachable.as_deref(), Some("none"));
    assert_eq!(
        name.path.as_deref(),
        Some("dir/sk-aisa-…Q9k\u{1b}[2J\u{202e}")
    );
    assert_eq!((name.line, &name.path_bytes), (None, &None));
}

#[test]
fn every_field_of_the_schema_is_there() {
    let text = report(Format::Json, &outcome(), &Options::default());
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let key = &value["keys"][0];
    assert_eq!(value.get("live"), Some(&serde_json::Value::Null));
    for field in ["detail", "checked_at", "balance"] {
        let found = key["verdict"].get(field);
        assert_eq!(found, Some(&serde_json::Value::Null), "{field}");
    }
    for field in ["secret", "first_seen", "age_days", "pushed"] {
        assert_eq!(key.get(field), Some(&serde_json::Value::Null), "{field}");
    }
    for field in [
        "member",
        "path_bytes",
        "renamed_from",
        "introduced",
        "removed",
        "blob",
        "reachable",
    ] {
        let found = key["locations"][0].get(field);
        assert_eq!(found, Some(&serde_json::Value::Null), "{field}");
    }
}

#[test]
fn exact_bytes_of_a_path_with_a_key_are_not_told() {
    let mut leaky = outcome();
    let path = [b"\xff", key_text().as_bytes()].concat();
    leaky.keys[0].locations = vec![at(Origin::Worktree, Some(&path))];
    for format in Format::ALL {
        let text = report(format, &leaky, &Options::default());
        assert!(!text.contains("Zq8Lr2Tw"), "{text}");
    }
}

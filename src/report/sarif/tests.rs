//! SARIF reports, each held against the schema that OASIS publishes and against what GitHub refuses.

use serde_json::{Value, json};

use super::{limits, schema};
use crate::model::{
    Allowed, AllowedBy, Confidence, Context, Hygiene, Key, Location, Note, ObjectId, Origin,
    Outcome, Place, Problem, ProblemKind, Reachable, Secret, Severity,
};
use crate::report::history_tests::{attribution, leaky};
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

/// The one run of the report, which is held against the schema and GitHub's demands first.
pub(in crate::report) fn run_with(outcome: &Outcome, options: &Options<'_>) -> Value {
    let text = report(Format::Sarif, outcome, options);
    let log: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(schema::errors(&log), [""; 0], "{text}");
    let run = log["runs"][0].clone();
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        let tags = rule["properties"]["tags"].as_array().expect("tags");
        assert!(tags.len() <= limits::TAGS);
    }
    let results = run["results"].as_array().expect("results");
    assert!(results.len() <= limits::RESULTS);
    for result in results {
        assert_eq!(result["kind"], "fail");
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(array(&result["locations"]).len(), 1);
        for place in places(result) {
            let physical = &place["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap_or("");
            let relative = physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%";
            assert!(relative != uri.starts_with("file:///"), "{uri}");
            assert!(!uri.is_empty() && uri.is_ascii() && !uri.contains(' '));
            assert!(physical["region"]["startLine"].as_u64() >= Some(1));
            if let Some(end) = physical["region"].get("endColumn") {
                assert!(end.as_u64() > physical["region"]["startColumn"].as_u64());
            }
        }
    }
    run
}

fn run(outcome: &Outcome) -> Value {
    run_with(outcome, &Options::default())
}

pub(in crate::report) fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The place of a result and all its related places.
fn places(result: &Value) -> impl Iterator<Item = &Value> {
    let related = array(&result["relatedLocations"]);
    array(&result["locations"]).iter().chain(related)
}

fn uris(run: &Value) -> Vec<&str> {
    let results = array(&run["results"]).iter();
    results
        .flat_map(places)
        .filter_map(|at| at["physicalLocation"]["artifactLocation"]["uri"].as_str())
        .collect()
}

fn only(locations: Vec<Location>) -> Outcome {
    let mut one = outcome();
    one.keys[0].locations = locations;
    one
}

fn key(text: &str, locations: Vec<Location>) -> Key {
    Key {
        secret: Secret::new(text),
        rule: "aisa-api-key".to_owned(),
        confidence: Confidence::Medium,
        locations,
        notes: Vec::new(),
        verdict: Default::default(),
    }
}

#[test]
fn a_run_without_findings_is_complete_and_has_all_rules() {
    let rules = crate::rules::builtin().expect("the rules");
    let options = Options {
        rules: &rules,
        ..Options::default()
    };
    let run = run_with(&Outcome::default(), &options);
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "aisaleaks/");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let listed = array(&run["tool"]["driver"]["rules"]);
    assert_eq!(listed.len(), rules.len());
    assert_eq!(listed[0]["id"], "aisa-api-key");
    assert_eq!(listed[0]["properties"]["security-severity"], "9.5");
    assert_eq!(listed[0]["defaultConfiguration"]["level"], "error");
    let help = listed[0]["help"]["markdown"].as_str().expect("help");
    let (revoke, clean) = (help.find("Revoke"), help.find("clean the files"));
    assert!(revoke.is_some() && revoke < clean, "{help}");
    assert_eq!(listed[2]["defaultConfiguration"]["level"], "warning");
}

#[test]
fn a_key_is_a_result_with_its_other_places_related() {
    let run = run(&outcome());
    let [result] = array(&run["results"]) else {
        panic!("one result");
    };
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/app.py");
    let region = json!({
        "startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 59,
        "snippet": {"text": "sk-aisa-…Q9k"},
    });
    assert_eq!(place["region"], region);
    let line = &place["contextRegion"]["snippet"]["text"];
    assert_eq!(line, "\tkey = \"sk-aisa-…Q9k\"");
    let related = array(&result["relatedLocations"]);
    assert_eq!(related.len(), 2);
    assert_eq!(
        (&related[0]["id"], &related[1]["id"]),
        (&json!(1), &json!(2))
    );
    let text = result["message"]["text"].as_str().expect("a message");
    assert!(
        text.contains("sk-aisa-…Q9k leaked (src/app.py:3)"),
        "{text}"
    );
    assert!(text.contains("[old\\\\xff.py:3, in history](1)"), "{text}");
    assert!(
        text.contains("\\[2J"),
        "brackets of a path make no link: {text}"
    );
    let git = &run["versionControlProvenance"][0];
    assert_eq!(git["revisionId"], "b".repeat(40));
    assert_eq!(git["repositoryUri"], "file:///tmp/sk-aisa-%E2%80%A6Q9k");
}

#[test]
fn paths_are_percent_encoded_and_relative_to_the_root() {
    let paths: [&[u8]; 8] = [
        b"a b/100%.py",
        b"\xff\xfe.py",
        "你的.py".as_bytes(),
        b"c:d?e#f[g]",
        b"/else/where.py",
        b"-",
        b"../out side.py",
        b"a/..b",
    ];
    let places = paths.map(|path| at(Origin::Worktree, Some(path))).to_vec();
    let options = Options {
        directory: "/home/work".to_owned(),
        ..Options::default()
    };
    let run = run_with(&only(places), &options);
    let expected = [
        "a%20b/100%25.py",
        "%FF%FE.py",
        "%E4%BD%A0%E7%9A%84.py",
        "c%3Ad%3Fe%23f%5Bg%5D",
        "file:///else/where.py",
        "-",
        "file:///home/out%20side.py",
        "a/..b",
    ];
    assert_eq!(uris(&run), expected);
}

#[test]
fn two_keys_on_a_line_have_fingerprints_of_their_own_that_stay_when_lines_move() {
    let (one, other) = (key_text(), key_text().replace("Q9k", "R8j"));
    let moved = |line| {
        let mut place = at(Origin::Worktree, Some(b"a.py"));
        place.place = Some(Place {
            line,
            column: 1,
            end_line: line,
            end_column: 52,
        });
        let both = [&one, &other].map(|text| key(text, vec![place.clone()]));
        let run = run(&Outcome {
            keys: both.to_vec(),
            ..Outcome::default()
        });
        let results = array(&run["results"]).iter();
        let prints = results.map(|result| result["partialFingerprints"].clone());
        prints.collect::<Vec<Value>>()
    };
    let first = moved(1);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, moved(900));
    for name in ["primaryLocationLineHash", "aisaleaks/v1"] {
        assert_ne!(first[0][name], first[1][name], "{name}");
    }
    let hash = first[0]["primaryLocationLineHash"].as_str().expect("text");
    assert!(hash.len() == 18 && hash.ends_with(":1"), "{hash}");
}

#[test]
fn what_is_in_history_only_says_so_and_a_file_that_is_there_comes_first() {
    let mut old = at(Origin::History, Some(b"old.py"));
    old.reachable = Some(Reachable::Refs);
    old.attribution = Some(Box::new(attribution()));
    let mut gone = old.clone();
    if let Some(history) = &mut gone.attribution {
        history.at_head = false;
    }
    let alone = run(&only(vec![gone.clone()]));
    let place = &alone["results"][0]["locations"][0];
    assert_eq!(place["properties"]["origin"], "history");
    assert_eq!(place["properties"]["introduced"]["commit"], "1".repeat(40));
    assert_eq!(
        place["properties"]["refs"],
        json!(["refs/heads/main", "refs/tags/v1"])
    );
    let text = alone["results"][0]["message"]["text"].as_str();
    let text = text.expect("a message");
    assert!(text.contains("(old.py:3, in history)"), "{text}");
    assert!(
        text.contains("treat it as public") && text.contains("2023-04-05"),
        "{text}"
    );

    let message = at(Origin::CommitMessage, None);
    let both = run(&only(vec![message, gone, old]));
    let first = &both["results"][0]["locations"][0]["properties"];
    assert_eq!(first["refsTotal"], 2);
    assert_eq!(uris(&both), ["old.py", ".git", "old.py"]);
}

#[test]
fn what_has_no_file_is_a_logical_location() {
    for (origin, path, name) in [
        (Origin::CommitMessage, None, "aaaa"),
        (Origin::TagMessage, None, "aaaa"),
        (Origin::Author, None, "aaaa"),
        (Origin::RefName, Some(&b"refs/heads/x"[..]), "refs/heads/x"),
        (Origin::Note, Some(b"ab/cd"), "ab/cd"),
        (Origin::History, None, "aaaa"),
    ] {
        let mut place = at(origin, path);
        place.blob = ObjectId::from_hex(&[b'a'; 40]);
        place.context = outcome().keys[0].locations[0].context.clone();
        let run = run(&only(vec![place]));
        let place = &run["results"][0]["locations"][0];
        let logical = place["logicalLocations"][0]["name"].as_str();
        assert!(
            logical.is_some_and(|text| text.starts_with(name)),
            "{place}"
        );
        assert_eq!(uris(&run), [".git"]);
        let region = &place["physicalLocation"]["region"];
        assert_eq!(region, &json!({"startLine": 1}));
        assert!(!place.to_string().contains("key ="), "{place}");
    }
}

#[test]
fn standard_input_is_a_file_only_if_it_has_a_name() {
    let log = |path| {
        report(
            Format::Sarif,
            &only(vec![at(Origin::Stdin, path)]),
            &Options::default(),
        )
    };
    assert!(log(Some(b"a.py")).contains("\"uri\": \"a.py\""));
    let nameless: Value = serde_json::from_str(&log(None)).expect("JSON");
    assert_eq!(schema::errors(&nameless), [""; 0]);
    let place = &nameless["runs"][0]["results"][0]["locations"][0];
    assert_eq!(place.get("physicalLocation"), None);
    assert_eq!(place["logicalLocations"][0]["name"], "standard input");
}

#[test]
fn every_problem_is_a_notification_and_an_open_one_no_success() {
    let mut partial = outcome();
    let run_of = |outcome: &Outcome| run(outcome)["invocations"][0].clone();
    let mut invocation = run_of(&partial);
    assert_eq!(invocation["executionSuccessful"], false);
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(
        (&notice["level"], &notice["descriptor"]["id"]),
        (&json!("error"), &json!("damaged-pack"))
    );
    assert_eq!(
        notice["message"]["text"],
        "pack-sk-aisa-…Q9k: it is cut off at sk-aisa-…Q9k\u{7}"
    );
    partial.problems[0].accepted = Some("test data".to_owned());
    partial.problems.push(Problem {
        accepted: Some("known".to_owned()),
        ..Problem::new(ProblemKind::Shallow, "here", "it is cut off")
    });
    invocation = run_of(&partial);
    assert_eq!(invocation["executionSuccessful"], true);
    let levels: Vec<&Value> = array(&invocation["toolExecutionNotifications"])
        .iter()
        .map(|notice| &notice["level"])
        .collect();
    assert_eq!(levels, ["note", "note"]);
    partial.interrupted = true;
    assert_eq!(run_of(&partial)["executionSuccessful"], false);
}

#[test]
fn limits_are_kept_and_what_is_left_out_is_said() {
    let mut many = only(vec![at(Origin::Worktree, Some(b"a.py")); 1030]);
    many.problems.clear();
    let run = run(&many);
    let result = &run["results"][0];
    assert_eq!(places(result).count(), limits::PLACES);
    let text = result["message"]["text"].as_str().expect("a message");
    assert!(text.ends_with("and 1,024 more."), "{text}");
    let notices = array(&run["invocations"][0]["toolExecutionNotifications"]);
    assert_eq!(notices.len(), 1);
    let said = notices[0]["message"]["text"].as_str().expect("a message");
    assert!(said.starts_with("930 places left out"), "{said}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn all_places_together_stay_below_the_size_that_github_takes() {
    let place = at(Origin::Worktree, Some(b"a.py"));
    let keys = (0..600).map(|nth| key(&format!("{}{nth}", key_text()), vec![place.clone(); 100]));
    let many = Outcome {
        keys: keys.collect(),
        ..Outcome::default()
    };
    // Not held against the schema, which takes seconds for as much.
    let text = report(Format::Sarif, &many, &Options::default());
    let log: Value = serde_json::from_str(&text).expect("JSON");
    let run = &log["runs"][0];
    let listed = array(&run["results"]).iter().map(|at| places(at).count());
    assert_eq!(listed.sum::<usize>(), 600 + limits::RELATED);
    let notices = run["invocations"][0]["toolExecutionNotifications"].to_string();
    let left = crate::report::summary::grouped(600 * 99 - limits::RELATED as u64);
    assert!(
        notices.contains(&format!("{left} places left out")),
        "{notices}"
    );
}

#[test]
fn more_results_than_github_takes_are_counted() {
    let keys =
        (0..limits::RESULTS + 3).map(|at| key(&format!("{}{at:06}", key_text()), Vec::new()));
    let many = Outcome {
        keys: keys.collect(),
        ..Outcome::default()
    };
    let text = report(Format::Sarif, &many, &Options::default());
    let log: Value = serde_json::from_str(&text).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(array(&run["results"]).len(), limits::RESULTS);
    let notices = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notices.contains("3 keys left out"), "{notices}");
}

#[test]
fn notes_are_tags_and_explained() {
    let mut noted = outcome();
    let notes = [
        Note::Pushed,
        Note::ClientExposed,
        Note::CiLiteral,
        Note::EnvFallback,
        Note::RotationDue,
    ];
    noted.keys[0].notes = notes.to_vec();
    noted.keys[0].locations[0].notes = vec![Note::ClientExposed];
    let all = run(&noted);
    let result = &all["results"][0];
    let names = notes.map(Note::name);
    assert_eq!(result["properties"]["tags"], json!(names));
    assert_eq!(result["properties"]["notes"], json!(names));
    let place = &result["locations"][0]["properties"];
    assert_eq!(place["notes"], json!(["client-exposed"]));
    let text = result["message"]["text"].as_str().expect("a message");
    assert!(
        text.contains(" client-exposed: browsers or phones download it; keep"),
        "{text}"
    );
    assert!(!text.contains("rotation-due"), "only the worst: {text}");
    let help = all["tool"]["driver"]["rules"][0]["help"]["text"].as_str();
    for note in Note::ALL {
        assert!(
            help.is_some_and(|help| help.contains(note.name())),
            "{note:?}"
        );
    }
    noted.keys[0].notes = Note::ALL.to_vec();
    let tags = &run(&noted)["results"][0]["properties"]["tags"];
    assert_eq!(array(tags).len(), limits::TAGS);
}

#[test]
fn habits_are_results_of_rules_of_their_own() {
    let habit = |path: &str, line, severity| Hygiene {
        path: path.as_bytes().to_vec(),
        line,
        rule: "printed-in-ci",
        severity,
        message: "AISA_API_KEY is printed".to_owned(),
        example: "[ -n \"$AISA_API_KEY\" ]",
    };
    let mut outcome = outcome();
    outcome.hygiene = vec![
        habit("a b.yml", Some(7), Severity::Note),
        habit("a b.yml", Some(9), Severity::Warning),
    ];
    let first = run(&outcome);
    let results = array(&first["results"]);
    assert_eq!(results.len(), 3);
    let (one, other) = (&results[1], &results[2]);
    assert_eq!(one["ruleId"], "aisa-hygiene-printed-in-ci");
    assert_eq!(
        (&one["level"], &other["level"]),
        (&json!("note"), &json!("warning"))
    );
    let place = &one["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.yml");
    assert_eq!(place["region"]["startLine"], 7);
    let rules = array(&first["tool"]["driver"]["rules"]);
    let rule = rules.last().expect("a rule");
    assert_eq!(rule["properties"]["security-severity"], "5.0");
    assert_eq!(rule["defaultConfiguration"]["level"], "warning");
    // An alert stays when lines move, and two are two.
    let prints = |run: &Value| {
        let results = array(&run["results"]).iter().skip(1);
        let prints = results.map(|at| at["partialFingerprints"].to_string());
        prints.collect::<Vec<String>>()
    };
    for habit in &mut outcome.hygiene {
        habit.line = habit.line.map(|line| line + 100);
    }
    assert_eq!(prints(&first), prints(&run(&outcome)));
    assert_ne!(prints(&first)[0], prints(&first)[1]);
}

#[test]
fn people_are_named_only_on_request() {
    let mut place = at(Origin::History, Some(b"a.py"));
    place.attribution = Some(Box::new(attribution()));
    let text = |sarif_authors, outcome: &Outcome| {
        let options = Options {
            sarif_authors,
            ..Options::default()
        };
        run_with(outcome, &options).to_string()
    };
    let mut reflog = at(Origin::Config, Some(b".git/logs/HEAD"));
    reflog.context = Some(Context {
        text: "Ada <ada@example.org> Add the client".to_owned(),
        start: 0,
        end: 3,
    });
    let outcome = only(vec![place, reflog]);
    for personal in ["Ada", "ada@example.org", "Add the client"] {
        assert!(!text(false, &outcome).contains(personal), "{personal}");
        assert!(text(true, &outcome).contains(personal), "{personal}");
    }
    let asked = Options {
        sarif_authors: true,
        ..Options::default()
    };
    assert!(!run_with(&leaky(), &asked).to_string().contains("Zq8Lr2Tw"));
}

#[test]
fn what_is_allowed_is_a_result_with_suppressions() {
    let open = at(Origin::Worktree, Some(b"a.py"));
    let allowed = |by, reason: Option<&str>| {
        let mut place = at(Origin::Worktree, Some(b"a.py"));
        let reason = reason.map(str::to_owned);
        place.allowed = Some(Allowed { by, reason });
        place
    };
    let mut outcome = only(vec![open]);
    outcome.problems.clear();
    let leak = format!("like {}", key_text());
    let places = vec![
        allowed(AllowedBy::Inline, Some(&leak)),
        allowed(AllowedBy::Inline, Some(&leak)),
        allowed(AllowedBy::Config, Some("test data")),
        allowed(AllowedBy::DisabledRule, None),
        allowed(AllowedBy::Baseline, Some("known")),
    ];
    let mut suppressed = key(&key_text(), places);
    suppressed.rule = "another-rule".to_owned();
    outcome.suppressed = vec![suppressed];
    outcome.stale = vec![format!("f:1: {}", key_text())];
    let run = run(&outcome);
    let [open, suppressed] = array(&run["results"]) else {
        panic!("two results");
    };
    assert_eq!(open["suppressions"], json!([]));
    let told =
        |kind: &str, text: &str| json!({"kind": kind, "status": "accepted", "justification": text});
    assert_eq!(
        suppressed["suppressions"],
        json!([
            told("inSource", "like sk-aisa-…Q9k"),
            told("external", "test data"),
            told("external", "The configuration disables its rule."),
            told("external", "known"),
        ])
    );
    let prints = |result: &Value| result["partialFingerprints"].clone();
    assert_eq!(
        prints(open)["aisaleaks/v1"],
        prints(suppressed)["aisaleaks/v1"]
    );
    let hash = "primaryLocationLineHash";
    assert_ne!(prints(open)[hash], prints(suppressed)[hash]);
    assert_eq!(run["properties"]["suppressed"], 5);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(
        (&notice["level"], &notice["message"]["text"]),
        (&json!("note"), &json!("f:1: sk-aisa-…Q9k"))
    );
}

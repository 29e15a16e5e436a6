//! JUnit's XML, read back with a strict reader. CI holds what the integration tests write against both schemas.

use std::collections::BTreeSet;
use std::sync::Arc;

use roxmltree::{Document, Node};

use crate::model::{
    Allowed, AllowedBy, Confidence, FingerprintKey, Hygiene, Key, Note, Origin, Outcome, Secret,
    Severity,
};
use crate::report::history_tests::{attribution, leaky};
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

/// 2026-01-02T03:04:05Z.
const NOW: i64 = 1_767_323_045;

fn options() -> Options<'static> {
    Options {
        now: jiff::Timestamp::from_second(NOW).expect("a date"),
        ..Options::default()
    }
}

/// The text of the report, after what must be so in every one.
pub(in crate::report) fn told_with(outcome: &Outcome, options: &Options<'_>) -> String {
    let text = report(Format::Junit, outcome, options);
    assert!(!text.contains("Zq8Lr2Tw"), "{text}");
    let document = Document::parse(&text).expect("XML");
    let suite = suite(&document);
    let children: Vec<&str> = suite
        .children()
        .filter(Node::is_element)
        .map(|at| at.tag_name().name())
        .collect();
    let cases = children.iter().filter(|name| **name == "testcase").count();
    let mut order = vec!["properties"];
    order.extend(vec!["testcase"; cases]);
    order.extend(["system-out", "system-err"]);
    assert_eq!(children, order);
    assert!(cases > 0, "no test looks like a broken report");
    let count = |name: &str| {
        let all = suite.descendants();
        all.filter(|at| at.has_tag_name(name)).count().to_string()
    };
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ] {
        assert_eq!(
            suite.attribute(attribute),
            Some(count(element).as_str()),
            "{text}"
        );
    }
    text
}

fn told(outcome: &Outcome) -> String {
    told_with(outcome, &options())
}

fn suite<'a>(document: &'a Document<'a>) -> Node<'a, 'a> {
    let suites = document.root_element();
    assert_eq!(suites.tag_name().name(), "testsuites");
    let [suite] = suites
        .children()
        .filter(Node::is_element)
        .collect::<Vec<_>>()[..]
    else {
        panic!("one suite");
    };
    suite
}

/// Name, class, what came of it, and its message, of each test case.
pub(in crate::report) fn cases(text: &str) -> Vec<[String; 4]> {
    let document = Document::parse(text).expect("XML");
    let suite = suite(&document);
    let cases = suite.children().filter(|at| at.has_tag_name("testcase"));
    cases
        .map(|case| {
            let attribute = |name| case.attribute(name).unwrap_or_default().to_owned();
            let end = case.first_element_child();
            let kind = end.map_or("passed", |end| end.tag_name().name());
            let message = end.and_then(|end| end.attribute("message"));
            let message = message.unwrap_or_default().to_owned();
            [
                attribute("name"),
                attribute("classname"),
                kind.to_owned(),
                message,
            ]
        })
        .collect()
}

fn quiet() -> Outcome {
    let mut quiet = outcome();
    quiet.problems.clear();
    quiet.stats.excluded.clear();
    quiet
}

#[test]
fn a_report_as_a_whole() {
    let mut outcome = outcome();
    outcome.keys[0].locations.truncate(2);
    outcome.keys[0].locations[0].attribution = Some(Box::new(attribution()));
    outcome.keys[0].notes = vec![Note::Pushed, Note::InTest];
    let fingerprint = outcome.problems[0].fingerprint();
    let expected = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="aisaleaks" package="aisaleaks" id="0" hostname="localhost" timestamp="2026-01-02T03:04:04" time="0.913" tests="3" failures="2" errors="1" skipped="0">
    <properties>
      <property name="version" value="{version}"/>
    </properties>
    <testcase classname="aisaleaks.aisa-api-key" name="src/app.py:3:8" time="0">
      <failure message="AIsa API key sk-aisa-…Q9k leaked" type="leaked-key">error: sk-aisa-…Q9k  pushed: treat it as public  high confidence, aisa-api-key, 2 places
  in-test: tests are code that everybody has; make a key up, or read a variable
  src/app.py:3:8
        key = &quot;sk-aisa-…Q9k&quot;
               ^^^^^^^^^^^^
    introduced 2023-04-05 (2 years ago) by Ada &lt;ada@example.org&gt; in 111111111111: Add the client
    still at HEAD, in main, tags/v1</failure>
    </testcase>
    <testcase classname="aisaleaks.aisa-api-key" name="old\xff.py:3:8, in history" time="0">
      <failure message="AIsa API key sk-aisa-…Q9k leaked" type="leaked-key">error: sk-aisa-…Q9k  pushed: treat it as public  high confidence, aisa-api-key, 2 places
  in-test: tests are code that everybody has; make a key up, or read a variable
  old\xff.py:3:8  history, blob aaaaaaaaaaaa, unreachable</failure>
    </testcase>
    <testcase classname="aisaleaks.problem" name="damaged-pack: pack-sk-aisa-…Q9k" time="0">
      <error message="it is cut off at sk-aisa-…Q9k\x07" type="damaged-pack">  damaged-pack: pack-sk-aisa-…Q9k
    it is cut off at sk-aisa-…Q9k\x07
    {fingerprint}</error>
    </testcase>
    <system-out>What to do now
  1. Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.
  2. Create a new key with the same label and a version suffix (prod-web-app-v2).
  3. Put the new key in your secret manager and deploy it; code reads it from AISA_API_KEY.
  4. Check the usage logs, filtered by the old key.
  5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).

Left out: 4 ignored
Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 1 key in 2 places, 1 problem
Not everything could be read, and there may be more keys.</system-out>
    <system-err/>
  </testsuite>
</testsuites>
"#,
        version = env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(told(&outcome), expected);
}

#[test]
fn a_clean_run_is_one_case_that_passes() {
    let clean = cases(&told(&Outcome::default()));
    let [[name, _, end, _]] = &clean[..] else {
        panic!("one case");
    };
    assert_eq!((name.as_str(), end.as_str()), ("no leaked keys", "passed"));
}

#[test]
fn what_is_incomplete_is_an_error_and_never_passes() {
    let mut partial = outcome();
    partial.keys.clear();
    let ends = |outcome: &Outcome| {
        let ends = cases(&told(outcome)).into_iter().map(|[_, _, end, _]| end);
        ends.collect::<Vec<String>>()
    };
    assert_eq!(ends(&partial), ["error"]);
    partial.problems[0].accepted = Some(format!("like {}", key_text()));
    assert_eq!(ends(&partial), ["skipped", "passed"]);
    let [_, _, _, message] = &cases(&told(&partial))[0];
    assert_eq!(message, "accepted: like sk-aisa-…Q9k");
    partial.interrupted = true;
    assert_eq!(ends(&partial), ["skipped", "error"]);
}

#[test]
fn only_what_makes_the_run_fail_has_failed() {
    let mut outcome = quiet();
    outcome.keys[0].locations.truncate(1);
    outcome.keys[0].confidence = Confidence::Medium;
    outcome.hygiene = vec![Hygiene {
        path: b"a b/.env".to_vec(),
        line: Some(2),
        rule: "dotenv-tracked",
        severity: Severity::Warning,
        message: format!("it is like {}", key_text()),
        example: "git rm --cached .env",
    }];
    for (fails, key, habit, reason) in [
        (Some(Severity::Note), "failure", "failure", ""),
        (Some(Severity::Warning), "failure", "skipped", ""),
        (
            Some(Severity::Error),
            "skipped",
            "skipped",
            ", but a warning does not make this run fail",
        ),
        (
            None,
            "skipped",
            "skipped",
            ", but no finding makes this run fail",
        ),
    ] {
        let options = Options {
            fails,
            below: b"sub",
            ..options()
        };
        let found = cases(&told_with(&outcome, &options));
        let leak = ["sub/src/app.py:3:8", "aisaleaks.aisa-api-key", key];
        assert_eq!(found[0][..3], leak);
        assert_eq!(
            found[0][3],
            format!("AIsa API key sk-aisa-…Q9k leaked{reason}")
        );
        let dotenv = [
            "sub/a b/.env:2",
            "aisaleaks.aisa-hygiene-dotenv-tracked",
            habit,
        ];
        assert_eq!(found[1][..3], dotenv);
        assert_eq!(found[1][3], "it is like sk-aisa-…Q9k");
    }
}

#[test]
fn hostile_text_is_text() {
    let mut outcome = quiet();
    let path = b"]]></failure><failure message='&amp;\n\x00\x1b\xff\xef\xbf\xbe\xe2\x80\xae";
    outcome.keys[0].locations = vec![at(Origin::Worktree, Some(path))];
    outcome.keys[0].rule = "]]><x a=\"&\u{ffff}\">".to_owned();
    let text = told(&outcome);
    let [name, class, end, _] = &cases(&text)[0];
    assert_eq!(
        name,
        "]]></failure><failure message='&amp;\\n\\x00\\x1b\\xff\\u{fffe}\\u{202e}:3:8"
    );
    assert_eq!(class, "aisaleaks.]]><x a=\"&\\u{ffff}\">");
    assert_eq!(end, "failure");
    told_with(&leaky(), &options());
}

#[test]
fn thousands_of_keys_are_all_there_and_each_is_bounded() {
    let mut outcome = quiet();
    let one = outcome.keys[0].clone();
    let long = [vec![b'a'; 100_000], b"/end".to_vec()].concat();
    outcome.keys = (0..300)
        .map(|nth| Key {
            secret: Secret::new(&format!("sk-aisa-{nth:043}")),
            locations: vec![at(Origin::Worktree, Some(&long))],
            ..one.clone()
        })
        .collect();
    let text = told(&outcome);
    assert!(text.len() < 300 * 10_000, "{}", text.len());
    let found = cases(&text);
    assert_eq!(found.len(), 300);
    assert!(found[0][0].ends_with("/end:3:8") && found[0][0].contains('…'));
    let mut many = quiet();
    many.keys[0].locations = (0..10_000)
        .map(|nth| at(Origin::Worktree, Some(format!("{nth}.py").as_bytes())))
        .collect();
    let names = cases(&told(&many)).into_iter().map(|[name, ..]| name);
    assert_eq!(names.collect::<BTreeSet<String>>().len(), 10_000);
}

#[test]
fn what_is_allowed_is_counted_and_listed_on_request() {
    let mut outcome = quiet();
    let mut key = outcome.keys.remove(0);
    key.locations.truncate(1);
    key.locations[0].allowed = Some(Allowed {
        by: AllowedBy::Inline,
        reason: Some(format!("like {}", key_text())),
    });
    outcome.suppressed = vec![key];
    let text = told(&outcome);
    assert_eq!(cases(&text).len(), 1);
    assert!(
        text.contains("Suppressed: 1 by a marker in the file; --show-suppressed"),
        "{text}"
    );
    let asked = Options {
        show_suppressed: true,
        ..options()
    };
    let found = cases(&told_with(&outcome, &asked));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0][2], "skipped");
    assert_eq!(
        found[0][3],
        "AIsa API key sk-aisa-…Q9k is allowed: inline, like sk-aisa-…Q9k"
    );
}

#[test]
fn a_brought_rules_secret_shows_no_character_and_nothing_of_aisa() {
    let rule: Arc<str> = Arc::from("yaml");
    let mut one = quiet();
    one.keys[0] = Key {
        secret: Secret::foreign("hunter2", &rule, &FingerprintKey::new(b"one")),
        rule: rule.to_string(),
        locations: vec![at(Origin::Worktree, Some(b"a.py"))],
        ..one.keys[0].clone()
    };
    let text = told(&one);
    assert!(
        !text.contains("hunter2") && !text.contains("console.aisa.one"),
        "{text}"
    );
    assert_eq!(cases(&text)[0][3], "A secret of yaml leaked");
    assert!(
        !text.contains("type=\"yaml\""),
        "readers obey some types: {text}"
    );
}

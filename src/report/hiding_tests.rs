//! What every report says of a key that hides: in a member under a hostile name, in encodings, in a cell.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::hiding::tests::hidden;
use super::tests::{Known, at, key_text, outcome, report};
use super::{Format, Gate, Options, gitlab, sarif, write_gate};
use crate::model::{Allowed, AllowedBy, Encoding, Location, Note, ObjectId, Origin, Outcome};

/// How the file of [`hidden`] is called where people read it.
const NAME: &str = "dist/app.zip!in\\x1b[2J\\xff.tar!a|`<b>](sk-aisa-…Q9k\\n::x.ipynb";

fn only(locations: Vec<Location>) -> Outcome {
    let mut one = outcome();
    one.problems.clear();
    one.keys[0].locations = locations;
    one
}

fn encoded(line: u64) -> Location {
    let mut place = at(Origin::Worktree, Some(b"src/a.yaml"));
    let lines = place.place.as_mut().expect("a place");
    (lines.line, lines.end_line) = (line, line);
    place.encoding = vec![Encoding::Base64];
    place
}

fn told(format: Format, outcome: &Outcome) -> String {
    report(format, outcome, &Options::default())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn no_report_shows_the_key_in_the_name_of_a_member_or_obeys_it() {
    let options = Options {
        show_suppressed: true,
        ..Options::default()
    };
    let mut one = only(vec![hidden()]);
    one.suppressed = one.keys.clone();
    for format in Format::ALL {
        let text = report(format, &one, &options);
        assert!(!text.contains("Zq8Lr2Tw"), "{format:?}\n{text}");
        assert!(!text.contains('\u{1b}'), "{format:?}\n{text}");
        let commands = text.lines().filter(|line| line.starts_with("::x"));
        assert_eq!(commands.count(), 0, "{format:?}\n{text}");
        assert!(text.contains("dist/app.zip"), "{format:?}\n{text}");
    }
}

#[test]
fn people_read_member_line_cell_and_encoding_at_once() {
    let text = told(Format::Human, &only(vec![hidden(), encoded(7)]));
    assert!(
        text.contains(&format!("\n  {NAME}:3:8 (cell 2, gzip in base64)\n")),
        "{text}"
    );
    assert!(text.contains("\n  src/a.yaml:7:8 (base64)\n"), "{text}");
    assert!(
        text.contains("\n  encoded: encoding is no protection; "),
        "{text}"
    );
    assert!(
        text.contains("\n  in-archive: whoever has the archive"),
        "{text}"
    );
    assert!(
        text.contains("\n     Build each archive that holds one anew"),
        "{text}"
    );
    let plain = told(Format::Human, &only(vec![at(Origin::Worktree, Some(b"a"))]));
    assert!(
        !plain.contains("encoded") && !plain.contains("archive"),
        "{plain}"
    );
    let mut two = only(vec![encoded(7)]);
    two.keys.push(two.keys[0].clone());
    let text = told(Format::Human, &two);
    assert_eq!(text.matches("encoding is no protection").count(), 1);
    assert_eq!(text.matches("see above: encoded").count(), 1, "{text}");
}

#[test]
fn base64_in_a_manifest_is_said_once() {
    let mut manifest = encoded(3);
    manifest.notes = vec![Note::KubernetesSecret];
    let mut one = only(vec![manifest]);
    one.keys[0].notes = vec![Note::KubernetesSecret];
    let text = told(Format::Human, &one);
    assert!(
        text.contains("kubernetes-secret: base64 hides nothing"),
        "{text}"
    );
    assert!(!text.contains("encoded: "), "{text}");
}

#[test]
fn an_object_without_a_path_tells_its_members_too() {
    let mut lost = hidden();
    (lost.origin, lost.path) = (Origin::History, None);
    lost.blob = ObjectId::from_hex(&[b'a'; 40]);
    let one = only(vec![lost]);
    for (format, part) in [
        (Format::Human, "(history)!in\\x1b[2J"),
        (Format::Github, "!in\\x1b[2J"),
        (Format::Gitlab, "!in\\\\x1b[2J"),
        (Format::Junit, "!in\\x1b[2J"),
        (Format::Markdown, "in\\x1b[2J"),
        (Format::Sarif, "!in\\u001b[2J"),
    ] {
        let text = told(format, &one);
        assert!(text.contains(part), "{format:?}\n{text}");
        assert!(
            text.contains("gzip in base64") || format == Format::Sarif,
            "{text}"
        );
    }
}

#[test]
fn json_has_the_names_the_encodings_and_the_cell() {
    let one = only(vec![hidden(), at(Origin::Worktree, Some(b"a.py"))]);
    let locations = parsed(&told(Format::Json, &one))["keys"][0]["locations"].clone();
    let line = told(Format::Jsonl, &one);
    let line = parsed(line.lines().next().expect("a line"));
    for found in [&locations[0], &line] {
        let masked = "a|`<b>](sk-aisa-…Q9k\n::x.ipynb";
        assert_eq!(found["path"], "dist/app.zip");
        assert_eq!(found["member"], json!(["in\u{1b}[2J\u{fffd}.tar", masked]));
        assert_eq!(found["member_bytes"][0], "in%1B%5B2J%FF.tar");
        assert!(!found["member_bytes"][1].to_string().contains("Zq8"));
        assert_eq!(found["encoding"], json!(["base64", "gzip"]));
        assert_eq!((&found["cell"], &found["line"]), (&json!(2), &json!(3)));
    }
    let plain = &locations[1];
    assert_eq!(plain.get("member"), Some(&Value::Null));
    assert_eq!(plain["encoding"], json!([]));
    assert_eq!((plain.get("cell"), plain.get("member_bytes")), (None, None));
}

#[test]
fn every_encoding_has_one_name() {
    use Encoding::*;
    let all = [
        Base64,
        Hex,
        Percent,
        UnicodeEscape,
        HexEscape,
        HtmlEntity,
        QuotedPrintable,
        Utf16Le,
        Utf16Be,
        Utf32Le,
        Utf32Be,
        Concatenation,
        Gzip,
        Zip,
    ];
    let mut place = encoded(3);
    place.encoding = all.to_vec();
    let found = parsed(&told(Format::Json, &only(vec![place])));
    let names: Vec<&str> = all.iter().map(|one| one.name()).collect();
    assert_eq!(found["keys"][0]["locations"][0]["encoding"], json!(names));
}

#[test]
fn sarif_shows_a_member_at_its_file_and_never_at_a_line_of_its_own() {
    let mut member = hidden();
    member.context = outcome().keys[0].locations[0].context.clone();
    let run = sarif::tests::run_with(&only(vec![member, encoded(7)]), &Options::default());
    // An alert is shown at a line, if there is one.
    let place = &run["results"][0]["relatedLocations"][0];
    let physical = &place["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "dist/app.zip");
    assert_eq!(physical["region"], json!({"startLine": 1}));
    assert_eq!(physical.get("contextRegion"), None);
    let logical = &place["logicalLocations"][0];
    assert_eq!(logical["kind"], "member");
    assert_eq!(logical["name"], "a|`<b>](sk-aisa-…Q9k\n::x.ipynb");
    let full = logical["fullyQualifiedName"].as_str().expect("a name");
    assert!(full.starts_with("dist/app.zip!in\u{1b}[2J"), "{full}");
    let facts = &place["properties"];
    assert_eq!(facts["encoding"], json!(["base64", "gzip"]));
    assert_eq!(facts["cell"], 2);
    assert_eq!(
        (&facts["memberLine"], &facts["memberColumn"]),
        (&json!(3), &json!(8))
    );
    assert_eq!(facts["member"][1], logical["name"]);
    let other = &run["results"][0]["locations"][0];
    assert_eq!(other["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(other.get("logicalLocations"), None);
    for fact in ["member", "memberLine", "cell"] {
        assert_eq!(other["properties"].get(fact), None, "{fact}");
    }
    let text = run["results"][0]["message"]["text"].as_str().expect("text");
    assert!(
        text.contains("encoded: encoding is no protection"),
        "{text}"
    );
    assert!(
        text.contains("\\](sk-aisa-…Q9k\\\\n::x.ipynb:3 (cell 2"),
        "{text}"
    );
}

#[test]
fn gitlab_tells_two_members_of_a_file_apart_and_points_at_the_file() {
    let mut other = hidden();
    other.member[0] = b"other.tar".to_vec();
    let mut split = hidden();
    // The same names, joined otherwise.
    split.member = vec![b"in\x1b[2J\xff.tar".to_vec()];
    let mut plain = encoded(3);
    plain.encoding.clear();
    let all = vec![hidden(), other, split, encoded(3), encoded(9), plain];
    let ids = |places: &[Location]| -> Vec<String> {
        let told = gitlab::tests::told(&only(places.to_vec()));
        let found = gitlab::tests::list(&told).iter();
        found.map(|one| one["id"].to_string()).collect()
    };
    let found = ids(&all);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), all.len());
    for (place, id) in all.iter().zip(&found) {
        if place.place.is_some_and(|at| at.line != 9) {
            assert_eq!(&ids(std::slice::from_ref(place))[0], id, "it stays");
        }
    }
    let told = gitlab::tests::told(&only(all));
    let one = &gitlab::tests::list(&told)[0];
    assert_eq!(one["location"]["file"], "dist/app.zip");
    assert_eq!(one["location"]["start_line"], 1);
    assert_eq!(one["location"]["end_line"], 1);
    let place = one["details"]["place"]["value"].as_str().expect("text");
    assert_eq!(place, format!("{NAME}:3:8 (cell 2, gzip in base64)"));
    let solution = one["solution"].as_str().expect("text");
    assert!(solution.contains("Build each archive"), "{solution}");
}

#[test]
fn github_marks_the_file_and_not_a_line_of_a_member() {
    let text = told(Format::Github, &only(vec![hidden()]));
    let line = text.lines().next().expect("a line");
    assert!(
        line.starts_with("::error file=dist/app.zip,title="),
        "{line}"
    );
    assert!(line.contains(":3 (cell 2, gzip in base64)"), "{line}");
    assert!(line.contains("%0Ain-archive: whoever has"), "{line}");
    let text = told(Format::Github, &only(vec![encoded(7)]));
    assert!(text.contains("file=src/a.yaml,line=7,"), "{text}");
}

#[test]
fn tests_and_tables_name_member_cell_and_encoding() {
    let one = only(vec![hidden()]);
    let text = told(Format::Junit, &one);
    assert!(text.contains(":3:8 (cell 2, gzip in base64)\""), "{text}");
    let options = Options {
        web: Some("https://github.com/ada/app"),
        show_suppressed: true,
        ..Options::default()
    };
    let mut one = one;
    one.suppressed = one.keys.clone();
    one.suppressed[0].locations[0].allowed = Some(Allowed {
        by: AllowedBy::Inline,
        reason: None,
    });
    let text = report(Format::Markdown, &one, &options);
    let cell = NAME.replace('|', "\\|");
    assert!(
        text.contains(&format!("| ``{cell}:3`` (cell 2, gzip in base64) |")),
        "{text}"
    );
    assert!(
        text.contains(&format!("in ``{NAME}:3`` (cell 2, gzip in base64)")),
        "{text}"
    );
    assert!(
        text.contains("- encoded: encoding is no protection"),
        "{text}"
    );
}

#[test]
fn a_link_to_a_member_has_no_line() {
    let mut member = hidden();
    member.attribution = Some(Box::new(super::history_tests::attribution()));
    let options = Options {
        web: Some("https://github.com/ada/app"),
        ..Options::default()
    };
    let text = report(Format::Markdown, &only(vec![member]), &options);
    assert!(text.contains("/dist/app.zip) (cell 2"), "{text}");
}

#[test]
fn a_gate_says_how_to_leave_an_archive_out() {
    let gate = |places| {
        let mut out = Vec::new();
        let known = Known(key_text());
        let options = Options::default();
        write_gate(
            &Gate::Commit,
            true,
            &only(places),
            &known,
            &options,
            &mut out,
        )
        .expect("written");
        String::from_utf8(out).expect("UTF-8")
    };
    let text = gate(vec![hidden(), encoded(7)]);
    assert!(
        text.contains(&format!("{NAME}:3 (cell 2, gzip in base64)\n")),
        "{text}"
    );
    assert!(
        text.contains("      encoded: encoding is no protection\n"),
        "{text}"
    );
    assert!(text.contains("Build the archive anew without it"), "{text}");
    assert!(text.contains("by the\n     path of the archive"), "{text}");
    assert!(text.lines().count() <= 24, "{text}");
    let text = gate(vec![encoded(7)]);
    assert!(text.contains("Take it out of the file"), "{text}");
}

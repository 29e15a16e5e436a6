//! `explain FILE:LINE`: the candidates of a line, or why there is none.

use aisaleaks::model::Secret;
use serde_json::{Value, json};

use super::super::support::{Repo, key, legacy_key, report};
use super::{FINDING, assert_told, explain};

/// A file with a line for every verdict, and the keys in it.
fn planted() -> (Repo, Vec<String>) {
    let repo = Repo::new();
    let mut keys: Vec<String> = (0..4).map(|_| key()).collect();
    keys.push(legacy_key());
    let [open, marked, entry, other, legacy] = &keys[..] else {
        panic!("five keys");
    };
    let far = "prose\n".repeat(600);
    repo.write(
        "a.py",
        format!(
            "K = '{open}'\n\
             K = '{marked}'  # aisaleaks:allow revoked long ago\n\
             K = '{entry}'\n\
             K = 'sk-aisa-your-api-key-goes-here'\n\
             K = 'sk-aisa-your-key'\n\
             x = ri{other}\n\
             import sk-learn\n\
             nothing\n{far}\
             K = '{legacy}'\n"
        ),
    );
    let print = Secret::new(entry).fingerprint();
    let config = format!("\n[[allow]]\nreason = \"the sandbox\"\nfingerprints = [\"{print}\"]\n");
    repo.write(".aisaleaks.toml", config);
    repo.commit("begin");
    (repo, keys)
}

/// Each line of the file is told with these parts.
fn assert_lines((repo, keys): &(Repo, Vec<String>), code: i32, lines: &[(u64, &[&str])]) {
    let all: Vec<&str> = keys.iter().map(String::as_str).collect();
    for (line, parts) in lines {
        let told = explain(repo.path(), &[&format!("a.py:{line}")], &all);
        assert_told(&told, code, parts);
        let read = "A scan of this folder reads the file; git tracks it.";
        assert_told(&told, code, &[read]);
    }
}

#[test]
fn a_finding_has_its_steps_and_whoever_allows_it() {
    let planted = planted();
    let print = Secret::new(&planted.1[0]).fingerprint();
    let marker =
        "A finding, but allowed by a marker on its line or on the line above: revoked long ago";
    let entry = "A finding, but allowed by the [[allow]] entry at .aisaleaks.toml:2: the sandbox";
    let lines: [(u64, &[&str]); 3] = [
        (1, &["structure", "-> high confidence", FINDING, &print]),
        (2, &["-> high confidence", marker]),
        (3, &[entry]),
    ];
    assert_lines(&planted, 0, &lines);
    // And that is what a scan says.
    let (_, report) = report(planted.0.path(), &["dir"]);
    let keys = report["keys"].as_array().into_iter().flatten();
    let places = keys.flat_map(|key| key["locations"].as_array().expect("locations"));
    let lines: Vec<&Value> = places.map(|at| &at["line"]).collect();
    assert_eq!((lines, &report["suppressed"]), (vec![&json!(1)], &json!(2)));
}

#[test]
fn what_a_step_drops_is_told_with_the_step() {
    let words = "Not a finding: the step placeholder drops it (letters as in plain text).";
    let short = "Not a finding: the step shape drops it (too short for a key).";
    let lines: [(u64, &[&str]); 4] = [
        (4, &["aisa-api-key-future", "-> dropped", words]),
        (5, &["sk-aisa-…: 16 characters", short]),
        (
            6,
            &["Not a finding: the step edges drops it (inside a longer word)."],
        ),
        (
            609,
            &["Not a finding: the step context drops it (AIsa is not near by)."],
        ),
    ];
    assert_lines(&planted(), 0, &lines);
}

#[test]
fn a_line_without_a_candidate_says_why() {
    let (none, nearest) = (
        "No candidate stands on a.py:7.",
        "The nearest is on line 6.",
    );
    let lines: [(u64, &[&str]); 3] = [
        (7, &[none, "has not the form of a key", nearest]),
        (8, &["does not stand on it", nearest]),
        (
            9999,
            &["There is no line 9999 in a.py, which has 609 lines."],
        ),
    ];
    assert_lines(&planted(), 1, &lines);
}

#[test]
fn a_column_chooses_among_the_candidates_of_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (key(), key());
    std::fs::write(
        folder.path().join("a.txt"),
        format!("é '{one}' '{other}'\n"),
    )
    .expect("written");
    let all = [one.as_str(), &other];
    let both = explain(folder.path(), &["a.txt:1"], &all);
    assert_told(&both, 0, &["a.txt:1:4", "a.txt:1:58"]);
    for (column, here, not) in [
        (4, "a.txt:1:4", "a.txt:1:58"),
        (54, "a.txt:1:4", "a.txt:1:58"),
        (58, "a.txt:1:58", "a.txt:1:4\n"),
    ] {
        let told = explain(folder.path(), &[&format!("a.txt:1:{column}")], &all);
        assert_told(&told, 0, &[here, FINDING]);
        assert!(!told.stdout.contains(not), "{}", told.stdout);
    }
    let between = explain(folder.path(), &["a.txt:1:56"], &all);
    assert_told(
        &between,
        0,
        &[
            "No candidate stands at column 56;",
            "a.txt:1:4",
            "a.txt:1:58",
        ],
    );
}

#[test]
fn what_allows_no_more_or_not_here_is_told() {
    let repo = Repo::new();
    let (expired, marked, disabled) = (key(), key(), format!("{}{}", key(), &key()[8..25]));
    repo.write(
        "a.py",
        format!(
            "K = '{expired}'\nK = '{marked}' # aisaleaks:allow[another-rule]\nK = '{disabled}'\n"
        ),
    );
    let print = Secret::new(&expired).fingerprint();
    repo.write(
        ".aisaleaks.toml",
        format!(
            "disable = [\"aisa-api-key-future\"]\n[[allow]]\nreason = \"x\"\nexpires = 2020-01-31\nfingerprints = [\"{print}\"]\n"
        ),
    );
    let all = [expired.as_str(), &marked, &disabled];
    for (args, parts) in [
        (
            &["a.py:1"][..],
            &[
                FINDING,
                "The entry at .aisaleaks.toml:2 is about it, and has expired on 2020-01-31.",
            ][..],
        ),
        (
            &["a.py:2"],
            &[FINDING, "A marker is near, but does not count"],
        ),
        (
            &["a.py:3"],
            &["A finding, but allowed by a configuration that disables its rule."],
        ),
        (
            &["a.py:3", "--no-config"],
            &["This is a finding: warning, medium confidence."],
        ),
        (
            &["a.py:1", "--only-rule", "aisa-api-key-legacy"],
            &["A finding, but not reported: --only-rule asks for other rules."],
        ),
    ] {
        assert_told(&explain(repo.path(), args, &all), 0, parts);
    }
    // A trusted commit that does not hold the key does not bear the marker out.
    repo.write("b.py", format!("K = '{marked}' # aisaleaks:allow\n"));
    let told = explain(repo.path(), &["b.py:1"], &all);
    assert_told(&told, 0, &["A finding, but allowed by a marker"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "begin"]);
    let told = explain(repo.path(), &["b.py:1", "--config-ref", "HEAD"], &all);
    assert_told(
        &told,
        0,
        &[FINDING, "a trusted commit does not bear it out"],
    );
}

#[test]
fn a_huge_file_is_read_through_windows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (near, far) = (key(), key());
    let filler = "nothing to see in this line of 40 bytes\n".repeat(110_000);
    let tail = "\n".repeat(1_000);
    let text = format!("K={near}\n{filler}K={far}\n{tail}");
    std::fs::write(folder.path().join("a.txt"), text).expect("written");
    let all = [near.as_str(), &far];
    for (what, code, parts) in [
        ("a.txt:110002", 0, &["a.txt:110002:3", FINDING][..]),
        ("a.txt:1", 0, &["a.txt:1:3", FINDING]),
        ("a.txt:110900", 1, &["The nearest is on line 110002."]),
        ("a.txt:300003", 1, &["which has 111,002 lines"]),
    ] {
        assert_told(&explain(folder.path(), &[what], &all), code, parts);
    }
}

#[test]
fn what_is_encoded_is_said_to_be_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = key();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.path().join("a.txt"), format!("K={hex}\nK=1\n")).expect("written");
    let told = explain(folder.path(), &["a.txt:1"], &[&secret, &hex]);
    assert_told(
        &told,
        0,
        &[
            "a.txt:1:3 (hex)",
            "This is a finding: error, high confidence.",
        ],
    );
    let told = explain(folder.path(), &["a.txt:2"], &[&secret, &hex]);
    assert_told(
        &told,
        1,
        &["docs/depth.md lists the encodings in which a key is found"],
    );
}

#[test]
fn brought_rules_are_explained_without_what_they_find() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = "[[rules]]\nid = \"password\"\nregex = '''password = (\\S+)'''\nentropy = 2.5\n\
                 [[rules.allowlists]]\npaths = ['''^vendor/''']\n\
                 [[rules]]\nid = \"generic\"\nregex = '''= (\\S{10,})'''\n";
    let (secret, aisa) = (key()[8..24].to_lowercase(), key());
    std::fs::create_dir(folder.path().join("vendor")).expect("created");
    let text = format!("password = {secret}\npassword = aaaaaaaaa\nK = {aisa}\nx\n");
    for name in ["rules.toml", "a.txt", "vendor/a.txt"] {
        let text = if name == "rules.toml" { rules } else { &text };
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    for (what, code, parts) in [
        (
            "a.txt:1",
            0,
            &[
                "…: 16 characters, of the rule password",
                "This is a finding: warning, medium confidence.",
            ][..],
        ),
        ("a.txt:2", 0, &["Not a finding: the step entropy drops it"]),
        (
            "a.txt:3",
            0,
            &[
                FINDING,
                "Not a finding of its own: what aisa-api-key finds at this place says it better.",
            ],
        ),
        (
            "a.txt:4",
            1,
            &["Nothing on it is what a rule that was brought looks for."],
        ),
        (
            "vendor/a.txt:1",
            0,
            &[
                "rules file drops it",
                "Not a finding: the step rules file drops it (allows it).",
            ],
        ),
    ] {
        let told = explain(folder.path(), &[what, "--rules", "rules.toml"], &[&aisa]);
        assert_told(&told, code, parts);
        assert!(!told.stdout.contains(&secret[..8]), "{}", told.stdout);
        // That would not hold in the next run.
        assert!(!told.stdout.contains("hmac-sha256:"), "{}", told.stdout);
    }
}

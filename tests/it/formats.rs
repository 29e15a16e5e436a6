//! Formats for programs, as the real binary writes them: several from one scan, and SARIF that others accept.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::Value;

use super::support::{Repo, key, run};

#[path = "../../src/report/sarif/schema.rs"]
mod schema;

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the report");
    serde_json::from_str(&text).expect("JSON")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The run of a SARIF report that is the same for any number of threads, says nothing but its keys' last characters,
/// and that the schema allows.
fn sarif(at: &Path, args: &[&str], keys: &[&String]) -> Value {
    let reports = ["1", "4"].map(|threads| {
        let run = run(at, &[args, &["-f", "sarif", "-j", threads]].concat());
        for key in keys {
            assert!(!run.stdout.contains(&key[8..]), "{}", run.stdout);
        }
        run.json()
    });
    assert_eq!(
        reports[0], reports[1],
        "it depends on the number of threads"
    );
    keep(&reports[0]);
    let errors = schema::errors(&reports[0]);
    assert_eq!(errors, [""; 0], "{:#}", reports[0]);
    reports[0]["runs"][0].clone()
}

/// Leaves the report for other validators, if somebody named a folder for it.
fn keep(report: &Value) {
    let Some(folder) = std::env::var_os("AISALEAKS_KEEP_SARIF") else {
        return;
    };
    let name = std::thread::current().name().unwrap_or("report").to_owned();
    let count = std::fs::read_dir(&folder).expect("the folder").count();
    let path = Path::new(&folder).join(format!("{}-{count}.sarif", name.replace(':', "-")));
    std::fs::write(path, report.to_string()).expect("written");
}

/// The result for a key.
fn result<'a>(run: &'a Value, key: &str) -> &'a Value {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let mut results = array(&run["results"]).iter();
    results
        .find(|at| at["partialFingerprints"]["aisaleaks/v1"] == *fingerprint)
        .expect("a result for the key")
}

fn uri(result: &Value) -> &str {
    let place = &result["locations"][0]["physicalLocation"];
    place["artifactLocation"]["uri"].as_str().expect("a URI")
}

#[test]
fn one_scan_writes_several_reports_that_agree() {
    let (repo, key) = (Repo::new(), key());
    let out = tempfile::tempdir().expect("a temporary folder");
    repo.write("a.py", format!("k = '{key}'\n")).commit("add");
    let file = |name: &str| out.path().join(name);
    let option = |name: &str| format!("{name}={}", file(name).display());
    let options = ["json", "jsonl", "sarif"].map(option);
    let [json, jsonl, sarif] = &options;
    let run = run(
        repo.path(),
        &["-f", json, "-f", jsonl, "-f", sarif, "-f", "human"],
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("a.py:1:6"), "{}", run.stdout);

    let json = read(&file("json"));
    let fingerprint = &json["keys"][0]["fingerprint"];
    let sarif = read(&file("sarif"));
    let prints = &sarif["runs"][0]["results"][0]["partialFingerprints"];
    assert_eq!(prints["aisaleaks/v1"], *fingerprint);
    let text = std::fs::read_to_string(file("jsonl")).expect("the report");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(&lines[0]["fingerprint"], fingerprint);
    assert_eq!(lines[0]["path"], "a.py");
    let last = lines.last().expect("a line");
    assert_eq!(
        (&last["type"], &last["keys"]),
        (&"summary".into(), &1.into())
    );
    assert_eq!(last["stats"], json["stats"]);
}

#[test]
fn every_format_says_who_brought_a_key_in_and_who_took_it_away() {
    let (repo, key) = (Repo::new(), key());
    repo.write("old.py", format!("k = '{key}'\n"));
    let added = repo.commit("Add the client");
    repo.git(&["mv", "old.py", "new.py"]);
    let moved = repo.commit("Move it");
    repo.git(&["tag", "v1"]);
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.write("new.py", "k = env\n");
    let removed = repo.commit("Read it from the environment");
    repo.git(&["gc", "-q"]);

    let human = run(repo.path(), &["git"]).stdout;
    let lines: Vec<&str> = human.lines().collect();
    assert!(
        lines[0].starts_with("error: ") && lines[0].contains("  pushed: treat it as public  "),
        "{human}"
    );
    let by = |id: &str| format!(" by Ada <ada@example.org> in {}", &id[..12]);
    for (verb, id, summary) in [
        ("introduced 2026-01-02 (", &added, ": Add the client"),
        ("removed 2026-01-02 (", &moved, ": Move it"),
        ("moved from old.py, 2026-01-02 (", &moved, ": Move it"),
    ] {
        let told = |line: &&&str| line.trim_start().starts_with(verb);
        let line = lines.iter().find(told).expect("a line that tells it");
        assert!(line.contains(&by(id)) && line.ends_with(summary), "{human}");
    }
    assert!(lines.contains(&"    in origin/main, tags/v1"), "{human}");
    assert!(
        !human.contains(&removed[..12]),
        "a tag still holds it: {human}"
    );

    let jsonl = run(repo.path(), &["git", "-f", "jsonl"]).stdout;
    let lines = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let lines: Vec<Value> = lines.collect();
    let at = |path: &str| {
        let line = lines.iter().find(|line| line["path"] == *path);
        line.expect("the place").clone()
    };
    let (old, new) = (at("old.py"), at("new.py"));
    assert_eq!(old["introduced"]["commit"], added);
    assert_eq!(old["introduced"]["date"], "2026-01-02T03:04:05Z");
    assert_eq!(old["removed"]["commit"], moved);
    assert_eq!(
        (&new["removed"], &new["renamed_from"]),
        (&Value::Null, &"old.py".into())
    );
    assert_eq!(
        new["refs"],
        serde_json::json!(["refs/remotes/origin/main", "refs/tags/v1"])
    );
    assert_eq!(
        (&new["pushed"], &new["first_seen"]),
        (&true.into(), &"2026-01-02T03:04:05Z".into())
    );

    let sarif = sarif(repo.path(), &["git"], &[&key]);
    let result = result(&sarif, &key);
    assert_eq!(uri(result), "new.py", "a ref holds it there");
    let facts = &result["locations"][0]["properties"];
    assert_eq!(facts["introduced"]["commit"], moved);
    assert!(!sarif.to_string().contains("Ada"));
}

#[test]
fn two_reports_for_one_place_are_a_usage_error_and_nothing_is_written() {
    let repo = Repo::new();
    let kept = repo.join("kept");
    repo.write("kept", "as it was");
    for (args, place) in [
        (&["-f", "human", "-f", "json"][..], "standard output"),
        (&["-f", "sarif", "-f", "jsonl=-"], "standard output"),
        (&["-f", "json=kept", "-f", "sarif=./kept"], "kept"),
        (&["-f", "json", "-f", "sarif", "-o", "kept"], "kept"),
        (&["-f", "json=other", "-o", "kept"], "--output"),
        (&["-f", "json="], "no file"),
    ] {
        let run = run(repo.path(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        for part in [place, "-f sarif=out.sarif -f human"] {
            assert!(run.stderr.contains(part), "{args:?}: {}", run.stderr);
        }
        assert_eq!(std::fs::read(&kept).expect("it is there"), b"as it was");
    }
    assert!(!repo.join("other").exists());
}

#[test]
fn sarif_of_a_clean_folder_and_of_a_damaged_repository() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing");
    let head = repo.commit("begin");
    let clean = sarif(repo.path(), &["scan"], &[]);
    assert_eq!(clean["results"], Value::Array(Vec::new()));
    assert_eq!(clean["invocations"][0]["executionSuccessful"], true);
    assert_eq!(array(&clean["tool"]["driver"]["rules"]).len(), 3);
    let provenance = &clean["versionControlProvenance"][0];
    assert_eq!(provenance["revisionId"], head);
    let uri = provenance["repositoryUri"].as_str().expect("a URI");
    assert!(uri.starts_with("file:///"), "{uri}");

    let name = "refs/heads/broken";
    std::fs::write(repo.join(&format!(".git/{name}")), "garbage").expect("written");
    let damaged = sarif(repo.path(), &["scan"], &[]);
    let invocation = &damaged["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notice["descriptor"]["id"], "broken-ref");
    assert_eq!(run(repo.path(), &["scan", "-f", "sarif"]).code, 3);
}

#[test]
fn sarif_has_notes_as_tags_and_habits_as_results() {
    let (repo, key) = (Repo::new(), key());
    repo.write("dist/a.js", format!("k = process.env.K || '{key}'\n"))
        .write("a b/Dockerfile", "FROM scratch\nARG AISA_API_KEY\n")
        .write(".env", "PORT=1\n")
        .commit("begin");
    let run = sarif(repo.path(), &["scan"], &[&key]);
    let leak = result(&run, &key);
    let tags = serde_json::json!(["client-exposed", "env-fallback"]);
    assert!(
        array(&tags)
            .iter()
            .all(|tag| array(&leak["properties"]["tags"]).contains(tag)),
        "{leak:#}"
    );
    assert_eq!(leak["locations"][0]["properties"]["notes"], tags);
    let habits = &array(&run["results"])[1..];
    let rules: Vec<&Value> = habits.iter().map(|habit| &habit["ruleId"]).collect();
    let expected = ["aisa-hygiene-dotenv-tracked", "aisa-hygiene-build-argument"];
    assert_eq!(rules, expected);
    assert_eq!(uri(&habits[1]), "a%20b/Dockerfile");
    let region = &habits[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 2);
}

#[test]
fn sarif_of_keys_in_every_kind_of_place() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..8).map(|_| key()).collect();
    let [spaced, odd, one, other, old, message, branch, author] = &keys[..] else {
        panic!("eight keys");
    };
    repo.write("a b/100%.py", format!("x = 1\n你 = '{spaced}'\n"));
    let path = repo.path().join(OsStr::from_bytes(b"\xff.py"));
    std::fs::write(path, odd).expect("written");
    repo.write("two.js", format!("a('{one}', '{other}')\n"));
    repo.write("old.py", old).commit(&format!("add {message}"));
    repo.git(&["rm", "-q", "old.py"]);
    let author = format!("--author={author} <ada@example.org>");
    repo.git(&["commit", "-q", "-m", "remove", &author]);
    repo.git(&["branch", &format!("try/{branch}")]);

    let run = sarif(repo.path(), &["scan"], &keys.iter().collect::<Vec<_>>());
    assert_eq!(array(&run["results"]).len(), keys.len());
    assert_eq!(uri(result(&run, spaced)), "a%20b/100%25.py");
    let region = &result(&run, spaced)["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (&region["startLine"], &region["startColumn"]),
        (&2.into(), &6.into())
    );
    assert_eq!(region["endColumn"], 6 + 51);
    assert_eq!(uri(result(&run, odd)), "%FF.py");
    assert_eq!(uri(result(&run, old)), "old.py");
    let hash = |key| &result(&run, key)["partialFingerprints"]["primaryLocationLineHash"];
    assert_ne!(hash(one), hash(other));
    for (key, kind) in [(message, "commit-message"), (branch, "ref-name")] {
        let result = result(&run, key);
        let places = array(&result["locations"]).iter();
        let logical = places
            .chain(array(&result["relatedLocations"]))
            .flat_map(|at| array(&at["logicalLocations"]));
        let kinds: Vec<&Value> = logical.map(|at| &at["kind"]).collect();
        assert!(kinds.contains(&&Value::from(kind)), "{result:#}");
    }
    assert!(!run.to_string().contains("ada@example.org"));
    let named = sarif(repo.path(), &["scan", "--sarif-authors"], &[]);
    assert!(named.to_string().contains("ada@example.org"));
}

#[test]
fn sarif_of_what_is_allowed_has_suppressions() {
    let (repo, inline, config, both) = (Repo::new(), key(), key(), key());
    let print = aisaleaks::model::Secret::new(&config).fingerprint();
    repo.write(
        "a.py",
        format!("a = '{inline}' # aisaleaks:allow a test key\n"),
    );
    repo.write("b.py", format!("b = '{config}'\n"));
    repo.write(
        "c.py",
        format!("c = '{both}' # aisaleaks:allow\nc = '{both}'\n"),
    );
    repo.write(
        ".aisaleaks.toml",
        format!(
            "disable = ['aisa-api-key-future']\n[[allow]]\nreason = 'known'\nfingerprints = ['{print}']\n\
             [[allow]]\nreason = 'gone'\npaths = ['gone']\n"
        ),
    );
    repo.commit("all");
    let run = sarif(repo.path(), &["scan"], &[&inline, &config, &both]);
    let suppressions = |key: &str| {
        let suppressions = result(&run, key)["suppressions"].clone();
        array(&suppressions).to_vec()
    };
    let told = |kind: &str, text: &str| serde_json::json!({"kind": kind, "status": "accepted", "justification": text});
    assert_eq!(suppressions(&inline), [told("inSource", "a test key")]);
    assert_eq!(suppressions(&config), [told("external", "known")]);
    assert_eq!(suppressions(&both), [""; 0], "what counts comes first");
    assert_eq!(array(&run["results"]).len(), 4);
    assert_eq!(run["properties"]["suppressed"], 3);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notice["descriptor"]["id"], "stale-configuration");
}

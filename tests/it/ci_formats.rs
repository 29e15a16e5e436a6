//! Reports that CI services read, as the real binary writes them: GitLab's secret detection, and JUnit's XML.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use roxmltree::Document;
use serde_json::{Value, json};

use super::support::{Repo, Run, key, run};

#[path = "../../src/report/gitlab/schema.rs"]
mod schema;

/// What a run says in this format, without more of the keys than their last characters.
fn said(at: &Path, args: &[&str], format: &str, threads: &str, keys: &[&String]) -> Run {
    let run = run(at, &[args, &["-f", format, "-j", threads]].concat());
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    for key in keys {
        assert!(!run.stdout.contains(&key[8..]), "{}", run.stdout);
    }
    run
}

/// GitLab's report, which the schema allows and which is the same for any number of threads, but for its times.
fn gitlab(at: &Path, args: &[&str], keys: &[&String]) -> Value {
    let [one, four] = ["1", "4"].map(|threads| {
        let mut report = said(at, args, "gitlab", threads, keys).json();
        assert_eq!(schema::errors(&report), [""; 0], "{report:#}");
        for time in ["start_time", "end_time"] {
            report["scan"][time] = Value::Null;
        }
        report
    });
    assert_eq!(one, four, "it depends on the number of threads");
    one
}

/// A test case: its name, its class and what came of it.
type Case = (String, String, String);

/// The test cases of JUnit's report, which is left for validators if somebody named a folder for it.
fn junit(at: &Path, args: &[&str], keys: &[&String]) -> Vec<Case> {
    let [one, four] = ["1", "4"].map(|threads| {
        let run = said(at, args, "junit", threads, keys);
        keep(&run.stdout);
        cases(&run.stdout)
    });
    assert_eq!(one, four, "it depends on the number of threads");
    one
}

fn cases(text: &str) -> Vec<Case> {
    let document = Document::parse(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let suite = document.root_element().first_element_child();
    let suite = suite.expect("a suite");
    assert_eq!(suite.attribute("hostname"), Some("localhost"));
    let cases = suite.children().filter(|at| at.has_tag_name("testcase"));
    let cases: Vec<Case> = cases
        .map(|case| {
            let attribute = |name| case.attribute(name).expect("it is there").to_owned();
            let end = case.first_element_child();
            let end = end.map_or("passed", |end| end.tag_name().name()).to_owned();
            (attribute("name"), attribute("classname"), end)
        })
        .collect();
    let tests = cases.len().to_string();
    assert_eq!(suite.attribute("tests"), Some(tests.as_str()));
    cases
}

fn keep(report: &str) {
    let Some(folder) = std::env::var_os("AISALEAKS_KEEP_JUNIT") else {
        return;
    };
    let name = std::thread::current().name().unwrap_or("report").to_owned();
    let count = std::fs::read_dir(&folder).expect("the folder").count();
    let path = Path::new(&folder).join(format!("{}-{count}.xml", name.replace(':', "-")));
    std::fs::write(path, report).expect("written");
}

fn list<'a>(report: &'a Value, path: &str) -> &'a [Value] {
    let list = report.pointer(path).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// The vulnerabilities of a key.
fn of<'a>(report: &'a Value, key: &str) -> Vec<&'a Value> {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let all = list(report, "/vulnerabilities").iter();
    all.filter(|one| one["identifiers"][0]["value"] == *fingerprint)
        .collect()
}

fn ends(cases: &[Case]) -> Vec<&str> {
    cases.iter().map(|(_, _, end)| end.as_str()).collect()
}

#[test]
fn a_clean_folder_is_a_success_in_both() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing").commit("begin");
    let report = gitlab(repo.path(), &["scan"], &[]);
    assert_eq!(report["vulnerabilities"], json!([]));
    assert_eq!(report["scan"]["status"], "success");
    let cases = junit(repo.path(), &["scan"], &[]);
    let expected = ("no leaked keys", "aisaleaks.scan", "passed");
    let found: Vec<_> = cases
        .iter()
        .map(|(name, class, end)| (name.as_str(), class.as_str(), end.as_str()))
        .collect();
    assert_eq!(found, [expected]);
}

#[test]
fn keys_in_every_kind_of_place_and_hostile_names() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..7).map(|_| key()).collect();
    let [plain, odd, one, other, message, branch, author] = &keys[..] else {
        panic!("seven keys");
    };
    repo.write("a b/app.py", format!("x = 1\nk = '{plain}'\n"));
    let hostile = b"]]><failure & \"`@all`\n::error::\x1b[2J\xff%0A|.py";
    std::fs::write(repo.path().join(OsStr::from_bytes(hostile)), odd).expect("written");
    repo.write("two.js", format!("a('{one}', '{other}')\n"));
    let added = repo.commit(&format!("]]></testcase>& {message}"));
    let author = format!("--author=]] & {author} <ada@example.org>");
    repo.git(&["commit", "-q", "--allow-empty", "-m", "]]>", &author]);
    repo.git(&["branch", &format!("try/{branch}")]);
    let all: Vec<&String> = keys.iter().collect();

    let report = gitlab(repo.path(), &["scan"], &all);
    assert_eq!(report["scan"]["status"], "success");
    let [first] = of(&report, plain)[..] else {
        panic!("one place: {report:#}");
    };
    let location = &first["location"];
    assert_eq!(location["file"], "a b/app.py");
    assert_eq!(
        (&location["start_line"], &location["end_line"]),
        (&2.into(), &2.into())
    );
    assert_eq!(location["commit"]["sha"], added);
    assert_eq!(location["commit"]["date"], "2026-01-02T03:04:05Z");
    assert_eq!(first["severity"], "Critical");
    let named = "]]><failure & \"`@all`\\n::error::\\x1b[2J\\xff%0A|.py";
    assert_eq!(of(&report, odd)[0]["location"]["file"], named);
    let rules = [one, other].map(|key| of(&report, key)[0]["identifiers"].as_array().map(Vec::len));
    assert_eq!(
        rules.iter().flatten().sum::<usize>(),
        3,
        "one of them alone has the rule"
    );
    assert!(
        of(&report, message)
            .iter()
            .any(|one| one["location"]["file"] == ".git")
    );
    assert!(!report.to_string().contains("ada@example.org"));
    let named = gitlab(repo.path(), &["scan", "--sarif-authors"], &all);
    assert!(named.to_string().contains("ada@example.org"));

    let cases = junit(repo.path(), &["scan"], &all);
    assert_eq!(cases.len(), list(&report, "/vulnerabilities").len());
    assert!(
        ends(&cases).iter().all(|end| *end == "failure"),
        "{cases:?}"
    );
    let name = "]]><failure & \"`@all`\\n::error::\\x1b[2J\\xff%0A|.py:1:1";
    assert!(cases.iter().any(|(at, _, _)| at == name), "{cases:?}");
    let names: std::collections::BTreeSet<_> = cases.iter().map(|(name, ..)| name).collect();
    assert_eq!(
        names.len(),
        cases.len(),
        "services tell tests apart by their names"
    );
}

#[test]
fn what_could_not_be_read_is_no_success() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("add");
    std::fs::write(repo.join(".git/refs/heads/broken"), "garbage").expect("written");
    let report = gitlab(repo.path(), &["scan"], &[&key]);
    assert_eq!(report["scan"]["status"], "failure");
    let told = list(&report, "/scan/messages").iter();
    let told = told.filter_map(|at| at["value"].as_str());
    assert!(
        told.clone().any(|text| text.starts_with("broken-ref: ")),
        "{report:#}"
    );
    let cases = junit(repo.path(), &["scan"], &[&key]);
    assert_eq!(ends(&cases), ["failure", "error"]);
    assert!(cases[1].0.starts_with("broken-ref: "), "{cases:?}");

    let repo = Repo::new();
    repo.write("a.py", "k = env\n").commit("add");
    std::fs::write(repo.join(".git/refs/heads/broken"), "garbage").expect("written");
    let cases = junit(repo.path(), &["scan"], &[]);
    assert_eq!(ends(&cases), ["error"], "no case passes");
}

#[test]
fn habits_what_is_allowed_and_thresholds() {
    let (repo, open, allowed) = (Repo::new(), key(), key());
    repo.write("a.py", format!("a = '{open}'\n"));
    repo.write(
        "b.py",
        format!("b = '{allowed}' # aisaleaks:allow ]]> a test key\n"),
    );
    repo.write("Dockerfile", "FROM scratch\nARG AISA_API_KEY\n");
    let keys = [&open, &allowed];
    let report = gitlab(repo.path(), &["dir"], &keys);
    assert_eq!(list(&report, "/vulnerabilities").len(), 1);
    assert_eq!(
        of(&report, &open)[0]["location"]["commit"]["sha"],
        "0000000"
    );
    let messages = report["scan"]["messages"].to_string();
    for part in [
        "1 bad habit left out",
        "Suppressed: 1 by a marker in the file",
    ] {
        assert!(messages.contains(part), "{messages}");
    }
    for (args, expected) in [
        (&["dir"][..], &["failure", "skipped"][..]),
        (&["dir", "--fail-on", "never"], &["skipped", "skipped"]),
        (&["dir", "--fail-on", "note"], &["failure", "failure"]),
        (
            &["dir", "--show-suppressed"],
            &["failure", "skipped", "skipped"],
        ),
    ] {
        assert_eq!(ends(&junit(repo.path(), args, &keys)), expected, "{args:?}");
    }
}

#[test]
fn what_brought_rules_find_shows_no_character() {
    let repo = Repo::new();
    let secret = format!("hunter{}", &key()[8..20].replace(['-', '_'], "x"));
    repo.write("a.conf", format!("password = '{secret}'\n"));
    let rules = tempfile::tempdir().expect("a temporary folder");
    let path = rules.path().join("rules.toml");
    let text = "[[rules]]\nid = \"yaml\"\ndescription = \"A ]]> `password`\"\n\
        regex = '''password = '([^']+)''''\nkeywords = [\"password\"]\n";
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("UTF-8");
    let args = ["dir", "--rules", path];
    for format in ["gitlab", "junit"] {
        let run = said(repo.path(), &args, format, "1", &[]);
        assert!(!run.stdout.contains(&secret[3..]), "{}", run.stdout);
        assert!(!run.stdout.contains("console.aisa.one"), "{}", run.stdout);
        match format {
            "gitlab" => {
                let report = run.json();
                assert_eq!(schema::errors(&report), [""; 0], "{report:#}");
                let first = &report["vulnerabilities"][0];
                assert_eq!(first["name"], "Leaked secret: A ]]> `password`");
            }
            _ => {
                keep(&run.stdout);
                assert_eq!(cases(&run.stdout)[0].1, "aisaleaks.yaml");
            }
        }
    }
}

#[test]
fn hundreds_of_keys_are_all_in_both() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..500).map(|_| key()).collect();
    repo.write("keys.txt", keys.join("\n"));
    let all: Vec<&String> = keys.iter().collect();
    let report = gitlab(repo.path(), &["dir"], &all);
    assert_eq!(list(&report, "/vulnerabilities").len(), 500);
    assert_eq!(junit(repo.path(), &["dir"], &all).len(), 500);
}

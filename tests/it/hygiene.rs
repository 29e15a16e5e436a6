//! Bad habits around keys, through the real binary on real repositories.

use serde_json::{Value, json};

use super::support::{Repo, key, report, run};

/// Rules and paths of the habits in a report.
fn habits(report: &Value) -> Vec<(&str, &str)> {
    let habits = report["hygiene"].as_array().expect("habits").iter();
    habits
        .map(|at| {
            let text = |name| at[name].as_str().expect("text");
            (text("rule"), text("path"))
        })
        .collect()
}

/// A value that looks random and has no shape that is known; it has digits, as nearly all of them do.
fn value() -> String {
    format!("{}7Kf93x", &key()[12..40])
}

const WORKFLOW: &str = "jobs:\n  a:\n    steps:\n      - run: echo \"$AISA_API_KEY\"\n";

/// A repository with one of each habit, and no key.
fn careless() -> Repo {
    let repo = Repo::new();
    repo.write(".gitignore", "ignored.env\n")
        .write("ignored.env", "AISA_API_KEY=\n")
        .write(".github/workflows/ci.yml", WORKFLOW)
        .write("Dockerfile", "FROM scratch\nARG AISA_API_KEY\n")
        .write(
            "web/app.ts",
            "\nexport const k = import.meta.env.VITE_AISA_API_KEY\n",
        )
        .write("tracked/.env", "AISA_API_KEY=\n")
        .write("other/.env", "PORT=1\n")
        .write("src/a.py", format!("AISA_API_KEY = '{}'\n", value()));
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "begin"]);
    repo.write("new/.env", "PORT=1\nAISA_API_KEY=\n");
    repo
}

const ALL: [(&str, &str); 7] = [
    ("printed-in-ci", ".github/workflows/ci.yml"),
    ("build-argument", "Dockerfile"),
    ("dotenv-not-ignored", "new/.env"),
    ("dotenv-tracked", "other/.env"),
    ("random-literal", "src/a.py"),
    ("dotenv-tracked", "tracked/.env"),
    ("public-prefix", "web/app.ts"),
];

#[test]
fn each_habit_is_told_in_files_and_changes_no_status() {
    let repo = careless();
    for args in [&["scan", "."][..], &["dir", "."]] {
        let (code, report) = report(repo.path(), args);
        assert_eq!((code, habits(&report)), (0, ALL.to_vec()), "{report:#}");
        assert_eq!(report["complete"], true);
        let at = |nth: usize| &report["hygiene"][nth];
        assert_eq!(
            (&at(0)["line"], &at(0)["severity"]),
            (&json!(4), &json!("warning"))
        );
        assert_eq!(
            (&at(2)["line"], &at(2)["severity"]),
            (&json!(2), &json!("warning"))
        );
        assert_eq!(
            (&at(3)["line"], &at(3)["severity"]),
            (&Value::Null, &json!("note"))
        );
        assert_eq!(at(5)["severity"], "warning");
        for nth in 0..ALL.len() {
            let example = at(nth)["example"].as_str();
            assert!(example.is_some_and(|text| !text.is_empty()));
        }
    }
    let status = |args: &[&str]| run(repo.path(), args).code;
    assert_eq!(status(&["scan", "--fail-on", "note"]), 1);
    assert_eq!(status(&["scan", "--fail-on", "note", "--no-hygiene"]), 0);
    assert_eq!(status(&["scan", "--fail-on", "error"]), 0);
}

#[test]
fn what_did_not_ask_for_them_is_not_told() {
    let repo = careless();
    for args in [
        &["scan", "--no-hygiene"][..],
        &["dir", "--no-hygiene", "."],
        &["git"],
    ] {
        let (code, report) = report(repo.path(), args);
        assert_eq!((code, habits(&report)), (0, vec![]), "{args:?}");
    }
    let quiet = run(repo.path(), &["dir", "-q", "."]).stdout;
    assert!(quiet.contains("Habits that will leak a key"), "{quiet}");
    let nothing = run(repo.path(), &["dir", "-q", "--no-hygiene", "."]).stdout;
    assert_eq!(nothing, "");
}

#[test]
fn a_hook_tells_of_them_only_if_it_is_asked() {
    let repo = Repo::new();
    repo.write("Dockerfile", "ARG AISA_API_KEY\n").commit("old");
    repo.write(".github/workflows/ci.yml", WORKFLOW)
        .write(".env", "AISA_API_KEY=\n")
        .write("README.md", "echo $AISA_API_KEY\n");
    repo.git(&["add", "."]);
    // What is staged counts, not what stands in the work tree.
    repo.write(".github/workflows/ci.yml", "jobs: {}\n");
    let (code, silent) = report(repo.path(), &["staged"]);
    assert_eq!((code, habits(&silent)), (0, vec![]));
    let (code, asked) = report(repo.path(), &["staged", "--hygiene"]);
    let expected = vec![
        ("dotenv-tracked", ".env"),
        ("printed-in-ci", ".github/workflows/ci.yml"),
    ];
    assert_eq!((code, habits(&asked)), (0, expected), "{asked:#}");
}

#[test]
fn good_habits_are_silent() {
    let repo = Repo::new();
    repo.write(".gitignore", ".env*\n!.env.example\n")
        .write(".env", "AISA_API_KEY=\n")
        .write("deep/er/.env.local", "AISA_API_KEY=\n")
        .write(".env.example", "AISA_API_KEY=your-key-here\n")
        .write("op.env", "AISA_API_KEY=op://vault/aisa/key\n")
        .write("README.md", "Never set `VITE_AISA_API_KEY`, never `echo $AISA_API_KEY`.\n")
        .write("Dockerfile", "RUN --mount=type=secret,id=aisa_api_key,env=AISA_API_KEY ./build\n")
        .write(
            ".github/workflows/ci.yml",
            "env:\n  AISA_API_KEY: ${{ secrets.AISA_API_KEY }}\nrun: |\n  [ -n \"$AISA_API_KEY\" ] || echo missing\n",
        )
        .write("src/a.ts", "const key = process.env.AISA_API_KEY\n")
        .write("src/b.py", "AISA_API_KEY = 'your-api-key-goes-here'\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "begin"]);
    let (code, report) = report(repo.path(), &["scan"]);
    assert_eq!((code, habits(&report)), (0, vec![]), "{report:#}");
}

#[test]
fn a_dotenv_file_outside_of_every_work_tree_is_nobodys_business() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(".env"), "AISA_API_KEY=\n").expect("written");
    let (_, alone) = report(folder.path(), &["dir", "."]);
    assert_eq!(habits(&alone), []);
    // In a work tree, from wherever it is looked at.
    let repo = careless();
    let (_, inside) = report(&repo.join("new"), &["dir", "."]);
    assert_eq!(habits(&inside), [("dotenv-not-ignored", ".env")]);
    let (_, named) = report(repo.path(), &["dir", "new/.env", "tracked"]);
    let expected = [
        ("dotenv-not-ignored", "new/.env"),
        ("dotenv-tracked", "tracked/.env"),
    ];
    assert_eq!(habits(&named), expected);
    // Ignored and named: the rule covers it.
    let (_, ignored) = report(repo.path(), &["dir", "ignored.env"]);
    assert_eq!(habits(&ignored), []);
    let (_, all) = report(repo.path(), &["dir", "--include-ignored", "."]);
    assert_eq!(habits(&all), ALL);
}

#[test]
fn a_file_of_many_windows_is_one_file() {
    let repo = Repo::new();
    let mut text = "A=1\n".repeat(2 << 20);
    text.push_str("AISA_API_KEY=\n");
    text.push_str(&"B=1\n".repeat(2 << 20));
    repo.write("large.env", &text);
    let line = (2 << 20) + 1;
    let (_, alone) = report(repo.path(), &["dir", "."]);
    assert_eq!(habits(&alone), [("dotenv-not-ignored", "large.env")]);
    assert_eq!(alone["hygiene"][0]["line"], line);
    let text = text.replace("AISA_API_KEY=", "\techo $AISA_API_KEY");
    repo.write("large.env", "").write("Makefile", text);
    let (_, made) = report(repo.path(), &["dir", "."]);
    assert_eq!(habits(&made), [("printed-in-ci", "Makefile")]);
    assert_eq!(made["hygiene"][0]["line"], line);
}

#[test]
fn very_many_are_cut_off_in_one_order_and_that_is_said() {
    let repo = Repo::new();
    for nth in 0..1100 {
        repo.write(&format!("{nth:04}/Dockerfile"), "ARG AISA_API_KEY\n");
    }
    let (_, report) = report(repo.path(), &["dir", "."]);
    let habits = habits(&report);
    assert_eq!(habits.len(), 1000);
    assert_eq!(habits.last(), Some(&("build-argument", "0999/Dockerfile")));
    let said = run(repo.path(), &["dir", "."]).stderr;
    assert!(said.contains("more bad habits than these 1000"), "{said}");
}

#[test]
fn the_value_beside_a_habit_is_never_shown() {
    let (repo, body) = (Repo::new(), value());
    repo.write("a.py", format!("AISA_API_KEY = '{body}'\n"))
        .write(".env", format!("AISA_API_KEY={body}\n"))
        .write("Dockerfile", format!("ARG AISA_API_KEY={body}\n"));
    for format in ["human", "json", "jsonl", "sarif"] {
        let run = run(repo.path(), &["dir", "-f", format, "."]);
        assert!(!run.stdout.contains(&body), "{}", run.stdout);
        assert!(
            run.stdout.contains("AISA_API_KEY is given a literal"),
            "{}",
            run.stdout
        );
    }
}

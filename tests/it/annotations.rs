//! What a CI service makes of a report: annotations that its runner reads, Markdown that it renders, and a log of which it obeys
//! nothing.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::support::{Repo, Run, git_command, key, run};
use runner::{Obeyed, commands};

#[path = "../../src/report/github/runner.rs"]
mod runner;

/// Names of files that want to be commands, markup or both.
const NAMES: [&str; 9] = [
    "a::b%0Ac,d\n::error::x",
    "::set-env name=x::y",
    " ::warning::z",
    "##[add-mask]m",
    "v##vso[task.setvariable variable=a]b",
    "x|y`z``.md",
    "<img src=x onerror=alert(1)>.html",
    "![a](b) @team #1 www.example.org",
    "b\\|c\\",
];

/// A repository with a key in each of the files, and in what else somebody can name; and the keys.
fn hostile() -> (Repo, Vec<String>) {
    let repo = Repo::new();
    let mut keys: Vec<String> = NAMES.iter().map(|_| key()).collect();
    for (name, key) in NAMES.iter().zip(&keys) {
        repo.write(name, format!("{name}\nk = '{key}' # {name}\n"));
    }
    let [message, name] = [key(), key()];
    repo.write(&format!("dir/{name}::error::"), "x\n");
    repo.git(&["add", "-A"]);
    let text = format!("::error::{message}\n\n##[group]a\n::stop-commands::b");
    let mut commit = git_command(repo.path(), &["commit", "-q", "-m", &text]);
    for who in ["AUTHOR", "COMMITTER"] {
        commit.env(format!("GIT_{who}_NAME"), "::error::@team | `x` ##[a]");
    }
    assert!(commit.status().expect("git runs").success());
    // What cannot be read names itself, too.
    repo.write(".git/refs/heads/##[x]", "::error::y\n");
    repo.write("::env::/.env", "AISA_API_KEY=$OTHER\n");
    keys.extend([message, name]);
    (repo, keys)
}

fn assert_silent(run: &Run, keys: &[String]) {
    for key in keys {
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(&key[8..30]), "{text}");
        }
    }
}

/// The commands in the log of a run with annotations, of which every line is one.
fn annotations(repo: &Repo, args: &[&str]) -> (Run, Vec<Obeyed>) {
    let run = run(repo.path(), &[args, &["-f", "github"]].concat());
    let obeyed = commands(&run.stdout);
    assert_eq!(obeyed.len(), run.stdout.lines().count(), "{}", run.stdout);
    assert_eq!(commands(&run.stderr), [], "{}", run.stderr);
    let kinds = ["error", "warning", "notice"];
    for command in &obeyed {
        assert!(kinds.contains(&command.name.as_str()), "{command:?}");
        assert_eq!(commands(&command.data), [], "{command:?}");
    }
    (run, obeyed)
}

#[test]
fn annotations_are_what_was_meant_and_nothing_else() {
    let (repo, keys) = hostile();
    for args in [&["scan"][..], &["dir", "."], &["git"], &["scan", "-vv"]] {
        let (run, obeyed) = annotations(&repo, args);
        assert_eq!(run.code, 1, "{args:?}: {}", run.stderr);
        assert_silent(&run, &keys);
        let errors = obeyed.iter().filter(|at| at.name == "error").count();
        assert!((9..=10).contains(&errors), "{args:?}: {errors}");
    }
    // One file at a time: each is named exactly, but for what another service would obey.
    for (name, key) in NAMES.iter().zip(&keys) {
        let repo = Repo::new();
        repo.write(name, format!("\nk = '{key}'\n"));
        let (_, obeyed) = annotations(&repo, &["dir", "."]);
        let [only] = &obeyed[..] else {
            panic!("{obeyed:?}");
        };
        let shown = name.replace("##", "#\\x23");
        let expected = [
            ("file", shown.as_str()),
            ("line", "2"),
            ("col", "6"),
            ("endLine", "2"),
            ("endColumn", "57"),
        ];
        for (property, value) in expected {
            assert_eq!(only.properties[property], value, "{only:?}");
        }
        let title = format!("Leaked AIsa API key sk-aisa-…{}", &key[key.len() - 3..]);
        assert_eq!(only.properties["title"], title);
        assert!(only.data.contains("https://console.aisa.one"), "{only:?}");
    }
}

#[test]
fn a_key_in_history_names_its_commit_and_a_problem_is_an_error() {
    let (repo, key) = (Repo::new(), key());
    repo.write("old.py", format!("k = '{key}'\n"));
    let added = repo.commit("Add the client");
    repo.write("old.py", "k = env\n").commit("Read it");
    let (run, obeyed) = annotations(&repo, &["git"]);
    assert_eq!((run.code, obeyed.len()), (1, 1));
    let data = &obeyed[0].data;
    assert!(data.contains("in old.py:1, in history"), "{data}");
    let came = format!("It came with commit {} of 2026-01-02.", &added[..12]);
    assert!(data.contains(&came), "{data}");
    assert!(!data.contains("Ada"), "{data}");

    repo.write(".git/refs/heads/bad", "::error::\n");
    let (run, obeyed) = annotations(&repo, &["git", "--fail-on", "never"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let names: Vec<&str> = obeyed.iter().map(|at| at.name.as_str()).collect();
    assert_eq!(names, ["error", "warning"]);
    assert!(
        obeyed[0]
            .data
            .starts_with("broken-ref: ./.git/refs/heads/bad\n"),
        "{obeyed:?}"
    );
}

#[test]
fn a_clean_run_annotates_nothing() {
    let repo = Repo::new();
    repo.write("a.py", "k = env\n").commit("add");
    let (run, obeyed) = annotations(&repo, &["scan"]);
    assert_eq!((run.code, obeyed.len()), (0, 0));
    assert_eq!(run.stdout, "");
}

/// Text outside of code spans, and what could act: all that a parser makes of it.
fn acts(markdown: &str) -> (String, BTreeSet<String>) {
    let extensions = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let (mut plain, mut acts) = (String::new(), BTreeSet::new());
    for event in Parser::new_ext(markdown, extensions) {
        match event {
            Event::Text(text) => plain.push_str(&text),
            Event::Html(text) | Event::InlineHtml(text) => drop(acts.insert(text.into_string())),
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis)) => {
                acts.insert(format!("{tag:?}"));
            }
            Event::End(_) => plain.push('\n'),
            _ => {}
        }
    }
    (plain, acts)
}

#[test]
fn markdown_has_everything_and_nothing_in_it_acts() {
    let (repo, keys) = hostile();
    for args in [&["scan"][..], &["dir", "."], &["git"]] {
        let run = run(repo.path(), &[args, &["-f", "markdown"]].concat());
        assert_eq!(run.code, 1, "{args:?}: {}", run.stderr);
        assert_silent(&run, &keys);
        let (plain, acts) = acts(&run.stdout);
        assert!(acts.is_empty(), "{args:?}: {acts:?}");
        for odd in ["img", "@team", "www.", "::", "##[", "onerror", "|", "\\"] {
            assert!(!plain.contains(odd), "{args:?}: {odd} in {plain}");
        }
        for shown in [
            "`<img src=x onerror=alert(1)>.html:2`",
            "```x\\|y`z``.md:2```",
        ] {
            assert!(
                run.stdout.contains(shown),
                "{args:?}: {shown} in {}",
                run.stdout
            );
        }
        for said in ["leaked keys", "What to do now", "console.aisa.one"] {
            assert!(plain.contains(said), "{args:?}: {said} in {plain}");
        }
    }
}

#[test]
fn no_line_that_people_read_is_a_command() {
    let (repo, keys) = hostile();
    for command in ["scan", "dir", "git", "staged"] {
        for flags in [&[][..], &["-vv"], &["--show-suppressed", "-v"]] {
            let run = run(repo.path(), &[&[command], flags].concat());
            assert_silent(&run, &keys);
            for log in [&run.stdout, &run.stderr] {
                assert_eq!(commands(log), [], "{command} {flags:?}: {log}");
            }
        }
    }
    // A gate wraps what it quotes, and an error quotes what was typed.
    repo.git(&["checkout", "-q", "--orphan", "next"]);
    for args in [
        &["hook", "run", "pre-commit"][..],
        &["dir", "::error::x"],
        &["git", "--range", "::error::##[x]..b"],
        &["scan", "--no::such", "##[flag]"],
        &["rules", "check", "::error::y"],
        &["explain", "::error::y:1"],
        &["baseline", "show", "--baseline", "##[x]"],
    ] {
        let run = run(repo.path(), args);
        assert_ne!(run.code, 0, "{args:?}");
        for log in [&run.stdout, &run.stderr] {
            assert_eq!(commands(log), [], "{args:?}: {log}");
        }
    }
}

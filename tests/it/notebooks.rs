//! Jupyter notebooks: reports say in which cell a key stands.

use std::path::Path;

use serde_json::{Value, json};

use super::support::{Repo, command, feed, key, locations, report, run};

/// A notebook as Jupyter writes it, with a key in the source of its second cell and one in the output of its third.
fn notebook(source: &str, output: &str) -> String {
    let text = |text: &str| json!({"cell_type": "markdown", "metadata": {}, "source": [text]});
    let printed = json!({
        "cell_type": "code", "execution_count": 3, "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": [format!("{output}\n")]}],
        "source": ["print(KEY)"],
    });
    let cells = [
        text("# \"cells\": [{}, {}]"),
        text(&format!("KEY = '{source}'")),
        printed,
    ];
    let all = json!({
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4, "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&all).expect("JSON") + "\n"
}

fn cells(report: &Value, key: &str) -> Vec<Value> {
    let found = locations(report, key).into_iter();
    found.map(|at| at["cell"].clone()).collect()
}

#[test]
fn cells_are_told_on_disk_in_history_before_a_commit_and_of_a_stream() {
    let (repo, [one, two, plain]) = (Repo::new(), [(); 3].map(|()| key()));
    let text = notebook(&one, &two);
    repo.write("try.data", &text);
    repo.write(
        "a.json",
        format!("{{\"cells\": [{{\"k\": \"{plain}\"}}]}}\n"),
    );
    repo.git(&["add", "."]);
    let told = |report: &Value| {
        assert_eq!(cells(report, &one), [json!(2)], "{report:#}");
        assert_eq!(cells(report, &two), [json!(3)], "{report:#}");
        for at in locations(report, &plain) {
            assert_eq!(at.get("cell"), None, "{report:#}");
        }
    };
    told(&report(repo.path(), &["staged"]).1);
    repo.commit("a notebook");
    told(&report(repo.path(), &["scan"]).1);
    told(&report(repo.path(), &["dir", "."]).1);
    told(&report(repo.path(), &["git"]).1);
    let mut stdin = command(Path::new("."), &["stdin", "-f", "json"]);
    told(&feed(&mut stdin, text.as_bytes()).json());
    let human = run(repo.path(), &["dir", "try.data"]);
    let line = text.lines().position(|line| line.contains(&one));
    let place = format!("try.data:{}:", line.expect("a line") + 1);
    let shown = human.stdout.lines().find(|line| line.contains(&place));
    let shown = shown.unwrap_or_else(|| panic!("{}", human.stdout));
    assert!(shown.contains(" (cell 2)"), "{shown}");
}

#[test]
fn a_part_of_a_notebook_has_no_cells() {
    let (folder, [one, two]) = (
        tempfile::tempdir().expect("a folder"),
        [(); 2].map(|()| key()),
    );
    let text = notebook(&one, &two);
    std::fs::write(folder.path().join("a.ipynb"), &text[..text.len() - 3]).expect("written");
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    for key in [one, two] {
        assert_eq!(cells(&report, &key), [Value::Null], "{report:#}");
    }
}

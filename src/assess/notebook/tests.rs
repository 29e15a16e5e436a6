//! Notebooks as Jupyter and others write them, and what only looks like one.

use serde_json::{Value, json};

use super::*;

fn code(source: &str, output: &str) -> Value {
    json!({
        "cell_type": "code", "execution_count": 1, "id": "a1", "metadata": {"tags": ["x"]},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": [output]}],
        "source": [source, "\n", "print(\"{[cells\")"],
    })
}

fn notebook() -> Value {
    let cells = [
        json!({"cell_type": "markdown", "metadata": {"of": "ONE"}, "source": ["\"cells\": [{}, {}] \\\\ \" }]"]}),
        code("TWO", "OUT2"),
        json!({"cell_type": "raw", "metadata": {"cells": [{}, {}], "nbformat": 3}, "source": "THREE"}),
        code("FOUR", "OUT4"),
    ];
    json!({
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "cells": [{"a": "NONE"}]}, "x": "\"cells\": ["},
        "nbformat": 4, "nbformat_minor": 5,
    })
}

/// The cell in which the only place of a text is.
fn cell_of(text: &str, what: &str) -> Option<u32> {
    let at = text.find(what).expect("it is there");
    assert_eq!(text.rfind(what), Some(at), "{what} is there once");
    cell(text.as_bytes(), at)
}

fn check(text: &str) {
    for (what, expected) in [
        ("\"ONE\"", Some(1)),
        ("TWO", Some(2)),
        ("OUT2", Some(2)),
        ("THREE", Some(3)),
        ("FOUR", Some(4)),
        ("OUT4", Some(4)),
        ("NONE", None),
        ("kernelspec", None),
    ] {
        assert_eq!(cell_of(text, what), expected, "{what} in {text}");
    }
}

#[test]
fn every_part_of_a_cell_is_in_it() {
    let notebook = notebook();
    let pretty = serde_json::to_string_pretty(&notebook).expect("JSON");
    check(&pretty);
    check(&serde_json::to_string(&notebook).expect("JSON"));
    check(&format!("\u{feff}{}\r\n", pretty.replace('\n', "\r\n")));
    // The end of one cell and the beginning of the next: what is between them is nobody's in particular.
    let at = pretty.find("\"cells\"").expect("cells");
    assert_eq!(cell(pretty.as_bytes(), at), None);
    assert_eq!(cell(pretty.as_bytes(), pretty.len() + 9), None);
}

#[test]
fn the_order_of_the_names_does_not_matter() {
    let notebook = notebook();
    let part = |name: &str| format!("\"{name}\": {}", notebook[name]);
    for names in [
        ["nbformat", "nbformat_minor", "metadata", "cells"],
        ["metadata", "cells", "nbformat_minor", "nbformat"],
        ["nbformat_minor", "cells", "nbformat", "metadata"],
    ] {
        let parts = names.map(part).join(" ,\n ");
        check(&format!("{{{parts}}}"));
    }
}

#[test]
fn a_part_of_a_notebook_and_what_only_looks_like_one_have_no_cells() {
    let text = serde_json::to_string_pretty(&notebook()).expect("JSON");
    let at = text.find("TWO").expect("TWO");
    assert_eq!(cell(text.as_bytes(), at), Some(2));
    for (from, to) in [(0, text.len() - 2), (1, text.len()), (at - 50, text.len())] {
        assert_eq!(
            cell(&text.as_bytes()[from..to], at - from),
            None,
            "{from} to {to}"
        );
    }
    let replaced = |from: &str, to: &str| text.replace(from, to);
    for other in [
        replaced("\"nbformat\": 4", "\"nbformat\": 3"),
        replaced("\"nbformat\": 4", "\"nbformat\": 44"),
        replaced("\"nbformat\": 4", "\"nbformat\": [4]"),
        replaced("\"nbformat\"", "\"format\""),
        replaced("\"cells\"", "\"worksheets\""),
        format!("[{text}]"),
        format!("{text}{{}}"),
        format!("{{\"nb\": {text}, \"nbformat\": 4}}"),
    ] {
        let at = other.find("TWO").expect("TWO");
        assert_eq!(cell(other.as_bytes(), at), None, "{other}");
    }
}

#[test]
fn hostile_json_ends() {
    let deep = "[".repeat(1 << 20);
    for text in [
        format!("{{\"nbformat\":4,\"cells\":{deep}}}"),
        format!("{{\"nbformat\":4,\"cells\":[{}]}}", "]".repeat(100)),
        "{\"nbformat\":4,\"cells\":[\"\\".to_owned() + "}",
        "}{nbformat}".to_owned(),
        "{nbformat\"}".to_owned(),
        "{\"nbformat\":4,\"cells\":[1,[],\"x\"]}".to_owned(),
    ] {
        for at in [0, 20, text.len() / 2, text.len(), usize::MAX] {
            assert_eq!(cell(text.as_bytes(), at), None);
        }
    }
    let nested = format!(
        "{{\"nbformat\":4,\"cells\":[{{}},{{\"a\":{deep}1{},\"KEY\":0}}]}}",
        "]".repeat(1 << 20)
    );
    assert_eq!(cell_of(&nested, "KEY"), Some(2));
}

#[test]
fn another_notebook_of_the_same_length_is_another_one() {
    let one = "{\"cells\":[{\"a\":0},{\"K\":0}],\"nbformat\":4}";
    let two = "{\"cells\":[{\"a\":0 , \"K\":0}],\"nbformat\":4}";
    let mut buffer = one.as_bytes().to_vec();
    assert_eq!(cell(&buffer, one.find('K').expect("K")), Some(2));
    buffer.clear();
    buffer.extend_from_slice(two.as_bytes());
    assert_eq!(cell(&buffer, two.find('K').expect("K")), Some(1));
}

#[test]
fn ten_thousand_findings_are_told() {
    let cells: Vec<Value> = (0..10_000).map(|_| json!({"source": "K"})).collect();
    let text = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let text = serde_json::to_string(&text).expect("JSON");
    let starts = memmem::find_iter(text.as_bytes(), b"\"K\"");
    let found: Vec<Option<u32>> = starts.map(|at| cell(text.as_bytes(), at)).collect();
    let expected: Vec<Option<u32>> = (1..=10_000).map(Some).collect();
    assert!(found == expected, "each has its own");
}

#[test]
fn a_notebook_full_of_keys_is_given_up() {
    let text = serde_json::to_string(&notebook()).expect("JSON");
    let [one, two, four] = ["ONE", "TWO", "FOUR"].map(|what| text.find(what).expect("there"));
    let mut memo = Memo::default();
    let most = text.len() as u64;
    let mut told = |start| memo.cell(text.as_bytes(), start, most);
    assert_eq!([one, two, four].map(&mut told), [Some(1), Some(2), None]);
    assert_eq!(told(one), Some(1), "it is looked at anew");
    assert_eq!(memo.cell(b"{}", one + 1, most), None);
    assert_eq!(memo.cell(text.as_bytes(), two, most), Some(2));
}

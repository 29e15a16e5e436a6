use super::*;

fn said(document: Document<'_>) -> Vec<String> {
    let said = document.into_diagnostics();
    said.iter().map(Diagnostic::to_string).collect()
}

fn parsed(text: &str, mode: Mode) -> Document<'_> {
    Document::parse(text, "f", mode).expect("valid TOML")
}

#[test]
fn values_come_with_their_lines() {
    let text = "a = 'x'\nb = true\nc = 3\nd = 2.5\ne = 2026-01-31\nf = [\n  'p',\n  'q',\n]\n[g]\nh = '2026-02-01'\n[[i]]\n[[i]]\n";
    let document = parsed(text, Mode::Strict);
    let mut root = document.root();
    assert_eq!(root.string("a").map(|found| found.value), Some("x".into()));
    assert_eq!(
        root.bool("b"),
        Some(Lined {
            value: true,
            line: 2
        })
    );
    assert_eq!(root.integer("c"), Some(Lined { value: 3, line: 3 }));
    assert_eq!(root.number("d").map(|found| found.value), Some(2.5));
    assert_eq!(root.number("c").map(|found| found.value), Some(3.0));
    let date = root.date("e").map(|found| found.value.to_string());
    assert_eq!(date.as_deref(), Some("2026-01-31"));
    let texts = root.strings("f").expect("a list");
    let texts: Vec<_> = texts
        .iter()
        .map(|text| (text.value.as_str(), text.line))
        .collect();
    assert_eq!(texts, [("p", 7), ("q", 8)]);
    let mut inside = root.table("g").expect("a table");
    assert_eq!(inside.line(), 10);
    assert_eq!(inside.date("h").map(|found| found.line), Some(11));
    inside.done();
    let lines: Vec<usize> = root.tables("i").iter().map(Table::line).collect();
    assert_eq!(lines, [12, 13]);
    assert_eq!(root.has("z"), None);
    root.done();
    assert_eq!(said(document), [""; 0]);
}

#[test]
fn everything_wrong_is_said_at_once_and_values_are_not_quoted() {
    let text = "name = 7\nwhen = 'private'\n[[list]]\nkeywrods = ['private']\n[[list]]\nflag = 'private'\n";
    let document = parsed(text, Mode::Strict);
    let mut root = document.root();
    assert!(root.string("name").is_none());
    assert!(root.date("when").is_none());
    for mut entry in root.tables("list") {
        entry.about("entry `x`".into());
        entry.strings("keywords");
        if entry.bool("flag").is_none() {
            entry.missing("reason");
        }
        entry.done();
    }
    root.done();
    assert_eq!(
        said(document),
        [
            "f:1: error: `name` must be a text; this whole number is not one",
            "f:2: error: `when` must be a date like 2026-01-31; this text is not one",
            "f:3: error: entry `x`: `reason` is missing",
            "f:4: error: entry `x`: there is no key `keywrods`; did you mean `keywords`?",
            "f:5: error: entry `x`: `reason` is missing",
            "f:6: error: entry `x`: `flag` must be true or false; this text is not one",
        ]
    );
}

#[test]
fn a_lenient_reader_converts_and_ignores_case() {
    let text = "ID = 'a'\nkeywords = 'a,b'\nGroup = '2'\nentropy = '3.5'\ntext = 4\nflag = 'true'\n\
                zzz = 1\n[Lists]\nx = 1\n";
    let document = parsed(text, Mode::Lenient);
    let mut root = document.root();
    assert!(root.string("id").is_some());
    let words = root.strings("keywords").expect("a list");
    assert_eq!(words.len(), 2);
    assert_eq!(root.integer("group").map(|found| found.value), Some(2));
    assert_eq!(root.number("entropy").map(|found| found.value), Some(3.5));
    assert_eq!(
        root.string("text").map(|found| found.value),
        Some("4".into())
    );
    assert_eq!(root.bool("flag").map(|found| found.value), Some(true));
    assert_eq!(root.tables("lists").len(), 1);
    root.done();
    let expected = "f:7: warning: there is no key `zzz`, which has no effect";
    assert_eq!(said(document), [expected]);

    let document = parsed("Flag = true\nlist = 'a'\n", Mode::Strict);
    let mut root = document.root();
    assert!(root.bool("flag").is_none());
    assert!(root.strings("list").is_none());
    root.done();
    assert_eq!(
        said(document),
        [
            "f:1: error: there is no key `Flag`; did you mean `flag`?",
            "f:2: error: `list` must be a list of texts; this text is not one",
        ]
    );
}

#[test]
fn every_syntax_error_is_said_without_the_text() {
    let secret = "hunter2hunter2";
    let text = format!("a = {secret}\nb = 1\nb = 2\nc = '{secret}\n[d\n");
    let errors = Document::parse(&text, "f", Mode::Strict).expect_err("syntax errors");
    assert!(errors.len() >= 3, "{errors:?}");
    assert_eq!(errors.first().and_then(|error| error.line), Some(1));
    for error in errors {
        assert!(!error.to_string().contains("hunter"), "{error}");
        assert!(error.line.is_some_and(|line| (1..=6).contains(&line)));
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    for deep in [
        format!("{}a = 1", "a.".repeat(500_000)),
        format!("[{}a]\n", "a.".repeat(500_000)),
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}", "{a=".repeat(500_000)),
        format!("a = {{ 'b', {}a = 1 }}", "a.".repeat(500_000)),
        format!("{}a = 1", "'a'.".repeat(500_000)),
        format!("a = {{'b'.{}a = 1}}", "a.".repeat(500_000)),
    ] {
        let errors = Document::parse(&deep, "f", Mode::Strict).expect_err("too deep");
        assert!(errors.iter().all(|error| error.line == Some(1)));
    }
    let long = format!("a = '{}'\n", ".".repeat(5_000));
    assert!(Document::parse(&long, "f", Mode::Strict).is_ok());
}

#[test]
fn an_error_behind_many_warnings_is_kept() {
    let warnings: String = (0..=KEPT).map(|at| format!("k{at} = 1\n")).collect();
    let text = format!("{warnings}[[rules]]\nid = []\n");
    let document = parsed(&text, Mode::Lenient);
    let mut root = document.root();
    let mut rules = root.tables("rules");
    root.done();
    rules.iter_mut().for_each(|rule| {
        rule.error(9, "first");
        rule.error(9, "second");
    });
    let said = said(document);
    let errors = said.iter().filter(|said| said.contains("first"));
    assert_eq!((said.len(), errors.count()), (KEPT + 1, 1));
}

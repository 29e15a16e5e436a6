//! Configuration files, good and bad.

use super::super::args::ConfigArgs;
use super::{Realm, Text, add, load};
use crate::commands::rules::RulesFiles;
use crate::error::{Diagnostic, Error};
use crate::rules::Policy;

/// Reads a file that is called `f`.
fn read(text: &str) -> (Policy, Vec<Diagnostic>) {
    let text = Text {
        name: "f".into(),
        identity: "f".into(),
        bytes: text.into(),
        realm: Realm::Anywhere,
        expected: true,
    };
    let mut rules = crate::rules::builtin().expect("the rules");
    let (mut policy, mut said) = Default::default();
    add(&mut policy, text, &mut rules, &mut said);
    (policy, said)
}

fn said(text: &str) -> Vec<String> {
    let said = read(text).1;
    said.iter().map(ToString::to_string).collect()
}

const PRINT: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn everything_that_a_file_may_say_is_read() {
    let other = PRINT.replace("sha256:0", "sha256:1");
    let text = format!(
        "disable = ['aisa-api-key']\n\
         [[allow]]\nreason = 'why'\nexpires = 2026-01-31\nrules = ['aisa-api-key']\npaths = ['docs/', '*.md']\n\
         regexes = ['^x']\nstop_words = ['Example']\nfingerprints = ['{PRINT}']\n\
         [[allow]]\nreason = 'other'\nexpires = '2026-02-01'\npaths = ['a']\n\
         [[accept]]\nproblem = '{PRINT}'\nreason = 'known'\nexpires = 2026-03-01\n\
         [[accept]]\nproblem = '{other}'\nreason = 'known too'\n"
    );
    let (policy, said) = read(&text);
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(Vec::from_iter(&policy.disabled), ["aisa-api-key"]);
    let [first, second] = &policy.allow[..] else {
        panic!("two entries");
    };
    assert_eq!(
        (first.reason.as_str(), first.source.to_string()),
        ("why", "f:2".into())
    );
    assert_eq!(second.source.to_string(), "f:10");
    let days = [first, second].map(|entry| entry.expires.map(|day| day.to_string()));
    assert_eq!(days, [Some("2026-01-31".into()), Some("2026-02-01".into())]);
    assert!(second.rules.is_none() && second.paths.is_some() && second.fingerprints.is_none());
    assert!(first.regexes.is_some() && first.stop_words.is_some() && first.fingerprints.is_some());
    let accepted = policy.accepted.iter();
    let accepted: Vec<_> = accepted
        .map(|(print, entry)| (print.as_str(), entry.reason.as_str()))
        .collect();
    assert_eq!(accepted, [(PRINT, "known"), (&*other, "known too")]);
    assert!(read("").1.is_empty());
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "disabled = ['x']\nlimits = 1\n\
        [[allow]]\nreason = 'why'\n\
        [[allow]]\nreason = ' '\npaths = ['{private', '']\nregexs = ['x']\n\
        [[allow]]\nexpires = '2026-02-30'\nregexes = ['private(']\nfingerprints = ['private']\nrules = []\n\
        [[accept]]\nproblem = 3\n";
    let said = said(text);
    let expected = [
        "f:1: error: there is no key `disabled`; did you mean `disable`?",
        "f:2: error: there is no key `limits`",
        "f:3: error: [[allow]]: it would allow everything; say what it is about with `rules`, `paths`, `regexes`, `stop_words`, `fingerprints`",
        "f:6: error: [[allow]]: `reason` is empty",
        "f:7: error: [[allow]]: `paths`: this glob is empty or a comment",
        "f:7: error: [[allow]]: `paths`: this is no glob; write it as a line of a .gitignore",
        "f:8: error: [[allow]]: there is no key `regexs`; did you mean `regexes`?",
        "f:9: error: [[allow]]: `reason` is missing",
        "f:10: error: [[allow]]: `expires` must be a date like 2026-01-31; this text is not one",
        "f:11: error: [[allow]]: `regexes`: this is no expression that can be used: unclosed group",
        "f:12: error: [[allow]]: `fingerprints`: this is no fingerprint of a key; copy one from a report: `sha256:` and 64 digits",
        "f:13: error: [[allow]]: `rules` is empty; put something in, or leave it out",
        "f:14: error: [[accept]]: `reason` is missing",
        "f:15: error: [[accept]]: `problem` must be a text; this whole number is not one",
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_allows_everything_is_warned_about() {
    let text = "[[allow]]\nreason = 'why'\npaths = ['*.md', '**']\nregexes = ['.*', 'x']\nstop_words = ['', 'AISA', 'x']\n";
    assert_eq!(
        said(text),
        [
            "f:3: warning: [[allow]]: this glob matches every path; name those that are meant",
            "f:4: warning: [[allow]]: this expression matches every key; narrow it down",
            "f:5: warning: [[allow]]: this stop word stands in every key; choose one that does not",
        ]
    );
}

#[test]
fn rules_that_are_named_have_to_be_there() {
    let text = "disable = ['aisa-api-kei', 'own']\n[[allow]]\nreason = 'r'\nrules = ['acme', 'own']\n\
                [[rules]]\nid = 'own'\nregex = 'own_[0-9]{9}'\n";
    assert_eq!(
        said(text),
        [
            "f:1: warning: `disable`: there is no rule `aisa-api-kei`; did you mean `aisa-api-key`?",
            "f:4: warning: `rules`: there is no rule `acme`",
        ]
    );
}

#[test]
fn no_file_is_no_error_unless_it_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths = [folder.path().to_path_buf()];
    let load = |args: &ConfigArgs| load(&paths, args, &mut RulesFiles::default());
    assert!(load(&ConfigArgs::default()).is_ok());
    let named = ConfigArgs {
        config: Some(folder.path().join("absent.toml")),
        ..ConfigArgs::default()
    };
    assert!(matches!(load(&named), Err(Error::Invalid { .. })));
    let file = folder.path().join(".aisaleaks.toml");
    std::fs::write(&file, format!("#{}", "x".repeat(super::LARGEST as usize))).expect("written");
    let Err(Error::Invalid { diagnostics }) = load(&ConfigArgs::default()) else {
        panic!("too large");
    };
    assert!(
        diagnostics[0].message.ends_with("it is larger than 10 MB"),
        "{diagnostics:?}"
    );
    let ignored = ConfigArgs {
        no_config: true,
        ..ConfigArgs::default()
    };
    assert!(load(&ignored).is_ok());
}

#[test]
fn what_would_take_forever_to_compile_is_refused() {
    let list = |value: &str, count: usize| vec![format!("'{value}'"); count].join(",");
    let allow = |key: &str, list: String| format!("[[allow]]\nreason = 'r'\n{key} = [{list}]\n");
    for (text, expected) in [
        (
            allow("regexes", list("x{9}y", 1_001)),
            "a file may have 1000 expressions",
        ),
        (allow("paths", list("x*y", 10_001)), "may have 10000 values"),
        (
            allow("stop_words", list(&"x".repeat(4_097), 1)),
            "longer than 4096 bytes",
        ),
        (
            allow("paths", list("x", 1)).repeat(5_001),
            "more than 5000 such entries",
        ),
        (
            format!("disable = [{}]", list("x", 10_001)),
            "may have 10000 values",
        ),
        (
            allow("regexes", list("((x{99}){99}){99}", 1)),
            "it becomes too large",
        ),
    ] {
        let said = said(&text);
        assert!(
            said.iter().any(|said| said.contains(expected)),
            "{expected}: {said:?}"
        );
    }
    let many = allow("regexes", list("x{9}y", 1_000));
    assert_eq!(said(&many), [""; 0]);
}

#[test]
fn a_reason_that_would_be_told_everywhere_has_a_limit() {
    let long = "r".repeat(5_000);
    let text = format!("[[allow]]\npaths = ['a']\nreason = '{long}'\n");
    assert_eq!(
        said(&text),
        ["f:3: error: [[allow]]: `reason`: this is longer than 4096 bytes"]
    );
}

#[test]
fn the_nearest_id_is_looked_for_a_few_times_only() {
    let ids: Vec<String> = (0..300).map(|at| format!("'aisa-api-kye{at}'")).collect();
    let said = said(&format!("disable = [{}]\n", ids.join(", ")));
    let hints = said.iter().filter(|said| said.contains("did you mean"));
    assert_eq!((said.len(), hints.count()), (300, super::PATIENCE));
}

#[test]
fn a_problem_is_accepted_by_its_fingerprint_alone() {
    let accept = |problem: &str| {
        said(&format!(
            "[[accept]]\nproblem = '{problem}'\nreason = 'r'\n"
        ))
    };
    assert_eq!(accept(PRINT), [""; 0]);
    for wrong in ["abc", "sha256:12", &PRINT.replace("sha", "hmac-sha")] {
        assert_eq!(accept(wrong).len(), 1, "{wrong}");
    }
}

#[test]
fn a_configuration_brings_a_thousand_rules_at_most() {
    let rules = |count: usize| -> String {
        let rule = |at| format!("[[rules]]\nid = 'r{at}'\nregex = 'key{at}=x'\n");
        (0..count).map(rule).collect()
    };
    assert_eq!(said(&rules(1_000)), [""; 0]);
    assert_eq!(said(&rules(1_001)).len(), 1);
}

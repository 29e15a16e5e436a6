use proptest::prelude::*;
use regex::bytes::Regex;

use super::*;

fn compiled(go: &str) -> Regex {
    let translated = translate(go).unwrap_or_else(|reason| panic!("{go}: {reason}"));
    Regex::new(&translated.pattern).unwrap_or_else(|error| panic!("{go}: {error}"))
}

/// What each expression matches first in a text.
#[test]
fn go_syntax_matches_as_in_go() {
    for (go, text, expected) in [
        (r"\w+", "é_a1", Some("_a1")),
        (r"\d+", "٣4", Some("4")),
        (r"a\sb", "a\x0bb", None),
        (r"a\sb", "a\x0cb", Some("a\x0cb")),
        (r"a\Sb", "a\x0bb", Some("a\x0bb")),
        (r"[\s]b", "\x0bb", None),
        (r"[^\s]b", "\x0bb", Some("\x0bb")),
        (r"\bkey\b", "ékey", Some("key")),
        (r"a\z", "ba", Some("a")),
        (r"\Aa$", "a\n", None),
        (r"(?m)^b$", "a\nb\nc", Some("b")),
        (r"a.c", "a\nc", None),
        (r"(?s)a.c", "a\nc", Some("a\nc")),
        (r"(?U)a+", "aaa", Some("a")),
        (r"(?i-s:A).", "ab", Some("ab")),
        (r"(?i)A(?-i:B)|C", "ab aB", Some("aB")),
        (r"x(?i)a|b", "B", Some("B")),
        (r"(?)a", "a", Some("a")),
        (r"\Qa.b*\E+", "a.b**", Some("a.b**")),
        (r"\Q[x", "[x", Some("[x")),
        (r"a{2}", "aaa", Some("aa")),
        (r"a{,2}", "a{,2}", Some("a{,2}")),
        (r"a{02}", "a{02}", Some("a{02}")),
        (r"a{ 2}", "a{ 2}", Some("a{ 2}")),
        (r"${A}", "x", None),
        (r"\${[A-Z]+}", "${AB}", Some("${AB}")),
        (r"\b{start}", "x{start}", Some("{start}")),
        (r"[[a]]", "[]", Some("[]")),
        (r"[]a]+", "a]", Some("a]")),
        (r"[^]a]", "a]b", Some("b")),
        (r"[a&&b]+", "a&b", Some("a&b")),
        (r"[!--b]+", "!,-.b", Some("!,-")),
        (r"[+--]+", "+,-", Some("+,-")),
        (r"[a~~b]+", "a~b", Some("a~b")),
        (r"[\w-.]+", "a-.", Some("a-.")),
        (r"[a-]+", "a-", Some("a-")),
        (r"[--/]+", "-./", Some("-./")),
        (r"[[:alpha:]_]+", "éab_1", Some("ab_")),
        (r"[[:^digit:]]+", "1ab2", Some("ab")),
        (r"[[:x]+", "[:x", Some("[:x")),
        (r"[\[\]]+", "[]", Some("[]")),
        (r"[a\-z]+", "-a", Some("-a")),
        (r"\<a\>", "<a>", Some("<a>")),
        (r"a\_\-\/\#\ b", "a_-/# b", Some("a_-/# b")),
        (r"\101\0", "A\0", Some("A\0")),
        (r"\x41\x{42}", "AB", Some("AB")),
        (r"\xE9", "é", Some("é")),
        (r"é+", "éé", Some("éé")),
        (r"[é-ü]+", "aöü", Some("öü")),
        (r"[^é]", "é", None),
        (r"[é\d]+", "٣é3", Some("é3")),
        (r"[é\D]+", "3éx", Some("éx")),
        (r"\p{Greek}+", "aλβ", Some("λβ")),
        (r"[\p{Lu}x]+", "aÉx", Some("Éx")),
        (r"\p{^L}", "a1", Some("1")),
        (r"\PL", "a1", Some("1")),
        (r"(?i)É", "é", Some("é")),
        (r"a||b", "b", Some("")),
        (r"a # b", "a # b", Some("a # b")),
        (r"\a\f\t\v", "\x07\x0c\t\x0b", Some("\x07\x0c\t\x0b")),
    ] {
        let found = compiled(go).find(text.as_bytes());
        let found = found.map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
        assert_eq!(found.as_deref(), expected, "{go}");
    }
}

#[test]
fn groups_are_counted_with_and_without_names() {
    for (go, groups) in [
        ("a", 0),
        ("(a)(?:b)(c)", 2),
        (r"(?P<x>a)(?<y>b)\(", 2),
        ("(?P<1a>a)", 1),
        ("(?u:a)?", usize::MAX),
    ] {
        match translate(go) {
            Ok(translated) => assert_eq!(translated.groups, groups, "{go}"),
            Err(_) => assert_eq!(groups, usize::MAX, "{go}"),
        }
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_the_reason() {
    for (go, reason) in [
        ("(?=a)", "look-ahead"),
        ("a(?!b)", "look-ahead"),
        ("(?<=a)b", "look-behind"),
        ("(?<!a)b", "look-behind"),
        (r"(a)\1", "back-reference"),
        ("(?P<x>a)(?P=x)", "back-reference"),
        ("(?>a)", "atomic"),
        ("(?x)a", "flags"),
        ("(?u)a", "flags"),
        ("(?i-)a", "flags"),
        ("(?i", "flags"),
        (r"\C", r"`\C`"),
        (r"\Z", r"`\Z`"),
        (r"\h", r"`\h`"),
        (r"[\b]", r"`\b`"),
        (r"[\Qa\E]", r"`\Q`"),
        (r"\é", "é"),
        ("[a", "without a `]`"),
        ("[", "without a `]`"),
        ("[z-a]", "before its begin"),
        (r"[a-\d]", "ends in a class"),
        ("[[:nix:]]", "`[:…:]`"),
        (r"\p{Nix}", "not found"),
        (r"\p", "name of a class"),
        (r"\x{110000}", "number"),
        (r"\x+1", "number"),
        (r"a\", r"`\`"),
        ("(a", "unclosed"),
        ("a)", "unopened"),
        ("*a", "repetition"),
        ("a{3,2}", "repetition"),
        ("(a{1000}){1000}", "too large"),
        ("((((a{99}){99}){99}){99}){99}", "too large"),
        (r"\pL{1000}", "too large"),
    ] {
        let refused = translate(go).expect_err(go);
        assert!(refused.contains(reason), "{go}: {refused}");
    }
    let deep = format!("{}{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(translate(&deep).is_err());
}

#[test]
fn what_is_small_enough_compiles() {
    for go in [
        "a{1000}{49}",
        "[a-z]{49000}",
        "(?:ab|cd){1,1000}{13}",
        r"\p{Greek}{300}",
        r"\pL{18}",
        "(a?){16000}",
        "(?:é|[^ü]){1000}",
    ] {
        compiled(go);
    }
}

/// Expressions of which both syntaxes agree, over few letters so that they match.
fn agreed() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[ab]",
        Just(".".to_owned()),
        Just("^".to_owned()),
        Just("$".to_owned()),
        Just("[^a]".to_owned()),
        Just("[a-c]".to_owned()),
        Just(r"\w".to_owned()),
        Just(r"\d".to_owned()),
        Just(r"\b".to_owned()),
        Just(r"\.".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..3)
                .prop_map(|parts| format!("({})", parts.join("|"))),
            (inner.clone(), "[*+?]|\\{1,3\\}|\\{2\\}")
                .prop_map(|(part, many)| format!("(?:{part}){many}")),
            inner.prop_map(|part| format!("(?i:{part})")),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_translated_or_refused(go in r"([a\\\[\]{}()?*+^$|&~:,0-9PQExpdé-]|\PC){0,30}") {
        if let Ok(translated) = translate(&go) {
            prop_assert!(Regex::new(&translated.pattern).is_ok(), "{}", translated.pattern);
        }
    }

    #[test]
    fn where_the_syntaxes_agree_the_matches_do(go in agreed(), text in "[abc.1 _\n]{0,12}") {
        let spans = |regex: &Regex| -> Vec<_> {
            regex.find_iter(text.as_bytes()).map(|found| found.range()).collect()
        };
        let original = Regex::new(&format!("(?-u){go}")).expect("valid");
        prop_assert_eq!(spans(&compiled(&go)), spans(&original));
    }
}

#[test]
fn what_would_take_too_long_to_read_or_too_much_to_compile_is_refused() {
    let long = "a".repeat(LONGEST + 1);
    // Each class is many transitions of an automaton.
    let ranges: String = (0..128).map(|at| format!("\\x{:02x}", 2 * at)).collect();
    for go in [long, format!("[{ranges}]{{40000}}")] {
        assert!(translate(&go).is_err());
    }
    let braces = "{".repeat(40);
    assert!(compiled(&braces).is_match(braces.as_bytes()));
    assert!(compiled("a[[:b]").is_match(b"a:"));
    assert!(compiled("[[:alpha:]]:]").is_match(b"a:]"));
    assert!(translate("[[:nothing:]]").is_err());
}

use proptest::prelude::*;

use super::*;

/// A condition as a text, for comparison.
fn told(condition: &Condition) -> String {
    let list = |parts: &[Condition]| parts.iter().map(told).collect::<Vec<_>>().join(" ");
    match condition {
        Condition::Any(parts) => format!("(any {})", list(parts)),
        Condition::All(parts) => format!("(all {})", list(parts)),
        Condition::Not(part) => format!("(not {})", told(part)),
        Condition::Matches(field, patterns) => format!("{field:?}~{}", patterns.texts().join("|")),
        Condition::Contains(field, words) => {
            let longest = ["fake", "EXAMPLE"].map(|word| words.stand_in(word.as_bytes()));
            format!("{field:?} has {longest:?}")
        }
        Condition::Entropy(field, comparison, number) => {
            format!("{field:?} {comparison:?} {number}")
        }
        Condition::Commit(_) => "commit".to_owned(),
        Condition::Never => "never".to_owned(),
    }
}

fn read(text: &str) -> (String, usize) {
    let filter = parse(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
    (told(&filter.condition), filter.warnings.len())
}

#[test]
fn the_usual_shapes_are_understood() {
    for (text, expected) in [
        (r#"entropy(finding["secret"]) <= 3.8"#, "Secret AtMost 3.8"),
        (r#"filter.entropy(finding["secret"]) < 3"#, "Secret Less 3"),
        (r#"3.5 > entropy(finding["match"])"#, "Match Less 3.5"),
        (
            "entropy(finding[\"secret\"]) >= 4.0 || matchesAny(finding[\"secret\"], [\n  `a`, 'b\\\\.',\n])",
            "(any Secret AtLeast 4 Secret~(?-u)a|(?-u)b\\x{2E})",
        ),
        (
            r#"!matchesAny(get(attributes, "path", ""), ["x"]) && (containsAny(finding["line"], ["fake"]))"#,
            "(all (not Path~(?-u)x) Line has [true, false])",
        ),
        (
            r#"matchesAny((attributes["path"] ?? ""), [`\.js$`]) or not containsAny(finding["secret"], ["example"])"#,
            "(any Path~(?-u)\\x{2E}js$ (not Secret has [false, true]))",
        ),
        (
            "// why\n(entropy(finding[\"secret\"]) < 1 or /* no */ entropy(finding['secret']) > 9) # end\nand entropy(finding[`line`]) > 2",
            "(all (any Secret Less 1 Secret Greater 9) Line Greater 2)",
        ),
    ] {
        assert_eq!(read(text), (expected.to_owned(), 0), "{text}");
    }
}

#[test]
fn what_counts_tokens_drops_nothing_whatever_is_around_it() {
    for (text, expected) in [
        (r#"tokenRatio(finding["secret"]) >= 2.5"#, "never"),
        (
            r#"!filter.failsTokenEfficiency(finding["secret"])"#,
            "(not (not never))",
        ),
        (
            r#"!(!failsTokenEfficiency(finding["secret"]) || entropy(finding["secret"]) < 1)"#,
            "(not (any (not never) Secret Less 1))",
        ),
    ] {
        assert_eq!(read(text), (expected.to_owned(), 1), "{text}");
    }
}

#[test]
fn anything_else_is_refused_with_a_reason_that_quotes_no_text() {
    for (text, reason) in [
        ("", "ends too early"),
        ("true", "`true` is not understood"),
        (r#"let x = "hunter2"; entropy(x) < 1"#, "`let`"),
        (r#"http.get("hunter2")"#, "`http.get`"),
        (r#"entropy(finding["fragment_raw"]) < 1"#, "`finding`"),
        (r#"entropy(finding["secret"])"#, "compared"),
        (r#"entropy(finding["secret"]) == 1"#, "compared"),
        (r#"entropy(finding["secret"]) < "hunter2""#, "no number"),
        (r#"entropy(finding["secret"]) < 1 ? true : false"#, "`?`"),
        (r#"entropy(finding["secret"]) < 1 "hunter2""#, "a text"),
        (r#"!entropy(finding["secret"]) < 1 entropy"#, "`entropy`"),
        (
            r#"matchesAny(finding["secret"], ["hunter2(?=x)"])"#,
            "look-ahead",
        ),
        (r#"matchesAny(finding["secret"], "hunter2")"#, "`[`"),
        (r#"matchesAny(finding["secret"], [1])"#, "text"),
        (r#"matchesAny(lower(finding["secret"]), ["a"])"#, "`[`"),
        (r#"len(finding["secret"]) == 8"#, "`len`"),
        (r#"finding["secret"] contains "hunter2""#, "`finding`"),
        (r#"finding["secret"] in ["hunter2"]"#, "`finding`"),
        ("\"hunter2", "without an end"),
        ("'hunter2\\q'", "escape"),
        ("1.2.3 < 1", "number"),
        ("%", "character"),
    ] {
        let refused = parse(text).expect_err(text);
        assert!(refused.contains(reason), "{text}: {refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    for deep in ["(", "!", "not ", "entropy((", "!("] {
        assert!(parse(&deep.repeat(100_000)).is_err());
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        text in r#"((filter\.)?entropy|matchesAny|containsAny|tokenRatio|finding\["secret"\]|attributes\["path"\]|[\[\](),!<>="'`?|& ]|\|\||&&|and|not|3\.5|\\x4|\PC){0,20}"#
    ) {
        // It ends without a panic.
        drop(parse(&text));
    }
}

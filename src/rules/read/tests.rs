mod extending;

use proptest::prelude::*;

use super::*;
use crate::rules::Condition;
use crate::rules::rule::{Brought, Required};

/// Reads the first of these files; the others can be extended by name.
fn read_files(files: &[(&str, &str)]) -> Read {
    let file = |(name, text): &(&str, &str)| File {
        name: (*name).to_owned(),
        identity: (*name).to_owned(),
        text: (*text).to_owned(),
    };
    let finder = |_: &File, wanted: &str| {
        let found = files.iter().find(|(name, _)| *name == wanted);
        found
            .map(file)
            .ok_or_else(|| "there is no such file".to_owned())
    };
    let built_in = crate::rules::builtin().expect("valid");
    read(&file(files.first().expect("a file")), &finder, &built_in)
}

fn said(read: &Read) -> Vec<String> {
    read.diagnostics.iter().map(Diagnostic::to_string).collect()
}

/// The rules of a text about which nothing is to say.
fn good(text: &str) -> Vec<Rule> {
    good_files(&[("f", text)])
}

fn good_files(files: &[(&str, &str)]) -> Vec<Rule> {
    let read = read_files(files);
    assert_eq!(said(&read), [""; 0]);
    read.rules
}

/// What is said about a text, without the name of the file.
fn complaints(text: &str) -> Vec<String> {
    let read = read_files(&[("f", text)]);
    let said = said(&read).into_iter();
    said.map(|text| text.replacen("f:", "", 1)).collect()
}

fn brought(rules: &[Rule], id: &str) -> Brought {
    let rule = rules.iter().find(|rule| &*rule.id == id).expect("the rule");
    let found = rule.brought().expect("brought");
    Brought {
        regex: found.regex.clone(),
        path: found.path.clone(),
        secret_group: found.secret_group,
        keywords: found.keywords.clone(),
        specificity: found.specificity,
        helper: found.helper,
        structure: found.structure,
        drops: found.drops.clone(),
        required: found.required.clone(),
    }
}

fn ids(rules: &[Rule]) -> Vec<&str> {
    rules.iter().map(|rule| &*rule.id).collect()
}

/// A condition as a text.
fn told(condition: &Condition) -> String {
    let list = |parts: &[Condition]| parts.iter().map(told).collect::<Vec<_>>().join(", ");
    match condition {
        Condition::Any(parts) => format!("any({})", list(parts)),
        Condition::All(parts) => format!("all({})", list(parts)),
        Condition::Not(part) => format!("not({})", told(part)),
        Condition::Matches(field, patterns) => {
            let texts = patterns.texts().join("|").replace("(?-u)", "");
            format!("{field:?}~{texts}")
        }
        Condition::Contains(field, _) => format!("{field:?}-has"),
        Condition::Entropy(field, comparison, number) => {
            format!("{field:?} {comparison:?} {number}")
        }
        Condition::Commit(ids) => format!("commit {}", ids.len()),
        Condition::Never => "never".to_owned(),
    }
}

fn drops(rules: &[Rule], id: &str) -> Vec<String> {
    brought(rules, id)
        .drops
        .iter()
        .map(|drop| told(drop))
        .collect()
}

#[test]
fn a_rule_has_what_its_table_says() {
    let rules = good(
        "title = 't'\nminVersion = 'v8.25.0'\n[[rules]]\nid = 'acme-token'\ndescription = 'd'\nregex = 'acme_([a-z]+)_(x)'\n\
         path = '\\.env$'\nsecretGroup = 2\nentropy = 3\nkeywords = ['ACME_', 'Two', 'acme_']\ntags = ['a', 'b']\nskipReport = true\n",
    );
    let rule = rules.first().expect("a rule");
    assert_eq!(rule.source, Source::File("f".into(), 3));
    assert_eq!((rule.description.as_str(), rule.tags.len()), ("d", 2));
    assert_eq!(rule.confidence, crate::model::Confidence::Medium);
    let found = brought(&rules, "acme-token");
    assert_eq!(
        found.regex.as_deref(),
        Some("(?-u)acme\\x{5F}([a-z]+)\\x{5F}(x)")
    );
    assert_eq!(found.path.as_deref(), Some("(?-u)\\x{2E}env$"));
    assert_eq!(
        (found.secret_group, found.specificity, found.helper),
        (2, 100, true)
    );
    assert_eq!(found.keywords, ["acme_", "two"]);
    assert_eq!(drops(&rules, "acme-token"), ["Secret AtMost 3"]);
}

#[test]
fn keys_are_known_in_any_case_and_values_are_converted() {
    let rules = good(
        "[[Rules]]\nID = 'a'\nREGEX = 'x(y)'\nsecretgroup = '1'\nEntropy = '2.5'\nkeywords = 'One,two'\n",
    );
    let found = brought(&rules, "a");
    assert_eq!((found.secret_group, found.keywords.len()), (1, 2));
    assert_eq!(drops(&rules, "a"), ["Secret AtMost 2.5"]);
}

#[test]
fn a_rule_about_paths_alone_is_one() {
    let rules = good("[[rules]]\nid = 'p'\npath = '(?:^|/)id_rsa$'\nsecretGroup = 0\n");
    let found = brought(&rules, "p");
    assert!(found.regex.is_none() && found.path.is_some());
    assert_eq!(
        rules.first().map(|rule| rule.description.as_str()),
        Some("p")
    );
}

#[test]
fn allowlists_are_any_of_their_criteria_or_all_of_them() {
    let rule = "[[rules]]\nid = 'a'\nregex = 'x'\n[[rules.allowlists]]\n";
    let commit = "0123456789ABCDEF0123456789abcdef01234567";
    for (keys, expected) in [
        ("regexes = ['1', '2']", "Secret~1|2"),
        ("regexes = ['1']\nregexTarget = 'line'", "Line~1"),
        (
            "regexes = ['1']\nregexTarget = 'match'\nstopwords = ['Fake']",
            "any(Match~1, Secret-has)",
        ),
        (
            "paths = ['go']\ncondition = 'OR'\nstopwords = ['a']",
            "any(Path~go, Secret-has)",
        ),
        (
            "condition = '&&'\ncommits = ['COMMIT']\npaths = ['p']\nregexes = ['r']\nstopwords = 's'",
            "all(commit 1, Path~p, Secret~r, Secret-has)",
        ),
        (
            "condition = 'and'\npaths = ['p']\ndescription = 'why'",
            "Path~p",
        ),
    ] {
        let text = format!("{rule}{}\n", keys.replace("COMMIT", commit));
        assert_eq!(drops(&good(&text), "a"), [expected], "{keys}");
    }
    let older = "[[rules]]\nid = 'a'\nregex = 'x'\n[rules.allowlist]\nregexes = ['1']\n";
    assert_eq!(drops(&good(older), "a"), ["Secret~1"]);
}

#[test]
fn global_allowlists_hold_for_every_rule_of_the_file_and_targeted_ones_for_theirs() {
    let text = "[[rules]]\nid = 'a'\nregex = 'x'\n[[rules]]\nid = 'b'\nregex = 'x'\n[[allowlists]]\nregexes = ['g']\n\
                [[allowlists]]\ncondition = 'AND'\npaths = ['p']\nstopwords = ['s']\n\
                [[allowlists]]\ntargetRules = ['b']\npaths = ['t']\n";
    let rules = good(text);
    let global = "any(Secret~g, all(Path~p, Secret-has))";
    assert_eq!(drops(&rules, "a"), [global]);
    assert_eq!(drops(&rules, "b"), [global, "Path~t"]);
    let shared = |id| {
        brought(&rules, id)
            .drops
            .first()
            .cloned()
            .expect("a condition")
    };
    assert!(Arc::ptr_eq(&shared("a"), &shared("b")));
    assert!(good("[allowlist]\nstopwords = ['x']\n").is_empty());
}

#[test]
fn what_gitleaks_refuses_is_refused() {
    let rule = "[[rules]]\nid = 'a'\nregex = 'x'\n";
    for (text, expected) in [
        (
            "[[allowlists]]\n",
            "1: error: an allowlist needs at least one of",
        ),
        (
            "[allowlist]\nregexes = ['1']\n[[allowlists]]\nregexes = ['2']\n",
            "1: error: `allowlist` is the older form",
        ),
        (
            "[[allowlists]]\nregexTarget = 'mtach'\nregexes = ['1']\n",
            "2: error: an allowlist's `regexTarget` must be",
        ),
        (
            "[[allowlists]]\ncondition = 'XOR'\nregexes = ['1']\n",
            "2: error: an allowlist's `condition` must be",
        ),
        (
            &format!("{rule}[[allowlists]]\ntargetRules = ['a', 'aa']\nregexes = ['1']\n"),
            "5: error: `targetRules`: there is no rule `aa`; did you mean `a`?",
        ),
        (
            &format!("{rule}[[rules.allowlists]]\n"),
            "4: error: rule `a`: an allowlist needs",
        ),
        (
            &format!("{rule}[rules.allowlist]\npaths=['1']\n[[rules.allowlists]]\npaths=['2']\n"),
            "4: error: rule `a`: `allowlist` is the older form",
        ),
        (
            &format!("{rule}[[rules.allowlists]]\nregexTarget = 'mtach'\nregexes = ['1']\n"),
            "5: error: rule `a`: an allowlist's `regexTarget`",
        ),
        (
            &format!("{rule}secretGroup = 1\n"),
            "4: error: rule `a`: `secretGroup` is 1, and its expression has 0 groups",
        ),
        (
            &format!("{rule}secretGroup = -1\n"),
            "4: error: rule `a`: `secretGroup` is -1",
        ),
        ("[[rules]]\nregex = 'x'\n", "1: error: a rule has no `id`"),
        (
            "[[rules]]\nid = ' '\nregex = 'x'\n",
            "1: error: a rule has no `id`",
        ),
        (
            "[[rules]]\nid = 'a'\ndescription = 'd'\n",
            "1: error: rule `a`: it has neither `regex` nor `path`",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'x(?=y)'\n",
            "3: error: rule `a`: `regex`: it has look-ahead",
        ),
        (
            "[[rules]]\nid = 'a'\npath = '('\n",
            "3: error: rule `a`: `path`: it is no valid expression",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = '(x{1000}){1000}'\n",
            "3: error: rule `a`: `regex`: it is too large",
        ),
        (
            &format!("{rule}[[rules.allowlists]]\nregexes = [\n 'a',\n 'b(',\n]\n"),
            "7: error: rule `a`: an expression of its allowlist:",
        ),
        (
            &format!("{rule}[[rules.required]]\nid = ''\n"),
            "4: error: rule `a`: the rule that is required has no `id`",
        ),
        (
            &format!("{rule}[[rules.required]]\nid = 'b'\n"),
            "4: error: rule `a`: it requires `b`, which is not there",
        ),
        (
            &format!("{rule}[[rules.required]]\nid = 'a'\n"),
            "4: error: rule `a`: it requires itself",
        ),
        (
            &format!("{rule}[[rules.required]]\nid = 'a'\nwithinLines = -1\n"),
            "6: error: rule `a`: `withinLines` must not",
        ),
        (
            "minVersion = 'new'\n",
            "1: error: `minVersion` must be a version",
        ),
        (
            "[extend]\nuseDefault = true\npath = 'x'\n",
            "1: error: `extend.useDefault` and `extend.path`",
        ),
        (
            "[extend]\nuseDefault = true\n",
            "1: error: `extend.useDefault` means rules that",
        ),
        (
            "[extend]\npath = 'nowhere.toml'\n",
            "2: error: `extend.path`: nowhere.toml: there is no such file",
        ),
    ] {
        let complaints = complaints(text);
        let found = complaints.iter().any(|said| said.starts_with(expected));
        assert!(found, "{text}\n{complaints:?}");
    }
}

#[test]
fn what_is_odd_is_a_warning_and_the_file_is_used() {
    let rule = "[[rules]]\nid = 'a'\nregex = 'x'\n";
    for (text, expected) in [
        (
            format!("{rule}entorpy = 3\n"),
            "4: warning: rule `a`: there is no key `entorpy`, which has no effect; did you mean `entropy`?",
        ),
        (
            format!("{rule}[[rules]]\nid = 'a'\nregex = 'y'\n"),
            "4: warning: rule `a`: the rule on line 1 has the same id, and has no effect",
        ),
        (
            format!("minVersion = 'v9.0.0'\n{rule}"),
            "1: warning: `minVersion` asks for gitleaks 9.0, and",
        ),
        (
            format!("{rule}entropy = 999\n"),
            "4: warning: rule `a`: nothing has more than 8 bits",
        ),
        (
            format!("{rule}[[rules.allowlists]]\ncommits = ['abc']\n"),
            "5: warning: rule `a`: an allowlist names a commit",
        ),
        (
            format!("{rule}validate = 'x'\n[[rules]]\nid = 'b'\nregex = 'y'\nvalidate = 'z'\n"),
            "4: warning: `validate` is ignored: nothing in a rules file is executed (2 rules, the first is `a`)",
        ),
        (
            format!("prefilter = 'x'\n{rule}"),
            "1: warning: `prefilter` is ignored",
        ),
        (
            format!("[extend]\nurl = 'http://x'\ndisabledRules = ['z']\n{rule}"),
            "2: warning: `extend.url` is ignored: nothing is fetched",
        ),
        (
            format!("[extend]\ndisabledRules = ['z']\n{rule}"),
            "2: warning: `extend.disabledRules`: what is extended has no rule `z`",
        ),
        (
            format!("{rule}filter = 'tokenRatio(finding[\"secret\"]) > 2.0'\n"),
            "4: warning: rule `a`: `filter`: `tokenRatio` counts",
        ),
        (
            format!("{rule}tokenEfficiency = true\n"),
            "4: warning: rule `a`: `tokenEfficiency` counts",
        ),
        (
            format!(
                "{rule}required = [{{id = 'b'}}]\n[[rules]]\nid = 'b'\nregex = 'y'\nrequired = [{{id = 'c'}}]\n[[rules]]\nid = 'c'\nregex = 'z'\n"
            ),
            "4: warning: rule `a`: it requires `b`; what that one requires",
        ),
    ] {
        let read = read_files(&[("f", &text)]);
        assert!(!read.is_wrong(), "{text}");
        assert!(read.rules.iter().any(|rule| &*rule.id == "a"), "{text}");
        let expected = format!("f:{expected}");
        let found = said(&read).iter().any(|said| said.starts_with(&expected));
        assert!(found, "{text}\n{:?}", said(&read));
    }
    let twice = format!("{rule}[[rules]]\nid = 'a'\nregex = 'y'\n");
    let read = read_files(&[("f", &twice)]);
    assert_eq!(brought(&read.rules, "a").regex.as_deref(), Some("(?-u)y"));
}

#[test]
fn a_built_in_rule_cannot_be_replaced() {
    let text =
        "[[rules]]\nid = 'aisa-api-key'\nregex = 'never'\n[[rules]]\nid = 'mine'\nregex = 'x'\n";
    let read = read_files(&[("f", text)]);
    assert_eq!(ids(&read.rules), ["mine"]);
    let said = said(&read);
    assert!(
        said.iter()
            .any(|said| said.starts_with("f:1: error: rule `aisa-api-key`: it is built in"))
    );
}

#[test]
fn required_rules_come_with_their_distances() {
    let text = "[[rules]]\nid = 'a'\nregex = 'x'\n[[rules.required]]\nid = 'b'\nwithinLines = 5\nwithinColumns = 3\n\
                [[rules.required]]\nid = 'b'\n[[rules]]\nid = 'b'\nregex = 'y'\nskipReport = true\n";
    let required = |lines, columns| Required {
        id: "b".into(),
        lines_before: lines,
        lines_after: lines,
        columns,
        optional: false,
    };
    assert_eq!(
        brought(&good(text), "a").required,
        [required(Some(5), Some(3)), required(None, None)]
    );
}

#[test]
fn generic_rules_of_gitleaks_give_way() {
    let rules =
        good("[[rules]]\nid = 'My-Generic-key'\nregex = 'x'\n[[rules]]\nid = 'b'\nregex = 'x'\n");
    assert_eq!(brought(&rules, "My-Generic-key").specificity, 50);
    assert_eq!(brought(&rules, "b").specificity, 100);
    let rules = good(
        "betterleaksMinVersion = 'v1.6.0'\n[[rules]]\nid = 'generic'\nregex = 'x'\n[[rules]]\nid = 'b'\nregex = 'x'\nspecificity = 7\n",
    );
    assert_eq!(brought(&rules, "generic").specificity, 100);
    assert_eq!(brought(&rules, "b").specificity, 7);
}

#[test]
fn files_of_betterleaks_are_read() {
    let rules = good(
        "minVersion = 'v8.25.0'\nbetterleaksMinVersion = 'v1.6.0'\nfilter = '''\ncontainsAny(finding[\"secret\"], [\"x\"])\n'''\n\
         [[rules]]\nid = 'a'\nregex = 'x'\nfilter = '''\nfilter.entropy(finding[\"secret\"]) <= 3.5 || !matchesAny(finding[\"match\"], [`\\d`])\n'''\n",
    );
    assert_eq!(
        drops(&rules, "a"),
        [
            "any(Secret-has)",
            "any(Secret AtMost 3.5, not(Match~[0-9]))"
        ]
    );
    let rules = good(
        "minVersion = 'v2.0.0'\n[[rules]]\nid = 'a'\nregex = '(x)'\nvalueGroup = 1\nconfidence = 'high'\n\
         components = [{id = 'b', within = '-3L,10C', optional = true}]\n[[rules]]\nid = 'b'\nregex = 'y'\nskipReport = true\n",
    );
    let found = brought(&rules, "a");
    assert_eq!(found.secret_group, 1);
    let required = Required {
        id: "b".into(),
        lines_before: Some(3),
        lines_after: Some(0),
        columns: Some(10),
        optional: true,
    };
    assert_eq!(found.required, [required]);
    assert_eq!(
        rules.first().map(|rule| rule.confidence),
        Some(crate::model::Confidence::High)
    );
}

#[test]
fn betterleaks_2_is_strict_about_ids_and_versions() {
    let rule = "[[rules]]\nid = 'a'\nregex = '(x)'\nvalueGroup = 1\n";
    assert!(
        complaints(&format!("{rule}{rule}"))
            .iter()
            .any(|said| said.starts_with("5: error: rule `a`: the rule on line 1"))
    );
    let newer = complaints(&format!("minVersion = '2.7'\n{rule}"));
    assert!(
        newer
            .iter()
            .any(|said| said.starts_with("1: error: `minVersion` asks for betterleaks 2.7"))
    );
    let within = complaints(&format!(
        "{rule}components = [{{id = 'b', within = '3 miles'}}]\n[[rules]]\nid = 'b'\nregex = 'y'\n"
    ));
    assert!(
        within
            .iter()
            .any(|said| said.starts_with("5: error: rule `a`: `within` must be"))
    );
}

#[test]
fn a_filter_that_is_not_understood_refuses_its_rule_by_name() {
    let text = "[[rules]]\nid = 'a'\nregex = 'x'\nfilter = 'len(finding[\"secret\"]) == 8'\n[[rules]]\nid = 'b'\nregex = 'y'\n";
    let read = read_files(&[("f", text)]);
    assert!(read.is_wrong());
    assert_eq!(ids(&read.rules), ["b"]);
    assert!(said(&read).iter().any(|said| said.starts_with("f:4: error: rule `a`: `filter`: `len` is not understood")));
}

#[test]
fn our_own_keys_are_read() {
    let text = "[[rules]]\nid = 'a'\nregex = 'x'\nconfidence = 'low'\nstructure = 'base64url-32'\nexamples = [\n'x1',\n'x2']\ncounter_examples = ['y']\n";
    let read = read_files(&[("f", text)]);
    assert_eq!(said(&read), [""; 0]);
    assert!(brought(&read.rules, "a").structure.is_some());
    let cases: Vec<_> = read
        .cases
        .iter()
        .map(|case| (case.source.clone(), case.is_hit))
        .collect();
    let at = |line| Source::File("f".into(), line);
    assert_eq!(cases, [(at(7), true), (at(8), true), (at(9), false)]);
    let wrong =
        complaints("[[rules]]\nid = 'a'\nregex = 'x'\nconfidence = 'sure'\nstructure = 'jwt'\n");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = "[[rules]]\nregex = 'x'\n[[rules]]\nid = 'b'\nregex = '('\nsecretGroup = 'many'\n[[rules]]\nid = 'c'\n\
                regex = 'a(?!b)'\nkeywords = 3.5\nconfidence = 'x'\n[[allowlists]]\n";
    let lines: Vec<Option<usize>> = read_files(&[("f", text)])
        .diagnostics
        .iter()
        .map(|said| said.line)
        .collect();
    assert_eq!(lines, [1, 5, 6, 9, 11, 12].map(Some));
}

#[test]
fn a_file_that_is_too_long_is_refused_and_a_long_one_is_read_in_time() {
    let long = format!("a = '{}'", "x".repeat(LARGEST as usize));
    let said = complaints(&long);
    assert_eq!(said, ["1: error: it is longer than 10000000 bytes"]);
    // Rules and allowlists by the ten thousand cost no more than their number.
    let mut many = String::new();
    for at in 0..20_000 {
        many.push_str(&format!("[[rules]]\nid = 'r{at}'\nregex = 'x'\n[[allowlists]]\ntargetRules = ['q{at}']\nstopwords = ['y']\n"));
    }
    assert_eq!(complaints(&many).len(), 20_000);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in r#"((\[\[?|)(rules|extend|allowlists|rules\.(allowlists|required))\]?\]?|(id|regex|path|filter|entropy|keywords|secretGroup|components|targetRules|useDefault) ?=|'|"|'''|\[|\]|\{|\}|1|-1|2\.5|true|a|\\|\n|,|\PC){0,40}"#) {
        drop(read_files(&[("f", &text)]));
    }

    #[test]
    fn rules_with_any_values_are_read_or_refused(
        id in r"\PC{0,5}",
        regex in r"[a-z(){}\[\]|*?+\\0-9^$.:-]{0,12}",
        group in -2i64..4,
        list in prop::collection::vec(r"[a-z(){}\[\]|*?+\\]{0,6}", 0..3),
    ) {
        let text = format!(
            "[[rules]]\nid = {id:?}\nregex = '{regex}'\nsecretGroup = {group}\nkeywords = {list:?}\n[[rules.allowlists]]\nregexes = {list:?}\n"
        );
        for rule in read_files(&[("f", &text)]).rules {
            let pattern = rule.brought().and_then(|found| found.regex.clone()).unwrap_or_default();
            prop_assert!(regex::bytes::Regex::new(&pattern).is_ok());
        }
    }
}

#[test]
fn an_id_that_is_told_with_every_key_has_a_limit() {
    let id = "i".repeat(300);
    let said = complaints(&format!("[[rules]]\nid = '{id}'\nregex = 'x'\n"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said.iter().all(|said| said.contains("longer than 256")));
}

//! Files that extend others.

use super::*;

const BASE: &str = "[[rules]]\nid = 'one'\ndescription = 'base'\nregex = 'b(.)(.)'\nentropy = 1\nkeywords = ['B']\n\
                    tags = ['t']\n[[rules.allowlists]]\nstopwords = ['fake']\n[[rules]]\nid = 'two'\nregex = 'b2'\n\
                    [[allowlists]]\npaths = ['base']\n";

#[test]
fn a_file_that_extends_another_overrides_and_appends() {
    let with = |keys: &str| {
        let text = format!("[extend]\npath = 'base'\n[[rules]]\nid = 'one'\n{keys}\n");
        good_files(&[("f", &text), ("base", BASE)])
    };
    let rules = with("description = 'mine'");
    assert_eq!(ids(&rules), ["one", "two"]);
    let rule = rules.first().expect("a rule");
    assert_eq!(
        (rule.description.as_str(), &rule.source),
        ("mine", &Source::File("f".into(), 3))
    );
    assert_eq!(
        drops(&rules, "one"),
        ["Path~base", "Secret-has", "Secret AtMost 1"]
            .map(|text| text.replace("Path~base", "any(Path~base)"))
    );
    assert_eq!(
        drops(&with("entropy = 4"), "one")
            .last()
            .map(String::as_str),
        Some("Secret AtMost 4")
    );
    assert_eq!(
        brought(&with("keywords = ['C']"), "one").keywords,
        ["b", "c"]
    );
    assert_eq!(
        brought(&with("regex = 'mine'"), "one").regex.as_deref(),
        Some("(?-u)mine")
    );
    assert_eq!(
        brought(&with("path = 'mine'"), "one").path.as_deref(),
        Some("(?-u)mine")
    );
    assert_eq!(brought(&with("secretGroup = 2"), "one").secret_group, 2);
    assert_eq!(
        with("tags = ['u', 't']")
            .first()
            .map(|rule| rule.tags.clone()),
        Some(vec!["t".into(), "u".into()])
    );
    let lists = with("[[rules.allowlists]]\ncondition = 'AND'\npaths = ['p']\nstopwords = ['s']");
    assert_eq!(
        drops(&lists, "one").get(2).map(String::as_str),
        Some("all(Path~p, Secret-has)")
    );
    assert_eq!(
        ids(&with(
            "[[rules]]\nid = 'zero'\nregex = 'z'\n[[rules]]\nid = 'three'\nregex = 'z'"
        )),
        ["one", "three", "two", "zero"]
    );
}

#[test]
fn a_disabled_rule_is_gone_and_cannot_be_wrong() {
    let base = format!("{BASE}[[rules]]\nid = 'bad'\nregex = 'a(?=b)'\nfilter = 'http.get()'\n");
    let rules = good_files(&[
        (
            "f",
            "[extend]\npath = 'base'\ndisabledRules = ['bad', 'two']\n",
        ),
        ("base", &base),
    ]);
    assert_eq!(ids(&rules), ["one"]);
}

#[test]
fn files_are_extended_two_deep_and_not_in_a_circle() {
    let link = |to: &str, id: &str| {
        format!("[extend]\npath = '{to}'\n[[rules]]\nid = '{id}'\nregex = 'x'\n")
    };
    let (a, b, c) = (link("b", "a"), link("c", "b"), link("d", "c"));
    let read = read_files(&[("a", &a), ("b", &b), ("c", &c)]);
    assert_eq!(ids(&read.rules), ["a", "b", "c"]);
    assert_eq!(
        said(&read),
        ["c:1: warning: `extend` has no effect here: 2 files deep is the limit"]
    );
    let c = link("a", "c");
    for files in [
        &[("a", a.as_str()), ("b", &b), ("c", &c)][..],
        &[("a", &a), ("b", &link("a", "b"))],
        &[("a", &link("a", "a"))],
    ] {
        let read = read_files(files);
        assert!(read.is_wrong());
        assert!(
            said(&read).iter().any(|said| said.contains("a cycle")),
            "{:?}",
            said(&read)
        );
    }
}

#[test]
fn targeted_allowlists_of_extended_files_have_no_effect_as_in_gitleaks() {
    let base = "[[rules]]\nid = 'one'\nregex = 'x'\n[[allowlists]]\ntargetRules = ['one']\npaths = ['p']\n";
    let read = read_files(&[("f", "[extend]\npath = 'base'\n"), ("base", base)]);
    assert!(drops(&read.rules, "one").is_empty());
    assert!(
        said(&read)
            .iter()
            .any(|said| said.starts_with("base:5: warning: `targetRules` counts only"))
    );
}

//! Rules files on the command line: what is read, what is refused, and what a run says about it.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{Run, command, key, run};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }
    folder
}

const ACME: &str = "[[rules]]\nid = 'acme-token'\ndescription = 'An Acme token'\nregex = 'acme_([0-9a-f]{16})'\n\
                    keywords = ['acme_']\nconfidence = 'high'\n";

/// What an Acme token looks like, made of a key so that it is never the same twice.
fn token() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("acme_{:016x}", RandomState::new().hash_one(1))
}

/// A run that finds what `scanned` holds with these rules.
fn scan(scanned: &str, rules: &str, args: &[&str]) -> Run {
    let folder = folder(&[("in/file.txt", scanned), ("rules.toml", rules)]);
    run(
        folder.path(),
        &[&["dir", "in", "--rules", "rules.toml"], args].concat(),
    )
}

fn rules_found(run: &Run) -> Vec<String> {
    let report = run.json();
    let keys = report["keys"].as_array().expect("keys").iter();
    let mut rules: Vec<String> = keys
        .map(|key| key["rule"].as_str().expect("a rule").to_owned())
        .collect();
    rules.sort();
    rules
}

/// What `rules check` says of a file, and its status.
fn checked(text: &str) -> (i32, String) {
    let folder = folder(&[("r.toml", text)]);
    let run = run(folder.path(), &["rules", "check", "r.toml"]);
    assert_eq!(run.stderr, "");
    (run.code, run.stdout)
}

#[test]
fn brought_rules_add_to_the_built_in_ones() {
    let text = format!("a = {}\nb = {}\n", token(), key());
    let run = scan(&text, ACME, &["-f", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(rules_found(&run), ["acme-token", "aisa-api-key"]);
}

#[test]
fn only_the_rules_that_were_asked_for_report() {
    let (acme, aisa) = (token(), key());
    let text = format!("a = {acme}\nb = {aisa}\n");
    for (only, expected) in [
        (&["acme-token"][..], &["acme-token"][..]),
        (&["aisa-api-key"], &["aisa-api-key"]),
        (
            &["acme-token", "aisa-api-key"],
            &["acme-token", "aisa-api-key"],
        ),
    ] {
        let flags: Vec<&str> = only.iter().flat_map(|id| ["--only-rule", *id]).collect();
        let run = scan(&text, ACME, &[&flags[..], &["-f", "json"]].concat());
        assert_eq!(rules_found(&run), expected);
        // What is not reported is masked all the same.
        assert!(!run.stdout.contains(&aisa[8..]) && !run.stderr.contains(&aisa[8..]));
    }
    let clean = scan(&key(), ACME, &["--only-rule", "acme-token"]);
    assert_eq!(clean.code, 0);
    let unknown = scan("", ACME, &["--only-rule", "acme-tokn"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("did you mean `acme-token`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn fingerprints_of_brought_rules_hold_for_a_run_or_for_a_key() {
    let folder = folder(&[("in/file.txt", &token()), ("rules.toml", ACME)]);
    let fingerprint = |key: Option<&str>| {
        let args = ["dir", "in", "--rules", "rules.toml", "-f", "json"];
        let mut command = command(folder.path(), &args);
        command.env_remove("AISALEAKS_FINGERPRINT_KEY");
        if let Some(key) = key {
            command.env("AISALEAKS_FINGERPRINT_KEY", key);
        }
        let output = command.output().expect("the binary runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let fingerprint = report["keys"][0]["fingerprint"].as_str();
        (fingerprint.expect("a fingerprint").to_owned(), stderr)
    };
    let (one, said) = fingerprint(None);
    assert!(one.starts_with("hmac-sha256:"), "{one}");
    assert!(
        said.contains("note: fingerprints of what brought rules found"),
        "{said}"
    );
    assert_ne!(one, fingerprint(None).0);
    assert_ne!(one, fingerprint(Some("")).0);
    let (kept, said) = fingerprint(Some("mine"));
    assert_eq!(said, "");
    assert_eq!(kept, fingerprint(Some("mine")).0);
    assert_ne!(kept, fingerprint(Some("yours")).0);
    assert_eq!(scan("nothing", ACME, &[]).stderr, "");
}

#[test]
fn a_global_allowlist_never_touches_built_in_rules() {
    let rules = format!(
        "{ACME}[[allowlists]]\nregexes = ['.*']\npaths = ['.*']\n[[allowlists]]\nstopwords = ['sk-']\n"
    );
    let run = scan(
        &format!("{}\n{}\n", token(), key()),
        &rules,
        &["-f", "json"],
    );
    assert_eq!(rules_found(&run), ["aisa-api-key"]);
}

#[test]
fn files_that_are_wrong_stop_a_scan_with_all_that_is_wrong() {
    let secret = token();
    let rules = format!(
        "[[rules]]\nid = 'a'\nregex = '{secret}('\n[[rules]]\nregex = 'x'\n[[rules]]\nid = 'b'\nsecretGroup = 'x'\nregex = 'y'\n[extend]\npath = 'gone.toml'\n"
    );
    let run = scan("", &rules, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    for part in [
        "rules.toml:3: error: rule `a`: `regex`: it is no valid expression",
        "rules.toml:4: error: a rule has no `id`",
        "rules.toml:8: error: rule `b`: `secretGroup` must be a whole number",
        "rules.toml:11: error: `extend.path`: gone.toml: there is no such file",
        "aisaleaks rules check",
    ] {
        assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
    }
    assert!(!run.stderr.contains(&secret), "{}", run.stderr);
}

#[test]
fn warnings_are_said_once_a_scan_and_not_without_end() {
    let mut rules = ACME.to_owned();
    for at in 0..30 {
        rules.push_str(&format!("oddity{at} = 1\n"));
    }
    let run = scan("", &rules, &[]);
    assert_eq!(run.code, 0);
    assert_eq!(run.stderr.matches("warning:").count(), 20, "{}", run.stderr);
    let rest = "10 more warnings about rules files; see `aisaleaks rules check rules.toml`";
    assert!(run.stderr.contains(rest), "{}", run.stderr);
    assert_eq!(scan("", &rules, &["-q"]).stderr, "");
}

#[test]
fn files_that_are_none_are_errors() {
    let folder = folder(&[
        ("d/x", ""),
        (
            "long.toml",
            &format!("title = '{}'\n", "x".repeat(10_000_000)),
        ),
    ]);
    for (file, reason) in [
        ("d", "directory"),
        ("none.toml", "no such file"),
        ("long.toml", "longer than 10000000 bytes"),
    ] {
        let run = run(folder.path(), &["dir", ".", "--rules", file]);
        assert_eq!(run.code, 2, "{file}");
        let said = run.stderr.contains(file) && run.stderr.contains(reason);
        assert!(said, "{}", run.stderr);
    }
}

#[test]
fn two_files_may_not_have_rules_of_one_id() {
    let folder = folder(&[("a.toml", ACME), ("b.toml", ACME)]);
    let run = run(
        folder.path(),
        &["dir", ".", "--rules", "a.toml", "--rules", "b.toml"],
    );
    assert_eq!(run.code, 2);
    let said = "b.toml:1: error: rule `acme-token`: a.toml:1 has a rule with this id";
    assert!(run.stderr.contains(said), "{}", run.stderr);
}

#[test]
fn check_says_everything_and_holds_rules_to_their_examples() {
    let hit = token();
    let (code, said) = checked(&format!(
        "{ACME}examples = ['x {hit} y']\ncounter_examples = ['acme_none']\n"
    ));
    assert_eq!(
        (code, said.as_str()),
        (0, "1 rule, 2 examples, 0 errors, 0 warnings\n")
    );

    let (code, said) = checked(&format!(
        "{ACME}examples = [\n'acme_none',\n]\ncounter_examples = ['{hit}']\nodd = 1\n[[rules]]\nid = 'x'\nregex = 'a(?<=b)'\n"
    ));
    assert_eq!(code, 2);
    for part in [
        "r.toml:8: error: rule `acme-token` finds nothing in this example",
        "r.toml:10: error: rule `acme-token` finds something in this counter-example",
        "r.toml:11: warning: rule `acme-token`: there is no key `odd`",
        "r.toml:14: error: rule `x`: `regex`: it has look-behind",
        "1 usable rule, 2 examples, 3 errors, 1 warning",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!said.contains(&hit), "{said}");
}

#[test]
fn check_without_a_file_holds_the_built_in_rules_to_theirs() {
    let run = run(Path::new("."), &["rules", "check"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("3 rules, "), "{}", run.stdout);
    assert!(
        run.stdout.contains(", 0 errors, 0 warnings"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_example_in_the_readme_is_right() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## Rules of your own").nth(1);
    let example = section.and_then(|text| text.split("```toml\n").nth(1));
    let example = example.and_then(|text| text.split("```").next());
    let (code, said) = checked(example.expect("an example"));
    assert_eq!(
        (code, said.as_str()),
        (0, "1 rule, 1 example, 0 errors, 0 warnings\n")
    );
}

#[test]
fn an_expression_that_explodes_is_refused_by_name() {
    let (code, said) = checked("[[rules]]\nid = 'big'\nregex = '((x{999}){999}){999}'\n");
    assert_eq!(code, 2);
    assert!(
        said.contains("r.toml:3: error: rule `big`: `regex`: it is too large"),
        "{said}"
    );
}

#[test]
fn list_shows_where_each_rule_comes_from() {
    let folder = folder(&[
        ("a.toml", "[extend]\npath = 'in/b.toml'\n"),
        ("in/b.toml", &format!("\n{ACME}")),
    ]);
    let human = run(folder.path(), &["rules", "list", "--rules", "a.toml"]);
    assert_eq!(human.code, 0, "{}", human.stderr);
    for part in [
        "RULE",
        "aisa-api-key",
        "built-in",
        "acme-token",
        "in/b.toml:2",
        "An Acme token",
    ] {
        assert!(human.stdout.contains(part), "{part}\n{}", human.stdout);
    }
    let json = run(
        folder.path(),
        &["rules", "list", "--rules", "a.toml", "-f", "json"],
    )
    .json();
    assert_eq!(json["schema"], "aisaleaks-rules/1");
    let rules = json["rules"].as_array().expect("rules");
    let acme = rules.last().expect("a rule");
    assert_eq!(rules.len(), 4);
    for (key, value) in [
        ("id", Value::from("acme-token")),
        ("built_in", false.into()),
        ("file", "in/b.toml".into()),
        ("line", 2.into()),
        ("confidence", "high".into()),
        ("keywords", vec!["acme_"].into()),
        ("disabled", false.into()),
    ] {
        assert_eq!(acme[key], value, "{key}");
    }
    let wrong = run(folder.path(), &["rules", "list", "--rules", "none.toml"]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn hostile_names_reach_no_terminal_and_keys_in_names_are_masked() {
    let key = key();
    let rules = format!("[[rules]]\nid = \"a\\u001b[31m\"\nregex = 'x'\n'{key}' = 1\n");
    let (code, said) = checked(&rules);
    assert_eq!(code, 0);
    assert!(
        said.contains("warning") && !said.contains('\x1b'),
        "{said:?}"
    );
    assert!(!said.contains(&key[8..]), "{said}");
    let scanned = scan("", &rules, &[]);
    assert!(!scanned.stderr.contains('\x1b') && !scanned.stderr.contains(&key[8..]));
}

#[test]
fn betterleaks_files_are_used_and_their_programs_are_not_run() {
    let rules = "betterleaksMinVersion = 'v1.6.0'\n[[rules]]\nid = 'acme'\nregex = 'acme_([0-9a-f]{16})'\nkeywords = ['acme_']\n\
                 filter = '''filter.entropy(finding[\"secret\"]) < 1.0 || matchesAny(get(attributes, \"path\", \"\"), [`skip`])'''\n\
                 validate = 'http.get(\"https://example.org/\" + finding[\"secret\"])'\n";
    let text = format!("{}\nacme_0000000000000000\n", token());
    let run = scan(&text, rules, &["-f", "json"]);
    assert_eq!(rules_found(&run), ["acme"]);
    assert!(
        run.stderr
            .contains("`validate` is ignored: nothing in a rules file is executed"),
        "{}",
        run.stderr
    );

    let two = "minVersion = 'v2.0.0'\n[[rules]]\nid = 'acme'\nregex = 'acme_([0-9a-f]{16})'\nvalueGroup = 1\nkeywords = ['acme_']\n\
               components = [{id = 'user', within = '1L'}]\n[[rules]]\nid = 'user'\nregex = 'user=\\w+'\nskipReport = true\n";
    let near = format!("user=ada\n{}\n", token());
    assert_eq!(rules_found(&scan(&near, two, &["-f", "json"])), ["acme"]);
    let far = format!("user=ada\n\n\n{}\n", token());
    assert!(rules_found(&scan(&far, two, &["-f", "json"])).is_empty());
}

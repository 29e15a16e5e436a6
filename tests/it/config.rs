//! Configuration files: which one is read, and what a bad or hostile one does.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::support::files::fifo;
use super::support::{Repo, Run, bounded, command, key, report, run};

/// A configuration that allows all in one file.
fn allowing(path: &str) -> String {
    format!("[[allow]]\nreason = 'r'\npaths = ['{path}']\n")
}

fn with_variable(at: &Path, args: &[&str], variable: &str) -> Run {
    let mut command = command(at, args);
    let output = command
        .env("AISALEAKS_CONFIG", variable)
        .output()
        .expect("it runs");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_own_file() {
    let repo = Repo::new();
    let others = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, allows: &str| {
        let path = others.path().join(name);
        std::fs::write(&path, allowing(allows)).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let (flag, variable) = (
        file("flag.toml", "flag.py"),
        file("variable.toml", "variable.py"),
    );
    repo.write(".aisaleaks.toml", allowing("own.py"));
    for name in ["own.py", "variable.py", "flag.py"] {
        repo.write(name, key());
    }
    repo.commit("all");
    let allowed = |args: &[&str], named: &str| -> String {
        let args = [args, &["-f", "json", "--show-suppressed"]].concat();
        let json = with_variable(repo.path(), &args, named).json();
        let keys = json["suppressed_keys"].as_array().expect("keys");
        let paths = keys
            .iter()
            .map(|key| key["locations"][0]["path"].as_str().expect("a path"));
        assert_eq!(json["stale"], json!([]));
        paths.collect::<Vec<_>>().join(" ")
    };
    for command in ["scan", "dir", "git"] {
        assert_eq!(allowed(&[command], ""), "own.py");
        assert_eq!(allowed(&[command, "--no-config"], ""), "");
        assert_eq!(allowed(&[command], &variable), "variable.py");
        assert_eq!(allowed(&[command, "--no-config"], &variable), "variable.py");
        assert_eq!(allowed(&[command, "--config", &flag], &variable), "flag.py");
        assert_eq!(allowed(&[command, "--config", &flag], ""), "flag.py");
    }
    let missing = with_variable(repo.path(), &["scan"], "/absent/c.toml");
    assert_eq!(missing.code, 2);
    assert!(
        missing
            .stderr
            .contains("/absent/c.toml: error: it cannot be read"),
        "{}",
        missing.stderr
    );
}

#[test]
fn the_own_file_is_beside_the_path_or_at_the_top_of_its_repository() {
    let repo = Repo::new();
    let suppressed = |at: &Path, args: &[&str]| report(at, args).1["suppressed"].clone();
    repo.write("sub/a.py", key()).write("sub/deep/b.py", key());
    repo.write(
        ".aisaleaks.toml",
        allowing("a.py") + &allowing("nothing.py"),
    );
    repo.commit("all");
    assert_eq!(suppressed(&repo.join("sub"), &["scan"]), 1);
    assert_eq!(suppressed(repo.path(), &["dir", "sub/a.py"]), 1);
    assert_eq!(suppressed(&repo.join("sub/deep"), &["git"]), 1);
    let (_, below) = report(repo.path(), &["scan", "sub"]);
    assert_eq!(below["stale"], json!([]), "what is above was not looked at");
    repo.write("sub/.aisaleaks.toml", allowing("b.py"));
    let (_, both) = report(repo.path(), &["dir", ".", "sub"]);
    assert_eq!(both["suppressed"], 2, "the own files of all paths");
    let (_, beside) = report(repo.path(), &["dir", "sub", "--show-suppressed"]);
    assert_eq!(
        beside["suppressed_keys"][0]["locations"][0]["path"],
        "deep/b.py"
    );
}

fn fails(at: &Path, args: &[&str], parts: &[&str]) {
    let run = run(at, args);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (2, ""),
        "{args:?}: {}",
        run.stderr
    );
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "{args:?}: no {part} in {}",
            run.stderr
        );
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line() {
    let (repo, key) = (Repo::new(), key());
    let text = format!(
        "exclude = ['*']\n[[alow]]\n[[allow]]\nreason = 'r'\nexpires = '2026-13-01'\npath = ['x']\n\
         [[allow]]\nreason = 'r'\nregexes = ['({key}']\n"
    );
    repo.write(".aisaleaks.toml", text);
    let expected = [
        ".aisaleaks.toml:1: error: there is no key `exclude`\n",
        ".aisaleaks.toml:2: error: there is no key `alow`; did you mean `allow`?\n",
        ".aisaleaks.toml:3: error: [[allow]]: it would allow everything",
        ".aisaleaks.toml:5: error: [[allow]]: `expires` must be a date",
        ".aisaleaks.toml:6: error: [[allow]]: there is no key `path`; did you mean `paths`?\n",
        ".aisaleaks.toml:9: error: [[allow]]: `regexes`: this is no expression that can be used: unclosed group",
        "correct the file",
    ];
    for command in ["scan", "dir", "git", "staged"] {
        fails(repo.path(), &[command], &expected);
        assert!(!run(repo.path(), &[command]).stderr.contains(&key[8..]));
        assert!(run(repo.path(), &[command, "--no-config"]).code != 2);
    }
    let other = Repo::new();
    other.write(".aisaleaks.toml", "a = 1\n");
    let both = [".", other.path().to_str().expect("UTF-8")];
    fails(
        repo.path(),
        &[&["dir"], &both[..]].concat(),
        &["no key `exclude`", "no key `a`"],
    );
    // What a repository's own file may not do is not there to be done, whatever its name.
    for key in [
        "limits",
        "max-file-size",
        "archive-depth",
        "max-member-size",
        "max-expansion",
        "exclude",
        "paths",
        "targets",
        "output",
        "format",
        "verify",
        "threads",
    ] {
        repo.write(".aisaleaks.toml", format!("{key} = 1\n"));
        fails(
            repo.path(),
            &["scan"],
            &[&format!("there is no key `{key}`")],
        );
    }
}

#[test]
fn what_is_no_file_or_not_the_repositorys_is_refused_and_never_a_hang() {
    let repo = Repo::new();
    let file = repo.join(".aisaleaks.toml");
    let outside = tempfile::tempdir().expect("a temporary folder");
    let secret = outside.path().join("secret");
    std::fs::write(&secret, "password = 'hunter2'\n").expect("written");
    let check = |part: &str| {
        for command in ["scan", "dir", "git", "staged"] {
            let mut child = command_of(&repo, command);
            let output = child.stderr(std::process::Stdio::piped()).spawn();
            let mut child = output.expect("it runs");
            assert_eq!(
                bounded::wait(&mut child, Duration::from_secs(20)),
                2,
                "{command} {part}"
            );
            let said = std::io::read_to_string(child.stderr.take().expect("a pipe")).expect("read");
            assert!(said.contains(part), "{command}: no {part} in {said}");
            assert!(
                !said.contains("password") && !said.contains("hunter2"),
                "{said}"
            );
        }
    };
    fifo(&file);
    check("not a regular file");
    std::fs::remove_file(&file).expect("removed");
    std::fs::create_dir(&file).expect("created");
    check("not a regular file");
    std::fs::remove_dir(&file).expect("removed");
    for target in [secret.as_path(), Path::new("/dev/zero"), outside.path()] {
        std::os::unix::fs::symlink(target, &file).expect("linked");
        check("leads out of the repository");
        std::fs::remove_file(&file).expect("removed");
    }
    std::os::unix::fs::symlink("absent", &file).expect("linked");
    check("it cannot be read");
    std::fs::remove_file(&file).expect("removed");
    std::fs::write(&file, b"a = '\xff'\n").expect("written");
    check("it is not UTF-8");
    std::fs::write(&file, vec![b'#'; 10_000_001]).expect("written");
    check("larger than 10 MB");
    std::fs::remove_file(&file).expect("removed");

    repo.write("real.toml", allowing("a.py"))
        .write("a.py", key());
    std::os::unix::fs::symlink("real.toml", &file).expect("linked");
    assert_eq!(
        report(repo.path(), &["dir"]).1["suppressed"],
        1,
        "a link inside is followed"
    );
}

fn command_of(repo: &Repo, name: &str) -> std::process::Command {
    let mut command = command(repo.path(), &[name]);
    command.stdout(std::process::Stdio::null());
    command
}

#[test]
fn what_matches_everything_is_warned_about_once() {
    let repo = Repo::new();
    repo.write("a.py", key());
    repo.write(".aisaleaks.toml", allowing("*"));
    for args in [&["scan"][..], &["scan", "-q"], &["scan", "-f", "json"]] {
        let run = run(repo.path(), args);
        let warning = "aisaleaks: .aisaleaks.toml:3: warning: [[allow]]: this glob matches every path; name those that are meant\n";
        assert_eq!(run.code, 0, "{args:?}");
        assert_eq!(
            run.stderr.matches(warning).count(),
            1,
            "{args:?}: {}",
            run.stderr
        );
    }
}

/// The rule of each key, and whether it is suppressed. The fingerprints of what brought rules find are of one run.
fn found(repo: &Repo, args: &[&str]) -> Vec<(String, bool)> {
    let args = [args, &["-f", "json", "--show-suppressed"]].concat();
    let json = run(repo.path(), &args).json();
    let list = |name: &str| -> Vec<(String, bool)> {
        let keys = json[name].as_array().expect("keys");
        let rules = keys
            .iter()
            .map(|key| key["rule"].as_str().expect("a rule").to_owned());
        rules.map(|rule| (rule, name != "keys")).collect()
    };
    let mut found = list("keys");
    found.extend(list("suppressed_keys"));
    found
}

fn open(rule: &str) -> (String, bool) {
    (rule.to_owned(), false)
}

fn suppressed(rule: &str) -> (String, bool) {
    (rule.to_owned(), true)
}

const ACME: &str = "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9]{9}'\nkeywords = ['acme_']\n";
/// What [`ACME`] finds.
const TOKEN: &str = "token = 'acme_123450987'\n";

#[test]
fn rules_in_a_configuration_find_too() {
    let repo = Repo::new();
    repo.write("a.txt", TOKEN).write(".aisaleaks.toml", ACME);
    repo.commit("all");
    for command in ["scan", "git", "dir"] {
        assert_eq!(found(&repo, &[command]), [open("acme")], "{command}");
    }
    let human = run(repo.path(), &["scan"]);
    assert!(!human.stdout.contains("12345"), "{}", human.stdout);
    assert_eq!(found(&repo, &["scan", "--no-config"]), []);
    repo.write(
        "a.txt",
        "token = 'acme_123450987' # aisaleaks:allow[acme] known\n",
    );
    assert_eq!(found(&repo, &["dir"]), [suppressed("acme")]);
    repo.write(
        ".aisaleaks.toml",
        format!("{ACME}[[allow]]\nreason = 'r'\nrules = ['acme']\n"),
    );
    repo.write("a.txt", TOKEN);
    assert_eq!(found(&repo, &["scan"]), [suppressed("acme")]);
    repo.write(".aisaleaks.toml", format!("disable = ['acme']\n{ACME}"));
    assert_eq!(found(&repo, &["scan"]), [], "one's own rule is not loaded");
}

#[test]
fn rules_in_a_configuration_cannot_turn_off_a_built_in_rule_unseen() {
    let repo = Repo::new();
    repo.write("a.py", format!("k = '{}'\n", key()));
    for text in [
        "[[allowlists]]\npaths = ['.*']\nregexes = ['.*']\nstopwords = ['a']\n",
        "[[rules]]\nid = 'mine'\nregex = 'k = .(sk-aisa-.*).'\nspecificity = 100000\nskipReport = true\n",
        "filter = 'true'\n",
        "[[rules]]\nid = 'mine'\nregex = '(?s).*'\n[[rules.allowlists]]\npaths = ['.*']\n",
    ] {
        repo.write(".aisaleaks.toml", text);
        let run = run(repo.path(), &["scan", "-f", "json"]);
        if run.code == 2 {
            continue;
        }
        assert_eq!(run.code, 1, "{text}: {}", run.stderr);
        let json = run.json();
        let rules: Vec<_> = json["keys"]
            .as_array()
            .expect("keys")
            .iter()
            .map(|key| &key["rule"])
            .collect();
        assert!(rules.contains(&&json!("aisa-api-key")), "{text}: {rules:?}");
    }
    repo.write(
        ".aisaleaks.toml",
        "[[rules]]\nid = 'aisa-api-key'\nregex = 'never'\n",
    );
    fails(
        repo.path(),
        &["scan"],
        &[".aisaleaks.toml:1: error: ", "`aisa-api-key`"],
    );
}

#[test]
fn what_a_repositorys_own_configuration_extends_is_inside_it() {
    let repo = Repo::new();
    let outside = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = outside.path().join("rules.toml");
    std::fs::write(&elsewhere, ACME).expect("written");
    repo.write("a.txt", TOKEN).write("rules/acme.toml", ACME);
    std::os::unix::fs::symlink(&elsewhere, repo.join("link.toml")).expect("linked");
    let extend = |path: &str| format!("[extend]\npath = '{path}'\n");
    repo.write(".aisaleaks.toml", extend("rules/acme.toml"));
    repo.commit("all");
    assert_eq!(found(&repo, &["scan"]), [open("acme")]);
    let up = format!(
        "../{}/rules.toml",
        outside.path().file_name().expect("a name").display()
    );
    for (path, reason) in [
        ("link.toml", "outside of the repository"),
        (
            elsewhere.to_str().expect("UTF-8"),
            "outside of the repository",
        ),
        (&up, "outside of the repository"),
        ("absent.toml", "there is no such file"),
        ("rules", "it is a directory"),
        (".aisaleaks.toml", "a cycle"),
    ] {
        repo.write(".aisaleaks.toml", extend(path));
        fails(
            repo.path(),
            &["scan"],
            &[".aisaleaks.toml:2: error: `extend.path`: ", reason],
        );
    }
    let named = outside.path().join("config.toml");
    std::fs::write(&named, extend("rules.toml")).expect("written");
    let named = named.to_str().expect("UTF-8");
    assert_eq!(found(&repo, &["dir", "--config", named]), [open("acme")]);

    // The trusted commit's files are read, not those of the work tree.
    repo.write("rules/acme.toml", "nonsense");
    assert_eq!(
        found(&repo, &["scan", "--config-ref", "HEAD"]),
        [open("acme")]
    );
    for (path, reason) in [
        ("link.toml", "it is a link"),
        ("../x", "outside of the repository"),
        ("absent", "not in the commit"),
    ] {
        repo.write(".aisaleaks.toml", extend(path)).commit("extend");
        let args = ["scan", "--config-ref", "HEAD"];
        fails(
            repo.path(),
            &args,
            &["HEAD:.aisaleaks.toml:2: error: `extend.path`: ", reason],
        );
    }
}

#[test]
fn the_list_of_rules_has_those_of_the_configuration() {
    let repo = Repo::new();
    repo.write(
        ".aisaleaks.toml",
        format!("disable = ['aisa-api-key']\n{ACME}"),
    );
    let listed = run(repo.path(), &["rules", "list", "-f", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let text = json.to_string();
    assert!(
        text.contains("\"acme\"") && text.contains("aisa-api-key"),
        "{text}"
    );
    let without = run(repo.path(), &["rules", "list", "-f", "json", "--no-config"]).stdout;
    assert!(!without.contains("\"acme\""), "{without}");
    assert_ne!(
        run(repo.path(), &["rules", "list"]).stdout,
        run(repo.path(), &["rules", "list", "--no-config"]).stdout
    );
    repo.write(".aisaleaks.toml", "nonsense");
    fails(
        repo.path(),
        &["rules", "list"],
        &[".aisaleaks.toml:1: error: "],
    );
}

#[test]
fn what_disables_a_rule_that_the_user_brings_is_counted() {
    let repo = Repo::new();
    let mine = tempfile::tempdir().expect("a temporary folder");
    let file = mine.path().join("mine.toml");
    std::fs::write(&file, ACME).expect("written");
    let file = file.to_str().expect("UTF-8");
    repo.write("a.txt", TOKEN);
    assert_eq!(found(&repo, &["scan", "--rules", file]), [open("acme")]);
    repo.write(".aisaleaks.toml", "disable = ['acme']\n");
    assert_eq!(
        found(&repo, &["scan", "--rules", file]),
        [suppressed("acme")]
    );
    repo.write(".aisaleaks.toml", ACME.replace("[0-9]{9}", "never"));
    let run = run(repo.path(), &["scan", "--rules", file]);
    assert_eq!(
        run.code, 1,
        "the user's own rule is the one that is used: {}",
        run.stdout
    );
    assert!(
        run.stderr.contains("another file has a rule of this name"),
        "{}",
        run.stderr
    );
}

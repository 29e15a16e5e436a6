//! Texts of all sorts: what is around a key stays as it is, byte for byte, and what is shown is what is written.

use std::process::Command;

use super::super::support::{Repo, key, run};
use super::{assert_told, fix, read};

/// A text with a key for `{key}`.
fn with(template: &str, key: &str) -> String {
    template.replace("{key}", key)
}

/// Holds what is written, and what `git apply` makes of what is shown, to what is expected of a text.
fn assert_becomes(name: &str, before: &str, after: &str) {
    let (repo, key) = (Repo::new(), key());
    let before = with(before, &key);
    repo.write(name, &before);
    let shown = run(repo.path(), &["fix", "--show-secrets"]).stdout;
    let diff = shown.split("\n\n").next().expect("a diff");
    let patch = tempfile::tempdir().expect("a temporary folder");
    let patch = patch.path().join("patch");
    std::fs::create_dir_all(patch.parent().expect("a parent")).expect("made");
    std::fs::write(&patch, format!("{diff}\n")).expect("written");
    let patch = patch.to_str().expect("UTF-8");
    repo.git(&["-c", "core.autocrlf=false", "apply", patch]);
    assert_eq!(read(&repo, name), after, "the diff: {diff}");
    repo.write(name, &before);
    for beside in [".gitignore", ".env.example"] {
        std::fs::remove_file(repo.join(beside)).expect("removed");
    }
    assert_told(&fix(&repo, &["--write"], &[&key]), 0, &["1 key replaced"]);
    assert_eq!(read(&repo, name), after);
}

const TEXTS: [(&str, &str, &str); 7] = [
    (
        "a.py",
        "x = 1\r\nimport os\r\nK = '{key}'",
        "x = 1\r\nimport os\r\nK = os.environ[\"AISA_API_KEY\"]",
    ),
    (
        "a.js",
        "f(`a ${b} {key}`)",
        "f(`a ${b} ${process.env.AISA_API_KEY}`)",
    ),
    (
        "a.ts",
        "\u{feff}f('{key}')",
        "\u{feff}f(process.env.AISA_API_KEY!)",
    ),
    ("a.sh", "K='{key}'", "K=\"${AISA_API_KEY:?}\""),
    (
        "compose.yml",
        "e:\r\n  K: {key}",
        "e:\r\n  K: ${AISA_API_KEY:?}",
    ),
    (
        "Dockerfile",
        "FROM x\nARG AISA_API_KEY={key}",
        "FROM x\nARG AISA_API_KEY",
    ),
    (
        "prod.env",
        "A=1\nAISA_API_KEY='{key}'",
        "A=1\nAISA_API_KEY=",
    ),
];

#[test]
fn a_file_without_a_final_line_break_gets_none() {
    for (name, before, after) in TEXTS {
        assert_becomes(name, before, after);
    }
}

#[test]
fn line_ends_stay_as_they_are() {
    for (name, before, after) in TEXTS {
        let [before, after] = [before, after].map(|text| text.replace("\r\n", "\n"));
        for end in ["\n", "\r\n"] {
            let [before, after] =
                [&before, &after].map(|text| format!("{}{end}", text.replace('\n', end)));
            assert_becomes(name, &before, &after);
        }
    }
    // Some of both: each line keeps its own.
    assert_becomes(
        "b.js",
        "a();\r\nb('{key}');\nc();\r\n\n",
        "a();\r\nb(process.env.AISA_API_KEY);\nc();\r\n\n",
    );
    // What is no end of a line everywhere is not guessed at.
    let (repo, key) = (Repo::new(), key());
    let text = format!("import os\rK = '{key}'\r");
    repo.write("c.py", &text);
    let run = fix(&repo, &["--write"], &[&key]);
    assert_told(
        &run,
        1,
        &["its lines end in ways that programs disagree about"],
    );
    assert_eq!(read(&repo, "c.py"), text);
}

#[test]
fn a_key_in_a_string_with_interpolation_is_interpolated() {
    for (program, name, template) in [
        (
            "python3",
            "a.py",
            "import sys\na = 'x'\nsys.stdout.write(f\"{a!r:>5} {{}} {key} {a}\" r'\\d' f'{len(a)}')\n",
        ),
        (
            "node",
            "a.js",
            "const a = 'x'; process.stdout.write(`\\${a} ${a + `${a}`} {key} ${'}'}`);\n",
        ),
        (
            "bash",
            "a.sh",
            "a='x y'; printf '%s|' \"$a ${a} {key} $(printf %s \"$a\")\" '$a'\"{key}\"$a\n",
        ),
    ] {
        let (repo, key) = (Repo::new(), key());
        repo.write(name, with(template, &key));
        let output = |set: bool| {
            let mut program = Command::new(program);
            program.arg(repo.join(name)).env_remove("AISA_API_KEY");
            let set = set.then_some(("AISA_API_KEY", &key));
            program.envs(set).output().ok()
        };
        let before = output(false);
        let keys = template.matches("{key}").count();
        let run = fix(&repo, &["--write"], &[&key]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert!(!read(&repo, name).contains(&key));
        let (Some(before), Some(after)) = (before, output(true)) else {
            eprintln!("SKIPPED: {program} is not here");
            continue;
        };
        assert_eq!(
            String::from_utf8_lossy(&before.stdout)
                .matches(&key)
                .count(),
            keys
        );
        assert_eq!(before, after);
        let without = output(false).expect("it was here");
        assert_ne!(without.stdout, after.stdout);
    }
}

#[test]
fn an_interpolation_that_is_not_understood_is_left() {
    for (name, template, part) in [
        (
            "a.py",
            "K = '{} {key}'.format(1)\n",
            "the string has braces",
        ),
        (
            "b.py",
            "K = '%s {key}' % f'{g(\"{key}\")}'\n",
            "in the braces of another string",
        ),
        (
            "c.py",
            "K = b'Bearer {key}'\n",
            "a string of bytes interpolates nothing",
        ),
        (
            "a.js",
            "f('a ${b} {key}');\n",
            "mean something in a template",
        ),
        ("b.js", "f(gql`a {key}`);\n", "the template has a tag"),
        (
            "a.sh",
            "f \"${a:-x {key}}\"\n",
            "in the braces of another variable",
        ),
        ("b.sh", "f `g {key}`\n", "it stands in backquotes"),
        (
            ".github/workflows/a.yml",
            "env:\n  K: ${{ format('{0} {key}', inputs.a) }}\n",
            "it stands in an expression",
        ),
    ] {
        let (repo, key) = (Repo::new(), key());
        repo.write(name, with(template, &key));
        let run = fix(&repo, &["--write"], &[&key]);
        assert_told(&run, 1, &[part, "Wrote 0 files"]);
        assert_eq!(read(&repo, name), with(template, &key), "{name}");
    }
}

//! Completions: a script for each shell, which the shell accepts and which knows the commands.

use std::path::Path;
use std::process::Command;

use super::support::{command, run};

const SHELLS: [(&str, &str); 5] = [
    ("bash", "complete -F"),
    ("zsh", "#compdef aisaleaks"),
    ("fish", "complete -c aisaleaks"),
    ("elvish", "edit:completion:arg-completer[aisaleaks]"),
    ("powershell", "Register-ArgumentCompleter"),
];

#[test]
fn each_shell_gets_a_script() {
    for (shell, sign) in SHELLS {
        let run = run(Path::new("."), &["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
        for part in [sign, "pre-commit", "show-suppressed"] {
            assert!(run.stdout.contains(part), "{shell}: {part}");
        }
    }
    let unknown = run(Path::new("."), &["completions", "csh"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("powershell"), "{}", unknown.stderr);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = command(Path::new("."), &["completions", "bash"]);
    let output = command.stdout(writer).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// What bash completes in a command line whose last word is not finished; nothing if there is no bash here.
fn completed(script: &Path, words: &[&str]) -> Option<String> {
    // As bash itself calls the function: with the command, the word, and the word before.
    let driver = r#"
        source "$1"; shift
        COMP_WORDS=(aisaleaks "$@"); COMP_CWORD=$#
        _aisaleaks aisaleaks "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "${COMPREPLY[*]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", driver, "bash"]).arg(script);
    let output = bash.args(words).output().ok()?;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_hooks_and_flags() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("aisaleaks.bash");
    let text = run(folder.path(), &["completions", "bash"]).stdout;
    std::fs::write(&script, text).expect("written");
    if let Ok(status) = Command::new("bash").arg("-n").arg(&script).status() {
        assert!(status.success(), "bash does not accept the script");
    }
    for (words, expected) in [
        (&["comp"][..], "completions"),
        (&["hook", "r"], "run"),
        (&["hook", "run", "pre-c"], "pre-commit"),
        (&["completions", "el"], "elvish"),
        (&["staged", "--hyg"], "--hygiene"),
    ] {
        if let Some(found) = completed(&script, words) {
            assert_eq!(found, expected, "{words:?}");
        }
    }
}

//! Whether a file of somebody else's calls this program, line by line. No shell and no YAML is understood here: what is not plain from a
//! line is only said to name it.

mod line;

use super::Hook;
use line::Line;

/// What a file does with this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::commands) enum Calls {
    /// Nothing: no line that is no comment names it.
    No,
    /// It names it; whether it runs it, and fails where it fails, is not plain.
    Named,
    /// It runs it, and fails where it fails.
    Yes,
}

/// The commands that look for keys.
const SCANS: [&str; 6] = ["ci", "dir", "git", "scan", "staged", "stdin"];

/// Of a script that is run as a hook. `stops` is whether it is run so that the first error ends it, as husky does.
pub(super) fn of_script(text: &[u8], hook: Hook, stops: bool) -> Calls {
    let text = String::from_utf8_lossy(text);
    let first = text.lines().next().unwrap_or_default();
    let mut stops = stops || first.starts_with("#!") && has_e(first);
    let mut is_over = false;
    let mut calls = Calls::No;
    let mut lines = lines(&text).peekable();
    while let Some((_, line)) = lines.next() {
        let is_at_top = !line.starts_with([' ', '\t']);
        let first = line.split_whitespace().next().unwrap_or_default();
        let decides = stops || lines.peek().is_none() || first == "exec" || line::exits(&line);
        let runs = || Line::new(&line).runs(|args| is_for(args, hook));
        calls = calls.max(match line::names(&line) {
            false => Calls::No,
            true if is_at_top && !is_over && decides && runs() => Calls::Yes,
            true => Calls::Named,
        });
        is_over |= is_at_top && ["exit", "exec", "return"].contains(&first);
        stops |= is_at_top && first == "set" && has_e(&line);
    }
    calls
}

/// Of a file in which a tool for hooks is told what to run.
pub(super) fn of_settings(text: &[u8], hook: Hook) -> Calls {
    let is = |line: &Line| line.runs(|args| is_for(args, hook)) || is_id(line, hook);
    of_lines(text, is).0
}

/// Of a file in which a service is told what to run, with the number of the line that says so.
pub(in crate::commands) fn of_service(text: &[u8]) -> (Calls, usize) {
    of_lines(text, |line| line.runs(is_scan) || line.uses())
}

/// What the first of those lines that say most does.
fn of_lines(text: &[u8], is: impl Fn(&Line) -> bool) -> (Calls, usize) {
    let text = String::from_utf8_lossy(text);
    let naming = lines(&text).filter(|(_, line)| line::names(line));
    let calls = naming.map(|(number, line)| match is(&Line::new(&line)) {
        true => (Calls::Yes, number),
        false => (Calls::Named, number),
    });
    calls.fold((Calls::No, 0), |best, next| match next.0 > best.0 {
        true => next,
        false => best,
    })
}

/// The lines that say something, each with its number. One that goes on in the next is one with that.
fn lines(text: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    let mut all = (1..).zip(text.lines());
    std::iter::from_fn(move || {
        let (number, first) = all.find(|(_, line)| is_said(line))?;
        let mut whole = first.to_owned();
        while let Some(begun) = whole.strip_suffix('\\') {
            let next = all.next().map_or("", |(_, next)| next.trim());
            whole = format!("{begun} {next}");
        }
        Some((number, whole))
    })
}

/// Whether a line is something, and no comment.
fn is_said(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
}

/// Whether arguments have it look for keys.
fn is_scan(args: &[&str]) -> bool {
    match args {
        // A lone word may be a name.
        [] | ["--help" | "--version", ..] => false,
        ["hook", rest @ ..] => rest.first() == Some(&"run"),
        [first, ..] => SCANS.contains(first) || first.starts_with("--"),
    }
}

/// Whether arguments have it look at what this hook is about.
fn is_for(args: &[&str], hook: Hook) -> bool {
    match args {
        ["hook", "run", name, ..] => *name == hook.name(),
        ["staged", ..] => hook == Hook::PreCommit,
        _ => false,
    }
}

/// Whether a line names this program's hook for pre-commit and prek, as `.pre-commit-hooks.yaml` has them.
fn is_id(line: &Line, hook: Hook) -> bool {
    let ids: &[&str] = match hook {
        Hook::PreCommit => &["aisaleaks", "aisaleaks-system"],
        Hook::PrePush => &["aisaleaks-push"],
        Hook::CommitMsg => &["aisaleaks-message"],
        Hook::PreReceive => &[],
    };
    line.value_of("id").is_some_and(|id| ids.contains(&id))
}

/// Whether one of the flags in a line is `-e`, or has it among others.
fn has_e(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.any(|word| {
        let flags = word.strip_prefix('-').unwrap_or_default();
        let is_short = flags.bytes().all(|byte| byte.is_ascii_lowercase());
        word == "errexit" || is_short && flags.contains('e')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_calls_it_where_a_failure_of_it_is_one_of_the_script() {
        let calls = |text: &str| of_script(text.as_bytes(), Hook::PreCommit, false);
        for text in [
            "#!/bin/sh\naisaleaks hook run pre-commit\n",
            "#!/bin/sh\nmake check\naisaleaks staged\n# the end\n",
            "#!/bin/sh -e\naisaleaks hook run pre-commit\nmake check\n",
            "#!/usr/bin/env bash\nset -euo pipefail\n/opt/bin/aisaleaks hook run pre-commit\nmake\n",
            "set -o errexit\n\"$HOME/bin/aisaleaks\" hook run pre-commit -- \"$@\"\nmake\n",
            "aisaleaks hook run pre-commit || exit 1\nmake\n",
            "make lint && aisaleaks hook run pre-commit",
            "exec aisaleaks hook run \\\n  pre-commit\n",
            "RUST_LOG=off aisaleaks staged --fail-on all\r\n",
        ] {
            assert_eq!(calls(text), Calls::Yes, "{text}");
        }
        for text in [
            "aisaleaks hook run pre-commit\nmake\n",
            "set -e\naisaleaks hook run pre-commit || true\n",
            "set -e\naisaleaks hook run pre-commit | cat\n",
            "set -e\naisaleaks hook run pre-commit &\n",
            "if false; then\n  aisaleaks hook run pre-commit\nfi\n",
            "if false; then aisaleaks hook run pre-commit; fi\n",
            "[ -n \"$X\" ] && aisaleaks hook run pre-commit\n",
            "false && aisaleaks hook run pre-commit\n",
            "exit 0\naisaleaks hook run pre-commit\n",
            "exec make check\naisaleaks hook run pre-commit\n",
            "echo aisaleaks hook run pre-commit\n",
            "aisaleaks hook run pre-push\n",
            "aisaleaks hook status\n",
            "subprocess.run(['aisaleaks', 'hook', 'run', 'pre-commit'])\nmake\n",
        ] {
            assert_eq!(calls(text), Calls::Named, "{text}");
        }
        assert_eq!(calls("# aisaleaks hook run pre-commit\nmake\n"), Calls::No);
        let husky = "aisaleaks hook run pre-commit\nnpm test\n";
        assert_eq!(
            of_script(husky.as_bytes(), Hook::PreCommit, true),
            Calls::Yes
        );
    }

    #[test]
    fn a_tool_is_told_for_which_hook() {
        let calls = |text: &str, hook| of_settings(text.as_bytes(), hook);
        for text in [
            "repos:\n- repo: x\n  hooks:\n  - id: aisaleaks\n",
            "hooks: [{id: aisaleaks-system}]\n",
            "hooks = [{ id = \"aisaleaks\" }]\n",
            "pre-commit:\n  commands:\n    keys:\n      run: aisaleaks hook run pre-commit\n",
            "{\"run\": \"aisaleaks staged\"}",
            "  command: ['aisaleaks', 'hook', 'run', 'pre-commit']\n",
        ] {
            assert_eq!(calls(text, Hook::PreCommit), Calls::Yes, "{text}");
            assert_eq!(calls(text, Hook::PrePush), Calls::Named, "{text}");
        }
        let push = "- id: aisaleaks-push\n- run: aisaleaks hook run pre-push {0}\n";
        assert_eq!(calls(push, Hook::PrePush), Calls::Yes);
        assert_eq!(calls(push, Hook::PreCommit), Calls::Named);
        let name = "- id: other\n  name: aisaleaks\n";
        assert_eq!(calls(name, Hook::PreCommit), Calls::Named);
    }

    #[test]
    fn a_service_is_told_what_to_run() {
        for (text, line) in [
            (
                "jobs:\n  a:\n    - uses: example/aisaleaks@v1 # the action\n",
                3,
            ),
            ("- uses: \"example/aisaleaks/sub@0123\"\n", 1),
            ("name: aisaleaks\nscript: [aisaleaks ci]\n", 2),
            (
                "script:\n  - cargo install aisaleaks\n  - aisaleaks ci --base main\n",
                3,
            ),
            ("- run: cargo install aisaleaks && aisaleaks ci\n", 1),
            (
                "run: |\n  docker run --rm \\\n    -v \"$PWD:/repo:ro\" x.example.org/aisaleaks:1 \\\n    git /repo\n",
                2,
            ),
            ("  sh 'aisaleaks --fail-on all .'\n", 1),
            ("- &keys aisaleaks ci\n- script: ./aisaleaks.exe dir .\n", 2),
        ] {
            assert_eq!(of_service(text.as_bytes()), (Calls::Yes, line), "{text}");
        }
        for text in [
            "name: remove aisaleaks\n",
            "name: aisaleaks ci\n",
            "needs: [aisaleaks]\n",
            "image: example/aisaleaks:1\n",
            "run: cargo install aisaleaks\n",
            "run: aisaleaks --version\n",
            "run: aisaleaks hook install\n",
            "run: aisaleaks ci || true\n",
            "run: if false; then aisaleaks ci; fi\n",
            "run: docker pull example/aisaleaks && true\n",
            "uses: example/aisaleaks-not@v1\n",
        ] {
            assert_eq!(of_service(text.as_bytes()).0, Calls::Named, "{text}");
        }
        assert_eq!(of_service(b"# aisaleaks ci\n").0, Calls::No);
        assert_eq!(of_service(b"run: make\n"), (Calls::No, 0));
    }
}

//! Scripts that are run as hooks.

use super::line::{self, Line, Runs};
use super::{Calls, Hook, is_for, lines};

/// Words that begin what may not be run, and those that end it.
const BEGIN: [&str; 8] = ["(", "case", "for", "if", "select", "until", "while", "{"];
const END: [&str; 5] = [")", "done", "esac", "fi", "}"];

/// Of a script that is run as a hook. `stops` is whether it is run so that the first error ends it, as husky does.
pub(in super::super) fn of_script(text: &[u8], hook: Hook, stops: bool) -> Calls {
    let text = String::from_utf8_lossy(text);
    let first = text.lines().next().unwrap_or_default();
    let mut state = State {
        stops: stops || first.starts_with("#!") && has_flag(first, '-'),
        ..State::default()
    };
    let mut calls = Calls::No;
    // It may be something else there.
    let is_another = ["alias aisaleaks", "aisaleaks()", "aisaleaks ()"];
    let is_another = is_another.iter().any(|begin| text.contains(begin));
    let mut lines = lines(&text).map(|(_, line)| line).peekable();
    while let Some(text) = lines.next() {
        let line = Line::new(&text);
        let next = lines.peek().map(|next| next.trim());
        let decides =
            state.stops || matches!(next, None | Some("exit $?")) || text.starts_with("exec ");
        let is_plain = state.is_plain() && !is_another && !text.starts_with([' ', '\t']);
        calls = calls.max(match line::names(&text) {
            false => Calls::No,
            true => match line.runs(&line.key, |args| is_for(args, hook)) {
                Runs::Ends if is_plain => Calls::Yes,
                Runs::Fails if is_plain && decides => Calls::Yes,
                _ => Calls::Named,
            },
        });
        state.pass(&text, &line);
    }
    calls
}

/// What the lines so far make of the next.
#[derive(Default)]
struct State {
    /// Whether the first error ends the script.
    stops: bool,
    /// How many blocks are open.
    depth: usize,
    /// Whether what follows may never run, or may be no command.
    is_over: bool,
}

impl State {
    fn is_plain(&self) -> bool {
        self.depth == 0 && !self.is_over
    }

    fn pass(&mut self, text: &str, line: &Line) {
        let raw: Vec<&str> = text.split_whitespace().collect();
        let (first, last) = (raw.first().copied(), raw.last().copied());
        let is_end =
            |word: Option<&str>| word.is_some_and(|word| END.contains(&word.trim_end_matches(';')));
        let begins = first.is_some_and(|word| BEGIN.contains(&word))
            || text.trim_end().ends_with(['{', '(']);
        match (begins, is_end(first), is_end(last)) {
            (true, _, false) => self.depth += 1,
            (false, true, _) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > 0 {
            return;
        }
        let leaves = matches!(first, Some("exit" | "exec" | "return" | "trap"));
        self.is_over |= leaves || text.contains("<<") || exits_well(&line.words);
        if first == Some("set") {
            self.stops = !has_flag(text, '+') && (self.stops || has_flag(text, '-'));
        }
    }
}

/// Whether a line may end the script without a failure.
fn exits_well(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut exits = (0..words.len()).filter(|&at| words.get(at) == Some(&"exit"));
    exits.any(|at| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        match words.get(at + 1) {
            Some(&"0") => true,
            None | Some(&";") => before != Some(&"||"),
            Some(_) => false,
        }
    })
}

/// Whether one of the flags in a line is `-e`, or has it among others; with `+` it is taken back.
fn has_flag(line: &str, sign: char) -> bool {
    let line = line.split(" #").next().unwrap_or_default();
    let mut words = line.split_whitespace().peekable();
    while let Some(word) = words.next().filter(|word| *word != "--") {
        let Some(flags) = word.strip_prefix(sign) else {
            continue;
        };
        let is_named = flags == "o" && words.peek() == Some(&"errexit");
        let is_short = flags.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_named || is_short && flags.contains('e') {
            return true;
        }
    }
    false
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
            "aisaleaks staged\nexit $?\n",
            "cd . || exit 1\naisaleaks staged\n",
            "if [ -n \"$CI\" ]; then\n  exit 0\nfi\naisaleaks staged\n",
            "if true; then echo x; fi\naisaleaks staged && echo ok\n",
            "\"${HOME}/bin/aisaleaks\" staged 2>&1\n",
        ] {
            assert_eq!(calls(text), Calls::Yes, "{text}");
        }
        for text in [
            "aisaleaks hook run pre-commit\nmake\n",
            "set -e\naisaleaks hook run pre-commit || true\n",
            "set -e\naisaleaks hook run pre-commit||true\n",
            "set -e\naisaleaks hook run pre-commit | cat\n",
            "set -e\naisaleaks hook run pre-commit &\n",
            "set -e\nset +e\naisaleaks staged\nexit 0\n",
            "if false; then\n  aisaleaks hook run pre-commit\nfi\n",
            "if false; then\naisaleaks hook run pre-commit\nfi\n",
            "if false; then aisaleaks hook run pre-commit; fi\n",
            "unused() {\naisaleaks staged\n}\n",
            "[ -n \"$X\" ] && aisaleaks hook run pre-commit\n",
            "false && aisaleaks hook run pre-commit\n",
            "exit 0\naisaleaks hook run pre-commit\n",
            "true && exit 0\naisaleaks staged\n",
            "trap \"exit 0\" EXIT\naisaleaks staged\n",
            "cat <<X\naisaleaks staged\nX\n",
            "exec make check\naisaleaks hook run pre-commit\n",
            "echo aisaleaks hook run pre-commit\n",
            "aisaleaks staged || exit 0\n",
            "aisaleaks staged || return 0\n",
            "aisaleaks staged; exit 0\n",
            "aisaleaks staged; true\n",
            "aisaleaks staged && echo ok || echo bad\n",
            "cd . || exit 1; aisaleaks staged\nmake\n",
            "aisaleaks staged --help\n",
            "aisaleaks hook run pre-push\n",
            "aisaleaks hook status\n",
            "aisaleaks staged --fail-on never\n",
            "aisaleaks staged --exit-code=0\n",
            "true ||\naisaleaks staged\n",
            "set -- -e\naisaleaks staged\nmake\n",
            "set -x # -e\naisaleaks staged\nmake\n",
            "exec true; aisaleaks staged\n",
            "aisaleaks() { true; }\naisaleaks staged\n",
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
}

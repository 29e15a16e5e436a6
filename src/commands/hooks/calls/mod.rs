//! Whether a file of somebody else's calls this program, line by line. No shell and no YAML is understood here: what is not plain from a
//! line, and from how lines are indented, is only said to name it.

mod block;
mod line;
mod script;

use super::Hook;
use line::{Line, Runs};

pub(super) use script::of_script;

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
/// Flags that have it only tell something.
const TELLING: [&str; 4] = ["--help", "--version", "-h", "-V"];

/// So many lines that say something are looked at in settings, and so many of them that name the program: each is held to all others.
const LINES: usize = 2000;
const NAMING: usize = 20;

/// Of a file in which a tool for hooks is told what to run.
pub(super) fn of_settings(text: &[u8], hook: Hook) -> Calls {
    let is = |line: &Line, key: &str| {
        line.runs(key, |args| is_for(args, hook)) != Runs::No || is_id(line, hook)
    };
    of_lines(text, is).0
}

/// Of a file in which a service is told what to run, with the number of the line that says so.
pub(in crate::commands) fn of_service(text: &[u8]) -> (Calls, usize) {
    of_lines(text, |line, key| {
        line.runs(key, is_scan) != Runs::No || line.uses()
    })
}

/// What the first of those lines that say most does. `is` is given a line, and what it is for.
fn of_lines(text: &[u8], is: impl Fn(&Line, &str) -> bool) -> (Calls, usize) {
    let text = String::from_utf8_lossy(text);
    let all: Vec<(usize, String)> = lines(&text).collect();
    let texts: Vec<&str> = all.iter().map(|(_, text)| text.as_str()).collect();
    let near = texts.get(..LINES).unwrap_or(&texts);
    let naming = all.iter().enumerate();
    let naming = naming.filter(|(_, (_, text))| line::names(text));
    let calls = naming.take(NAMING).map(|(at, (number, text))| {
        // Who has it named farther down is not known to run it.
        if at >= near.len() {
            return (Calls::Named, *number);
        }
        let line = Line::new(text);
        let above = block::key(near, at);
        let key = match line.key.is_empty() {
            true => above,
            // A variable may be called `run`.
            false if block::VALUES.contains(&above.as_str()) => above,
            false => line.key.clone(),
        };
        match is(&line, &key) && !block::is_soft(near, at) {
            true => (Calls::Yes, *number),
            false => (Calls::Named, *number),
        }
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
        // A backslash, or what has to have something behind it.
        while ["\\", "&&", "||"].iter().any(|end| whole.ends_with(end)) {
            let Some((_, next)) = all.next() else { break };
            if whole.ends_with('\\') {
                whole.pop();
            }
            whole.push(' ');
            whole.push_str(next.trim());
        }
        Some((number, whole))
    })
}

/// Whether a line is something, and no comment.
fn is_said(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty()
        && !["#", "//", "/*", "*"]
            .iter()
            .any(|begin| line.starts_with(begin))
}

/// Whether arguments have it look for keys.
fn is_scan(args: &[&str]) -> bool {
    if is_lenient(args) {
        return false;
    }
    let is_path =
        |word: &str| word == "." || word.starts_with(['/', '$']) || word.starts_with("./");
    match args {
        // A lone word may be a name.
        [] => false,
        ["hook", rest @ ..] => rest.first() == Some(&"run"),
        [first, ..] => SCANS.contains(first) || first.starts_with('-') || is_path(first),
    }
}

/// Whether arguments have it only tell something, or never fail.
fn is_lenient(args: &[&str]) -> bool {
    let is_telling = args.iter().any(|word| TELLING.contains(word));
    let well = |pair: &&[&str]| matches!(**pair, ["--fail-on", "never"] | ["--exit-code", "0"]);
    let is_well = |word: &str| ["--fail-on=never", "--exit-code=0"].contains(&word);
    is_telling || args.windows(2).any(|pair| well(&pair)) || args.iter().any(|word| is_well(word))
}

/// Whether arguments have it look at what this hook is about.
fn is_for(args: &[&str], hook: Hook) -> bool {
    match args {
        _ if is_lenient(args) => false,
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

#[cfg(test)]
mod tests {
    use super::*;

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
            ("- uses: \"example/aisaleaks@0123\"\n", 1),
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
            ("steps {\n  sh 'aisaleaks ci'\n}\n", 2),
            ("steps { sh(script: 'aisaleaks ci') }\n", 1),
            (
                "keys:\n  script:\n  - |\n    cargo build\n    timeout 60 aisaleaks ci\n",
                5,
            ),
            ("run: sudo -E \"${HOME}/bin/aisaleaks\" ci && echo ok\n", 1),
            (
                "run: ${{ github.workspace }}/bin/aisaleaks -f sarif=x .\n",
                1,
            ),
            ("- run: >-\n    aisaleaks .\n", 2),
            (
                "- run: aisaleaks ci\n- run: x\n  continue-on-error: true\n",
                1,
            ),
            (
                "a:\n  allow_failure: true\nb:\n  script: aisaleaks ci || exit 1\n",
                4,
            ),
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
            "uses: ./tools/aisaleaks\n",
            "uses: foo/aisaleaks/.github/docs@v1\n",
            "run: aisaleaks ci || exit 0\n",
            "run: aisaleaks ci && echo ok || true\n",
            "run: aisaleaks ci --base main||true\n",
            "run: aisaleaks ci --help\n",
            "run: docker run --entrypoint true x/aisaleaks ci\n",
            "name: \"run: aisaleaks ci\"\n",
            "- run: aisaleaks ci\n  continue-on-error: true\n",
            "- continue-on-error: true\n  run: aisaleaks ci\n",
            "keys:\n  script:\n    - aisaleaks ci\n  allow_failure: true\n",
            "keys:\n  after_script:\n    - aisaleaks ci\n",
            "after_success:\n- aisaleaks ci\n",
            "on:\n  paths:\n    - aisaleaks ci\n",
            "sh script: 'aisaleaks ci', returnStatus: true\n",
            "run: aisaleaks ci --fail-on never\n",
            "- uses: example/aisaleaks@v1\n  with:\n    fail-on: never\n",
            "- if: ${{ false }}\n  run: aisaleaks ci\n",
            "- run: aisaleaks ci\n  continue-on-error: ${{ true }}\n",
            "env:\n  run: aisaleaks ci\n",
            "- uses: other/action@v1\n  with:\n    script: aisaleaks ci\n",
            "variables:\n  script: aisaleaks ci\n",
            "keys:\n  script: aisaleaks ci\n  allow_failure:\n    exit_codes: 1\n",
            "- command: aisaleaks ci\n  soft_fail: true\n",
        ] {
            assert_eq!(of_service(text.as_bytes()).0, Calls::Named, "{text}");
        }
        assert_eq!(of_service(b"# aisaleaks ci\n").0, Calls::No);
        // However much there is of it, it ends.
        let soft = "- run: aisaleaks ci\n  continue-on-error: true\n".repeat(20_000);
        assert_eq!(of_service(soft.as_bytes()).0, Calls::Named);
        assert_eq!(
            of_service("a: \\\n".repeat(200_000).as_bytes()).0,
            Calls::No
        );
        let far = "a: b\n".repeat(3000) + "run: aisaleaks ci\n";
        assert_eq!(of_service(far.as_bytes()), (Calls::Named, 3001));
        assert_eq!(of_service(b"run: make\n"), (Calls::No, 0));
    }
}

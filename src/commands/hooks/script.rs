//! The scripts that git runs: their text, and how they are known again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Hook;
use crate::git::{plain, quote};

/// Raised when the text changes, so that `hook status` can say that a script is an older one.
pub(super) const VERSION: u32 = 1;

/// How the second line of every script begins.
const MARK: &[u8] = b"# aisaleaks-hook ";

/// What a script is to do.
pub(super) struct Spec<'a> {
    pub(super) hook: Hook,
    /// The program's absolute path; `None` to look for it in PATH alone, where other people get the script, too.
    pub(super) program: Option<&'a Path>,
    /// More arguments for `hook run`.
    pub(super) args: &'a [OsString],
    /// Whether it stands for the hook of every repository, and has to run that one.
    pub(super) is_global: bool,
    /// Whether the hook that runs first is one of pre-commit or prek. They can run this script themselves, from where
    /// they moved it to; then they must not be run from here again.
    pub(super) is_managed: bool,
}

/// The script for a hook.
pub(super) fn gate(spec: &Spec<'_>) -> Vec<u8> {
    let (hook, name) = (spec.hook, spec.hook.name());
    let own = match spec.is_global {
        true => " --global",
        false => "",
    };
    let what = hook.stops();
    let mut text = format!(
        "# Stops {what} that would leak a key. Written by `aisaleaks hook install{own}`, which writes it anew when it runs\n\
         # again: change nothing here. `aisaleaks hook uninstall{own} {name}` takes it away, and puts back the hook that was\n\
         # here before: that one is kept beside this file as {}, and runs first.\n",
        kept_as(name)
    )
    .into_bytes();
    text.extend_from_slice(b"program=");
    let program = spec.program.map(Path::as_os_str).unwrap_or_default();
    text.extend(quote::quoted(program.as_encoded_bytes()));
    text.extend_from_slice(b"\n\n");
    let earlier = match hook.reads_lines() {
        true => include_str!("shell/earlier_lines.sh"),
        false => include_str!("shell/earlier.sh"),
    };
    let pieces = [
        include_str!("shell/program.sh"),
        "\n",
        earlier,
        "\n",
        include_str!("shell/folder.sh"),
    ];
    for piece in pieces {
        text.extend(filled(piece, hook).bytes());
    }
    if spec.is_managed {
        text.extend_from_slice(
            b"[ -n \"$PRE_COMMIT_RUNNING_LEGACY$PREK_RUNNING_LEGACY\" ] ||\n    ",
        );
    }
    text.extend(format!("earlier \"$folder/{}\" \"$@\" || exit\n", kept_as(name)).bytes());
    if spec.is_global {
        text.extend(format!("\n{}", own_hook(name)).bytes());
        text.extend_from_slice(b"earlier \"$own\" \"$@\" || exit\n");
    }
    text.extend(format!("\n{RUN}{name}").bytes());
    for arg in spec.args {
        text.push(b' ');
        text.extend(quote::quoted(arg.as_encoded_bytes()));
    }
    text.extend_from_slice(b" -- \"$@\"\n");
    if hook.reads_lines() {
        text.extend_from_slice(
            b"if [ -n \"$kept\" ]; then\n    printf %s \"$lines\" | \"$program\" \"$@\"\n    exit\nfi\n",
        );
    }
    text.extend_from_slice(b"exec \"$program\" \"$@\"\n");
    marked(name, &text)
}

/// The line before the last: what the program is given.
const RUN: &str = "set -- hook run ";

/// The script that only runs the repository's own hook, which `core.hooksPath` hides.
pub(super) fn pass(name: &str) -> Vec<u8> {
    let text = format!(
        "# Runs the repository's own {name}, as git would if core.hooksPath did not lead here. Written by\n\
         # `aisaleaks hook install --global`; `aisaleaks hook uninstall --global` takes it away.\n\n{}{}",
        own_hook(name),
        include_str!("shell/pass.sh")
    );
    marked(&format!("pass:{name}"), text.as_bytes())
}

/// The name under which the hook that was there before is kept.
pub(super) fn kept_as(name: &str) -> String {
    format!("{name}.before-aisaleaks")
}

fn own_hook(name: &str) -> String {
    include_str!("shell/own.sh").replace("@HOOK@", name)
}

fn filled(piece: &str, hook: Hook) -> String {
    let again = "install aisaleaks again, then type: aisaleaks hook install";
    let remedy = match hook {
        Hook::PreCommit | Hook::CommitMsg => {
            format!("{again}; once without this check: git commit --no-verify")
        }
        Hook::PrePush => format!("{again}; once without this check: git push --no-verify"),
        Hook::PreReceive => format!("whoever runs this server has to {again}"),
    };
    let what = match hook.reads_lines() {
        true => "this push",
        false => "this commit",
    };
    piece.replace("@WHAT@", what).replace("@REMEDY@", &remedy)
}

/// Puts the first two lines before a text: the second says whose it is, and whether it is still as it was written.
fn marked(name: &str, text: &[u8]) -> Vec<u8> {
    let check = check(text);
    let head = format!("#!/bin/sh\n# aisaleaks-hook {VERSION} {name} {check}\n");
    [head.as_bytes(), text].concat()
}

/// Tells a changed text from the one that was written, also where git or an editor changed the ends of its lines.
fn check(text: &[u8]) -> String {
    let mut hash = Sha256::new();
    for line in text.split(|&byte| byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A script of ours, as it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// The hook that it was written for.
    pub(super) name: String,
    /// Whether it only runs the repository's own hook.
    pub(super) is_pass: bool,
    pub(super) version: u32,
    /// Whether it is as it was written.
    pub(super) is_intact: bool,
    /// The program that it runs; `None` if it looks in PATH alone.
    pub(super) program: Option<PathBuf>,
    /// More arguments for `hook run`.
    pub(super) args: Vec<OsString>,
}

/// Knows a script of ours; `None` for any other text.
pub(super) fn recognise(text: &[u8]) -> Option<Script> {
    let (_, rest) = line(text);
    let (mark, rest) = line(rest);
    let mark = std::str::from_utf8(mark.strip_prefix(MARK)?).ok()?;
    let mut words = mark.split_ascii_whitespace();
    let version = words.next()?.parse().ok()?;
    let name = words.next()?;
    let is_intact = words.next() == Some(&check(rest));
    let (is_pass, name) = match name.strip_prefix("pass:") {
        Some(name) => (true, name),
        None => (false, name),
    };
    // In this order: a path may hold whatever the rest of the script holds.
    let (program, rest) = after(rest, b"\nprogram=")
        .and_then(quote::word)
        .unwrap_or_default();
    let program = plain::to_path(&program);
    let run = format!("\n{RUN}{name}");
    let args = after(rest, run.as_bytes()).map(args).unwrap_or_default();
    Some(Script {
        name: name.to_owned(),
        is_pass,
        version,
        is_intact,
        program: Some(program).filter(|path| !path.as_os_str().is_empty()),
        args,
    })
}

/// The quoted words that stand next, each behind a blank.
fn args(mut text: &[u8]) -> Vec<OsString> {
    let mut args = Vec::new();
    while let Some((word, rest)) = text.strip_prefix(b" ").and_then(quote::word) {
        args.push(plain::to_path(&word).into_os_string());
        text = rest;
    }
    args
}

fn after<'a>(text: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(text, what)?;
    text.get(at + what.len()..)
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', text) {
        Some(end) => (
            text.get(..end).unwrap_or_default(),
            text.get(end + 1..).unwrap_or_default(),
        ),
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec<'a>(hook: Hook, program: &'a Path, args: &'a [OsString]) -> Spec<'a> {
        Spec {
            hook,
            program: Some(program),
            args,
            is_global: true,
            is_managed: true,
        }
    }

    #[test]
    fn a_script_is_known_again_with_all_that_it_was_given() {
        let program = Path::new(
            "/a b/it's\n# aisaleaks-hook 9 x\nprogram='no'\nset -- hook run pre-push 'no'/aisaleaks",
        );
        let args = ["--rules", "my 'rules'.toml", "", "two\nlines"].map(OsString::from);
        for hook in Hook::ALL {
            let text = gate(&spec(hook, program, &args));
            let found = recognise(&text).expect("ours");
            assert_eq!(found.name, hook.name());
            assert_eq!((found.version, found.is_pass), (VERSION, false));
            assert!(found.is_intact);
            assert_eq!(found.program.as_deref(), Some(program));
            assert_eq!(found.args, args);
        }
        let found = recognise(&pass("post-merge")).expect("ours");
        assert_eq!((&*found.name, found.is_pass), ("post-merge", true));
        assert!(found.is_intact && found.program.is_none());
    }

    #[test]
    fn a_change_shows_and_other_line_ends_do_not() {
        let text = gate(&spec(Hook::PreCommit, Path::new("/p"), &[]));
        let text = String::from_utf8(text).expect("UTF-8");
        let is_intact = |text: &str| recognise(text.as_bytes()).map(|script| script.is_intact);
        assert_eq!(is_intact(&text), Some(true));
        assert_eq!(is_intact(&text.replace('\n', "\r\n")), Some(true));
        assert_eq!(is_intact(&text.replace("exec", "exit; exec")), Some(false));
        assert_eq!(is_intact(&format!("{text}echo more\n")), Some(false));
    }

    #[test]
    fn other_texts_are_not_ours() {
        for text in [
            "",
            "#!/bin/sh\nexec aisaleaks hook run pre-commit\n",
            "#!/bin/sh\n\n# aisaleaks-hook 1 pre-commit 0\n",
            "#!/bin/sh\n# aisaleaks-hook x\n",
            "# aisaleaks-hook 1 pre-commit 0\n",
        ] {
            assert_eq!(recognise(text.as_bytes()), None, "{text}");
        }
    }
}

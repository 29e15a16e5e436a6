//! Printing the key where CI keeps a log of it. A service masks what it knows as a secret, and only as it is: not a part,
//! not another encoding, not what came from elsewhere.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::{File, MOST, Name, ascii, is_comment, line_before, line_behind};
use crate::model::Hygiene;

const RULE: &str = "printed-in-ci";
const EXAMPLE: &str =
    r#"[ -n "$AISA_API_KEY" ] || { echo "AISA_API_KEY is not set" >&2; exit 1; }"#;

/// How near a name has to be for a command that prints everything to be about it.
const NEAR: usize = 2000;

/// A command that prints all variables: with `run:` before it, alone on a line, or into a filter.
const DUMP: &str = r#"(?m)(?:(?:^|&&|;)[ \t]*(?:-[ \t]+)?(?:run|script|sh|bash|command|bash -c|sh -c):?[ \t]*["'@]{0,2}(?:printenv|env|export -p)["']?[ \t]*\r?$|(?:^|&&|;)[ \t]*(?:-[ \t]+)?@?(?:printenv|export -p)[ \t]*\r?$|^[ \t]+@?env[ \t]*\r?$|(?:^|&&|;|:[ \t]*)[ \t]*(?:-[ \t]+)?(?:run:[ \t]*)?["'@]{0,2}(?:printenv|env|export -p)[ \t]*\|[ \t]*(?:sort|grep|sed|awk|cat|tee|less|more|head|tail|base64|cut|tr)\b)"#;

/// A filter that does not print.
const QUIET: &str = r"\|[ \t]*grep[ \t]+(?:-[a-zA-Z]*q|--quiet)";

/// What makes a shell print every command that it runs, and what ends that.
const TRACE: &str = r#"(?:^|[\s;&'"(:])(?:set[ \t]+(?:-[a-wyz]*x[a-z]*|-[a-z]*o[ \t]+xtrace)|(?:bash|sh)[ \t]+-[a-wyz]*x[a-z]*)(?:[\s;&'")]|$)"#;
const UNTRACE: &str = r"\bset[ \t]+\+(?:[a-z]*x|o[ \t]+xtrace)";

struct Patterns {
    dump: Regex,
    quiet: Regex,
    trace: Regex,
    untrace: Regex,
}

impl Patterns {
    fn get() -> &'static Self {
        static PATTERNS: OnceLock<Patterns> = OnceLock::new();
        PATTERNS.get_or_init(|| Self {
            dump: ascii(DUMP),
            quiet: ascii(QUIET),
            trace: ascii(TRACE),
            untrace: ascii(UNTRACE),
        })
    }
}

/// Tells of each.
pub(super) fn check(file: &File<'_>, found: &mut Vec<Hygiene>) {
    let printed = file.names.iter().filter(|name| is_printed(file, name));
    for name in printed.take(MOST) {
        let message = format!(
            "{} is printed: everyone who may read the log has it",
            name.text
        );
        found.push(file.habit(name.start, RULE, message, EXAMPLE));
    }
    dumps(file, found);
    traces(file, found);
}

/// Whether a command that prints has the value of the variable as its argument.
fn is_printed(file: &File<'_>, name: &Name<'_>) -> bool {
    const PRINTERS: [&[u8]; 8] = [
        b"echo",
        b"printf",
        b"print",
        b"write-host",
        b"write-output",
        b"console.log",
        b"println",
        b"puts",
    ];
    let before = line_before(file.bytes(), name.start);
    let behind = line_behind(file.bytes(), name.end);
    if is_comment(before) {
        return false;
    }
    let command = command(before);
    let word: Vec<u8> = command
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
        .map(u8::to_ascii_lowercase)
        .collect();
    if word == b"printenv" {
        return goes_to_log(behind);
    }
    PRINTERS.contains(&&word[..])
        && is_value(command, behind)
        && memchr::memmem::find(command, b"::add-mask::").is_none()
        && goes_to_log(behind)
}

/// The command that a place on a line belongs to, as far as that place.
fn command(before: &[u8]) -> &[u8] {
    let mut from = 0;
    let mut at = 0;
    while let Some(&byte) = before.get(at) {
        if matches!(byte, b';' | b'|' | b'&' | b'\n') {
            from = at + 1;
        }
        at += 1;
    }
    let mut command = before.get(from..).unwrap_or_default();
    // What YAML, makefiles and shells put before a command.
    const LEADERS: [&[u8]; 13] = [
        b"- ",
        b"run:",
        b"script:",
        b"sh ",
        b"bash:",
        b"pwsh:",
        b"powershell:",
        b"command:",
        b"then ",
        b"do ",
        b"else ",
        b"@",
        b"{ ",
    ];
    loop {
        let quote = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'(' | b'[');
        let first = command.iter().position(|byte| !quote(byte));
        command = command
            .get(first.unwrap_or(command.len())..)
            .unwrap_or_default();
        let leader = LEADERS
            .iter()
            .find_map(|leader| command.strip_prefix(*leader));
        match leader {
            Some(rest) => command = rest,
            None => return command,
        }
    }
}

/// Whether the variable's value is meant, not its name or its length, and whether the shell puts it in.
fn is_value(command: &[u8], behind: &[u8]) -> bool {
    let expression = [
        &b"secrets."[..],
        b"env.",
        b"vars.",
        b"$env:",
        b"$Env:",
        b"%",
        b"$(",
    ];
    if expression.iter().any(|start| command.ends_with(start)) {
        return true;
    }
    let before = match command.strip_suffix(b"{") {
        Some(before) => {
            let tests = [&b":+"[..], b"+", b":?", b"?"];
            if tests.iter().any(|test| behind.starts_with(test)) {
                return false;
            }
            before
        }
        None => command,
    };
    let Some(before) = before.strip_suffix(b"$") else {
        return false;
    };
    let count = |quote| memchr::memchr_iter(quote, before).count();
    let is_quoted_away = count(b'\'') % 2 == 1 && count(b'"') % 2 == 0;
    !before.ends_with(b"\\") && !is_quoted_away
}

/// Whether what a command prints ends in the log: not in a file, not in a program that takes it in.
fn goes_to_log(behind: &[u8]) -> bool {
    let end = |byte: &u8| matches!(byte, b'|' | b'>' | b';' | b'&');
    let Some(at) = behind.iter().position(end) else {
        return true;
    };
    let rest = behind.get(at..).unwrap_or_default();
    let target = |text: &[u8]| {
        let from = text
            .iter()
            .position(|byte| !matches!(byte, b' ' | b'>' | b'|'));
        text.get(from.unwrap_or(text.len())..)
            .unwrap_or_default()
            .to_vec()
    };
    let starts = |text: &[u8], known: &[&[u8]]| {
        let text = target(text);
        known.iter().any(|known| text.starts_with(known))
    };
    match rest {
        [b'>', ..] => starts(
            rest,
            &[
                b"&1",
                b"&2",
                b"/dev/stdout",
                b"/dev/stderr",
                b"/dev/tty",
                b"\"$GITHUB_STEP_SUMMARY",
                b"$GITHUB_STEP_SUMMARY",
            ],
        ),
        [b'|', b'|', ..] => true,
        [b'|', ..] => starts(
            rest,
            &[
                b"tee", b"cat", b"base64", b"rev", b"xxd", b"hexdump", b"od ", b"sed", b"head",
                b"tail", b"fold", b"cut", b"tr ",
            ],
        ),
        _ => true,
    }
}

/// Commands that print every variable, near a name.
fn dumps(file: &File<'_>, found: &mut Vec<Hygiene>) {
    let patterns = Patterns::get();
    for hit in patterns.dump.find_iter(file.bytes()).take(MOST) {
        let at = hit.end().saturating_sub(1).max(hit.start());
        let line = [line_before(file.bytes(), at), line_behind(file.bytes(), at)].concat();
        let near = file
            .names
            .partition_point(|name| name.end + NEAR < hit.start());
        let near = file.names.get(near);
        let near = near.filter(|name| name.start < hit.end() + NEAR);
        if let Some(name) = near.filter(|_| !patterns.quiet.is_match(&line) && !is_comment(&line)) {
            let message = format!("every variable is printed, {} among them", name.text);
            found.push(file.habit(at, RULE, message, EXAMPLE));
        }
    }
}

/// `set -x` before a command that uses the variable.
fn traces(file: &File<'_>, found: &mut Vec<Hygiene>) {
    let patterns = Patterns::get();
    for hit in patterns.trace.find_iter(file.bytes()).take(MOST) {
        let first = file.names.partition_point(|name| name.start < hit.end());
        let used = file.names.get(first..).unwrap_or_default().iter();
        let mut used = used
            .take_while(|name| name.start < hit.end() + NEAR)
            .filter(|name| {
                let before = line_before(file.bytes(), name.start);
                is_value(before, line_behind(file.bytes(), name.end))
            });
        let Some(name) = used.next() else {
            continue;
        };
        let between = file.bytes().get(hit.end()..name.start).unwrap_or_default();
        let at = hit.start() + 1;
        if !patterns.untrace.is_match(between) && !is_comment(line_before(file.bytes(), at)) {
            let message = format!(
                "`set -x` prints every command with its values, {} among them",
                name.text
            );
            found.push(file.habit(at, RULE, message, EXAMPLE));
        }
    }
}

//! Cuts the line around a finding out, so that it can be shown: everything in it that may be secret is masked.

use memchr::{memchr, memrchr};

use super::context::name_before;
use super::mask::HIDDEN;
use super::{Detector, matching, placeholder};
use crate::model::{Context, Mask, Secret};

/// How far around a key the bytes are read.
const READ: usize = 640;
/// How many characters are shown before a key.
const BEFORE: usize = 80;
/// How many characters are shown behind a key.
const BEHIND: usize = 60;
/// Unbroken runs of this many characters are masked.
const RUN: usize = 16;

/// The line around the key at `start..end`, cut to a length that can be printed. All in it that may be secret is
/// masked, and the key redacted (`wrapped`, where it is written in another way), or hidden if a brought rule found it; `start..end` of the result points at the key. With `show_secrets` nothing is masked.
pub fn context(
    detector: &Detector,
    bytes: &[u8],
    (start, end): (usize, usize),
    (rule, wrapped): (u16, Option<&Secret>),
    show_secrets: bool,
) -> Context {
    let low = start.saturating_sub(READ);
    let first = memrchr(b'\n', &bytes[low..start]).map_or(low, |at| low + at + 1);
    let high = bytes.len().min(end + READ);
    let last = memchr(b'\n', &bytes[end..high]).map_or(high, |at| end + at);
    let left_cut = first == low && low > 0;
    let right_cut = last == high && high < bytes.len();
    let raw_before = drop_partial_head(&bytes[first..start], left_cut);
    let raw_behind = drop_partial_tail(&bytes[end..last], right_cut);
    let key = String::from_utf8_lossy(&bytes[start..end]);
    let (before, key, behind) = if show_secrets {
        (lossy(raw_before), key.into_owned(), lossy(raw_behind))
    } else {
        let name = assigned_name(raw_before);
        // What directly continues the key may be more of it.
        let more = raw_behind
            .iter()
            .take_while(|&&byte| matching::is_body(byte))
            .count();
        let (glued, raw_behind) = raw_behind.split_at(more);
        let glue = if more > 4 {
            HIDDEN.to_owned()
        } else {
            lossy(glued)
        };
        let side = |raw: &[u8], name: Option<&str>| match detector.may_hold_encoded(raw) {
            // A part of another key, in any way of writing it.
            true => HIDDEN.to_owned(),
            false => hide_runs(&detector.mask(&lossy(raw)), name),
        };
        let behind = glue + &side(raw_behind, None);
        let before = side(raw_before, name.as_deref());
        let secret = match wrapped {
            Some(secret) => secret.redacted(),
            None if detector.is_brought(rule) => HIDDEN.to_owned(),
            None => Secret::new(&key).redacted(),
        };
        (before, secret, behind)
    };
    assemble(
        &printable(&before),
        &printable(&key),
        &printable(&behind),
        left_cut,
        right_cut,
    )
}

fn assemble(before: &str, key: &str, behind: &str, left_cut: bool, right_cut: bool) -> Context {
    let mut text = String::new();
    let before = if left_cut {
        before
    } else {
        before.trim_start()
    };
    let skip = before.chars().count().saturating_sub(BEFORE);
    if skip > 0 || left_cut {
        text.push('…');
    }
    text.extend(before.chars().skip(skip));
    let start = text.len();
    text.push_str(key);
    let end = text.len();
    let behind = if right_cut { behind } else { behind.trim_end() };
    text.extend(behind.chars().take(BEHIND));
    if behind.chars().nth(BEHIND).is_some() || right_cut {
        text.push('…');
    }
    Context { text, start, end }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Without what may be the end of a word whose beginning was not read.
fn drop_partial_head(bytes: &[u8], cut: bool) -> &[u8] {
    if !cut {
        return bytes;
    }
    let partial = bytes
        .iter()
        .take_while(|&&byte| is_run(byte) || byte >= 0x80)
        .count();
    &bytes[partial..]
}

/// Without what may be the beginning of a word whose end was not read.
pub(super) fn drop_partial_tail(bytes: &[u8], cut: bool) -> &[u8] {
    if !cut {
        return bytes;
    }
    let partial = bytes
        .iter()
        .rev()
        .take_while(|&&byte| is_run(byte) || byte >= 0x80)
        .count();
    &bytes[..bytes.len() - partial]
}

fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=')
}

/// The name that the key is assigned to: the identifier before the `=` or `:` that only spaces, quotes and the word
/// `Bearer` part from the key.
fn assigned_name(before: &[u8]) -> Option<String> {
    let skip = |text: &[u8]| {
        text.iter()
            .rposition(|byte| {
                !matches!(
                    byte,
                    b' ' | b'\t' | b'"' | b'\'' | b'`' | b'(' | b'[' | b'\\' | b'>'
                )
            })
            .map_or(0, |at| at + 1)
    };
    let mut text = &before[..skip(before)];
    if let Some(rest) = text.strip_suffix(b"Bearer") {
        text = &rest[..skip(rest)];
    }
    let text = text
        .strip_suffix(b"=")
        .or_else(|| text.strip_suffix(b":"))?;
    let name = name_before(text);
    let parted = text.len() - name.len();
    let alone = parted == 0 || !matches!(text[parted - 1], b'+' | b'/' | b'=');
    (alone && reads_as_name(name)).then(|| lossy(name))
}

/// Whether it reads as a name, and not as the end of something in base64: letters of one case, or words.
fn reads_as_name(name: &[u8]) -> bool {
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    let one_case =
        !name.iter().any(u8::is_ascii_lowercase) || !name.iter().any(u8::is_ascii_uppercase);
    name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.len() <= 64
        && digits <= 2
        && (one_case || placeholder::is_wordy(name))
}

/// Hides every unbroken run of [`RUN`] or more characters. `name` at the end of such a run, before its `=`, stays.
pub(super) fn hide_runs(text: &str, name: Option<&str>) -> String {
    let bytes = text.as_bytes();
    let kept = name
        .and_then(|name| text.rfind(name).map(|at| at..at + name.len()))
        .unwrap_or(0..0);
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|&&byte| is_run(byte)).count();
        if length == 0 {
            let next = bytes[at..]
                .iter()
                .position(|&byte| is_run(byte))
                .unwrap_or(bytes.len() - at);
            shown.push_str(&text[at..at + next]);
            at += next;
            continue;
        }
        let run = at..at + length;
        if length < RUN {
            shown.push_str(&text[run]);
        } else if kept.end > run.start && kept.start < run.end {
            push_around(&mut shown, text, run, kept.clone());
        } else {
            shown.push_str(HIDDEN);
        }
        at += length;
    }
    shown
}

/// A run that holds the assigned name, or a part of it between dots: the name stays, long rests go.
fn push_around(
    shown: &mut String,
    text: &str,
    run: std::ops::Range<usize>,
    kept: std::ops::Range<usize>,
) {
    let from = kept.start.max(run.start);
    let to = kept.end.min(run.end);
    if from > run.start {
        shown.push_str(HIDDEN);
    }
    shown.push_str(&text[from..to]);
    let rest = &text[to..run.end];
    shown.push_str(if rest.len() < 4 { rest } else { HIDDEN });
}

/// Control characters, and those that change the direction of text or cannot be seen, become spaces.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Filled, Rng, fill};

    fn shown(template: &str, seed: u64, open: bool) -> (Filled, Context) {
        let detector = Detector::new(crate::rules::builtin().expect("valid rules"));
        let filled = fill(template, &mut Rng::new(seed));
        let (start, key) = filled.keys[0].clone();
        let found = context(
            &detector,
            filled.text.as_bytes(),
            (start, start + key.len()),
            (0, None),
            open,
        );
        (filled, found)
    }

    #[test]
    fn only_the_redacted_key_is_shown() {
        for (template, expected) in [
            (
                "a\n  NEXT_PUBLIC_AISA_API_KEY={key}\nb",
                "NEXT_PUBLIC_AISA_API_KEY=%",
            ),
            (
                "\"NEXT_PUBLIC_AISA_API_KEY\": \"{key}\", x",
                "\"NEXT_PUBLIC_AISA_API_KEY\": \"%\", x",
            ),
            ("key='{key}' other='{key}'", "key='%' other='#'"),
            ("Authorization: Bearer {key}\r", "Authorization: Bearer %"),
            ("{legacy} {future-body:43}", "% …"),
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ={key}", "…%"),
            ("a=x://u:p@h k={key}{esc}[0m", "a=x://u:…@h k=% [0m"),
            (
                "const aisaProductionKeyForMe = '{key}';",
                "const aisaProductionKeyForMe = '%';",
            ),
        ] {
            let (filled, found) = shown(template, 5, false);
            let redact = |at: usize| {
                let key = filled
                    .keys
                    .get(at)
                    .map(|(_, key)| Secret::new(key).redacted());
                key.unwrap_or_default()
            };
            let expected = expected.replace('%', &redact(0)).replace('#', &redact(1));
            assert_eq!(found.text, expected);
            assert_eq!(&found.text[found.start..found.end], redact(0));
        }
    }

    #[test]
    fn long_lines_are_cut_and_nothing_leaks() {
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let pad = |n: usize| "钥 b, ".repeat(n);
            let template = format!(
                "{}{{key}}{}{{key}}{}{{legacy}}{}",
                pad(rng.below(60)),
                pad(rng.below(200)),
                pad(rng.below(120)),
                pad(rng.below(90))
            );
            let (filled, found) = shown(&template, seed, false);
            assert!(found.text.chars().count() <= 170, "{}", found.text);
            for (_, key) in &filled.keys {
                for part in key.as_bytes()[8..].windows(6) {
                    let part = String::from_utf8_lossy(part);
                    assert!(!found.text.contains(part.as_ref()), "{}", found.text);
                }
            }
            let (filled, found) = shown(&template, seed, true);
            assert_eq!(found.text[found.start..found.end], filled.keys[0].1);
        }
    }
}

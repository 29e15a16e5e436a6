//! A build argument that takes the key into an image: it stays in the image's history for everyone who has the image.

use super::kinds::Kind;
use super::{File, MOST, Name, PIECE, is_comment, line_before, line_behind};
use crate::model::Hygiene;

const EXAMPLE: &str = "RUN --mount=type=secret,id=aisa_api_key,env=AISA_API_KEY ./build # docker build --secret id=aisa_api_key,env=AISA_API_KEY .";

/// Lines above a name in which the mapping that it stands in begins.
const ABOVE: usize = 30;

/// Tells of each.
pub(super) fn check(file: &File<'_>, found: &mut Vec<Hygiene>) {
    let mut left = MOST;
    for name in file.names {
        let before = line_before(file.bytes(), name.start);
        if left == 0 || is_comment(before) {
            continue;
        }
        let why = match file.kind {
            Kind::Docker => of_dockerfile(before, line_behind(file.bytes(), name.end)),
            Kind::Make | Kind::Shell | Kind::Yaml if is_option(before) => {
                Some("is passed as a build argument")
            }
            Kind::Web | Kind::Quoted if !file.is_aside && is_option(before) => {
                Some("is passed as a build argument")
            }
            Kind::Yaml if is_in_args(file.bytes(), name) => Some("is passed as a build argument"),
            _ => None,
        };
        if let Some(why) = why {
            left -= 1;
            let message = format!(
                "{} {why}: everyone who has the image can read it",
                name.text
            );
            found.push(file.habit(name.start, "build-argument", message, EXAMPLE));
        }
    }
}

/// `ARG AISA_API_KEY`, and `ENV AISA_API_KEY=$AISA_API_KEY`: that a value is no literal does not keep it out of the image.
fn of_dockerfile(before: &[u8], behind: &[u8]) -> Option<&'static str> {
    let before = before.trim_ascii_start();
    let (word, rest) = before.split_at(before.iter().position(|byte| byte.is_ascii_whitespace())?);
    if word.eq_ignore_ascii_case(b"ARG") && !rest.contains(&b'$') {
        return Some("is a build argument");
    }
    // A value, not a name: that one was looked at where it stands.
    if !word.eq_ignore_ascii_case(b"ENV") || rest.ends_with(b"$") || rest.ends_with(b"{") {
        return None;
    }
    let value = behind.strip_prefix(b"=").or_else(|| {
        // `ENV NAME value`, the old form.
        rest.trim_ascii()
            .is_empty()
            .then(|| behind.strip_prefix(b" "))?
    })?;
    let value = value
        .strip_prefix(b"\"")
        .unwrap_or(value)
        .trim_ascii_start();
    value
        .starts_with(b"$")
        .then_some("is taken into the image by ENV")
}

/// Whether what stands before a name on its line is `--build-arg`.
fn is_option(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let trim = |byte: &u8| matches!(byte, b'"' | b'\'' | b'=' | b',' | b'`' | b'\\' | b' ');
    let to = before.iter().rposition(|byte| !trim(byte));
    let before = before.get(..to.map_or(0, |at| at + 1)).unwrap_or_default();
    before.ends_with(b"--build-arg")
}

/// Whether a line of YAML stands under `args:` (Compose) or `build-args:` (GitHub's action).
fn is_in_args(bytes: &[u8], name: &Name<'_>) -> bool {
    let before = line_before(bytes, name.start);
    let starts_line = |text: &[u8]| text.iter().all(|byte| b" \t-\"'".contains(byte));
    if !starts_line(before) {
        return false;
    }
    let indent = |line: &[u8]| line.iter().take_while(|&&byte| byte == b' ').count();
    let is_item = |line: &[u8]| line.trim_ascii_start().starts_with(b"-");
    let (own, item) = (indent(before), is_item(before));
    let above = name.start - before.len();
    let above = bytes
        .get(above.saturating_sub(ABOVE * PIECE)..above)
        .unwrap_or_default();
    let mut lines = above.split(|&byte| byte == b'\n').rev().skip(1).take(ABOVE);
    // The items of a list may be indented as little as what the list belongs to.
    let parent = lines.find(|line| {
        let deep = indent(line);
        !line.trim_ascii().is_empty() && (deep < own || (item && deep == own && !is_item(line)))
    });
    let Some(parent) = parent.map(|line| line.trim_ascii()) else {
        return false;
    };
    let key = parent.split(|&byte| byte == b':').next();
    matches!(
        key.unwrap_or_default(),
        b"args" | b"build-args" | b"build_args" | b"buildArgs" | b"docker_build_args"
    )
}

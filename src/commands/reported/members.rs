//! The members of a JSON text that was read before, by where they stand in it: so that a part of it can be replaced, and all else
//! stays byte for byte. However deep the text is, nothing is called again.

use std::ops::Range;

use serde::Serialize;

/// Whether a text that was read as JSON is an object with so many keys, each of them an object.
pub(super) fn has_keys(text: &[u8], count: usize) -> bool {
    let starts = || elements(text, Object::read(text, 0)?.member("keys")?.start);
    starts().is_some_and(|starts| {
        starts.len() == count && starts.iter().all(|start| text.get(*start) == Some(&b'{'))
    })
}

/// An object in the text: where its members are.
pub(in crate::commands) struct Object {
    start: usize,
    /// The names, and where the values stand.
    members: Vec<(String, Range<usize>)>,
    /// One past the last value, or behind the brace if there is none.
    end: usize,
}

impl Object {
    /// The object that starts at `start`, or behind white space there.
    pub(in crate::commands) fn read(text: &[u8], start: usize) -> Option<Self> {
        let start = space(text, start);
        let mut at = start + 1;
        let mut object = Self {
            start,
            members: Vec::new(),
            end: at,
        };
        if text.get(start) != Some(&b'{') {
            return None;
        }
        loop {
            at = space(text, at);
            match text.get(at)? {
                b'}' => return Some(object),
                b',' => at += 1,
                _ => {
                    let name_end = value(text, at)?;
                    let name = serde_json::from_slice(text.get(at..name_end)?).ok()?;
                    // The colon.
                    let from = space(text, space(text, name_end) + 1);
                    at = value(text, from)?;
                    object.members.push((name, from..at));
                    object.end = at;
                }
            }
        }
    }

    pub(in crate::commands) fn member(&self, name: &str) -> Option<Range<usize>> {
        let mut members = self.members.iter();
        Some(members.find(|(known, _)| known == name)?.1.clone())
    }

    /// Puts a value in the place of a member's, or behind the last member.
    pub(in crate::commands) fn put(
        &self,
        text: &[u8],
        name: &str,
        value: &impl Serialize,
    ) -> Option<(Range<usize>, String)> {
        let indent = self.indent(text);
        let written = match indent {
            Some(_) => serde_json::to_string_pretty(value).ok()?,
            None => serde_json::to_string(value).ok()?,
        };
        let break_line = indent.map_or(String::new(), |indent| format!("\n{indent}"));
        let written = written.replace('\n', &break_line);
        if let Some(span) = self.member(name) {
            return Some((span, written));
        }
        let comma = if self.members.is_empty() { "" } else { "," };
        let colon = if indent.is_some() { ": " } else { ":" };
        let written = format!("{comma}{break_line}\"{name}\"{colon}{written}");
        Some((self.end..self.end, written))
    }

    /// What stands before a member on its line, if each has a line.
    fn indent<'t>(&self, text: &'t [u8]) -> Option<&'t str> {
        let from = text.get(self.start + 1..)?;
        let white = from.iter().take_while(|byte| byte.is_ascii_whitespace());
        let white = std::str::from_utf8(from.get(..white.count())?).ok()?;
        white.rsplit_once('\n').map(|(_, indent)| indent)
    }
}

/// Where the elements of an array start.
pub(in crate::commands) fn elements(text: &[u8], start: usize) -> Option<Vec<usize>> {
    if text.get(start) != Some(&b'[') {
        return None;
    }
    let mut found = Vec::new();
    let mut at = start + 1;
    loop {
        at = space(text, at);
        match text.get(at)? {
            b']' => return Some(found),
            b',' => at += 1,
            _ => {
                found.push(at);
                at = value(text, at)?;
            }
        }
    }
}

/// Where white space ends (RFC 8259, section 2).
fn space(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let white = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + rest.iter().take_while(white).count()
}

/// Where the value ends that starts here. However deep it is, nothing is called again.
fn value(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut depth = 0_usize;
    loop {
        match text.get(at)? {
            b'"' => at = string(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            // A number or a word.
            _ => {
                let rest = text.get(at..)?;
                let ends = |byte: &u8| b",:]} \t\n\r".contains(byte);
                at += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Where the string ends that starts here.
fn string(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

//! The report as it was, with other verdicts: all else stays as it is, byte for byte, so that whoever reads reports finds
//! everything where it was, fields of later versions too.

use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use crate::model::{LiveCheck, Mask, Verdict};
use crate::report;

/// Writes a report that was read before with these verdicts, one for each key.
///
/// # Errors
/// The system's.
pub(super) fn write(
    text: &[u8],
    verdicts: &[Verdict],
    live: &LiveCheck,
    mask: &dyn Mask,
    out: &mut dyn Write,
) -> io::Result<()> {
    let edits = edits(text, verdicts, live, mask).ok_or_else(|| {
        // It was read as one a moment ago.
        io::Error::other("the report is no JSON object with keys")
    })?;
    let mut written = Vec::with_capacity(text.len());
    let mut from = 0;
    for (span, with) in edits {
        written.extend_from_slice(text.get(from..span.start).unwrap_or_default());
        written.extend_from_slice(with.as_bytes());
        from = span.end;
    }
    written.extend_from_slice(text.get(from..).unwrap_or_default());
    report::write_json_text(&written, out)
}

/// Whether a text that was read as JSON is an object with so many keys, each of them an object.
pub(super) fn has_keys(text: &[u8], count: usize) -> bool {
    let starts = || elements(text, Object::read(text, 0)?.member("keys")?.start);
    starts().is_some_and(|starts| {
        starts.len() == count && starts.iter().all(|start| text.get(*start) == Some(&b'{'))
    })
}

/// What to put where, in order.
fn edits(
    text: &[u8],
    verdicts: &[Verdict],
    live: &LiveCheck,
    mask: &dyn Mask,
) -> Option<Vec<(Range<usize>, String)>> {
    let whole = Object::read(text, 0)?;
    let keys = whole.member("keys")?;
    let mut edits = Vec::new();
    for (start, verdict) in elements(text, keys.start)?.into_iter().zip(verdicts) {
        let key = Object::read(text, start)?;
        edits.push(key.put(text, "verdict", &report::wire_verdict(verdict, mask))?);
    }
    edits.push(whole.put(text, "live", &report::wire_live(live, mask))?);
    edits.sort_by_key(|(span, _)| span.start);
    Some(edits)
}

/// An object in the text: where its members are.
struct Object {
    start: usize,
    /// The names, and where the values stand.
    members: Vec<(String, Range<usize>)>,
    /// One past the last value, or behind the brace if there is none.
    end: usize,
}

impl Object {
    /// The object that starts at `start`, or behind white space there.
    fn read(text: &[u8], start: usize) -> Option<Self> {
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

    fn member(&self, name: &str) -> Option<Range<usize>> {
        let mut members = self.members.iter();
        Some(members.find(|(known, _)| known == name)?.1.clone())
    }

    /// Puts a value in the place of a member's, or behind the last member.
    fn put(
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
fn elements(text: &[u8], start: usize) -> Option<Vec<usize>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    struct Plain;

    impl Mask for Plain {
        fn mask(&self, text: &str) -> String {
            text.to_owned()
        }
    }

    fn rewritten(text: &str, states: usize) -> String {
        let verdicts = vec![Verdict::unchecked("why"); states];
        let live = LiveCheck {
            base: "https://api.aisa.one/v1".to_owned(),
            requests: 7,
            interrupted: false,
        };
        let mut out = Vec::new();
        write(text.as_bytes(), &verdicts, &live, &Plain, &mut out).expect("a Vec takes it");
        String::from_utf8(out).expect("UTF-8")
    }

    /// The report with the verdicts and the check put into it as data.
    fn expected(text: &str) -> Value {
        let mut report: Value = serde_json::from_str(text).expect("JSON");
        for key in report["keys"].as_array_mut().expect("keys") {
            key["verdict"] = serde_json::from_str(&unchecked()).expect("JSON");
        }
        report["live"] =
            json!({"base": "https://api.aisa.one/v1", "requests": 7, "interrupted": false});
        report
    }

    #[test]
    fn only_verdicts_and_the_check_change() {
        for text in [
            r#"{"keys":[]}"#,
            r#"{"keys":[{}]}"#,
            r#"{"keys":[{"verdict":null},{"verdict":{"state":"active","x":[1,{"verdict":2}]},"z":"}]"}]}"#,
            r#" { "a" : 1e5 , "keys" : [ { "b" : [ ] , "verdict" : 12 } ] , "live" : [ ] , "c" : true } "#,
            r#"{"keys":[{"ver\u0064ict":1,"a\"]":"\\\""}],"l\u0069ve":0}"#,
            "{\n  \"b\": 1,\n  \"keys\": [\n    {\n      \"verdict\": {\n        \"state\": \"unchecked\"\n      },\n      \"a\": 2\n    }\n  ]\n}\n",
        ] {
            let keys: Value = serde_json::from_str(text).expect("JSON");
            let count = keys["keys"].as_array().expect("keys").len();
            let once = rewritten(text, count);
            let read: Value = serde_json::from_str(&once).expect("JSON");
            assert_eq!(read, expected(text), "{text}");
            assert_eq!(rewritten(&once, count), once, "twice is once");
        }
    }

    fn unchecked() -> String {
        let verdict = Verdict::unchecked("why");
        serde_json::to_string(&report::wire_verdict(&verdict, &Plain)).expect("JSON")
    }

    #[test]
    fn all_else_stays_byte_for_byte() {
        let text = r#"{"z":1.10,"a":12345678901234567890123,"keys":[{"y":[ ],"verdict":0,"b":"\u00e9"}],"live":1}"#;
        let wanted = format!(
            r#"{{"z":1.10,"a":12345678901234567890123,"keys":[{{"y":[ ],"verdict":{},"b":"\u00e9"}}],"live":{}}}"#,
            unchecked(),
            r#"{"base":"https://api.aisa.one/v1","requests":7,"interrupted":false}"#,
        );
        assert_eq!(rewritten(text, 1), wanted);
    }

    #[test]
    fn lines_are_indented_as_those_around_them() {
        let report = json!({"keys": [{"a": 1, "verdict": {"state": "active"}}]});
        let text = serde_json::to_string_pretty(&report).expect("JSON");
        let written = rewritten(&text, 1);
        let verdict = "      \"verdict\": {\n        \"state\": \"unchecked\",\n";
        let live = "\n  ],\n  \"live\": {\n    \"base\": \"https://api.aisa.one/v1\",\n    \"requests\": 7,\n    \"interrupted\": false\n  }\n}";
        assert!(written.contains(verdict), "{written}");
        assert!(written.ends_with(live), "{written}");
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = 3_000_000;
        let text = format!(
            "{{\"x\":{}{},\"keys\":[]}}",
            "[".repeat(deep),
            "]".repeat(deep)
        );
        let written = rewritten(&text, 0);
        assert!(written.ends_with(
            ",\"keys\":[],\"live\":{\"base\":\"https://api.aisa.one/v1\",\"requests\":7,\"interrupted\":false}}"
        ));
    }
}

//! The report as it was, with other verdicts: all else stays as it is, byte for byte, so that whoever reads reports finds
//! everything where it was, fields of later versions too.

use std::io::{self, Write};
use std::ops::Range;

use crate::commands::reported::members::{Object, elements};
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

//! Which reports are read, and where responses go.

use serde_json::json;

use super::{Leak, command, run, states};
use crate::support::feed;

#[test]
fn a_report_may_come_on_standard_input() {
    let leak = Leak::new();
    let text = std::fs::read(leak.report()).expect("read");
    let mut respond = command(leak.repo.path(), &["respond", "-", "-f", "json"]);
    let run = feed(&mut respond, &text);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(states(&run.json(), "clean"), ["open"; 3]);
    // It has no name that a command could take.
    assert!(
        run.stdout
            .contains("recheck -f json -o report.json report.json")
    );
}

#[test]
fn other_reports_are_refused_with_what_to_do() {
    let leak = Leak::new();
    for (text, part) in [
        (
            r#"{"schema":"aisaleaks/2","keys":[]}"#,
            "its schema is aisaleaks/2",
        ),
        (
            r#"{"schema":"aisaleaks-response/1","steps":[]}"#,
            "its schema is aisaleaks-response/1",
        ),
        ("", "it is empty"),
        (
            r#"{"schema":"aisaleaks/1","keys":["#,
            "it ends in the middle",
        ),
        (r#"{"runs":[]}"#, "it is SARIF"),
    ] {
        std::fs::write(leak.report(), text).expect("written");
        let run = leak.respond(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}");
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    let missing = run(leak.repo.path(), &["respond", "absent.json"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("cannot be read"),
        "{}",
        missing.stderr
    );
    let fifo = leak.beside.path().join("fifo");
    crate::support::files::fifo(&fifo);
    let run = run(
        leak.repo.path(),
        &["respond", fifo.to_str().expect("UTF-8")],
    );
    assert!(run.stderr.contains("aisaleaks respond -"), "{}", run.stderr);
}

#[test]
fn several_forms_of_one_run() {
    let leak = Leak::new();
    let at = |name: &str| leak.beside.path().join(name);
    let markdown = format!("markdown={}", at("issue.md").display());
    let json = format!("json={}", at("response.json").display());
    let run = leak.respond(&["-f", &markdown, "-f", &json, "-f", "human"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("1. Revoke"));
    let issue = std::fs::read_to_string(at("issue.md")).expect("read");
    assert!(issue.contains("\n- [ ] **open**, ") && !issue.contains(&leak.key));
    let response = std::fs::read_to_string(at("response.json")).expect("read");
    let response: serde_json::Value = serde_json::from_str(&response).expect("JSON");
    assert_eq!(response["schema"], "aisaleaks-response/1");
    for args in [
        &["-f", "sarif"][..],
        &["-f", "html=x"],
        &["-f", "yaml"],
        &["-f", "json", "-f", "json"],
    ] {
        let run = leak.respond(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
    }
}

#[test]
fn a_response_is_never_written_over_the_report() {
    let leak = Leak::new();
    let before = std::fs::read(leak.report()).expect("read");
    let link = leak.beside.path().join("link");
    std::os::unix::fs::symlink(leak.report(), &link).expect("linked");
    let hard = leak.beside.path().join("hard");
    std::fs::hard_link(leak.report(), &hard).expect("linked");
    for place in [leak.report(), link, hard] {
        let place = place.display().to_string();
        let run = leak.respond(&["-f", "json", "-o", &place]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("name another file"), "{}", run.stderr);
    }
    assert_eq!(std::fs::read(leak.report()).expect("read"), before);
}

#[test]
fn what_a_report_leaves_out_is_said_and_is_not_well() {
    let leak = Leak::new();
    for report in [
        json!({"schema": "aisaleaks/1", "keys": [], "hidden": {"unknown": 2}}),
        json!({"schema": "aisaleaks/1", "keys": [], "complete": false}),
    ] {
        std::fs::write(leak.report(), report.to_string()).expect("written");
        let run = leak.respond(&[]);
        assert_eq!(run.code, 3, "{}", run.stdout);
        assert!(run.stdout.contains("The report "), "{}", run.stdout);
    }
    let report = json!({"schema": "aisaleaks/1", "keys": [], "complete": true});
    std::fs::write(leak.report(), report.to_string()).expect("written");
    let run = leak.respond(&[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("No keys"), "{}", run.stdout);
}

use super::*;
use crate::model::{
    Allowed, AllowedBy, AskedLine, Confidence, Context, Effect, Judgement, Origin, Place, Secret,
    Step,
};
use crate::report::sanitize::width;

/// Masks nothing but one key.
struct Known(String);

impl Mask for Known {
    fn mask(&self, text: &str) -> String {
        text.replace(&self.0, "sk-aisa-…")
    }
}

fn key_text() -> String {
    format!("sk-aisa-{}", "Zq8Lr2Tw".repeat(6))
}

fn place(line: u64) -> Place {
    Place {
        line,
        column: 8,
        end_line: line,
        end_column: 59,
    }
}

fn step(name: &'static str, effect: Effect, why: &'static str) -> Step {
    Step { name, effect, why }
}

fn judged(line: u64, steps: Vec<Step>, confidence: Option<Confidence>) -> Judged {
    Judged {
        path: Some(b"src/a\x1b.py".to_vec()),
        object: None,
        origin: Origin::Worktree,
        place: Some(place(line)),
        judgement: Judgement {
            start: 0,
            end: 51,
            redacted: Secret::new(&key_text()).redacted(),
            rule: Some("aisa-api-key".into()),
            steps,
            wrapped: None,
            confidence,
        },
        fingerprint: None,
        context: Some(Context {
            text: "k = sk-aisa-…2Tw".to_owned(),
            start: 4,
            end: 16,
        }),
    }
}

fn good(line: u64) -> Judged {
    let steps = vec![
        step("shape", Effect::Passes, "fits"),
        step("structure", Effect::Lowers, "not canonical"),
    ];
    judged(line, steps, Some(Confidence::Medium))
}

fn dropped() -> Judged {
    let steps = vec![
        step("shape", Effect::Passes, "fits"),
        step("context", Effect::Drops, "AIsa is not near by"),
    ];
    judged(9, steps, None)
}

fn key(confidence: Confidence, allowed: Option<Allowed>) -> Key {
    let at = |line| Location {
        origin: Origin::Worktree,
        path: Some(b"src/a\x1b.py".to_vec()),
        place: Some(place(line)),
        blob: None,
        reachable: None,
        attribution: None,
        tracked: None,
        context: None,
        notes: Vec::new(),
        allowed: allowed.clone(),
        site: None,
        names_issuer: true,
        encoding: Vec::new(),
        member: Vec::new(),
        cell: None,
    };
    Key {
        secret: Secret::new(&key_text()),
        rule: "aisa-api-key".to_owned(),
        confidence,
        locations: vec![at(3), at(4)],
        notes: Vec::new(),
        verdict: Default::default(),
    }
}

fn told<'a>(judged: Option<&'a Judged>, key: Option<&'a Key>, verdict: Verdict) -> Told<'a> {
    Told {
        judged,
        place: key.map(|key| (key, &key.locations[0])),
        verdict,
        expired: Vec::new(),
    }
}

fn line<'a>(asked: &'a AskedLine, told: Vec<Told<'a>>) -> LineAnswer<'a> {
    LineAnswer {
        path: b"src/a\x1b.py",
        revision: None,
        line: asked,
        missed: None,
        told,
        more: 0,
        has_brought: false,
        prints_last: true,
        standing: None,
    }
}

fn asked() -> AskedLine {
    AskedLine {
        number: 3,
        lines: 12,
        ..AskedLine::default()
    }
}

/// What is written, all of it within 100 columns, without an escape or a piece of the key.
fn written(
    write: impl FnOnce(&dyn Mask, &Options<'_>, &mut dyn Write) -> io::Result<()>,
) -> String {
    let mut out = Vec::new();
    let mask = Known(key_text());
    write(&mask, &Options::default(), &mut out).expect("a Vec takes any bytes");
    let text = String::from_utf8(out).expect("UTF-8");
    for line in text.lines() {
        // The steps are those of every report.
        assert!(width(line) <= 100 || line.contains("Revoke"), "{line}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
    assert!(!text.contains("Zq8Lr2Tw"), "{text}");
    text
}

fn of_line(answer: &LineAnswer<'_>) -> String {
    let outcome = Outcome::default();
    written(|mask, options, out| write_line(answer, &outcome, mask, options, out))
}

#[test]
fn a_finding_is_told_step_by_step() {
    let (judged, key, asked) = (good(3), key(Confidence::High, None), asked());
    let answer = line(
        &asked,
        vec![told(Some(&judged), Some(&key), Verdict::Counts)],
    );
    let expected = format!(
        "  src/a\\x1b.py:3:8
  sk-aisa-…2Tw: 51 characters, of the rule aisa-api-key
  shape        passes     fits: it has the form that its rule describes
  structure    less sure  not canonical: 32 bytes never become this in base64url: mistyped, made up,
                          or of a kind not seen so far
  -> medium confidence
  This is a finding: error, high confidence, as the same key stands elsewhere with that.
  {}

",
        key.secret.fingerprint()
    );
    assert_eq!(of_line(&answer), expected);
}

#[test]
fn each_verdict_is_a_sentence() {
    let (judged, dropped) = (good(3), dropped());
    let allowed =
        |by, reason: Option<String>| key(Confidence::Medium, Some(Allowed { by, reason }));
    let inline = allowed(
        AllowedBy::Inline,
        Some(format!("like {}\u{1b}", key_text())),
    );
    let entry = allowed(AllowedBy::Config, Some("a test".to_owned()));
    let disabled = allowed(AllowedBy::DisabledRule, None);
    let open = key(Confidence::Medium, None);
    let asked = asked();
    for (told, expected) in [
        (
            told(Some(&dropped), None, Verdict::Dropped),
            "Not a finding: the step context drops it (AIsa is not near by).",
        ),
        (
            told(Some(&judged), Some(&open), Verdict::Counts),
            "This is a finding: warning, medium confidence.",
        ),
        (
            told(Some(&judged), Some(&inline), Verdict::Allowed(None)),
            "A finding, but allowed by a marker on its line or on the line above: like sk-aisa-…\\x1b",
        ),
        (
            told(
                Some(&judged),
                Some(&entry),
                Verdict::Allowed(Some(".aisaleaks.toml:3".into())),
            ),
            "A finding, but allowed by the [[allow]] entry at .aisaleaks.toml:3: a test",
        ),
        (
            told(Some(&judged), Some(&disabled), Verdict::Allowed(None)),
            "A finding, but allowed by a configuration that disables its rule.",
        ),
        (
            told(Some(&judged), None, Verdict::Covered("other".into())),
            "Not a finding of its own: what other finds at this place says it better.",
        ),
        (
            told(Some(&judged), Some(&open), Verdict::NotAsked),
            "A finding, but not reported: --only-rule asks for other rules.",
        ),
    ] {
        let text = of_line(&line(&asked, vec![told]));
        let line = format!("  {expected}");
        assert!(
            text.lines().any(|found| found == line),
            "{expected}\n{text}"
        );
    }
    let text = of_line(&line(
        &asked,
        vec![told(Some(&judged), None, Verdict::LeftOut)],
    ));
    assert!(
        text.contains("Not a finding: its rule does not count"),
        "{text}"
    );
}

#[test]
fn why_a_line_has_nothing_is_told() {
    let seen = |number, lines, has_beginning, has_encoded, nearest| AskedLine {
        number,
        lines,
        has_beginning,
        has_encoded,
        has_marker: false,
        nearest,
    };
    for (asked, parts) in [
        (
            seen(13, 12, false, false, Some(3)),
            &["There is no line 13 in src/a\\x1b.py, which has 12 lines."][..],
        ),
        (seen(1, 0, false, false, None), &["which is empty."]),
        (
            seen(3, 12, false, false, None),
            &[
                "No candidate stands on src/a\\x1b.py:3.",
                "does not stand on it.",
                "nothing is decoded",
                "There is none in",
            ],
        ),
        (
            seen(3, 12, true, true, Some(8)),
            &[
                "has not the form of a key",
                "looks like an encoded key",
                "The nearest is on line 8.",
            ],
        ),
    ] {
        let text = of_line(&line(&asked, Vec::new())).replace('\n', " ");
        for part in parts {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn what_else_decides_is_told() {
    let (judged, key) = (good(3), key(Confidence::Medium, None));
    let asked = AskedLine {
        has_marker: true,
        ..asked()
    };
    let mut one = told(Some(&judged), Some(&key), Verdict::Counts);
    one.expired = vec![(".aisaleaks.toml:7".to_owned(), "2026-01-31".to_owned())];
    let mut answer = line(&asked, vec![one]);
    answer.missed = Some(2);
    answer.more = 1234;
    answer.revision = Some("HEAD~1\u{1b}");
    let text = of_line(&answer);
    for part in [
        "No candidate stands at column 2;",
        "and 1,234 more candidates on this line; name a column",
        "The entry at .aisaleaks.toml:7 is about it, and has expired on 2026-01-31.",
        "A marker is near, but does not count",
        "Read in HEAD~1\\x1b, not on disk.",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for (left_out, tracked, expected) in [
        (None, Some(true), "reads the file; git tracks it."),
        (None, Some(false), "reads the file; git does not track it."),
        (None, None, "reads the file."),
        (Some("ignored"), Some(false), "--include-ignored reads it."),
        (
            Some("excluded"),
            Some(true),
            "--exclude leaves it out; git tracks it.",
        ),
        (Some("too-large"), None, "larger than --max-file-size."),
        (Some("git-objects"), None, "which is read as such."),
        (
            Some("link"),
            None,
            "where it leads is read, not what is there.",
        ),
    ] {
        answer.standing = Some(Standing {
            left_out,
            tracked,
            is_pointer: tracked.is_none(),
        });
        let text = of_line(&answer).replace('\n', " ");
        assert!(text.contains(expected), "{expected}\n{text}");
        assert_eq!(text.contains("Git LFS"), tracked.is_none(), "{text}");
    }
}

#[test]
fn many_places_are_capped_for_each_verdict() {
    let (judged, dropped, key) = (good(3), dropped(), key(Confidence::Medium, None));
    let mut all = vec![told(Some(&judged), Some(&key), Verdict::Counts); 30];
    all.push(told(None, Some(&key), Verdict::Counts));
    all.extend(vec![told(Some(&dropped), None, Verdict::Dropped); 2]);
    let fingerprint = key.secret.fingerprint();
    let answer = KeyAnswer {
        fingerprint: &fingerprint,
        open: Some(&key),
        allowed: None,
        told: all,
    };
    let outcome = Outcome::default();
    let text = written(|mask, options, out| write_key(&answer, &outcome, mask, options, out));
    assert_eq!(text.matches("This is a finding").count(), LISTED, "{text}");
    // The steps are told once for all that are decided alike.
    assert_eq!(text.matches("not canonical").count(), 1, "{text}");
    assert_eq!(
        text.matches("the same steps as above").count(),
        LISTED,
        "{text}"
    );
    assert_eq!(text.matches("Not a finding").count(), 2, "{text}");
    assert!(text.contains("and 11 more places like these"), "{text}");
    assert!(text.contains("Revoke each key"), "{text}");
}

#[test]
fn a_problem_says_how_it_is_accepted() {
    use crate::model::ProblemKind;
    let mut problem = Problem::new(ProblemKind::DamagedPack, key_text(), "it is cut off\u{1b}");
    let open = written(|mask, options, out| write_problem(&problem, None, mask, options, out));
    let entry = format!(
        "[[accept]]\nproblem = \"{}\"\nreason",
        problem.fingerprint()
    );
    assert!(
        open.contains(&entry) && open.contains("cut off\\x1b"),
        "{open}"
    );
    problem.accepted = Some("test data".to_owned());
    let accepted =
        written(|mask, options, out| write_problem(&problem, Some("a.toml:2"), mask, options, out));
    assert!(
        accepted.contains("It is accepted by a.toml:2: test data"),
        "{accepted}"
    );
    assert!(!accepted.contains("[[accept]]"), "{accepted}");
}

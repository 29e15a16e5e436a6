//! What a gate says, as a whole.

use super::tests::{Known, at, key_text, outcome};
use super::{Gate, Options, write_gate};
use crate::model::{
    Attribution, Commit, FingerprintKey, Key, Note, ObjectId, Origin, Outcome, Secret,
};

fn said(gate: &Gate, stopped: bool, outcome: &Outcome) -> String {
    let mut out = Vec::new();
    let (mask, options) = (Known(key_text()), Options::default());
    write_gate(gate, stopped, outcome, &mask, &options, &mut out).expect("a Vec takes any bytes");
    String::from_utf8(out).expect("UTF-8")
}

/// One key in three places, and nothing else.
fn leak() -> Outcome {
    let mut outcome = outcome();
    outcome.problems.clear();
    outcome
}

fn committed(outcome: &mut Outcome) {
    let introduced = Commit {
        id: ObjectId::from_hex(&[b'c'; 40]).expect("an id"),
        author: "A".into(),
        email: "a@b".into(),
        date: None,
        summary: "s".into(),
    };
    outcome.keys[0].locations[0].attribution = Some(Box::new(Attribution {
        introduced: Some(introduced),
        at_or_before: false,
        removed: None,
        events: Vec::new(),
        events_total: 0,
        refs: Vec::new(),
        refs_total: 0,
        at_head: false,
        pushed: None,
        renamed_from: None,
    }));
}

#[test]
fn a_stopped_commit_is_told_where_why_and_the_way_on() {
    let mut outcome = leak();
    outcome.keys[0].locations[0].notes = vec![Note::Pushed, Note::EnvFallback];
    let expected = r#"aisaleaks stopped this commit: it would leak 1 key.

  sk-aisa-…Q9k  src/app.py:3
          key = "sk-aisa-…Q9k"
      env-fallback: used wherever the variable is not set
  sk-aisa-…Q9k  old\xff.py:3
  sk-aisa-…Q9k  dir/sk-aisa-…Q9k\x1b[2J\u{202e}  (path-name)

Whoever has an AIsa key spends from its wallet, and git forgets nothing.
  1. Take it out of the file: let code read it from the environment
     (AISA_API_KEY), keep the value in .env, and .env in .gitignore.
     Then `git add` the file, and commit again.
  2. Was it ever pushed, or shown to anybody? Then it is out. Revoke
     it, before anything else: https://console.aisa.one, API Keys.
  3. No key that works? Say so in a comment on its line:
     aisaleaks:allow REASON
"#;
    assert_eq!(said(&Gate::Commit, true, &outcome), expected);
    outcome.keys[0].locations[0].notes = vec![Note::DotenvTracked];
    assert!(said(&Gate::Commit, true, &outcome).contains("`git rm --cached`"));
}

#[test]
fn a_stopped_push_is_told_which_commit_to_mend() {
    let mut outcome = leak();
    committed(&mut outcome);
    let range = Some("aaaa..bbbb".to_owned());
    for (gate, ways) in [
        (Gate::Push { range }, "aisaleaks:allow REASON"),
        (Gate::Receive, "to the default branch"),
    ] {
        let said = said(&gate, true, &outcome);
        assert!(
            said.contains("stopped this push: it would leak 1 key."),
            "{said}"
        );
        assert!(said.contains("src/app.py:3  in cccccccccccc\n"), "{said}");
        assert!(said.contains("`git rebase -i cccccccccccc^`"), "{said}");
        assert!(said.contains(ways), "{said}");
    }
}

#[test]
fn a_gate_that_lets_pass_says_nothing_unless_it_could_not_look() {
    let mut clean = leak();
    clean.keys.clear();
    assert_eq!(said(&Gate::Commit, false, &clean), "");
    // What does not count for the threshold does not stop, and is not told.
    assert_eq!(said(&Gate::Commit, false, &leak()), "");
    let mut unread = outcome();
    unread.keys.clear();
    let passed = said(&Gate::Commit, false, &unread);
    assert!(
        passed.contains("through (--on-incomplete pass), although"),
        "{passed}"
    );
    assert!(
        passed.contains("damaged-pack: pack-sk-aisa-…Q9k"),
        "{passed}"
    );
    let stopped = said(
        &Gate::Push {
            range: Some("a..b".into()),
        },
        true,
        &unread,
    );
    assert!(stopped.contains("it could not read all of it"), "{stopped}");
    assert!(
        stopped.contains("`aisaleaks git --range a..b` shows"),
        "{stopped}"
    );
    unread.problems[0].accepted = Some("known".into());
    assert_eq!(said(&Gate::Commit, false, &unread), "");
    unread.interrupted = true;
    let stopped = said(&Gate::Message, true, &unread);
    assert!(stopped.contains("was interrupted"), "{stopped}");
}

#[test]
fn much_and_long_stays_on_one_screen() {
    let mut outcome = outcome();
    let long = format!("{}/a.py", "folder".repeat(500));
    let mut place = at(Origin::Staged, Some(long.as_bytes()));
    place.notes = vec![Note::InDocs];
    place.context = outcome.keys[0].locations[0].context.clone();
    outcome.keys[0].locations = vec![place; 30];
    let other = |nth: usize| Key {
        secret: Secret::new(&format!("{}{nth}", key_text())),
        ..outcome.keys[0].clone()
    };
    let more: Vec<Key> = (0..30).map(other).collect();
    outcome.keys.extend(more);
    outcome.hidden = outcome.keys.clone();
    outcome.problems = vec![outcome.problems[0].clone(); 100];
    for gate in [
        Gate::Commit,
        Gate::Message,
        Gate::Push { range: None },
        Gate::Receive,
    ] {
        for keys in [true, false] {
            let mut outcome = outcome.clone();
            if !keys {
                outcome.keys.clear();
            }
            let said = said(&gate, true, &outcome);
            assert!(said.lines().count() <= 24, "{said}");
            assert!(
                said.contains("and 927 more") || said.contains("and 97 more"),
                "{said}"
            );
            assert!(said.len() < 3000, "{said}");
        }
    }
}

#[test]
fn what_others_issued_is_named_by_its_rule() {
    let mut outcome = leak();
    let key = FingerprintKey::new(b"k");
    outcome.keys[0].secret = Secret::foreign("hunter2", &"acme-token".into(), &key);
    outcome.keys[0].rule = "acme-token".into();
    let said = said(&Gate::Commit, true, &outcome);
    assert!(said.contains("it would leak 1 secret."), "{said}");
    assert!(said.contains("  acme-token  src/app.py:3\n"), "{said}");
    assert!(
        !said.contains("wallet") && !said.contains("hunter2"),
        "{said}"
    );
}

//! Responses to facts, and what other parsers make of them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Dotenv, Facts, Form, Found, Ground, Guards, Hooks, InHistory, Item, LeakedKey, Pipelines,
    Presence, Seen, Step, Text, Tick, of, stores, write,
};
use crate::model::{Balance, State};
use crate::report::markdown::tests::read;

const DAY: u64 = 24 * 60 * 60;

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().expect("a moment")
}

fn days_ago(days: u64) -> Option<Timestamp> {
    Some(now() - Duration::from_secs(days * DAY))
}

fn key() -> LeakedKey {
    LeakedKey {
        fingerprint: format!("sha256:{}", "0123456789abcdef".repeat(4)),
        redacted: "sk-aisa-…Q9k".to_owned(),
        rule: "aisa-api-key".to_owned(),
        is_aisa: true,
        is_fresh: false,
        detail: None,
        state: State::Unchecked,
        checked_at: None,
        balance: None,
        since: None,
        in_archive: false,
        files: Presence::Gone,
        head: Presence::Gone,
        history: Presence::Gone,
    }
}

fn facts(keys: Vec<LeakedKey>) -> Facts {
    Facts {
        keys,
        ground: Ground {
            folders: vec![".".to_owned()],
            is_git: true,
            report: Some("report.json".to_owned()),
            from_report: true,
            directory: None,
            asking: Vec::new(),
            gateway: None,
            left_out: None,
        },
        guards: Guards {
            hooks: Hooks::Seen {
                is_active: true,
                said: "Checked: commits".to_owned(),
            },
            dotenv: Dotenv::Ignored,
            pipelines: Pipelines {
                naming: Some(super::Calling {
                    place: ".gitlab-ci.yml:3".to_owned(),
                    runs: true,
                }),
                ..Pipelines::default()
            },
        },
        stores: Vec::new(),
        other_stores: Vec::new(),
        notes: Vec::new(),
        is_partial: false,
        now: now(),
    }
}

fn step(facts: &Facts, name: &str) -> Step {
    let mut steps = of(facts).steps;
    let at = steps.iter().position(|step| step.name == name);
    steps.swap_remove(at.expect("a step of this name"))
}

fn only(facts: &Facts, name: &str) -> Item {
    let mut items = step(facts, name).items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn written(facts: &Facts, form: Form) -> String {
    let mut out = Vec::new();
    write(&of(facts), form, false, &mut out).expect("a Vec takes it");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn only_a_dated_answer_that_it_is_dead_ticks_a_revocation() {
    for state in State::ALL {
        for (checked_at, is_dated) in [
            (days_ago(0), true),
            (days_ago(400), true),
            (None, false),
            (Some(now() + Duration::from_secs(2 * DAY)), false),
        ] {
            let item = only(
                &facts(vec![LeakedKey {
                    state,
                    checked_at,
                    ..key()
                }]),
                "revoke",
            );
            let expected = match is_dated {
                true if state.is_dead() => Tick::Done,
                true if state.is_live() => Tick::Open,
                _ => Tick::Unknown,
            };
            assert_eq!(item.tick, expected, "{state:?} {checked_at:?}");
            assert_eq!(item.commands.is_empty(), expected == Tick::Done);
            let is_old = checked_at == days_ago(400) && state != State::Unchecked;
            let said = item.evidence.plain();
            assert_eq!(said.contains("400 days ago"), is_old, "{said}");
        }
    }
}

#[test]
fn of_another_issuer_nobody_knows() {
    let foreign = LeakedKey {
        is_aisa: false,
        state: State::Revoked,
        checked_at: days_ago(0),
        files: Presence::There(Found {
            places: vec!["a.py:1".to_owned()],
            total: 1,
        }),
        ..key()
    };
    let facts = facts(vec![foreign]);
    let item = only(&facts, "revoke");
    assert_eq!((item.tick, item.commands.len()), (Tick::Unknown, 0));
    // Nor does `fix` know it.
    let clean = step(&facts, "clean");
    assert!(clean.items.iter().all(|item| item.commands.is_empty()));
}

#[test]
fn places_tick_off_what_is_clean() {
    let gone = step(&facts(vec![key()]), "clean");
    let ticks: Vec<Tick> = gone.items.iter().map(|item| item.tick).collect();
    assert_eq!(ticks, [Tick::Done; 3]);
    let place = || {
        Presence::There(Found {
            places: vec!["a.py:3".to_owned()],
            total: 7,
        })
    };
    let there = LeakedKey {
        files: place(),
        head: place(),
        history: Presence::There(InHistory {
            refs: vec!["refs/heads/main".to_owned()],
            refs_total: 2,
            by_refs: true,
            in_stash: true,
            unreachable: true,
            pushed: Some(true),
            repositories: Vec::new(),
        }),
        ..key()
    };
    let there = step(&facts(vec![there]), "clean");
    let ticks: Vec<Tick> = there.items.iter().map(|item| item.tick).collect();
    assert_eq!(ticks, [Tick::Open; 3]);
    let lines: Vec<&str> = there.items.iter().flat_map(lines).collect();
    assert_eq!(
        lines,
        [
            "aisaleaks fix",
            "aisaleaks fix --write",
            "aisaleaks purge-plan --key sha256:0123456789abcdef",
            "git stash list",
            "git -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now reflog expire --all && git gc --prune=now",
        ]
    );
    assert!(
        there.items[0]
            .evidence
            .plain()
            .ends_with("a.py:3 and 6 more")
    );
    assert!(there.items[2].evidence.plain().contains("main and 1 more"));
    assert!(there.notes[0].contains("does not un-leak"));
    let without = LeakedKey {
        files: Presence::Unknown(Text::new("why")),
        head: Presence::Nothing,
        history: Presence::Nothing,
        ..key()
    };
    let without = only(&facts(vec![without]), "clean");
    assert_eq!(without.tick, Tick::Unknown);
}

fn lines(item: &Item) -> impl Iterator<Item = &str> {
    let all = item.commands.iter();
    all.flat_map(|commands| commands.lines.iter().map(String::as_str))
}

#[test]
fn guards_are_ticked_off_one_by_one() {
    let done = step(&facts(vec![key()]), "prevent");
    assert!(done.items.iter().all(|item| item.tick == Tick::Done));
    let mut open = facts(vec![key()]);
    open.guards = Guards {
        hooks: Hooks::Seen {
            is_active: false,
            said: "Nothing is checked".to_owned(),
        },
        dotenv: Dotenv::Tracked { ignored: false },
        pipelines: Pipelines {
            files: Seen {
                names: vec!["Jenkinsfile".to_owned()],
                total: 1,
            },
            ..Pipelines::default()
        },
    };
    let items = step(&open, "prevent").items;
    assert!(items.iter().all(|item| item.tick == Tick::Open));
    assert!(items.iter().all(|item| !item.commands.is_empty()));
    // Where no file shows any CI, a person has to say.
    open.guards.pipelines = Pipelines::default();
    assert!(step(&open, "prevent").items[2].by_hand);
}

#[test]
fn what_a_person_ticks_off_counts_apart() {
    let facts = facts(vec![LeakedKey {
        state: State::Revoked,
        checked_at: days_ago(1),
        ..key()
    }]);
    let counts = of(&facts).counts();
    assert_eq!((counts.done, counts.open, counts.unknown), (7, 0, 0));
    // Replace, deploy, check usage.
    assert_eq!(counts.by_hand, 3);
    let text = written(&facts, Form::Human);
    assert!(
        text.starts_with(
            "The response to 1 leaked key: 7 done, 0 open, 0 unknown, 3 by hand\nLooked at . \
             (files and git history) on 2026-11-28 12:00 UTC."
        ),
        "{text}"
    );
    assert!(text.contains("1. Revoke\n   Nothing to revoke: this key is revoked already.\n   [x] sk-aisa-…Q9k (sha256:0123456789ab): revoked"));
}

#[test]
fn what_is_known_is_filled_in() {
    let facts = facts(vec![LeakedKey {
        state: State::Active,
        checked_at: days_ago(1),
        balance: Some(Balance {
            amount: "12.50".to_owned(),
            currency: Some("USD".to_owned()),
        }),
        since: Some("2023-04-05T06:07:08Z".parse().expect("a moment")),
        ..key()
    }]);
    let said = only(&facts, "usage").evidence.plain();
    assert!(said.contains("since 2023-04-05"), "{said}");
    assert!(said.contains("it could spend 12.50 USD"), "{said}");
    let lines: Vec<String> = lines(&only(&facts, "revoke")).map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "aisaleaks recheck -f json -o report.json report.json",
            "aisaleaks respond report.json"
        ]
    );
}

#[test]
fn every_form_tells_the_same_and_markdown_is_a_task_list() {
    let nasty = "a`|<b>@user #1 [x](y) **z**";
    let mut facts = facts(vec![LeakedKey {
        rule: nasty.to_owned(),
        is_aisa: false,
        files: Presence::There(Found {
            places: vec![nasty.to_owned()],
            total: 1,
        }),
        ..key()
    }]);
    facts.ground.folders = vec![nasty.to_owned()];
    facts.stores = (stores::all().expect("stores").into_iter())
        .map(|store| (store, Some(nasty.to_owned())))
        .collect();
    let markdown = written(&facts, Form::Markdown);
    let parsed = read(&markdown);
    assert!(
        parsed.html.is_empty() && parsed.links.is_empty(),
        "{parsed:?}"
    );
    assert!(!parsed.text.contains("@user"), "{markdown}");
    assert!(parsed.codes.iter().filter(|code| *code == nasty).count() > 10);
    let response = of(&facts);
    let items = response.steps.iter().flat_map(|step| &step.items).count();
    let boxes = markdown.matches("\n- [").count();
    assert_eq!(items, boxes, "{markdown}");

    let json: Value = serde_json::from_str(&written(&facts, Form::Json)).expect("JSON");
    assert_eq!(json["schema"], "aisaleaks-response/1");
    let names: Vec<&str> = json["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| step["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        names,
        ["revoke", "replace", "deploy", "usage", "clean", "prevent"]
    );
    assert_eq!(json["steps"][0]["items"][0]["state"], "unknown");
    assert_eq!(json["steps"][0]["items"][0]["key"], 0);
    assert_eq!(json["counts"]["open"], 1);
    let human = written(&facts, Form::Human);
    for line in response
        .steps
        .iter()
        .flat_map(|step| &step.items)
        .flat_map(lines)
    {
        assert!(human.contains(line) && markdown.contains(line), "{line}");
    }
}

#[test]
fn very_many_keys_are_for_programs() {
    let keys = (0..300).map(|_| key()).collect();
    let facts = facts(keys);
    let markdown = written(&facts, Form::Markdown);
    assert!(markdown.len() < 60_000, "{}", markdown.len());
    assert!(markdown.contains("and 280 more keys"));
    assert!(written(&facts, Form::Human).contains("and 200 more keys"));
    let json: Value = serde_json::from_str(&written(&facts, Form::Json)).expect("JSON");
    assert_eq!(
        json["steps"][0]["items"].as_array().map(Vec::len),
        Some(300)
    );
}

#[test]
fn without_keys_there_is_nothing_to_do() {
    let facts = facts(Vec::new());
    assert!(of(&facts).steps.is_empty());
    assert!(written(&facts, Form::Human).starts_with("No keys"));
    assert!(written(&facts, Form::Markdown).starts_with("## No keys"));
}

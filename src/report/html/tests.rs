//! Pages made from outcomes by hand: what they say, and that nothing in them acts.

use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::reading::{Reading, faults, read};
use crate::model::{
    Commit, Context, Event, EventKind, Hygiene, Note, Origin, Outcome, Problem, ProblemKind,
    Reachable, Secret, Severity,
};
use crate::report::history_tests::{attribution, id, leaky};
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

/// 2023-04-05T06:07:08Z.
const THEN: i64 = 1_680_674_828;
const DAY: i64 = 24 * 60 * 60;

/// The words of a page, without its style and its script.
pub(in crate::report) fn words(page: &str) -> String {
    read(page).words
}

fn options() -> Options<'static> {
    Options {
        now: jiff::Timestamp::from_second(THEN + 1097 * DAY).expect("a date"),
        ..Options::default()
    }
}

/// A page in which nothing acts.
fn page_with(outcome: &Outcome, options: &Options<'_>) -> Reading {
    let page = read(&report(Format::Html, outcome, options));
    assert_eq!(faults(&page), [""; 0]);
    page
}

fn page(outcome: &Outcome) -> Reading {
    page_with(outcome, &options())
}

/// Three keys: one that stands at HEAD and was pushed, one that was removed, one that nobody tracks.
fn three() -> Outcome {
    let mut all = outcome();
    let mut place = at(Origin::Worktree, Some(b"config/.env"));
    place.tracked = Some(true);
    place.reachable = Some(Reachable::Refs);
    place.notes = vec![Note::DotenvTracked];
    place.attribution = Some(Box::new(attribution()));
    place.context = Some(Context {
        text: "KEY=<sk-aisa-…Q9k>".to_owned(),
        start: 5,
        end: 19,
    });
    all.keys[0].locations = vec![place];
    all.keys[0].notes = vec![Note::Pushed, Note::DotenvTracked];
    let mut gone = all.keys[0].clone();
    gone.secret = Secret::new("sk-aisa-gone");
    gone.locations[0].origin = Origin::History;
    if let Some(history) = &mut gone.locations[0].attribution {
        let later = Commit {
            date: Some(THEN + 10 * DAY),
            ..history.introduced.clone().expect("a commit")
        };
        history.events.push(Event {
            date: later.date,
            commit: later.id,
            kind: EventKind::Removed,
        });
        history.removed = Some(later);
        (history.at_head, history.refs_total, history.pushed) = (false, 0, None);
        history.refs.clear();
    }
    let mut loose = all.keys[0].clone();
    loose.secret = Secret::new("sk-aisa-loose");
    loose.locations = vec![at(Origin::Worktree, Some(b"notes.txt"))];
    loose.locations[0].tracked = Some(false);
    all.keys.extend([gone, loose]);
    all
}

#[test]
fn the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() {
    let page = page(&three());
    let is_policy = |tag: &&super::reading::Tag| tag.get("http-equiv").is_some();
    let policies: Vec<_> = page.tags.iter().filter(is_policy).collect();
    let [policy] = &policies[..] else {
        panic!("{policies:?}");
    };
    let source = |text: &str| {
        let hash = Sha256::digest(text.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        format!("'sha256-{hash}'")
    };
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(&page.style),
        source(&page.script)
    );
    assert_eq!(policy.get("content"), Some(expected.as_str()));
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    const ODD: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;b\u{202e}\0\u{1b}]]>-->javascript:`${1}`";
    let shown = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;b\\u{202e}\\x00\\x1b]]>-->javascript:`${1}`";
    let mut all = three();
    let odd = || ODD.to_owned();
    let key = &mut all.keys[0];
    key.rule = odd();
    let place = &mut key.locations[0];
    place.path = Some(ODD.into());
    place.member = vec![ODD.into()];
    place.context = Some(Context {
        text: odd(),
        start: 2,
        end: 9,
    });
    let history = place.attribution.as_mut().expect("a history");
    let commit = Commit {
        author: odd(),
        email: odd(),
        summary: odd(),
        ..history.introduced.clone().expect("a commit")
    };
    history.introduced = Some(commit);
    history.refs = vec![ODD.into()];
    history.renamed_from = Some(ODD.into());
    all.targets[0].path = odd();
    all.notes = vec![odd()];
    all.stale = vec![odd()];
    all.problems = vec![Problem::new(ProblemKind::Limit, odd(), odd())];
    let mut accepted = all.problems[0].clone();
    accepted.accepted = Some(odd());
    all.problems.push(accepted);
    all.hygiene = vec![Hygiene {
        rule: "dotenv-not-ignored",
        severity: Severity::Warning,
        path: ODD.into(),
        line: Some(2),
        message: odd(),
        example: "a <b>",
    }];
    all.suppressed = vec![all.keys[0].clone()];
    let options = Options {
        show_suppressed: true,
        web: Some("https://git.example/ada/app"),
        ..options()
    };
    let page = page_with(&all, &options);
    assert!(page.words.matches(shown).count() >= 12, "{}", page.words);
    for unseen in ['\u{202e}', '\0', '\u{1b}'] {
        assert!(!page.words.contains(unseen));
    }
    let scripts = page.tags.iter().filter(|tag| tag.name == "script");
    assert_eq!(scripts.count(), 1);
}

#[test]
fn a_key_has_its_places_its_time_and_its_steps() {
    let page = page(&three());
    for said in [
        "3 leaked keys, not everything could be scanned",
        "config/.env:3:8",
        "introduced 2023-04-05 (3 years ago) by Ada <ada@example.org> in 111111111111: Add the client",
        "still at HEAD, in main, tags/v1",
        "pushed: treat it as public, still at HEAD",
        "removed, but still in history",
        "in a file that git does not track",
        "dotenv-tracked: git keeps every version of it; add .env to .gitignore",
        "Ada, 2023-04-05 (3 years ago)",
        "git rm --cached -- config/.env\n",
        "git show 1111111111111111111111111111111111111111\n",
        "aisaleaks purge-plan --key sha256:",
        "https://console.aisa.one",
    ] {
        let words = page.words.replace('\n', "");
        assert!(
            words.contains(&said.replace('\n', "")),
            "{said} in {}",
            page.words
        );
    }
    let keys: Vec<_> = page
        .tags
        .iter()
        .filter(|tag| tag.name == "details")
        .collect();
    let ids =
        [&key_text(), "sk-aisa-gone", "sk-aisa-loose"].map(|text| Secret::new(text).fingerprint());
    let found: Vec<_> = keys
        .iter()
        .map(|tag| tag.get("id").expect("an id"))
        .collect();
    assert_eq!(found, ids);
    assert_eq!(keys[0].get("data-head"), Some(""));
    assert_eq!(keys[1].get("data-head"), None);
    assert!(keys[0].get("open").is_some() && keys[1].get("open").is_none());
    let marked = page.tags.iter().filter(|tag| tag.name == "mark");
    assert_eq!(marked.count(), 2);
}

#[test]
fn timelines_are_drawn_and_said() {
    let page = page(&three());
    let drawn = page
        .tags
        .iter()
        .filter(|tag| tag.get("role") == Some("img"));
    let labels: Vec<_> = drawn.filter_map(|tag| tag.get("aria-label")).collect();
    assert_eq!(
        labels,
        [
            "Timeline: since 2023-04-05, 1 place, pushed: treat it as public, still at HEAD",
            "Timeline: since 2023-04-05, 1 place, removed, but still in history",
            "Timeline: 1 place, in a file that git does not track",
        ]
    );
    let held = page
        .tags
        .iter()
        .filter(|tag| tag.get("class") == Some("held"));
    let held: Vec<_> = held
        .filter_map(|tag| Some([tag.get("x1")?, tag.get("x2")?]))
        .collect();
    // Of the first key and of its place; then of the second; the legend last or first.
    for expected in [["0.00%", "100.00%"], ["0.00%", "0.91%"]] {
        assert_eq!(
            held.iter().filter(|span| **span == expected).count(),
            2,
            "{held:?}"
        );
    }
    // Without history there is nothing to draw.
    let mut plain = three();
    for place in plain.keys.iter_mut().flat_map(|key| &mut key.locations) {
        place.attribution = None;
    }
    let plain = self::page(&plain);
    assert!(plain.tags.iter().all(|tag| tag.name != "svg"));
}

#[test]
fn headings_are_in_order_and_everything_has_a_name() {
    for outcome in [three(), outcome(), leaky()] {
        let page = page(&outcome);
        let levels = page
            .tags
            .iter()
            .filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok());
        let levels: Vec<u8> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(
            levels.windows(2).all(|two| two[1] <= two[0] + 1),
            "{levels:?}"
        );
        let html = page
            .tags
            .iter()
            .find(|tag| tag.name == "html")
            .expect("a root");
        assert_eq!(html.get("lang"), Some("en"));
    }
}

#[test]
fn a_command_names_only_what_can_be_copied() {
    for (path, command) in [
        (&b"a b/.env"[..], Some("git rm --cached -- 'a b/.env'")),
        (b"it's/.env", Some("git rm --cached -- 'it'\\''s/.env'")),
        (b"$(x)`y`/.env", Some("git rm --cached -- '$(x)`y`/.env'")),
        (b"-rf/.env", Some("git rm --cached -- -rf/.env")),
        (
            b":(top)*/.env",
            Some("git --literal-pathspecs rm --cached -- ':(top)*/.env'"),
        ),
        (b"a\n/.env", None),
        (b"a\xff/.env", None),
        ("a\u{202e}/.env".as_bytes(), None),
        (key_text().as_bytes(), None),
    ] {
        let mut one = three();
        one.keys.truncate(1);
        one.keys[0].locations[0].path = Some(path.to_vec());
        let words = page(&one).words;
        let found = words.lines().find(|line| line.contains("rm --cached -- "));
        assert_eq!(found, command);
    }
}

#[test]
fn keys_are_there_only_on_request_and_then_it_is_said() {
    let said = "This file has the keys in full";
    let masked = page(&three());
    assert!(!masked.words.contains(said) && !masked.words.contains(&key_text()));
    let shown = Options {
        show_secrets: true,
        ..options()
    };
    let shown = page_with(&three(), &shown);
    assert!(shown.words.contains(said) && shown.words.contains(&key_text()));
}

#[test]
fn commits_and_files_are_links_where_they_are_on_the_web() {
    let web = Options {
        web: Some("https://git.example/ada/app"),
        ..options()
    };
    let page = page_with(&three(), &web);
    let id = id(b'1');
    let links = page
        .tags
        .iter()
        .filter(|tag| tag.name == "a")
        .filter_map(|tag| tag.get("href"));
    let links: Vec<_> = links.collect();
    for expected in [
        format!("https://git.example/ada/app/commit/{id}"),
        format!(
            "https://git.example/ada/app/blob/{}/config/.env?plain=1#L3",
            "b".repeat(40)
        ),
    ] {
        assert!(
            links.contains(&expected.as_str()),
            "{expected} in {links:?}"
        );
    }
}

#[test]
fn a_clean_page_says_so_and_has_no_filter() {
    let mut clean = outcome();
    clean.keys.clear();
    clean.problems.clear();
    let page = page(&clean);
    assert!(page.words.contains("Nothing found"), "{}", page.words);
    assert!(
        page.tags
            .iter()
            .all(|tag| tag.get("role") != Some("search"))
    );
}

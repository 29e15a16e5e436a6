//! Whole logs, as the runner reads them.

use super::LIMIT;
use super::runner::{Obeyed, commands};
use crate::model::{
    Allowed, AllowedBy, Confidence, Hygiene, Key, Location, Note, ObjectId, Origin, Outcome,
    Problem, ProblemKind, Secret, Severity,
};
use crate::report::history_tests::attribution;
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

fn log(outcome: &Outcome, options: &Options<'_>) -> String {
    report(Format::Github, outcome, options)
}

/// The commands of a log in which every line is one.
fn read(outcome: &Outcome, options: &Options<'_>) -> Vec<Obeyed> {
    let log = log(outcome, options);
    let commands = commands(&log);
    assert_eq!(commands.len(), log.lines().count(), "{log}");
    for command in &commands {
        let is_known = ["error", "warning", "notice"].contains(&command.name.as_str());
        assert!(is_known, "{command:?}");
        assert!(command.data.chars().count() <= 1000 && command.properties["title"].len() < 255);
    }
    commands
}

fn names(commands: &[Obeyed]) -> Vec<&str> {
    commands.iter().map(|at| at.name.as_str()).collect()
}

/// A key of this confidence in so many files.
fn key(number: usize, confidence: Confidence, places: usize) -> Key {
    let path = format!("{number}.py");
    Key {
        secret: Secret::new(&key_text().replace("Q9k", &format!("{number:03}"))),
        rule: "aisa-api-key".to_owned(),
        confidence,
        locations: vec![at(Origin::Worktree, Some(path.as_bytes())); places],
        notes: Vec::new(),
        verdict: Default::default(),
    }
}

fn keys(keys: Vec<Key>) -> Outcome {
    Outcome {
        keys,
        ..Outcome::default()
    }
}

#[test]
fn a_log_as_a_whole() {
    let mut told = outcome();
    told.keys[0].locations.truncate(2);
    told.keys[0].locations[0].attribution = Some(Box::new(attribution()));
    told.keys[0].notes = vec![Note::Pushed, Note::InTest];
    told.problems[0].place = "pack-1".to_owned();
    told.problems[0].message = "it is cut off".to_owned();
    told.hygiene = vec![Hygiene {
        path: b".env".to_vec(),
        line: None,
        rule: "dotenv-not-ignored",
        severity: Severity::Warning,
        message: "No ignore rule covers it".to_owned(),
        example: "echo .env >> .gitignore",
    }];
    told.stale = vec!["a.toml:3: an entry".to_owned()];
    let print = told.problems[0].fingerprint();
    let expected = format!(
        "::error file=app/src/app.py,line=3,col=8,endLine=3,endColumn=59,title=Leaked AIsa API key sk-aisa-…Q9k::\
AIsa API key sk-aisa-…Q9k in app/src/app.py:3 (high confidence, aisa-api-key).%0A\
pushed: a remote branch leads to it; treat it as public, whatever is removed afterwards.%0A\
It came with commit 111111111111 of 2023-04-05.%0A\
Revoke it first: https://console.aisa.one, API Keys. It takes effect at once.%0A\
It also stands in 1 other place.
::error title=Not everything could be scanned::damaged-pack: pack-1%0Ait is cut off%0A\
To accept it, add to .aisaleaks.toml: [[accept]] problem = \"{print}\" reason = \"…\"
::error file=app/old\u{fffd}.py,line=3,col=8,endLine=3,endColumn=59,title=Leaked AIsa API key sk-aisa-…Q9k::\
AIsa API key sk-aisa-…Q9k in app/old\\xff.py:3, in history (high confidence, aisa-api-key).%0A\
pushed: a remote branch leads to it; treat it as public, whatever is removed afterwards.%0A\
Revoke it first: https://console.aisa.one, API Keys. It takes effect at once.%0A\
It also stands in 1 other place.
::warning file=app/.env,title=Habit that will leak a key::No ignore rule covers it (dotenv-not-ignored)%0A\
The right way: echo .env >> .gitignore
::notice title=Suppressed or stale::Stale: a.toml:3: an entry
"
    );
    let options = Options {
        below: b"app",
        ..Options::default()
    };
    assert_eq!(log(&told, &options), expected);
}

#[test]
fn a_clean_run_writes_nothing() {
    assert_eq!(log(&Outcome::default(), &Options::default()), "");
    let mut accepted = outcome();
    accepted.keys.clear();
    accepted.problems[0].accepted = Some("known".to_owned());
    assert_eq!(log(&accepted, &Options::default()), "");
    accepted.interrupted = true;
    let told = read(&accepted, &Options::default());
    assert_eq!(names(&told), ["error"]);
    assert!(told[0].data.contains("interrupted"), "{told:?}");
}

#[test]
fn severities_are_kept_but_nothing_is_an_error_where_nothing_fails() {
    let all = keys(vec![
        key(1, Confidence::High, 1),
        key(2, Confidence::Medium, 1),
        key(3, Confidence::Low, 1),
    ]);
    for (fails, expected) in [
        (Some(Severity::Error), ["error", "warning", "notice"]),
        (Some(Severity::Note), ["error", "warning", "notice"]),
        (None, ["warning", "warning", "notice"]),
    ] {
        let options = Options {
            fails,
            ..Options::default()
        };
        assert_eq!(names(&read(&all, &options)), expected);
    }
}

#[test]
fn no_more_of_a_kind_than_are_shown_and_the_last_one_says_so() {
    let told = |outcome: &Outcome| read(outcome, &Options::default());
    let many = |number: usize, places: usize| {
        let all = (0..number).map(|at| key(at, Confidence::High, places));
        keys(all.collect())
    };
    assert_eq!(told(&many(10, 1)).len(), LIMIT);
    let eleven = told(&many(11, 1));
    assert_eq!(eleven.len(), LIMIT);
    assert!(eleven[9].data.contains("Not shown here: 2 keys.\n"));
    assert!(eleven[9].data.contains("-f markdown"), "{eleven:?}");

    // One of each key before a second one of any.
    let few = told(&many(4, 1000));
    let files: Vec<&str> = few[..9]
        .iter()
        .map(|at| at.properties["file"].as_str())
        .collect();
    let (first, rest) = files.split_at(4);
    assert_eq!(first, ["0.py", "1.py", "2.py", "3.py"]);
    assert_eq!(rest, ["0.py"; 5]);
    assert!(
        few[9]
            .data
            .contains("Not shown here: 3,991 further places.\n")
    );

    let mut both = many(20, 1);
    let kinds = [
        ProblemKind::Unreadable,
        ProblemKind::DamagedPack,
        ProblemKind::Limit,
        ProblemKind::Shallow,
        ProblemKind::BrokenRef,
    ];
    for kind in kinds {
        both.problems
            .extend(["a", "b"].map(|place| Problem::new(kind, place, "why")));
    }
    let both = told(&both);
    assert_eq!(both.len(), LIMIT);
    let problems = both
        .iter()
        .filter(|at| at.properties["title"].starts_with("Not everything"));
    assert_eq!(problems.count(), 3);
    assert!(
        both[6].data.contains("And 1 more of this kind."),
        "{both:?}"
    );
    assert!(
        both[9].data.contains("14 keys, 2 kinds of problems."),
        "{both:?}"
    );
}

#[test]
fn the_best_place_comes_first_and_what_has_no_file_says_where_it_is() {
    let mut message = at(Origin::CommitMessage, None);
    message.blob = ObjectId::from_hex(&[b'c'; 40]);
    let history = at(Origin::History, Some(b"old.py"));
    let mut file = at(Origin::Worktree, Some(b"now.py"));
    file.place = file.place.map(|place| crate::model::Place {
        end_line: 4,
        ..place
    });
    let mut one = key(1, Confidence::High, 0);
    one.locations = vec![history, message, file];
    let told = read(&keys(vec![one]), &Options::default());
    assert_eq!(told[0].properties["file"], "now.py");
    assert!(
        !told[0].properties.contains_key("col"),
        "two lines have no columns"
    );
    assert_eq!(told[0].properties["endLine"], "4");
    assert_eq!(told[1].properties["file"], "old.py");
    assert!(!told[2].properties.contains_key("file"));
    assert!(
        told[2].data.contains("in the message of commit cccc"),
        "{told:?}"
    );
}

#[test]
fn what_is_suppressed_is_counted() {
    let mut outcome = keys(Vec::new());
    let mut allowed = key(1, Confidence::High, 1);
    allowed.locations[0].allowed = Some(Allowed {
        by: AllowedBy::Inline,
        reason: None,
    });
    outcome.suppressed = vec![allowed];
    let told = read(&outcome, &Options::default());
    assert_eq!(names(&told), ["notice"]);
    assert!(
        told[0].data.contains("1 by a marker in the file"),
        "{told:?}"
    );
}

/// Texts that want to be commands, or to end one.
pub(super) const HOSTILE: [&str; 9] = [
    "::set-env name=x::y",
    "a::b%0Ac,d\n::error::x",
    "  ::error file=x::y",
    "##[add-mask]a",
    "x##vso[task.setvariable variable=a]b",
    "##teamcity[message]",
    "%0A::error::%25%3A",
    ",title=x::stop-commands::t",
    "\r\n::warning::\u{1b}[2J\u{85}\u{2028}::x",
];

#[test]
fn nothing_but_what_was_meant_is_obeyed() {
    for text in HOSTILE {
        let mut history = attribution();
        for commit in [&mut history.introduced, &mut history.removed]
            .into_iter()
            .flatten()
        {
            (commit.author, commit.email) = (text.to_owned(), text.to_owned());
            commit.summary = text.to_owned();
        }
        let named = |origin| {
            let mut place: Location = at(origin, Some(text.as_bytes()));
            place.attribution = Some(Box::new(history.clone()));
            place
        };
        let mut hostile = key(1, Confidence::High, 0);
        hostile.rule = text.to_owned();
        hostile.locations = vec![named(Origin::Worktree), named(Origin::RefName)];
        let all = Outcome {
            problems: vec![Problem::new(ProblemKind::Unreadable, text, text)],
            hygiene: vec![Hygiene {
                path: text.as_bytes().to_vec(),
                line: Some(1),
                rule: "public-prefix",
                severity: Severity::Note,
                message: text.to_owned(),
                example: "",
            }],
            stale: vec![text.to_owned()],
            ..keys(vec![hostile])
        };
        let options = Options {
            below: b"sub",
            ..Options::default()
        };
        let told = read(&all, &options);
        assert_eq!(
            names(&told),
            ["error", "error", "error", "notice", "notice"]
        );
        // A path is told as it is, but for what a terminal or another service would obey.
        let file = format!("sub/{text}")
            .replace("##[", "#\\x23[")
            .replace("##vso[", "#\\x23vso[")
            .replace("##team", "#\\x23team")
            .replace('\u{1b}', "\\x1b")
            .replace('\u{85}', "\\u{85}")
            .replace('\u{2028}', "\\u{2028}");
        assert_eq!(told[0].properties["file"], file);
        assert_eq!(told[4].properties["file"], file);
        let known = ["file", "line", "col", "endLine", "endColumn", "title"];
        for command in &told {
            assert!(
                command
                    .properties
                    .keys()
                    .all(|name| known.contains(&name.as_str()))
            );
            // Nor is a line of a message that the log shows.
            assert_eq!(commands(&command.data), [], "{command:?}");
        }
    }
}

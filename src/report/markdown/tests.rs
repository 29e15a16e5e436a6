//! Whole reports, and what another parser makes of them.

use std::sync::Arc;

use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};

use crate::model::{
    Allowed, AllowedBy, Attribution, Confidence, FingerprintKey, Hygiene, Key, Location, Note,
    ObjectId, Origin, Outcome, Problem, ProblemKind, Secret, Severity,
};
use crate::report::history_tests::{attribution, id, leaky};
use crate::report::sanitize::visible;
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

fn page(outcome: &Outcome, options: &Options<'_>) -> String {
    let text = report(Format::Markdown, outcome, options);
    assert!(text.len() <= options.most);
    text
}

/// What a parser finds in a report.
#[derive(Debug, Default)]
pub(in crate::report) struct Read {
    /// The rows of the table, its head first: each cell as its events' text.
    pub(in crate::report) rows: Vec<Vec<String>>,
    pub(in crate::report) headings: Vec<String>,
    /// Code spans, in their order.
    pub(in crate::report) codes: Vec<String>,
    /// All other text.
    pub(in crate::report) text: String,
    pub(in crate::report) links: Vec<String>,
    pub(in crate::report) html: Vec<String>,
    /// Whatever else there is but paragraphs and lists.
    pub(in crate::report) others: Vec<String>,
}

pub(in crate::report) fn read(markdown: &str) -> Read {
    let extensions = Extensions::ENABLE_TABLES
        | Extensions::ENABLE_STRIKETHROUGH
        | Extensions::ENABLE_TASKLISTS
        | Extensions::ENABLE_FOOTNOTES
        | Extensions::ENABLE_GFM
        | Extensions::ENABLE_MATH;
    let mut read = Read::default();
    let mut is_heading = false;
    for event in Parser::new_ext(markdown, extensions) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                is_heading = true;
                read.headings.push(String::new());
            }
            Event::End(TagEnd::Heading(_)) => is_heading = false,
            Event::Start(Tag::TableHead | Tag::TableRow) => read.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                read.rows.last_mut().expect("a row").push(String::new());
            }
            Event::Start(Tag::Link { dest_url, .. }) => read.links.push(dest_url.into_string()),
            Event::Text(text) | Event::Code(text) if is_heading => {
                read.headings.last_mut().expect("one").push_str(&text);
            }
            Event::Text(text) => {
                read.text.push_str(&text);
                cell(&mut read, &text);
            }
            Event::Code(text) => {
                cell(&mut read, &text);
                read.codes.push(text.into_string());
            }
            Event::Html(text) | Event::InlineHtml(text) => read.html.push(text.into_string()),
            Event::Start(
                Tag::Paragraph
                | Tag::List(_)
                | Tag::Item
                | Tag::Table(_)
                | Tag::HtmlBlock
                | Tag::Strong,
            )
            | Event::End(_)
            | Event::SoftBreak => read.text.push('\n'),
            other => read.others.push(format!("{other:?}")),
        }
    }
    read
}

fn cell(read: &mut Read, text: &str) {
    if let Some(cell) = read.rows.last_mut().and_then(|row| row.last_mut()) {
        cell.push_str(text);
    }
}

fn linked() -> Options<'static> {
    Options {
        web: Some("https://github.com/ada/app"),
        below: b"app",
        now: jiff::Timestamp::UNIX_EPOCH,
        ..Options::default()
    }
}

#[test]
fn a_report_as_a_whole() {
    let mut told = outcome();
    told.targets[0].path = "/work".to_owned();
    told.keys[0].locations[0].attribution = Some(Box::new(attribution()));
    told.keys[0].locations[1].attribution = Some(Box::new(Attribution {
        removed: attribution().introduced,
        at_head: false,
        ..attribution()
    }));
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
    let (head, one) = ("b".repeat(40), "1".repeat(40));
    let web = "https://github.com/ada/app";
    let expected = format!(
        r#"## aisaleaks: 1 leaked key, not everything could be scanned

**Not everything could be read, and there may be more keys.**

Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 1 key in 3 places, 1 bad habit, 1 problem.

In `/work` (git history at [`bbbbbbbbbbbb`]({web}/commit/{head})).

| Key | Severity | Where | Since | Still there? | Notes |
| --- | --- | --- | --- | --- | --- |
| `sk-aisa-…Q9k` | error, high confidence | [`src/app.py:3`]({web}/blob/{head}/src/app.py?plain=1#L3) | 2023-04-05 by `Ada` in [`111111111111`]({web}/commit/{one}) | yes, at HEAD, in `refs/heads/main`, `refs/tags/v1` | pushed, in-test |
| | | [`old\xff.py:3`]({web}/blob/{one}/old%FF.py?plain=1#L3), in history | 2023-04-05 by `Ada` in [`111111111111`]({web}/commit/{one}) | removed 2023-04-05 by `Ada` in [`111111111111`]({web}/commit/{one}) | |
| | | `dir/sk-aisa-…Q9k\x1b[2J\u{{202e}}`, in the name | | | |

### What to do now

1. Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.
2. Create a new key with the same label and a version suffix (prod-web-app-v2).
3. Put the new key in your secret manager and deploy it; code reads it from AISA_API_KEY.
4. Check the usage logs, filtered by the old key.
5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).

### What that means

- pushed: a remote branch leads to it; treat it as public, whatever is removed afterwards.
- in-test: tests are code that everybody has; make a key up, or read a variable.

### Not everything could be scanned: 1 problem

- damaged-pack, `pack-1`: `it is cut off` (`{print}`)

To accept one, add to `.aisaleaks.toml`: `[[accept]] problem = "sha256:…" reason = "…"`

### Habits that will leak a key

- warning: `No ignore rule covers it` (dotenv-not-ignored) in `.env`. The right way: `echo .env >> .gitignore`

<details>
<summary>1 stale entry</summary>

- `a.toml:3: an entry`

</details>

Left out: 4 ignored.
"#
    );
    assert_eq!(page(&told, &linked()), expected);
}

#[test]
fn the_head_has_the_outcome_in_words() {
    let head = |outcome: &Outcome| {
        let headings = read(&page(outcome, &Options::default())).headings;
        headings[0].clone()
    };
    let mut told = outcome();
    told.problems.clear();
    assert_eq!(head(&told), "aisaleaks: 1 leaked key");
    told.interrupted = true;
    assert_eq!(head(&told), "aisaleaks: 1 leaked key, interrupted");
    told.keys.clear();
    assert_eq!(head(&told), "aisaleaks: interrupted");
    let mut partial = outcome();
    partial.keys.clear();
    assert_eq!(head(&partial), "aisaleaks: not everything could be scanned");
    partial.problems[0].accepted = Some("known".to_owned());
    assert_eq!(head(&partial), "aisaleaks: nothing found");
    let text = page(&partial, &Options::default());
    assert!(
        text.contains("<summary>1 accepted problem</summary>"),
        "{text}"
    );
    assert!(!text.contains("What to do now"), "{text}");
}

/// Texts that would do something in Markdown, or in what GitHub makes of it. Each has a word in it that nothing else has.
const HOSTILE: [&str; 22] = [
    "<script>evil</script>",
    "<!-- evil",
    "evil --> </details>",
    "![evil](https://evil.example/a.png)",
    "[evil](javascript:alert(1))",
    "https://evil.example www.evil.example evil@example.org",
    "@evil/team #1 GH-1 evil",
    "**evil** _evil_ ~~evil~~",
    "evil|evil||",
    "`evil`",
    "``evil` |`",
    "````````evil``",
    "evil\\",
    "evil\n\n# Heading\n\n| a |\n| - |",
    "  evil  ",
    "evil \u{1b}[2J\u{202e}\0",
    "&lt;evil&#64;",
    "$evil$ $`evil`$",
    ":evil: :tada:",
    "- [ ] evil",
    "::error::evil ##[add-mask]evil",
    "> [!WARNING]\n> evil [^1]",
];

/// An outcome with the text wherever text from the input goes.
fn hostile(text: &str) -> Outcome {
    let mut history = attribution();
    if let Some(commit) = &mut history.introduced {
        (commit.author, commit.email) = (text.to_owned(), text.to_owned());
        commit.summary = text.to_owned();
    }
    history.refs = vec![text.as_bytes().to_vec()];
    history.renamed_from = Some(text.as_bytes().to_vec());
    let named = |origin| {
        let mut place: Location = at(origin, Some(text.as_bytes()));
        place.place = None;
        place.attribution = Some(Box::new(history.clone()));
        place
    };
    let rule: Arc<str> = Arc::from(text);
    let mut outcome = outcome();
    outcome.targets[0].path = text.to_owned();
    outcome.notes = vec![text.to_owned()];
    outcome.keys = vec![Key {
        secret: Secret::foreign("hunter2", &rule, &FingerprintKey::new(b"one")),
        rule: text.to_owned(),
        confidence: Confidence::High,
        locations: [Origin::Worktree, Origin::RefName, Origin::Note]
            .map(named)
            .to_vec(),
        notes: Vec::new(),
        verdict: Default::default(),
    }];
    outcome.suppressed = outcome.keys.clone();
    for place in &mut outcome.suppressed[0].locations {
        place.allowed = Some(Allowed {
            by: AllowedBy::Inline,
            reason: Some(text.to_owned()),
        });
    }
    outcome.problems = [None, Some(text.to_owned())]
        .map(|accepted| Problem {
            accepted,
            ..Problem::new(ProblemKind::Unreadable, text, text)
        })
        .to_vec();
    outcome.hygiene = vec![Hygiene {
        path: text.as_bytes().to_vec(),
        line: None,
        rule: "public-prefix",
        severity: Severity::Note,
        message: text.to_owned(),
        example: "a | b",
    }];
    outcome.stale = vec![text.to_owned()];
    outcome
}

#[test]
fn what_comes_from_the_input_shows_and_does_nothing() {
    let options = Options {
        show_suppressed: true,
        ..linked()
    };
    let ordinary = read(&page(&hostile("evil"), &options));
    for text in HOSTILE {
        let markdown = page(&hostile(text), &options);
        let found = read(&markdown);
        // It stands in code spans alone, as it is but for what is made visible.
        assert!(!found.text.contains("evil"), "{markdown}");
        let shown = visible(text);
        // Long runs of backticks are spelled out.
        let shown = match text.contains("````") {
            true => shown.replace('`', "\\x60"),
            false => shown,
        };
        let trimmed = visible(text.trim());
        let (of_names, of_texts): (Vec<&String>, Vec<&String>) = (found.codes.iter())
            .filter(|code| code.contains("evil"))
            .partition(|code| **code == shown);
        assert!(of_names.len() > 10, "{text}: {of_names:?} in\n{markdown}");
        assert!(
            of_texts.iter().all(|code| **code == trimmed),
            "{of_texts:?}"
        );

        // A cell has what it has for a text that is nothing but a word.
        assert_eq!(found.rows.len(), ordinary.rows.len(), "{markdown}");
        assert_eq!(found.rows[1][0], format!("{shown} (not shown)"));
        assert_eq!(found.rows[1][2], shown);
        assert_eq!(found.rows[2][2], format!("the name of ref {shown}"));
        assert!(found.rows.iter().all(|row| row.len() == 6), "{markdown}");

        // Nothing else comes of it.
        assert_eq!(found.headings, ordinary.headings);
        assert_eq!(found.html, ordinary.html);
        assert!(found.others.is_empty(), "{:?}", found.others);
        assert_eq!(found.links.len(), ordinary.links.len());
        let web = "https://github.com/ada/app/";
        assert!(
            found.links.iter().all(|link| link.starts_with(web)),
            "{found:?}"
        );
    }
}

#[test]
fn only_a_pipe_behind_a_backslash_is_spelled_out_in_a_cell() {
    let found = read(&page(&hostile("a\\|b"), &Options::default()));
    assert_eq!(found.rows[1][2], "a\\\\x7cb");
    assert!(found.codes.iter().any(|code| code == "a\\|b"));
}

#[test]
fn no_report_is_larger_than_it_may_be() {
    let mut many = outcome();
    let key = many.keys.remove(0);
    many.keys = (0..10_000)
        .map(|number| {
            let mut place = at(
                Origin::History,
                Some(format!("目录/{number}|a.py").as_bytes()),
            );
            place.attribution = Some(Box::new(attribution()));
            let mut key = key.clone();
            key.locations = vec![place; 1 + number % 8];
            key
        })
        .collect();
    let problem = |number: usize| {
        Problem::new(
            ProblemKind::Unreadable,
            format!("{number}.py"),
            "permission denied",
        )
    };
    many.problems = (0..5000).map(problem).collect();
    for most in [3000, 65_536, 1 << 20] {
        let options = Options { most, ..linked() };
        let text = page(&many, &options);
        assert!(
            text.len() > most - most / 8 - 1000,
            "{most}: {}",
            text.len()
        );
        let found = read(&text);
        assert_eq!(found.headings.len(), 3, "{:?}", found.headings);
        assert!(text.contains("10,000 keys in") && text.contains("5. Only then clean"));
        let end = text.lines().last().expect("a line");
        assert!(end.starts_with("Left out, to stay within "), "{end}");
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert!(table.iter().all(|line| line.ends_with(" |")), "{table:?}");
        assert_eq!(
            found.rows.len(),
            table.len() - 1,
            "the line of dashes is no row"
        );
        assert!(found.rows.iter().all(|row| row.len() == 6));
        let told = found
            .rows
            .iter()
            .filter(|row| row[0].starts_with("sk-"))
            .count();
        let left = 10_000 - told;
        let (thousands, rest) = (left / 1000, left % 1000);
        assert!(
            end.contains(&format!(" {thousands},{rest:03} keys")),
            "{left} in {end}"
        );
        assert!(most < 65_536 || told > most / 500, "{told}");
    }
    let tiny = page(
        &many,
        &Options {
            most: 100,
            ..linked()
        },
    );
    assert!(tiny.is_empty() || tiny.starts_with("## aisaleaks: 10,000 leaked keys"));
}

#[test]
fn many_places_of_a_key_are_counted() {
    let mut many = outcome();
    many.keys[0].locations = vec![at(Origin::Worktree, Some(b"a.py")); 1030];
    let found = read(&page(&many, &Options::default()));
    assert_eq!(found.rows.len(), 1 + 5 + 1);
    assert_eq!(found.rows[6][2], "and 1,025 more places");
    many.keys = vec![many.keys[0].clone(); 300];
    let found = read(&page(&many, &Options::default()));
    assert_eq!(found.rows.len(), 1 + 300 * 2);
    assert_eq!(found.rows[2][2], "and 1,029 more places");
}

#[test]
fn nothing_is_linked_that_no_commit_is_known_to_have() {
    let mut told = outcome();
    let key = key_text();
    let with = |origin, path: &[u8], history: Option<Attribution>| {
        let mut place = at(origin, Some(path));
        place.attribution = history.map(Box::new);
        place
    };
    told.targets[0].head = None;
    told.keys[0].locations = vec![
        with(Origin::Worktree, b"untracked.py", None),
        with(
            Origin::History,
            format!("dir/{key}.py").as_bytes(),
            Some(attribution()),
        ),
        with(Origin::Worktree, b"/else/where.py", Some(attribution())),
        with(Origin::Worktree, b"../../out.py", Some(attribution())),
        with(Origin::History, b"a b/c)d.py", Some(attribution())),
    ];
    let found = read(&page(&told, &linked()));
    let links: Vec<&String> = found
        .links
        .iter()
        .filter(|link| link.contains("/blob/"))
        .collect();
    let expected = format!(
        "https://github.com/ada/app/blob/{}/a%20b/c%29d.py?plain=1#L3",
        id(b'1')
    );
    assert_eq!(links, [&expected]);
    let without = read(&page(&told, &Options::default()));
    assert!(without.links.is_empty());
    let odd = Options {
        web: Some("https://a) <b>"),
        ..Options::default()
    };
    assert!(read(&page(&told, &odd)).links.is_empty());
}

#[test]
fn what_has_no_file_says_what_it_is() {
    let mut told = outcome();
    let mut message = at(Origin::CommitMessage, None);
    message.blob = ObjectId::from_hex(&[b'c'; 40]);
    let mut author = at(Origin::Author, None);
    author.blob = message.blob;
    told.keys[0].locations = vec![message, author, at(Origin::Stdin, None)];
    let found = read(&page(&told, &linked()));
    let cells: Vec<&str> = found.rows[1..].iter().map(|row| row[2].as_str()).collect();
    let expected = [
        "the message of commit cccccccccccc",
        "a name or address in cccccccccccc",
        "standard input",
    ];
    assert_eq!(cells, expected);
    assert!(found.links.contains(&format!(
        "https://github.com/ada/app/commit/{}",
        "c".repeat(40)
    )));
}

#[test]
fn no_key_is_in_a_link() {
    let text = page(&leaky(), &linked());
    assert!(!text.contains("Zq8Lr2Tw"), "{text}");
}

//! The step that keeps another key from leaking, ticked off by what is set up in the repository.

use super::facts::{Dotenv, Facts, Hooks};
use super::{Commands, Item, Step, Text, Tick};

/// Prevent.
pub(super) fn prevent(facts: &Facts, text: String) -> Step {
    let items = [hooks(facts), dotenv(facts), pipelines(facts)];
    Step {
        name: "prevent",
        title: "Prevent",
        text,
        items: items.into_iter().flatten().collect(),
        notes: vec![
            "What else keeps keys in: one key for each service, rotated every 90 days, with a spend cap.".to_owned(),
        ],
    }
}

fn hooks(facts: &Facts) -> Option<Item> {
    let what = Text::new("A hook that stops a commit or a push with a key");
    let install = || {
        Commands::one(
            "Install it (see what is there: aisaleaks hook status):",
            "aisaleaks hook install",
        )
    };
    Some(match &facts.guards.hooks {
        Hooks::Nothing => return None,
        Hooks::Unknown(why) => Item::shown(Tick::Unknown, what, why.clone()),
        Hooks::Seen {
            is_active: true,
            said,
        } => Item::shown(Tick::Done, what, Text::new(said)),
        Hooks::Seen { said, .. } => {
            Item::shown(Tick::Open, what, Text::new(said)).with([install()])
        }
    })
}

fn dotenv(facts: &Facts) -> Option<Item> {
    let what = Text::new(".env ignored by git");
    let ignore = || Commands::one("Ignore it:", "printf '.env\\n' >> .gitignore");
    let untrack = || {
        Commands::one(
            "End that (what was committed stays in the history):",
            "git rm --cached .env",
        )
    };
    let (tick, said, commands) = match &facts.guards.dotenv {
        Dotenv::Nothing => return None,
        Dotenv::Unknown(why) => {
            return Some(Item::shown(Tick::Unknown, what, why.clone()));
        }
        Dotenv::Ignored => (
            Tick::Done,
            "a rule ignores it, and git does not track it",
            vec![],
        ),
        Dotenv::Tracked { ignored: true } => (
            Tick::Open,
            "git tracks it, although a rule ignores it",
            vec![untrack()],
        ),
        Dotenv::Tracked { ignored: false } => {
            (Tick::Open, "git tracks it", vec![ignore(), untrack()])
        }
        Dotenv::Open => (
            Tick::Open,
            "no rule ignores it: `git add .` would take it",
            vec![ignore()],
        ),
    };
    Some(Item::shown(tick, what, Text::new(said)).with(commands))
}

fn pipelines(facts: &Facts) -> Option<Item> {
    if !facts.ground.is_git {
        return None;
    }
    let what = Text::new("aisaleaks in CI");
    let seen = &facts.guards.pipelines;
    if let Some(why) = &seen.unknown {
        return Some(Item::shown(Tick::Unknown, what, why.clone()));
    }
    let how = || {
        Commands::one(
            "What a run scans, on GitHub, GitLab and elsewhere:",
            "aisaleaks ci",
        )
    };
    Some(match (&seen.naming, seen.files.total) {
        (Some(line), _) => {
            let place = Text::default().code(line.place.as_str());
            match line.runs {
                true => Item::shown(Tick::Done, what, place.words(" runs it")),
                false => {
                    let said = place.words(" names it, but whether it runs it, and fails at what it finds, is not plain");
                    Item::shown(Tick::Unknown, what, said).with([how()])
                }
            }
        }
        // CI can be set up where no file shows it.
        (None, 0) => Item::by_hand(
            what,
            Text::new("git tracks no file of a CI service that is known"),
        )
        .with([how()]),
        (None, total) => {
            let said = Text::new("none of these names it: ").list(&seen.files.names, total);
            Item::shown(Tick::Open, what, said).with([how()])
        }
    })
}

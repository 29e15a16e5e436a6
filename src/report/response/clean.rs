//! The step that takes the old key out of the files and of the history, ticked off by what stands there now.

use super::facts::{Facts, Found, InHistory, LeakedKey, Presence};
use super::revoke::{called_so, given};
use super::{Commands, Item, Step, Text, Tick};

/// Clean.
pub(super) fn clean(facts: &Facts, text: String) -> Step {
    let keys = facts.keys.iter().enumerate();
    let items = keys.flat_map(|(number, key)| {
        let items = [files(key), head(key), history(key)];
        let items = items.into_iter().flatten();
        items.map(move |item| item.of_key(number))
    });
    let mut notes = Vec::new();
    let is_out = |key: &LeakedKey| {
        let pushed = match &key.history {
            Presence::There(found) => found.pushed,
            _ => None,
        };
        pushed == Some(true)
    };
    if facts.keys.iter().any(is_out) {
        notes.push(
            "Rewriting does not un-leak: what was pushed is in clones, forks and caches, whatever is removed here."
                .to_owned(),
        );
    }
    Step {
        name: "clean",
        title: "Clean",
        text,
        items: items.collect(),
        notes,
    }
}

/// An item about a place, by whether the key is there; none if there is no such place.
fn item<T>(
    key: &LeakedKey,
    place: &str,
    looked_at: &str,
    presence: &Presence<T>,
    there: impl FnOnce(&T) -> (Text, Vec<Commands>),
) -> Option<Item> {
    let what = called_so(key).words(format!(" out of {place}"));
    Some(match presence {
        Presence::Nothing => return None,
        Presence::Gone => Item::shown(
            Tick::Done,
            what,
            Text::new(format!("{looked_at}, and it is not there")),
        ),
        Presence::Unknown(why) => Item::shown(Tick::Unknown, what, why.clone()),
        Presence::There(found) => {
            let (evidence, commands) = there(found);
            Item::shown(Tick::Open, what, evidence).with(commands)
        }
    })
}

fn places(found: &Found) -> Text {
    Text::new("in ").list(&found.places, found.total)
}

fn files(key: &LeakedKey) -> Option<Item> {
    let looked_at = match key.history {
        Presence::Nothing => "all of them were looked at",
        _ => "all that git does not ignore were looked at",
    };
    item(key, "the files", looked_at, &key.files, |found| {
        let fix = Commands {
            what: "Show what reads it from the environment instead, and write that:".to_owned(),
            lines: vec![
                "aisaleaks fix".to_owned(),
                "aisaleaks fix --write".to_owned(),
            ],
        };
        let commands = if key.is_aisa { vec![fix] } else { Vec::new() };
        (places(found), commands)
    })
}

fn head(key: &LeakedKey) -> Option<Item> {
    item(key, "HEAD", "all of it was looked at", &key.head, |found| {
        let text = match key.files {
            Presence::Gone => ": commit the change",
            _ => "",
        };
        (places(found).words(text), Vec::new())
    })
}

fn history(key: &LeakedKey) -> Option<Item> {
    let looked_at = "all objects of this clone, and no remote, were looked at, reachable or not";
    item(key, "the history", looked_at, &key.history, |found| {
        (whence(found), cleaning(key, found))
    })
}

/// What leads to it.
fn whence(found: &InHistory) -> Text {
    let mut parts: Vec<Text> = Vec::new();
    if found.by_refs {
        parts.push(match found.refs_total {
            0 => Text::new("commits that refs lead to have it"),
            total => Text::new("in ").list(&found.refs, total),
        });
    }
    if found.in_stash {
        parts.push(Text::new("in a stash"));
    }
    if found.unreachable {
        parts.push(Text::new("in objects that no ref leads to"));
    }
    match found.pushed {
        Some(true) => parts.push(Text::new("a remote branch leads to it: it is out")),
        Some(false) => parts.push(Text::new("no remote branch leads to it")),
        None => {}
    }
    if !found.repositories.is_empty() {
        let total = found.repositories.len() as u64;
        parts.insert(
            0,
            Text::new("in the repository ").list(&found.repositories, total),
        );
    }
    let parts = parts.into_iter().enumerate();
    parts.fold(Text::default(), |text, (number, part)| match number {
        0 => text.and(part),
        _ => text.words("; ").and(part),
    })
}

fn cleaning(key: &LeakedKey, found: &InHistory) -> Vec<Commands> {
    // What a command of ours gets behind it, and one of git's before it, for each repository.
    let places: Vec<(String, String)> = match found.repositories.as_slice() {
        [] => vec![(String::new(), String::new())],
        all => (all.iter())
            .map(|word| (format!(" {word}"), format!(" -C {word}")))
            .collect(),
    };
    let lines = |line: &dyn Fn(&str, &str) -> String| -> Vec<String> {
        places.iter().map(|(ours, gits)| line(ours, gits)).collect()
    };
    let mut all = Vec::new();
    if let Some(start) = given(key).filter(|_| found.by_refs) {
        all.push(Commands {
            what:
                "A plan for git filter-repo, with all commands (every commit since gets another id):"
                    .to_owned(),
            lines: lines(&|ours, _| format!("aisaleaks purge-plan --key {start}{ours}")),
        });
    }
    if found.in_stash {
        all.push(Commands {
            what: "Look for the stash that has it, and drop that:".to_owned(),
            lines: lines(&|_, gits| format!("git{gits} stash list")),
        });
    }
    if found.unreachable {
        all.push(Commands {
            what: "What no ref leads to stays until git collects it:".to_owned(),
            lines: lines(&|_, gits| {
                // With --expire=now the stashes would go, too.
                format!(
                    "git{gits} -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now reflog expire --all && git{gits} gc --prune=now"
                )
            }),
        });
    }
    all
}

//! The step that takes the new key where programs read it.

use super::facts::Facts;
use super::{Item, Step, Text};

/// Deploy.
pub(super) fn deploy(facts: &Facts, text: String) -> Step {
    let stores = facts.stores.iter();
    let mut items: Vec<Item> = stores
        .map(|(store, seen)| {
            let evidence = match seen {
                Some(file) => Text::default()
                    .code(file.as_str())
                    .words(" shows it; ")
                    .words(&store.docs),
                None => Text::new(&store.docs),
            };
            Item::by_hand(Text::new(&store.title), evidence).with(store.commands())
        })
        .collect();
    let is_shown = !items.is_empty();
    let rest = match is_shown {
        true => "Wherever else the old key was: your colleagues' .env files, other services",
        false => "Wherever the old key was: your secret manager, your colleagues' .env files",
    };
    items.push(Item::by_hand(Text::new(rest), Text::default()));
    let mut notes = Vec::new();
    if !facts.other_stores.is_empty() {
        let names = facts.other_stores.join(", ");
        notes.push(match is_shown {
            true => format!("Commands for other platforms, with --store NAME or --all: {names}."),
            false => format!(
                "No file shows a platform that is known. --store NAME or --all has the commands for: {names}."
            ),
        });
    }
    Step {
        name: "deploy",
        title: "Deploy",
        text,
        items,
        notes,
    }
}

//! What is known of a file that does not stand in it: whether git ignores it, and whether its package is one for browsers.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::beside::top;
use crate::fix::Surroundings;
use crate::git::plain;
use crate::source::asking::Trees;

/// All of it.
pub(super) fn of(path: &Path) -> Surroundings {
    let known = Trees::default().ask(path);
    Surroundings {
        is_ignored: known.is_some_and(|known| known.ignored && !known.tracked),
        is_for_browsers: is_for_browsers(path),
    }
}

/// Packages that others depend on to make pages, or programs that everybody downloads.
const FRONT: [&str; 22] = [
    "@angular/core",
    "@docusaurus/core",
    "@ionic/core",
    "@remix-run/react",
    "@sveltejs/kit",
    "astro",
    "ember-source",
    "expo",
    "gatsby",
    "jquery",
    "lit",
    "next",
    "nuxt",
    "parcel",
    "preact",
    "react-dom",
    "react-native",
    "react-scripts",
    "solid-js",
    "svelte",
    "vite",
    "vue",
];

/// Larger ones nobody wrote.
const LARGEST: u64 = 1 << 20;

/// What is read of a `package.json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Package {
    dependencies: BTreeMap<String, IgnoredAny>,
    dev_dependencies: BTreeMap<String, IgnoredAny>,
    peer_dependencies: BTreeMap<String, IgnoredAny>,
}

/// Whether the nearest `package.json`, up to the top of the work tree if it is in one, depends on what makes pages. One that cannot be read may.
fn is_for_browsers(path: &Path) -> bool {
    let (top, is_work_tree) = top(path);
    let folders = path.ancestors().skip(1);
    let mut inside = folders.take_while(|folder| !is_work_tree || folder.starts_with(&top));
    let found = inside.find_map(|folder| {
        let file = folder.join("package.json");
        file.symlink_metadata().ok().map(|_| read(&file))
    });
    let Some(package) = found else {
        return false;
    };
    package.is_none_or(|package| {
        let all = [
            package.dependencies,
            package.dev_dependencies,
            package.peer_dependencies,
        ];
        let has = |name: &&str| all.iter().any(|names| names.contains_key(*name));
        FRONT.iter().any(has)
    })
}

fn read(file: &Path) -> Option<Package> {
    let mut text = Vec::new();
    let file = plain::open(file).ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_package_decides() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().canonicalize().expect("it is there");
        let file = folder.join("web/src/a.js");
        fs::create_dir_all(folder.join("web/src")).expect("made");
        fs::write(&file, "").expect("written");
        for (above, expected) in [
            ("{\"dependencies\": {\"vue\": \"3\"}}", true),
            ("{}", false),
        ] {
            fs::write(folder.join("package.json"), above).expect("written");
            assert_eq!(is_for_browsers(&file), expected);
        }
        let package = folder.join("web/package.json");
        for (text, expected) in [
            ("{}", false),
            (
                "{\"name\": \"next\", \"dependencies\": {\"express\": \"^4\"}}",
                false,
            ),
            ("{\"dependencies\": {\"react-dom\": \"^18\"}}", true),
            ("{\"devDependencies\": {\"vite\": \"^5\"}}", true),
            ("{\"peerDependencies\": {\"vue\": {}}}", true),
            ("{\"dependencies\": []}", true),
            ("not JSON", true),
        ] {
            fs::write(&package, text).expect("written");
            assert_eq!(is_for_browsers(&file), expected, "{text}");
        }
    }
}

//! How a key hides at a place, in words: inside members of containers, in an encoding, in a cell of a notebook.

use super::Shown;
use crate::model::{Encoding, Location};

/// Between a file and a member of it, as addresses of members have it (`jar:file:a.jar!/b`) and as other scanners write it.
const INSIDE: &str = "!";

impl Shown<'_> {
    /// The name of a file and of the members that lead from it to a place, as a terminal may have them:
    /// `dist/app.zip!in/x.env`. Each name is masked and made visible like a path.
    pub(super) fn visible_file(&self, path: &[u8], member: &[Vec<u8>]) -> String {
        let mut text = self.visible_path(path);
        for name in member {
            text.push_str(INSIDE);
            text.push_str(&self.visible_path(name));
        }
        text
    }

    /// The same without the escapes, for formats that have their own, behind what the file is called there.
    pub(super) fn with_members(&self, file: String, member: &[Vec<u8>]) -> String {
        let names = member.iter().map(|name| self.path(name).0);
        std::iter::once(file)
            .chain(names)
            .collect::<Vec<_>>()
            .join(INSIDE)
    }
}

/// What is said of a place in parentheses behind its line: ` (cell 3, base64)`, or nothing.
pub(super) fn aside(at: &Location) -> String {
    let cell = at.cell.map(|cell| format!("cell {cell}"));
    let said: Vec<String> = cell.into_iter().chain(written(&at.encoding)).collect();
    match said.is_empty() {
        true => String::new(),
        false => format!(" ({})", said.join(", ")),
    }
}

/// How a key is written, the innermost encoding first, as a person says it: `gzip in base64`.
fn written(encoding: &[Encoding]) -> Option<String> {
    let names: Vec<&str> = encoding.iter().rev().map(|one| one.name()).collect();
    (!names.is_empty()).then(|| names.join(" in "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::Origin;
    use crate::report::tests::{Known, at, key_text};

    /// A key that hides in every way at once, under hostile names, one of which has a key in it.
    pub(in crate::report) fn hidden() -> Location {
        let mut place = at(Origin::Worktree, Some(b"dist/app.zip"));
        place.member = vec![
            b"in\x1b[2J\xff.tar".to_vec(),
            format!("a|`<b>]({}\n::x.ipynb", key_text()).into_bytes(),
        ];
        place.encoding = vec![Encoding::Base64, Encoding::Gzip];
        place.cell = Some(2);
        place
    }

    #[test]
    fn members_are_masked_and_visible_each() {
        let known = Known(key_text());
        let shown = Shown::masked(&known);
        let place = hidden();
        let path = place.path.as_deref().expect("a path");
        assert_eq!(
            shown.visible_file(path, &place.member),
            "dist/app.zip!in\\x1b[2J\\xff.tar!a|`<b>](sk-aisa-…Q9k\\n::x.ipynb"
        );
        assert_eq!(
            shown.with_members("x".to_owned(), &place.member),
            "x!in\u{1b}[2J\u{fffd}.tar!a|`<b>](sk-aisa-…Q9k\n::x.ipynb"
        );
        assert_eq!(shown.visible_file(b"a.py", &[]), "a.py");
        let commands = [b"::error".to_vec(), b"##[x]".to_vec()];
        assert_eq!(
            shown.visible_file(b"##", &commands),
            "##!\\x3a:error!#\\x23[x]"
        );
    }

    #[test]
    fn the_innermost_encoding_is_said_first() {
        let mut place = hidden();
        assert_eq!(aside(&place), " (cell 2, gzip in base64)");
        place.cell = None;
        place.encoding.truncate(1);
        assert_eq!(aside(&place), " (base64)");
        place.encoding.clear();
        assert_eq!(aside(&place), "");
    }
}

//! What stands in one configuration file, in the order of the file.

use std::rc::Rc;

use gix_config::parse::{EventRef, Events};
use gix_config::value::normalize;

/// A key and its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// In lower case.
    pub(super) section: String,
    /// As it is written. Shared: a hostile file may have a long one, and many keys below it.
    pub(super) subsection: Option<Rc<[u8]>>,
    /// In lower case.
    pub(super) key: String,
    /// `None` if only the key stands there.
    pub(super) value: Option<Vec<u8>>,
}

/// What is kept of a file: a hostile one may be full of anything else.
fn is_wanted(section: &str, has_subsection: bool, key: &str) -> bool {
    match (section, has_subsection) {
        ("core", false) => matches!(key, "hookspath" | "bare" | "worktree"),
        ("extensions", false) => key == "worktreeconfig",
        ("user" | "author", false) => matches!(key, "name" | "email"),
        ("include", false) | ("includeif", true) => key == "path",
        ("remote", true) => key == "url",
        _ => false,
    }
}

impl Entry {
    /// A setting that is not in a file, as `section.subsection.key`; `None` if it is not wanted.
    pub(super) fn named(name: &[u8], value: Option<Vec<u8>>) -> Option<Self> {
        let first = memchr::memchr(b'.', name)?;
        let last = memchr::memrchr(b'.', name)?;
        let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let entry = Self {
            section: lower(name.get(..first)?),
            subsection: name.get(first + 1..last).map(Rc::from),
            key: lower(name.get(last + 1..)?),
            value,
        };
        let has_subsection = entry.subsection.is_some();
        is_wanted(&entry.section, has_subsection, &entry.key).then_some(entry)
    }
}

/// The wanted entries of a file; the number of the line that is not git's if there is one.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, usize> {
    let events = Events::from_bytes(bytes, None).map_err(|error| error.line_number())?;
    let mut found = Vec::new();
    for section in events.sections() {
        let EventRef::SectionHeader {
            name,
            subsection_name,
            ..
        } = section.header()
        else {
            continue;
        };
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let subsection: Option<Rc<[u8]>> = subsection_name.map(|name| Rc::from(&**name));
        let mut key = None;
        let mut has_value = false;
        let mut text = Vec::new();
        for event in section.body() {
            match event {
                EventRef::SectionValueName(name) => {
                    key = Some(String::from_utf8_lossy(name).to_ascii_lowercase());
                    has_value = false;
                    text.clear();
                }
                EventRef::KeyValueSeparator => has_value = true,
                EventRef::ValueNotDone(part) => text.extend_from_slice(part),
                EventRef::Value(part) | EventRef::ValueDone(part) => {
                    text.extend_from_slice(part);
                    let Some(key) = key.take() else { continue };
                    if is_wanted(&name, subsection.is_some(), &key) {
                        let value = has_value.then(|| normalize(&text).to_vec());
                        found.push(Entry {
                            section: name.clone(),
                            subsection: subsection.clone(),
                            key,
                            value,
                        });
                    }
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_values_as_git_does() {
        let text = "[CORE]\n\thooksPath = a\\\n b ; why\n hookspath = \"x;\\ty\" z # no\n bare\n editor = vi\n\
                    [remote \"o.\\\"x\"]\n url = u\n[includeIf \"gitdir:~/w/\"] path = p\n[core]hooksPath=";
        let found = read(text.as_bytes()).expect("git's");
        let seen = found.iter().map(|entry| {
            let sub = entry.subsection.as_deref().map(String::from_utf8_lossy);
            let value = entry.value.as_deref().map(String::from_utf8_lossy);
            (&*entry.section, sub, &*entry.key, value)
        });
        let some = |text: &'static str| Some(text.into());
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                ("core", None, "hookspath", some("a b")),
                ("core", None, "hookspath", some("x;\ty z")),
                ("core", None, "bare", None),
                ("remote", some("o.\"x"), "url", some("u")),
                ("includeif", some("gitdir:~/w/"), "path", some("p")),
                ("core", None, "hookspath", some("")),
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(parts in proptest::collection::vec(0usize..16, 0..40)) {
            const PARTS: [&[u8]; 16] = [
                b"[core]\n", b"hooksPath", b"=", b"\"", b"\\", b"\n", b"\r\n", b" ", b"\t", b"#", b"[include \"x\"]",
                b"]", b"\0", b"\xff", b"\xef\xbb\xbf", b"bare",
            ];
            let text: Vec<u8> = parts.iter().flat_map(|&at| PARTS[at]).copied().collect();
            let lines = text.iter().filter(|&&byte| byte == b'\n').count();
            match read(&text) {
                Ok(entries) => proptest::prop_assert!(entries.len() <= lines + 2),
                Err(line) => proptest::prop_assert!((1..=lines + 1).contains(&line)),
            }
        }
    }

    #[test]
    fn says_which_line_is_not_gits() {
        assert_eq!(read(b"[core]\n\tbare = true\n[x\n"), Err(3));
        assert_eq!(read(b"[core]\nhooksPath = \\q"), Err(2));
    }

    #[test]
    fn names_may_hold_dots() {
        let entry = Entry::named(b"remote.a.b.URL", None).expect("wanted");
        let sub = entry.subsection.expect("a subsection");
        assert_eq!((&sub[..], &*entry.key), (&b"a.b"[..], "url"));
        assert_eq!(Entry::named(b"core.editor", None), None);
        assert_eq!(Entry::named(b"hookspath", None), None);
        let entry = Entry::named(b"Core.hooksPath", None).expect("wanted");
        assert_eq!(entry.subsection, None);
    }
}

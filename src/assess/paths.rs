//! Patterns for paths: globs for their last parts, and folders on the way.

/// So much of the end of a path is looked at: a hostile tree has names of any length.
const LONGEST: usize = 1024;

/// A path as the patterns see it: its end, with a slash before it.
pub(super) struct Subject {
    exact: Vec<u8>,
    folded: Vec<u8>,
}

impl Subject {
    /// The path, as it is stored.
    pub(super) fn new(path: &[u8]) -> Self {
        let end = path
            .get(path.len().saturating_sub(LONGEST)..)
            .unwrap_or(path);
        let exact = [b"/", end].concat();
        let folded = exact.to_ascii_lowercase();
        Self { exact, folded }
    }

    /// The path of a place in members of a container: the names that lead to it, as if the container were a folder. What it
    /// is called is the name of the innermost one.
    pub(super) fn inside(path: &[u8], members: &[Vec<u8>]) -> Self {
        if members.is_empty() {
            return Self::new(path);
        }
        let members = members.iter().map(Vec::as_slice);
        let names: Vec<&[u8]> = std::iter::once(path).chain(members).collect();
        Self::new(&names.join(&b'/'))
    }

    /// The path in lower case, with a slash before it.
    pub(super) fn folded(&self) -> &[u8] {
        &self.folded
    }
}

/// Globs of which one has to fit. A `*` stands for anything within one part of the path.
#[derive(Debug, Default)]
pub(super) struct Globs {
    globs: Vec<Vec<u8>>,
    cased: bool,
}

impl Globs {
    pub(super) fn new(globs: &[String], cased: bool) -> Self {
        let fold = |glob: &String| match cased {
            true => glob.as_bytes().to_vec(),
            false => glob.as_bytes().to_ascii_lowercase(),
        };
        Self {
            globs: globs.iter().map(fold).collect(),
            cased,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    pub(super) fn fit(&self, subject: &Subject) -> bool {
        let path = match self.cased {
            true => &subject.exact,
            false => &subject.folded,
        };
        self.globs.iter().any(|glob| fits_end(glob, path))
    }
}

/// Folders of which one has to be on the way.
#[derive(Debug, Default)]
pub(super) struct Folders(Vec<Vec<u8>>);

impl Folders {
    pub(super) fn new(folders: &[String]) -> Self {
        let inside = |folder: &String| format!("/{}/", folder.to_ascii_lowercase()).into_bytes();
        Self(folders.iter().map(inside).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fit(&self, subject: &Subject) -> bool {
        let mut folders = self.0.iter();
        folders.any(|folder| memchr::memmem::find(&subject.folded, folder).is_some())
    }
}

/// Whether a glob fits as many parts at the end of the path as it has.
fn fits_end(glob: &[u8], path: &[u8]) -> bool {
    let is_slash = |&byte: &u8| byte == b'/';
    let mut parts = path.rsplit(is_slash);
    glob.rsplit(is_slash)
        .all(|glob| parts.next().is_some_and(|part| fits(glob, part)))
}

/// Whether a glob fits a whole part. The last `*` that was met takes one byte more whenever something does not fit.
fn fits(glob: &[u8], part: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = part.get(at) {
        match (glob.get(from), star) {
            (Some(b'*'), _) => {
                from += 1;
                star = Some((from, at));
            }
            (Some(same), _) if same == byte => {
                from += 1;
                at += 1;
            }
            (_, Some((behind, taken))) => {
                from = behind;
                at = taken + 1;
                star = Some((behind, at));
            }
            _ => return false,
        }
    }
    glob.get(from..)
        .unwrap_or_default()
        .iter()
        .all(|&b| b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_the_last_parts() {
        for (glob, path, expected) in [
            ("Dockerfile", "a/dockerfile", true),
            ("Dockerfile", "dockerfile/a", false),
            ("*.min.js", "x/app.min.js", true),
            ("*.min.js", "x/app.min.js.map", false),
            (".github/workflows/*.yml", ".github/workflows/a.yml", true),
            (".github/workflows/*.yml", "z/.GitHub/workflows/a.yml", true),
            (
                ".github/workflows/*.yml",
                "my.github/workflows/a.yml",
                false,
            ),
            (".github/workflows/*.yml", "workflows/a.yml", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("*", "", true),
            ("a/*/b", "a/b", false),
        ] {
            let globs = Globs::new(&[glob.to_owned()], false);
            assert_eq!(
                globs.fit(&Subject::new(path.as_bytes())),
                expected,
                "{glob} {path}"
            );
        }
        let cased = Globs::new(&["*Test.java".to_owned()], true);
        assert!(cased.fit(&Subject::new(b"ApiTest.java")));
        assert!(!cased.fit(&Subject::new(b"Latest.java")));
    }

    #[test]
    fn folders_are_whole_parts_on_the_way() {
        let folders = Folders::new(&["dist".to_owned(), ".output/public".to_owned()]);
        for (path, expected) in [
            ("dist/a.js", true),
            ("web/DIST/x/a.js", true),
            (".output/public/a", true),
            ("dist", false),
            ("distribution/a", false),
            ("my.output/public/a", false),
            ("public/a", false),
        ] {
            assert_eq!(
                folders.fit(&Subject::new(path.as_bytes())),
                expected,
                "{path}"
            );
        }
    }

    #[test]
    fn only_the_end_of_a_path_is_looked_at() {
        let long = [&b"tests/"[..], &b"x".repeat(LONGEST), b"/a.py"].concat();
        assert!(!Folders::new(&["tests".to_owned()]).fit(&Subject::new(&long)));
        assert!(Globs::new(&["*.py".to_owned()], false).fit(&Subject::new(&long)));
    }

    #[test]
    fn a_member_is_called_as_the_innermost_one() {
        let names = |names: &[&str]| -> Vec<Vec<u8>> {
            names.iter().map(|name| name.as_bytes().to_vec()).collect()
        };
        let dotenv = Globs::new(&[".env".to_owned()], false);
        let tests = Folders::new(&["tests".to_owned()]);
        for (path, members, is_dotenv, is_test) in [
            ("a.zip", &["app/.env"][..], true, false),
            ("a.zip", &["b.tar", ".env"], true, false),
            (".env", &["x"], false, false),
            ("tests/a.zip", &[".env"], true, true),
            ("a.zip", &["tests/x.py"], false, true),
            (".env", &[], true, false),
        ] {
            let subject = Subject::inside(path.as_bytes(), &names(members));
            assert_eq!(dotenv.fit(&subject), is_dotenv, "{path} {members:?}");
            assert_eq!(tests.fit(&subject), is_test, "{path} {members:?}");
        }
    }
}

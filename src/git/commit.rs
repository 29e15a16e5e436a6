//! What commits say (as `git cat-file commit` shows them).

use crate::model::{Commit, ObjectId};

/// What a commit's header says that a graph needs.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Its tree.
    pub tree: Option<ObjectId>,
    /// Its parents.
    pub parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub date: Option<i64>,
}

impl Header {
    /// Reads what can be read of a commit.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut header = Self::default();
        // Git takes for a parent only what stands directly behind the tree.
        let mut is_start = true;
        for line in lines(bytes) {
            let space = memchr::memchr(b' ', line).unwrap_or(line.len());
            let rest = line.get(space + 1..).unwrap_or_default();
            match line.get(..space) {
                Some(b"tree") => header.tree = header.tree.or_else(|| ObjectId::from_hex(rest)),
                Some(b"parent") if is_start => header.parents.extend(ObjectId::from_hex(rest)),
                Some(b"committer") => {
                    header.date = Person::parse(rest).date;
                    is_start = false;
                }
                _ => is_start = false,
            }
        }
        header
    }
}

/// The lines of an object's header.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|&byte| byte == b'\n')
        .take_while(|line| !line.is_empty())
}

/// Who did something, and when: `name <mail> seconds zone`.
struct Person<'a> {
    name: &'a [u8],
    mail: &'a [u8],
    date: Option<i64>,
}

impl<'a> Person<'a> {
    fn parse(line: &'a [u8]) -> Self {
        let close = memchr::memrchr(b'>', line).unwrap_or(line.len());
        let (who, after) = line.split_at(close);
        let open = memchr::memchr(b'<', who).unwrap_or(who.len());
        let (name, mail) = who.split_at(open);
        let date = after.get(1..).and_then(|rest| {
            let word = rest.trim_ascii_start().split(|&byte| byte == b' ').next()?;
            std::str::from_utf8(word).ok()?.parse().ok()
        });
        Self {
            name: name.trim_ascii(),
            mail: mail.get(1..).unwrap_or_default().trim_ascii(),
            date,
        }
    }
}

/// A commit, or an annotated tag, as reports tell of it.
pub fn describe(id: ObjectId, bytes: &[u8]) -> Commit {
    let person = |word: &[u8]| {
        lines(bytes)
            .find_map(|line| line.strip_prefix(word))
            .map(Person::parse)
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let author = person(b"author ").or_else(|| person(b"tagger "));
    let committer = person(b"committer ").or_else(|| person(b"tagger "));
    let body = memchr::memmem::find(bytes, b"\n\n").and_then(|at| bytes.get(at + 2..));
    let summary = body
        .unwrap_or_default()
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty());
    Commit {
        id,
        author: author
            .as_ref()
            .map(|author| text(author.name))
            .unwrap_or_default(),
        email: author
            .as_ref()
            .map(|author| text(author.mail))
            .unwrap_or_default(),
        date: committer.and_then(|committer| committer.date),
        summary: summary
            .map(|line| text(line.trim_ascii()))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_people_however_they_are_written() {
        let id = ObjectId::from_hex(&[b'a'; 40]).expect("an id");
        let commit =
            b"tree x\nauthor A <B> C <a@b.c> 12 +0000\ncommitter nobody\n\n\n subject \nbody";
        let told = describe(id, commit);
        assert_eq!(
            (told.author.as_str(), told.email.as_str()),
            ("A", "B> C <a@b.c")
        );
        assert_eq!((told.date, told.summary.as_str()), (None, "subject"));
        let commit = b"tree x\nauthor \xff <> 12 +0000\ncommitter X <y> -5 +0000\n\n";
        let told = describe(id, commit);
        assert_eq!((told.author.as_str(), told.date), ("\u{fffd}", Some(-5)));
    }

    #[test]
    fn parents_stand_behind_the_tree_alone() {
        let hex = |digit: &str| digit.repeat(40);
        let (tree, one, other) = (hex("a"), hex("b"), hex("c"));
        let commit = format!("tree {tree}\nparent {one}\nauthor A <a> 1 +0000\nparent {other}\n\n");
        let header = Header::parse(commit.as_bytes());
        let ids: Vec<String> = header.parents.iter().map(ToString::to_string).collect();
        assert_eq!(ids, [one]);
    }

    #[test]
    fn reads_what_is_there_and_guesses_nothing() {
        let id = "ab".repeat(20);
        let text = format!(
            "tree {id}\nparent {id}\nauthor A B <a@b> 5 +0100\ncommitter C <c@d> 7 +0000\nx y\n\nsubject\nmore"
        );
        let header = Header::parse(text.as_bytes());
        assert_eq!((header.parents.len(), header.date), (1, Some(7)));
        let commit = describe(header.tree.expect("a tree"), text.as_bytes());
        assert_eq!(
            (&*commit.author, &*commit.email, &*commit.summary),
            ("A B", "a@b", "subject")
        );
        for bad in [
            &b"author \xff <\xff\ncommitter X <x>\n\n\xff"[..],
            b"tree 12",
            b"",
            b"committer <> no date\n",
        ] {
            let header = Header::parse(bad);
            assert_eq!((header.tree, header.date), (None, None));
        }
    }
}

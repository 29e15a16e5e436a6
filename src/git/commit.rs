//! What the headers of a commit say.

use crate::model::{Commit, ObjectId};

/// The headers that lead on, and who made the commit.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Its tree; `None` if the commit is damaged.
    pub tree: Option<ObjectId>,
    /// Its parents.
    pub parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970; `None` if its line says nothing sensible.
    pub date: Option<i64>,
    author: (String, String),
    summary: String,
}

impl Headers {
    /// Reads a commit. What is not there stays empty.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut headers = Self::default();
        let mut rest = bytes;
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            if line.is_empty() {
                break;
            }
            let space = memchr::memchr(b' ', line).unwrap_or(line.len());
            let (word, value) = (&line[..space], line.get(space + 1..).unwrap_or_default());
            match word {
                b"tree" if headers.tree.is_none() => headers.tree = ObjectId::from_hex(value),
                b"parent" => headers.parents.extend(ObjectId::from_hex(value)),
                b"author" => {
                    let (name, email, _) = person(value);
                    headers.author = (name, email);
                }
                b"committer" => headers.date = person(value).2,
                _ => {}
            }
        }
        let first = rest.trim_ascii_start().split(|&byte| byte == b'\n').next();
        headers.summary = String::from_utf8_lossy(first.unwrap_or_default())
            .trim()
            .to_owned();
        headers
    }

    /// The commit, as reports tell of it.
    pub fn describe(self, id: ObjectId) -> Commit {
        Commit {
            id,
            author: self.author.0,
            email: self.author.1,
            date: self.date,
            summary: self.summary,
        }
    }
}

/// The first line, and what follows it.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', text)?;
    Some((&text[..end], text.get(end + 1..).unwrap_or_default()))
}

/// Name, e-mail address and date of `Name <address> 1700000000 +0100`; invalid UTF-8 is replaced.
fn person(line: &[u8]) -> (String, String, Option<i64>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let close = memchr::memrchr(b'>', line);
    let after = close.and_then(|at| line.get(at + 1..)).unwrap_or_default();
    let seconds = after.trim_ascii().split(|&byte| byte == b' ').next();
    let date = seconds.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let front = &line[..close.unwrap_or(line.len())];
    match memchr::memchr(b'<', front) {
        Some(open) => (text(&front[..open]), text(&front[open + 1..]), date),
        None => (text(front), String::new(), date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_there_and_guesses_nothing() {
        let id = "ab".repeat(20);
        let text = format!(
            "tree {id}\nparent {id}\nauthor A B <a@b> 5 +0100\ncommitter C <c@d> 7 +0000\nx y\n\nsubject\nmore"
        );
        let headers = Headers::parse(text.as_bytes());
        assert_eq!((headers.parents.len(), headers.date), (1, Some(7)));
        let commit = headers.clone().describe(headers.tree.expect("a tree"));
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
            let headers = Headers::parse(bad);
            assert_eq!((headers.tree, headers.date), (None, None));
        }
    }
}

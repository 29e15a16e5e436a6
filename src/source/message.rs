//! The message of a commit that is about to be made, as git hands it to its `commit-msg` hook.

use crate::model::{Chunk, Origin, Sink};

/// What git writes over the part of a message that it cuts off (git-commit, `--cleanup=scissors`), behind the comment
/// character.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// Scans a message, and returns how many bytes of it were.
pub fn scan(text: &[u8], sink: &dyn Sink) -> u64 {
    let kept = kept(text);
    let chunk = Chunk::whole(kept, Origin::CommitMessage, None);
    sink.worker().chunk(&chunk, &mut Vec::new());
    kept.len() as u64
}

/// What git keeps of a message. Below the scissors of `git commit --verbose` stands a diff, which has keys in it that the
/// commit removes. Somebody's own scissors cut nothing unless git would: its own have another comment below them.
///
/// Comments are kept here, as git keeps them in a message that was given with `-m`.
fn kept(text: &[u8]) -> &[u8] {
    for at in memchr::memmem::find_iter(text, SCISSORS) {
        let (before, rest) = text.split_at(at);
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let comment = before.get(start..).unwrap_or_default();
        let below = rest.get(SCISSORS.len()..).unwrap_or_default();
        let below = below.strip_prefix(b"\r").unwrap_or(below);
        let is_gits = below
            .strip_prefix(b"\n")
            .is_some_and(|below| below.starts_with(comment));
        if is_gits && !comment.is_empty() {
            return text.get(..start).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scissors(comment: &str, below: &str) -> Vec<u8> {
        let scissors = String::from_utf8_lossy(SCISSORS);
        format!("Subject\n\n{comment}{scissors}\n{below}").into_bytes()
    }

    #[test]
    fn what_is_below_gits_scissors_is_cut_off() {
        for comment in ["#", ";", "//"] {
            let below =
                format!("{comment} Do not touch the line above.\ndiff --git a/a b/a\n-old\n");
            let text = scissors(comment, &below);
            assert_eq!(kept(&text), b"Subject\n\n", "{comment}");
        }
    }

    #[test]
    fn what_git_keeps_is_kept() {
        for text in [
            scissors("", "text"),
            scissors("#", "text that somebody wrote"),
            scissors("#", ""),
            b"Subject\n# a comment\n".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(kept(&text), &text[..]);
        }
    }
}

//! What a push does to refs, as git tells its hooks on standard input (githooks: pre-push, pre-receive).

use crate::model::ObjectId;

/// What a push does to one ref of the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The full name of the ref at the remote.
    pub name: Vec<u8>,
    /// What it points at before; `None` if it is new.
    pub old: Option<ObjectId>,
    /// What it will point at; `None` if it is deleted.
    pub new: Option<ObjectId>,
}

/// Reads pre-push's lines: `<local ref> <local id> <remote ref> <remote id>`. The local ref is what somebody typed, and may
/// have spaces in it.
///
/// # Errors
/// The number, from 1, of the first line that is not git's.
pub fn pre_push(text: &[u8]) -> Result<Vec<Update>, usize> {
    lines(text, |line| {
        let mut parts = line.rsplitn(4, |&byte| byte == b' ');
        let old = parts.next()?;
        let name = parts.next()?;
        let new = parts.next()?;
        parts.next().filter(|local| !local.is_empty())?;
        update(name, old, new)
    })
}

/// Reads pre-receive's lines: `<old id> <new id> <ref>`.
///
/// # Errors
/// The number, from 1, of the first line that is not git's.
pub fn pre_receive(text: &[u8]) -> Result<Vec<Update>, usize> {
    lines(text, |line| {
        let mut parts = line.splitn(3, |&byte| byte == b' ');
        let old = parts.next()?;
        let new = parts.next()?;
        update(parts.next()?, old, new)
    })
}

fn lines(text: &[u8], read: impl Fn(&[u8]) -> Option<Update>) -> Result<Vec<Update>, usize> {
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| read(line).ok_or(at + 1))
        .collect()
}

fn update(name: &[u8], old: &[u8], new: &[u8]) -> Option<Update> {
    // Zeros stand for a ref that is not there.
    let id = |hex: &[u8]| {
        let id = ObjectId::from_hex(hex)?;
        Some((!id.as_bytes().iter().all(|&byte| byte == 0)).then_some(id))
    };
    (!name.is_empty()).then_some(())?;
    Some(Update {
        name: name.to_vec(),
        old: id(old)?,
        new: id(new)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";
    const NONE: &str = "0000000000000000000000000000000000000000";

    fn id(hex: &str) -> Option<ObjectId> {
        ObjectId::from_hex(hex.as_bytes())
    }

    #[test]
    fn lines_of_a_push_are_read() {
        let text = format!(
            "refs/heads/a {ONE} refs/heads/b {TWO}\nHEAD@{{2 days ago}} {ONE} refs/heads/c {NONE}\n(delete) {NONE} refs/heads/d {TWO}"
        );
        let found = pre_push(text.as_bytes()).expect("git's lines");
        let update = |name: &str, old, new| Update {
            name: name.into(),
            old,
            new,
        };
        assert_eq!(
            found,
            [
                update("refs/heads/b", id(TWO), id(ONE)),
                update("refs/heads/c", None, id(ONE)),
                update("refs/heads/d", id(TWO), None),
            ]
        );
        let text = format!("{NONE} {TWO} refs/heads/a b\n");
        let found = pre_receive(text.as_bytes()).expect("git's lines");
        assert_eq!(found, [update("refs/heads/a b", None, id(TWO))]);
        assert_eq!(pre_push(b""), Ok(Vec::new()));
        let long = format!("a {} r {}", "3".repeat(64), "0".repeat(64));
        let found = pre_push(long.as_bytes()).expect("SHA-256");
        assert_eq!(found[0].old, None);
    }

    #[test]
    fn the_first_wrong_line_is_told() {
        let good = format!("a {ONE} refs/heads/b {TWO}");
        for wrong in ["nonsense", "a b c d", &format!("{ONE} r {TWO}"), " "] {
            let text = format!("{good}\n{wrong}\n");
            assert_eq!(pre_push(text.as_bytes()), Err(2), "{wrong}");
        }
        for wrong in [format!("{ONE} {TWO}"), format!("{ONE} {TWO} ")] {
            assert_eq!(pre_receive(wrong.as_bytes()), Err(1), "{wrong}");
        }
    }
}

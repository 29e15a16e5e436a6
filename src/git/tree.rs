//! Trees: mode, space, name, NUL, raw id, again and again.

use std::ops::Range;

use super::delta::Copy;

/// An entry of a tree.
#[derive(Clone, Copy, Debug)]
pub struct TreeEntry<'a> {
    /// The mode, octal.
    pub mode: &'a [u8],
    /// The name.
    pub name: &'a [u8],
    /// The raw id.
    pub id: &'a [u8],
    /// One past the entry's last byte.
    pub end: usize,
}

impl TreeEntry<'_> {
    /// Whether it names a tree: git looks at the type alone, whatever the permissions and however many zeros lead.
    pub fn is_tree(&self) -> bool {
        self.is(0o040_000)
    }

    /// Whether it names a commit of another repository (a submodule).
    pub fn is_link(&self) -> bool {
        self.is(0o160_000)
    }

    fn is(&self, kind: u32) -> bool {
        const TYPE: u32 = 0o170_000;
        // Nearly all modes are one of these.
        match self.mode {
            b"40000" => kind == 0o040_000,
            b"100644" | b"100755" => kind == 0o100_000,
            mode => {
                let number = || u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok();
                number().is_some_and(|mode| mode & TYPE == kind)
            }
        }
    }
}

/// The entry that starts at `start`, with ids of `hash` bytes.
pub fn entry(bytes: &[u8], start: usize, hash: usize) -> Option<TreeEntry<'_>> {
    let rest = bytes.get(start..)?;
    let space = rest.iter().take(8).position(|&byte| byte == b' ')?;
    let name = rest.get(space + 1..)?;
    let nul = memchr::memchr(0, name)?;
    let id = name.get(nul + 1..nul + 1 + hash)?;
    Some(TreeEntry {
        mode: rest.get(..space)?,
        name: name.get(..nul)?,
        id,
        end: start + space + 1 + nul + 1 + hash,
    })
}

/// Where the entries of a tree start; `false` if it stops making sense before its end.
pub fn starts(bytes: &[u8], hash: usize, out: &mut Vec<u32>) -> bool {
    out.clear();
    let mut at = 0;
    while let Some(found) = entry(bytes, at, hash) {
        out.push(at as u32);
        at = found.end;
    }
    at == bytes.len()
}

/// Where the entries of a tree made by a delta start, in `fresh` those that are not a whole entry of the base, and in
/// `kept` which runs of the base's entries are whole here; `false` if the tree stops making sense.
/// Runs of entries that were copied whole are moved over without being parsed: they are nearly all there are.
pub fn carry_starts(
    base: (&[u32], usize),
    copies: &[Copy],
    bytes: &[u8],
    hash: usize,
    out: &mut Vec<u32>,
    fresh: &mut Vec<u32>,
    kept: &mut Vec<Range<usize>>,
) -> bool {
    out.clear();
    fresh.clear();
    kept.clear();
    let (starts, base_len) = base;
    let mut at = 0;
    let mut copies = copies.iter().peekable();
    // What follows a run that was copied whole mostly goes on where it ended, or one entry further.
    let mut hint = 0;
    while at < bytes.len() {
        while copies.next_if(|copy| copy.to + copy.len <= at).is_some() {}
        if let Some(copy) = copies.peek().filter(|copy| copy.to <= at) {
            let from = at - copy.to + copy.from;
            let limit = copy.from + copy.len;
            if let Some(first) = position(starts, from, hint) {
                let last = if limit == base_len {
                    starts.len()
                } else {
                    starts
                        .partition_point(|&start| start as usize <= limit)
                        .saturating_sub(1)
                };
                if let Some(whole) = starts.get(first..last).filter(|whole| !whole.is_empty()) {
                    // In 32 bits throughout, so that it becomes a vector addition.
                    let shift = (copy.to as u32).wrapping_sub(copy.from as u32);
                    out.extend(whole.iter().map(|start| start.wrapping_add(shift)));
                    kept.push(first..last);
                    hint = last;
                    at = starts.get(last).map_or(base_len, |&start| start as usize) - copy.from
                        + copy.to;
                    continue;
                }
            }
        }
        let Some(found) = entry(bytes, at, hash) else {
            return false;
        };
        out.push(at as u32);
        fresh.push(at as u32);
        at = found.end;
    }
    true
}

/// Where in `starts` this one is; looked for at `hint` and behind it first.
fn position(starts: &[u32], start: usize, hint: usize) -> Option<usize> {
    let start = u32::try_from(start).ok()?;
    [hint, hint + 1]
        .into_iter()
        .find(|&at| starts.get(at) == Some(&start))
        .or_else(|| starts.binary_search(&start).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_what_git_takes_for_one() {
        let is_tree = |mode: &str| {
            let bytes = [mode.as_bytes(), b" name\0", &[7; 20]].concat();
            entry(&bytes, 0, 20).expect("an entry").is_tree()
        };
        for mode in [
            "40000", "040000", "0040000", "40755", "40001", "47777", "1040000",
        ] {
            assert!(is_tree(mode), "{mode}");
        }
        for mode in [
            "100644", "100755", "0100644", "120000", "160000", "644", "0", "", "4x000",
        ] {
            assert!(!is_tree(mode), "{mode}");
        }
        for (mode, link) in [
            ("160000", true),
            ("0160000", true),
            ("120000", false),
            ("40000", false),
        ] {
            let bytes = [mode.as_bytes(), b" name\0", &[7; 20]].concat();
            assert_eq!(
                entry(&bytes, 0, 20).expect("an entry").is_link(),
                link,
                "{mode}"
            );
        }
    }
}

//! Commits: which builds on which, and what their headers say (gitformat-commit, as `git cat-file commit` shows it).

use std::collections::HashMap;

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

/// A commit in the graph.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its number in the store.
    pub number: u32,
    /// Its id.
    pub id: ObjectId,
    /// Its tree's number; `None` if it is not there.
    pub tree: Option<u32>,
    /// The numbers of its parents that are there.
    pub parents: Vec<u32>,
    /// When it was committed, in seconds since 1970.
    pub date: Option<i64>,
    /// Whether it has parents that cannot be read: history is cut off at it.
    pub cut: bool,
}

/// All commits of an object database. A position names one; parents stand behind their children.
#[derive(Default)]
pub struct Commits {
    nodes: Vec<Node>,
    parents: Vec<Vec<u32>>,
    by_number: HashMap<u32, u32>,
}

impl Commits {
    /// Links the commits.
    pub fn new(mut nodes: Vec<Node>) -> Self {
        nodes.sort_unstable_by_key(|node| (std::cmp::Reverse(node.date), node.id));
        nodes.dedup_by_key(|node| node.number);
        let mut nodes = children_first(nodes);
        let by_number: HashMap<u32, u32> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.number, at as u32))
            .collect();
        // What would lead back up is part of a loop, and left out.
        let link = |(at, node): (usize, &mut Node)| {
            let known = node
                .parents
                .iter()
                .filter_map(|parent| by_number.get(parent).copied());
            let known: Vec<u32> = known.filter(|&parent| parent as usize > at).collect();
            // One may be there and not be readable.
            node.cut |= known.len() < node.parents.len();
            known
        };
        let parents = nodes.iter_mut().enumerate().map(link).collect();
        Self {
            nodes,
            parents,
            by_number,
        }
    }

    /// All of them, children before parents, otherwise the newest first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The positions of a commit's parents, all of them greater than its own.
    pub fn parents(&self, at: usize) -> &[u32] {
        self.parents.get(at).map_or(&[], |parents| parents)
    }

    /// The position of the commit with this number.
    pub fn find(&self, number: u32) -> Option<usize> {
        self.by_number.get(&number).map(|&at| at as usize)
    }
}

/// Orders the nodes so that each stands before its parents. The nodes of a loop, which hashes make impossible and a
/// damaged index can feign, come last.
fn children_first(nodes: Vec<Node>) -> Vec<Node> {
    let place: HashMap<u32, usize> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (node.number, at))
        .collect();
    let known = |node: &Node| -> Vec<usize> {
        node.parents
            .iter()
            .filter_map(|parent| place.get(parent).copied())
            .collect()
    };
    let mut waiting = vec![0u32; nodes.len()];
    for node in &nodes {
        known(node)
            .into_iter()
            .for_each(|parent| waiting[parent] += 1);
    }
    // The newest is taken first: with a heap on the position, which is by date.
    let mut ready: std::collections::BinaryHeap<std::cmp::Reverse<usize>> = (0..nodes.len())
        .filter(|&at| waiting[at] == 0)
        .map(std::cmp::Reverse)
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    let mut taken = vec![false; nodes.len()];
    while let Some(std::cmp::Reverse(at)) = ready.pop() {
        order.push(at);
        taken[at] = true;
        for parent in known(&nodes[at]) {
            waiting[parent] -= 1;
            if waiting[parent] == 0 {
                ready.push(std::cmp::Reverse(parent));
            }
        }
    }
    order.extend((0..nodes.len()).filter(|&at| !taken[at]));
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|at| nodes[at].take())
        .collect()
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
    fn children_stand_before_parents_whatever_their_dates() {
        let id = |digit: u8| ObjectId::from_hex(&[digit; 40]).expect("an id");
        let node = |number: u32, date, parents: &[u32]| Node {
            number,
            id: id(b'0' + number as u8),
            tree: None,
            parents: parents.to_vec(),
            date: Some(date),
            cut: false,
        };
        let commits = Commits::new(vec![
            node(1, 50, &[]),
            node(2, 10, &[1]),
            node(3, 40, &[2, 1]),
        ]);
        let order: Vec<u32> = commits.nodes().iter().map(|node| node.number).collect();
        assert_eq!(order, [3, 2, 1]);
        assert_eq!(commits.parents(0), [1, 2]);
        let looped = Commits::new(vec![node(1, 50, &[2]), node(2, 40, &[1, 2])]);
        assert_eq!(looped.parents(0), [1]);
        assert!(looped.parents(1).is_empty());
    }
}

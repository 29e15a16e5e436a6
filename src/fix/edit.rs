//! An edit of a text: what to put in the place of a range of its bytes.

use std::ops::Range;

/// What to put in the place of a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// First byte that is replaced.
    pub start: usize,
    /// One past the last byte; the start, where nothing is taken away.
    pub end: usize,
    /// What is put there.
    pub text: String,
}

impl Edit {
    /// Puts a text in the place of a range.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            start: range.start,
            end: range.end,
            text: text.into(),
        }
    }

    /// Puts a text before a byte.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }
}

/// The edits in their order, each once; `None` if two of them are about the same bytes, so that nobody could tell which is meant.
fn ordered(edits: &[Edit]) -> Option<Vec<Edit>> {
    let mut edits = edits.to_vec();
    edits.sort();
    edits.dedup();
    let apart = |two: &[Edit]| match two {
        [one, other] => one.end <= other.start && one.start < other.start,
        _ => true,
    };
    edits.windows(2).all(apart).then_some(edits)
}

/// The text with all edits made, in whatever order they come; `None` if two of them are about the same bytes, or one is not about
/// whole characters of the text.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edited = String::with_capacity(text.len());
    let mut from = 0;
    for edit in ordered(edits)? {
        edited.push_str(text.get(from..edit.start)?);
        edited.push_str(&edit.text);
        text.get(edit.start..edit.end)?;
        from = edit.end;
    }
    edited.push_str(text.get(from..)?);
    Some(edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edits that take these back, about the text that comes of them.
    fn inverse(text: &str, edits: &[Edit]) -> Vec<Edit> {
        let mut shift = 0_isize;
        let edits = ordered(edits).expect("apart").into_iter();
        edits
            .map(|edit| {
                let start = edit.start.checked_add_signed(shift).expect("in the text");
                shift += edit.text.len() as isize - (edit.end - edit.start) as isize;
                let end = start + edit.text.len();
                Edit::replace(start..end, &text[edit.start..edit.end])
            })
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn edits_in_any_order_give_the_same_and_can_be_taken_back(
            text in "[a-zé\n]{0,40}",
            cuts in proptest::collection::vec((0_usize..50, 0_usize..5, "[A-Zß]{1,4}"), 0..6),
            turn in 0_usize..6,
        ) {
            let mut edits: Vec<Edit> = Vec::new();
            for (start, length, new) in cuts {
                let edit = Edit::replace(start..start + length, new);
                let with: Vec<Edit> = edits.iter().cloned().chain([edit]).collect();
                if apply(&text, &with).is_some() {
                    edits = with;
                }
            }
            let edited = apply(&text, &edits).expect("they are apart");
            let mut turned = edits.clone();
            turned.reverse();
            let by = turn % turned.len().max(1);
            turned.rotate_left(by);
            proptest::prop_assert_eq!(apply(&text, &turned), Some(edited.clone()));
            let back = inverse(&text, &edits);
            proptest::prop_assert_eq!(apply(&edited, &back), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let replace = |start: usize, end: usize| Edit::replace(start..end, "x");
        for edits in [
            &[replace(0, 2), replace(1, 3)][..],
            &[replace(0, 2), Edit::insert(0, "y")],
            &[Edit::insert(1, "x"), Edit::insert(1, "y")],
            &[replace(4, 9)],
            &[replace(2, 3)],
        ] {
            assert_eq!(apply("aéb", edits), None, "{edits:?}");
        }
        let twice = [replace(0, 1), replace(0, 1)];
        assert_eq!(apply("aéb", &twice).as_deref(), Some("xéb"));
    }
}

//! How large an expression will be when it is compiled, without compiling it: that would take a good part of the time of a scan.

use regex_syntax::hir::{Class, Hir, HirKind};

/// About how many states an expression has. How deep it is, the parser has limited.
pub(super) fn of(tree: &Hir) -> u64 {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        // Each range is a transition, and eight of them are as large as a state.
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() as u64 / 8,
        // Each range is a few sequences of bytes.
        HirKind::Class(Class::Unicode(class)) => 8 * class.ranges().len() as u64,
        HirKind::Capture(group) => of(&group.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            let sizes = parts.iter().map(of);
            sizes.fold(1, u64::saturating_add)
        }
        HirKind::Repetition(repetition) => {
            let times = match repetition.max {
                Some(most) => u64::from(most),
                None => u64::from(repetition.min) + 1,
            };
            let size = of(&repetition.sub).saturating_add(1);
            size.saturating_mul(times).saturating_add(1)
        }
    }
}

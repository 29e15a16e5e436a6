//! What the shell computes: `((…))` and `${…}`, in which signs mean something else.

use super::{Quoting, Scanner};

impl Scanner<'_> {
    /// Reads `((…))`, in which no `#` begins a comment, and no `<<` a here-document.
    pub(super) fn arithmetic(&mut self) -> Option<Quoting> {
        const UNCLEAR: Quoting = Quoting::Unclear("double parentheses before it, or around it");
        let mut open = 0_usize;
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let end = rest.iter().position(|byte| {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0
        });
        let inside = end.and_then(|end| rest.get(..=end)).unwrap_or_default();
        let is_simple =
            inside.ends_with(b"))") && !inside.iter().any(|byte| b"'\"`\\\n".contains(byte));
        self.pos += inside.len();
        (!is_simple || self.at < self.pos).then_some(UNCLEAR)
    }

    /// Reads `${…}`, in which no `#` begins a comment; if quotes are in it, what is in them is read as elsewhere.
    pub(super) fn parameter(&mut self) -> Option<Quoting> {
        let mut open = 0_usize;
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let end = rest.iter().position(|byte| {
            match byte {
                b'{' => open += 1,
                b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            (open == 0 && *byte == b'}') || b"'\"`\\\n(".contains(byte)
        });
        let inside = end.and_then(|end| rest.get(..=end)).unwrap_or_default();
        if !inside.ends_with(b"}") {
            let has_sign = rest.split(|byte| *byte == b'\n').next();
            let has_sign = has_sign.is_some_and(|line| line.windows(2).any(|two| two == b" #"));
            self.pos += 2;
            return has_sign.then_some(Quoting::Unclear("it is not clear where a comment begins"));
        }
        self.pos += inside.len();
        (self.at < self.pos).then_some(Quoting::Bare)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Quoting;
    use super::super::tests::{assert_told, assert_unclear};

    #[test]
    fn signs_in_what_is_computed_begin_nothing() {
        assert_told(&[
            ("x=$((1 << 2)) y='@'", Quoting::Single(16, 19)),
            ("n=$((1 << bits)); K='@'", Quoting::Single(20, 23)),
            ("x=${y// #/}; z='@'", Quoting::Single(15, 18)),
            ("((#x)); z='@'", Quoting::Single(10, 13)),
            ("x=${y:-@}", Quoting::Bare),
            ("x=\"$((5 << 20))\"\ny=@\n", Quoting::Bare),
            ("x=\"${y:-$((1 << 2))}\" z='@'", Quoting::Single(24, 27)),
            ("x=\"${y:-\"a b\"}\" z='@'", Quoting::Single(18, 21)),
            ("x=\"${y//\\\"/}\" z='@'", Quoting::Single(16, 19)),
            ("x=\"${y:-${z}}\" a='@'", Quoting::Single(17, 20)),
            ("x=\"${y:-$(a \"b\")}\" a='@'", Quoting::Single(21, 24)),
        ]);
        assert_unclear(&[
            "x=${y// #/\"a\"}; z='@'",
            "((echo \"it's\"); a); z='@'",
            "x=\"${y:-\"it's\"}\"\nz='@'",
            "x=\"${y//'\"'/}\"\nz='@'",
            "x=\"${y:-it's}\"\nz='@'",
            "x=\"${y:-'@'}\"",
            "x=\"${y:-{\"a\": 1}}\"\nz=@",
        ]);
    }
}

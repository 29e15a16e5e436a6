//! Classes: `[^a-z[:digit:]]`.

use super::escape::{Escape, refused};
use super::{Translator, plain};

/// The names between `[:` and `:]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

const UNCLOSED: &str = "it has a `[` without a `]`";

/// What a class was translated to so far.
#[derive(Default)]
struct Class {
    /// What stands between its brackets.
    items: String,
    /// Whether it is about characters beyond ASCII.
    wide: bool,
}

impl<'t> Translator<'t> {
    /// A class in brackets.
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.skip(1);
        let negated = self.rest.starts_with('^');
        if negated {
            self.skip(1);
        }
        let mut class = Class::default();
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            self.item(&mut class)?;
        }
        self.skip(1);
        let not = if negated { "^" } else { "" };
        let text = format!("[{not}{}]", class.items);
        if class.wide {
            self.wide(&text);
        } else {
            self.out.push_str(&text);
        }
        Ok(())
    }

    /// One class inside the class, one character, or a range of them.
    fn item(&mut self, class: &mut Class) -> Result<(), String> {
        if let Some(posix) = self.posix()? {
            class.items.push_str(&posix);
            return Ok(());
        }
        let from = match self.class_char()? {
            Escape::Char(literal) => literal,
            Escape::Class(items, negated) => {
                // A class inside the class: where the outer one is about characters, so is "all but digits".
                let nested = format!("[^{items}]");
                class.items.push_str(if negated { &nested } else { items });
                return Ok(());
            }
            Escape::Unicode(name) => {
                class.wide = true;
                class.items.push_str(&name);
                return Ok(());
            }
            Escape::Other(letter) => return Err(refused(letter)),
        };
        let mut to = from;
        if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
            self.skip(1);
            to = match self.class_char()? {
                Escape::Char(literal) => literal,
                _ => return Err("it has a range in `[…]` that ends in a class".to_owned()),
            };
        }
        if to < from {
            return Err("it has a range in `[…]` whose end is before its begin".to_owned());
        }
        class.wide |= !to.is_ascii();
        class.items.push_str(&plain(from));
        if to != from {
            class.items.push('-');
            class.items.push_str(&plain(to));
        }
        Ok(())
    }

    fn class_char(&mut self) -> Result<Escape, String> {
        let Some(next) = self.rest.chars().next() else {
            return Err(UNCLOSED.to_owned());
        };
        if next == '\\' {
            return self.next_escape();
        }
        self.skip(next.len_utf8());
        Ok(Escape::Char(next))
    }

    /// `[:alpha:]` or `[:^alpha:]`; a `[:` that is never closed is two characters.
    fn posix(&mut self) -> Result<Option<String>, String> {
        let Some(inside) = self.rest.strip_prefix("[:") else {
            return Ok(None);
        };
        if inside.len() < self.last_posix {
            return Ok(None);
        }
        let Some((name, rest)) = inside.split_once(":]") else {
            return Ok(None);
        };
        if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err("it has a `[:…:]` whose name is not one".to_owned());
        }
        self.rest = rest;
        Ok(Some(format!("[:{name}:]")))
    }
}

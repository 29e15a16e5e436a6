//! Escapes: `\d`, `\x41`, `\Q…\E` and so on.

use super::Translator;

/// What Go's `\s` is: there is no vertical tab in it.
const SPACE: &str = r"\t\n\f\r ";

/// What an escape means.
pub(super) enum Escape {
    /// One character.
    Char(char),
    /// A class, as what stands between its brackets; whether everything but it is meant.
    Class(&'static str, bool),
    /// A class of Unicode's, as it is written.
    Unicode(String),
    /// Anything else, of which only some is possible outside of classes, by its letter.
    Other(char),
}

impl<'t> Translator<'t> {
    /// An escape outside of a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        match self.next_escape()? {
            Escape::Char(literal) => self.literal(literal),
            Escape::Class(items, negated) => {
                let not = if negated { "^" } else { "" };
                self.out.push_str(&format!("[{not}{items}]"));
            }
            Escape::Unicode(class) => self.wide(&class),
            Escape::Other(letter @ ('A' | 'b' | 'B' | 'z')) => {
                self.out.push('\\');
                self.out.push(letter);
            }
            Escape::Other('Q') => {
                let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                self.rest = rest;
                for literal in quoted.chars() {
                    self.literal(literal);
                }
            }
            Escape::Other(letter) => return Err(refused(letter)),
        }
        Ok(())
    }

    /// Reads an escape.
    pub(super) fn next_escape(&mut self) -> Result<Escape, String> {
        self.skip(1);
        let Some(letter) = self.rest.chars().next() else {
            return Err("it ends in a `\\`".to_owned());
        };
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            self.skip(1);
            return Ok(Escape::Char(letter));
        }
        self.skip(letter.len_utf8());
        Ok(match letter {
            'a' => Escape::Char('\x07'),
            'f' => Escape::Char('\x0c'),
            'n' => Escape::Char('\n'),
            'r' => Escape::Char('\r'),
            't' => Escape::Char('\t'),
            'v' => Escape::Char('\x0b'),
            'x' => Escape::Char(self.hexadecimal()?),
            '0'..='7' => Escape::Char(self.octal(letter)?),
            'd' | 'D' => Escape::Class("0-9", letter == 'D'),
            's' | 'S' => Escape::Class(SPACE, letter == 'S'),
            'w' | 'W' => Escape::Class("0-9A-Za-z_", letter == 'W'),
            'p' | 'P' => Escape::Unicode(self.unicode_class(letter == 'P')?),
            other => Escape::Other(other),
        })
    }

    /// `\x41` or `\x{1F600}`.
    fn hexadecimal(&mut self) -> Result<char, String> {
        let (digits, length) = match self.rest.strip_prefix('{') {
            Some(inside) => {
                let (digits, _) = inside.split_once('}').unwrap_or_default();
                (digits, digits.len() + 2)
            }
            None => (self.rest.get(..2).unwrap_or_default(), 2),
        };
        // `from_str_radix` takes a sign, too.
        let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = is_number.then(|| u32::from_str_radix(digits, 16).ok());
        let literal = value.flatten().and_then(char::from_u32);
        self.skip(length);
        literal.ok_or_else(|| "it has a `\\x` without a character's number".to_owned())
    }

    /// `\12`, `\101` or `\0`; one digit alone, but for the zero, would be a back-reference.
    fn octal(&mut self, first: char) -> Result<char, String> {
        let digits = self.rest.bytes().take(2);
        let digits: Vec<u8> = digits
            .take_while(|byte| matches!(byte, b'0'..=b'7'))
            .collect();
        if first != '0' && digits.is_empty() {
            return Err(refused(first));
        }
        self.skip(digits.len());
        let first = first.to_digit(8).unwrap_or_default();
        let value = digits
            .iter()
            .fold(first, |value, digit| value * 8 + u32::from(digit - b'0'));
        char::from_u32(value).ok_or_else(|| refused('0'))
    }

    /// `\pL`, `\p{Greek}` or `\p{^Greek}`.
    fn unicode_class(&mut self, negated: bool) -> Result<String, String> {
        let wrong = || "it has a `\\p` without the name of a class".to_owned();
        let (name, length) = match self.rest.strip_prefix('{') {
            Some(inside) => {
                let (name, _) = inside.split_once('}').ok_or_else(wrong)?;
                (name, name.len() + 2)
            }
            None => (self.rest.get(..1).ok_or_else(wrong)?, 1),
        };
        self.skip(length);
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name, !negated),
            None => (name, negated),
        };
        // The `regex` crate would read `\p{a=b}` and ignore spaces.
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err(wrong());
        }
        let letter = if negated { 'P' } else { 'p' };
        Ok(format!("\\{letter}{{{name}}}"))
    }
}

/// Why an escape cannot be used.
pub(super) fn refused(letter: char) -> String {
    match letter {
        '1'..='9' | 'k' => "it has a back-reference, which needs backtracking".to_owned(),
        _ => format!("it has `\\{letter}`, which is not in Go's syntax"),
    }
}

//! The words of a filter expression.

use std::fmt;

use crate::rules::table::shown;

/// One word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `entropy`, `filter.entropy`, `and`.
    Name(String),
    /// What stood between quotes.
    Text(String),
    Number(f64),
    Sign(&'static str),
}

impl fmt::Display for Token {
    /// Names and signs, never what stands between quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{}`", shown(name)),
            Self::Text(_) => f.write_str("a text"),
            Self::Number(_) => f.write_str("a number"),
            Self::Sign(sign) => write!(f, "`{sign}`"),
        }
    }
}

/// Longer ones first.
const SIGNS: [&str; 24] = [
    "||", "&&", "<=", ">=", "==", "!=", "??", "?.", "(", ")", "[", "]", ",", "<", ">", "!", "?",
    ":", ";", "=", "+", "-", "{", "}",
];

/// The words of an expression, without comments.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(next) = rest.chars().next() else {
            return Ok(tokens);
        };
        if rest.starts_with("//") || next == '#' {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
        } else if next.is_ascii_digit() {
            let length = length(rest, |c| c.is_ascii_digit() || c == '.');
            let (number, after) = rest.split_at(length);
            let number = number.parse().map_err(|_| "it has a number that is none")?;
            tokens.push(Token::Number(number));
            rest = after;
        } else if next.is_ascii_alphabetic() || next == '_' {
            let length = length(rest, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            let (name, after) = rest.split_at(length);
            tokens.push(Token::Name(name.to_owned()));
            rest = after;
        } else if let '"' | '\'' | '`' = next {
            let (text, after) = quoted(rest, next)?;
            tokens.push(Token::Text(text));
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|&&sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            rest = rest.get(sign.len()..).unwrap_or_default();
        } else {
            return Err("it has a character that is not understood".to_owned());
        }
    }
}

fn length(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !of(c)).unwrap_or(text.len())
}

/// What stands between a quote and the next, and what follows. Between back-quotes a `\` is a character.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let inside = text.get(1..).unwrap_or_default();
    let open = || "it has a text without an end".to_owned();
    if quote == '`' {
        let (raw, rest) = inside.split_once('`').ok_or_else(open)?;
        return Ok((raw.to_owned(), rest));
    }
    let mut value = String::new();
    let mut chars = inside.chars();
    loop {
        match chars.next().ok_or_else(open)? {
            '\\' => value.push(escaped(&mut chars)?),
            end if end == quote => return Ok((value, chars.as_str())),
            other => value.push(other),
        }
    }
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    let unknown = || "it has an escape in a text that is not understood".to_owned();
    let letter = chars.next().ok_or_else(unknown)?;
    let digits = match letter {
        'a' => return Ok('\x07'),
        'b' => return Ok('\x08'),
        'f' => return Ok('\x0c'),
        'n' => return Ok('\n'),
        'r' => return Ok('\r'),
        't' => return Ok('\t'),
        'v' => return Ok('\x0b'),
        '\\' | '"' | '\'' | '`' => return Ok(letter),
        'x' => 2,
        'u' => 4,
        _ => return Err(unknown()),
    };
    let mut value = 0;
    for _ in 0..digits {
        let digit = chars.next().and_then(|digit| digit.to_digit(16));
        value = 16 * value + digit.ok_or_else(unknown)?;
    }
    char::from_u32(value).ok_or_else(unknown)
}

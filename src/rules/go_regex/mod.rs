//! From the syntax of Go's regular expressions, in which rules files are written, to that of the `regex` crate.
//!
//! Most of both is the same, and what is not is rewritten: white space without the vertical tab, a brace that repeats
//! nothing, `\Q…\E`, octal escapes, and classes in which `[`, `&&`, `--` and `~~` are plain characters. The result starts
//! with `(?-u)`: bytes count as characters, which is fast and differs from Go only where a text is not ASCII. What an
//! expression says about characters beyond ASCII itself is put into a group of its own with `(?u:…)`.

mod class;
mod escape;
mod size;
#[cfg(test)]
mod tests;

/// The largest size, of one expression or of several that are compiled together. The largest one of gitleaks' own rules is
/// about 2,000.
pub const LARGEST: u64 = 100_000;

/// How many bytes an expression may have. Parsed, each of them can take hundreds.
const LONGEST: usize = 100_000;

/// How many bytes the counts of a repetition may have: the parser takes no more than ten digits for each.
const COUNTS: usize = 32;

/// An expression of the `regex` crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// The expression. It compiles, whatever flags are set outside.
    pub pattern: String,
    /// How many groups it has, group 0 not counted.
    pub groups: usize,
    /// About how many states it has when it is compiled.
    pub size: u64,
}

/// Translates an expression.
///
/// # Errors
/// Why it cannot be used. The reason does not quote the expression, which may hold secrets.
pub fn translate(go: &str) -> Result<Translated, String> {
    if go.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let mut translator = Translator {
        rest: go,
        last_posix: go.rfind(":]").map_or(usize::MAX, |at| go.len() - at),
        out: "(?-u)".to_owned(),
    };
    translator.run()?;
    let pattern = translator.out;
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
    let tree = parser.parse(&pattern).map_err(|error| match error {
        // Only the kind: the whole error quotes the expression.
        regex_syntax::Error::Parse(error) => format!("it is no valid expression: {}", error.kind()),
        regex_syntax::Error::Translate(error) => {
            format!("it is no valid expression: {}", error.kind())
        }
        _ => "it is no valid expression".to_owned(),
    })?;
    let size = size::of(&tree);
    if size > LARGEST {
        return Err("it is too large: make its counted repetitions smaller".to_owned());
    }
    Ok(Translated {
        groups: tree.properties().explicit_captures_len(),
        pattern,
        size,
    })
}

struct Translator<'t> {
    rest: &'t str,
    /// How many bytes before the end the last `:]` stands, so that it is not looked for where there is none.
    last_posix: usize,
    out: String,
}

impl<'t> Translator<'t> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' if self.rest.starts_with("(?") => self.special_group()?,
                '{' => self.brace(),
                '(' | ')' | '|' | '*' | '+' | '?' | '.' | '^' | '$' => {
                    self.skip(1);
                    self.out.push(next);
                }
                literal => {
                    self.skip(literal.len_utf8());
                    self.literal(literal);
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// One character that stands for itself.
    fn literal(&mut self, literal: char) {
        let text = plain(literal);
        if literal.is_ascii() {
            self.out.push_str(&text);
        } else {
            self.wide(&text);
        }
    }

    /// What is about characters, not bytes.
    fn wide(&mut self, text: &str) {
        self.out.push_str("(?u:");
        self.out.push_str(text);
        self.out.push(')');
    }

    /// `{3}`, `{3,}` and `{3,5}` repeat; any other brace is a character.
    fn brace(&mut self) {
        let inside = self.rest.get(1..).unwrap_or_default();
        // Not further: a text of braces alone would take the square of its length.
        let end = inside.bytes().take(COUNTS).position(|byte| byte == b'}');
        let repetition = end.and_then(|end| inside.get(..end));
        match repetition.filter(|counts| is_repetition(counts)) {
            Some(counts) => {
                self.skip(counts.len() + 2);
                self.out.push_str(&format!("{{{counts}}}"));
            }
            None => {
                self.skip(1);
                self.literal('{');
            }
        }
    }

    /// `(?…`: flags, a group that is not counted, or one with a name, which is not needed.
    fn special_group(&mut self) -> Result<(), String> {
        let inside = self.rest.get(2..).unwrap_or_default();
        for (start, reason) in [
            ("=", "look-ahead"),
            ("!", "look-ahead"),
            ("<=", "look-behind"),
            ("<!", "look-behind"),
            (">", "an atomic group"),
            ("P=", "a back-reference"),
            ("P>", "a call of a group"),
            ("#", "a comment"),
        ] {
            if inside.starts_with(start) {
                return Err(format!(
                    "it has {reason}, `(?{start}`, which needs backtracking or is not in Go's syntax"
                ));
            }
        }
        if let Some(name) = inside.strip_prefix("P<").or(inside.strip_prefix('<')) {
            let (name, rest) = name.split_once('>').unwrap_or((name, ""));
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            {
                return Err("it has a group whose name is not one".to_owned());
            }
            self.rest = rest;
            self.out.push('(');
            return Ok(());
        }
        let end = inside.find([':', ')']).unwrap_or(inside.len());
        let (flags, rest) = inside.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        self.out
            .push_str(&match (is_flags(flags), rest.chars().next()) {
                (true, Some(':')) => format!("(?{flags}:"),
                (true, Some(')')) if flags.is_empty() => "(?:)".to_owned(),
                (true, Some(')')) => format!("(?{flags})"),
                _ => return Err("it has `(?` with flags other than i, m, s and U".to_owned()),
            });
        Ok(())
    }
}

/// Go takes a number with a leading zero, or none at all before the comma, for plain text.
fn is_repetition(counts: &str) -> bool {
    let number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'))
    };
    match counts.split_once(',') {
        Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        None => number(counts),
    }
}

/// `i`, `i-s`, `-U`, or nothing.
fn is_flags(text: &str) -> bool {
    let (on, off) = match text.split_once('-') {
        Some((_, "")) => return false,
        Some((on, off)) => (on, off),
        None => (text, ""),
    };
    [on, off]
        .iter()
        .all(|flags| flags.bytes().all(|flag| b"imsU".contains(&flag)))
}

/// A character as an expression of itself, inside of classes and outside.
fn plain(literal: char) -> String {
    if literal.is_ascii_alphanumeric() {
        literal.to_string()
    } else {
        format!("\\x{{{:X}}}", u32::from(literal))
    }
}

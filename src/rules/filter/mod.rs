//! Reads the filter expressions of betterleaks' rules, of which these parts are understood: `entropy(…)` compared with a
//! number, `matchesAny(…)` and `containsAny(…)` of the secret, the match, the line or the path, and `||`, `&&`, `!` and
//! parentheses around them. Nothing is executed.

#[cfg(test)]
mod tests;
mod token;

use super::condition::{Comparison, Condition, Field, Patterns, Words};
use super::go_regex;
use super::table::shown;
use token::{Token, tokens};

/// How deep parentheses and negations may nest.
const DEEPEST: usize = 50;

/// A filter that was understood.
#[derive(Debug)]
pub struct Filter {
    /// True where a match is no finding.
    pub condition: Condition,
    /// Parts that have no effect here, and why.
    pub warnings: Vec<String>,
}

/// Reads an expression.
///
/// # Errors
/// Why it is not understood. The reason quotes names only.
pub fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser {
        tokens: tokens(text)?.into_iter().peekable(),
        negated: false,
        depth: 0,
        warnings: Vec::new(),
    };
    let condition = parser.any()?;
    if parser.tokens.peek().is_some() {
        return Err(parser.unexpected());
    }
    Ok(Filter {
        condition,
        warnings: parser.warnings,
    })
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    /// Whether an odd number of negations is around.
    negated: bool,
    depth: usize,
    warnings: Vec<String>,
}

impl Parser {
    fn any(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.all()?];
        while self.take_one_of(&["||", "or"]) {
            parts.push(self.all()?);
        }
        Ok(single(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.not()?];
        while self.take_one_of(&["&&", "and"]) {
            parts.push(self.not()?);
        }
        Ok(single(parts, Condition::All))
    }

    fn not(&mut self) -> Result<Condition, String> {
        if !self.take_one_of(&["!", "not"]) {
            return self.one();
        }
        self.deeper()?;
        self.negated = !self.negated;
        let inside = self.not();
        self.negated = !self.negated;
        self.depth -= 1;
        inside.map(|inside| Condition::Not(Box::new(inside)))
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.take("(") {
            self.deeper()?;
            let inside = self.any()?;
            self.depth -= 1;
            self.expect(")")?;
            return Ok(inside);
        }
        match self.tokens.next() {
            Some(Token::Number(number)) => {
                let comparison = flipped(self.comparison()?);
                let name = self.name()?;
                match name.as_str() {
                    "entropy" => self.entropy(comparison, number),
                    _ => self.call_of(&name),
                }
            }
            Some(Token::Name(name)) => self.call(&name),
            Some(other) => Err(format!("{other} is not understood here")),
            None => Err("it ends too early".to_owned()),
        }
    }

    fn call(&mut self, name: &str) -> Result<Condition, String> {
        match bare(name) {
            "matchesAny" => {
                let (field, texts) = self.field_and_texts()?;
                let translated = texts.iter().map(|text| go_regex::translate(text));
                let patterns = translated.map(|found| found.map(|found| found.pattern));
                let patterns = patterns.collect::<Result<Vec<_>, _>>();
                let patterns =
                    patterns.map_err(|reason| format!("an expression in it: {reason}"))?;
                Ok(Condition::Matches(field, Patterns::new(patterns)))
            }
            "containsAny" => {
                let (field, texts) = self.field_and_texts()?;
                Ok(Condition::Contains(field, Words::new(texts, true)))
            }
            "entropy" => {
                self.expect("(")?;
                let field = self.field()?;
                self.expect(")")?;
                let comparison = self.comparison()?;
                let number = self.number()?;
                Ok(Condition::Entropy(field, comparison, number))
            }
            "failsTokenEfficiency" | "tokenRatio" => self.tokens_of(name),
            _ => self.call_of(name),
        }
    }

    /// `3.5 >= entropy(…)`: the comparison has been turned round.
    fn entropy(&mut self, comparison: Comparison, number: f64) -> Result<Condition, String> {
        self.expect("(")?;
        let field = self.field()?;
        self.expect(")")?;
        Ok(Condition::Entropy(field, comparison, number))
    }

    /// What counts tokens of a language model needs its table of tokens. It must never drop anything, and where it is
    /// negated, that is: be true.
    fn tokens_of(&mut self, name: &str) -> Result<Condition, String> {
        self.expect("(")?;
        self.field()?;
        self.expect(")")?;
        if bare(name) == "tokenRatio" {
            self.comparison()?;
            self.number()?;
        }
        self.warnings.push(format!(
            "`{}` counts the tokens of a language model, which is not done here: it drops nothing",
            bare(name)
        ));
        Ok(if self.negated {
            Condition::Not(Box::new(Condition::Never))
        } else {
            Condition::Never
        })
    }

    fn call_of(&self, name: &str) -> Result<Condition, String> {
        Err(format!(
            "`{}` is not understood; entropy, matchesAny, containsAny, ||, && and ! are",
            shown(name)
        ))
    }

    fn field_and_texts(&mut self) -> Result<(Field, Vec<String>), String> {
        self.expect("(")?;
        let field = self.field()?;
        self.expect(",")?;
        self.expect("[")?;
        let mut texts = Vec::new();
        while !self.take("]") {
            texts.push(self.text()?);
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        self.expect(")")?;
        Ok((field, texts))
    }

    /// `finding["secret"]`, `attributes["path"]`, `get(attributes, "path", "")` or `(attributes["path"] ?? "")`.
    fn field(&mut self) -> Result<Field, String> {
        if self.take("(") {
            self.deeper()?;
            let field = self.field()?;
            self.depth -= 1;
            if self.take("??") {
                self.text()?;
            }
            self.expect(")")?;
            return Ok(field);
        }
        let mut of = self.name()?;
        let called = of == "get";
        if called {
            self.expect("(")?;
            of = self.name()?;
            self.expect(",")?;
        } else {
            self.expect("[")?;
        }
        let key = self.text()?;
        if called && self.take(",") {
            self.text()?;
        }
        self.expect(if called { ")" } else { "]" })?;
        match (of.as_str(), key.as_str()) {
            ("finding", "secret") => Ok(Field::Secret),
            ("finding", "match") => Ok(Field::Match),
            ("finding", "line") => Ok(Field::Line),
            ("attributes", "path") => Ok(Field::Path),
            _ => Err(format!(
                "it asks `{}` for what is not known here; finding's secret, match and line and attributes' path are",
                shown(&of)
            )),
        }
    }

    fn comparison(&mut self) -> Result<Comparison, String> {
        match self.tokens.next() {
            Some(Token::Sign("<")) => Ok(Comparison::Less),
            Some(Token::Sign("<=")) => Ok(Comparison::AtMost),
            Some(Token::Sign(">")) => Ok(Comparison::Greater),
            Some(Token::Sign(">=")) => Ok(Comparison::AtLeast),
            _ => Err("a number is not compared by <, <=, > or >=".to_owned()),
        }
    }

    fn number(&mut self) -> Result<f64, String> {
        match self.tokens.next() {
            Some(Token::Number(number)) => Ok(number),
            _ => Err("a number is compared with what is no number".to_owned()),
        }
    }

    fn text(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err("something stands where a text should".to_owned()),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Name(name)) => Ok(name),
            Some(other) => Err(format!("{other} stands where a name should")),
            None => Err("it ends too early".to_owned()),
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = |token: &Token| matches!(token, Token::Sign(found) if *found == sign);
        self.tokens.next_if(found).is_some()
    }

    /// Takes a sign or a word.
    fn take_one_of(&mut self, [sign, word]: &[&str; 2]) -> bool {
        let found = |token: &Token| matches!(token, Token::Name(name) if name == word);
        self.take(sign) || self.tokens.next_if(found).is_some()
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) {
            return Ok(());
        }
        Err(format!("{}, where `{sign}` should be", self.unexpected()))
    }

    fn unexpected(&mut self) -> String {
        match self.tokens.peek() {
            Some(token) => format!("{token} is not understood here"),
            None => "it ends too early".to_owned(),
        }
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        match self.depth > DEEPEST {
            true => Err("it is nested too deep".to_owned()),
            false => Ok(()),
        }
    }
}

/// Older files say `filter.entropy`.
fn bare(name: &str) -> &str {
    name.strip_prefix("filter.").unwrap_or(name)
}

/// `3 < x` is `x > 3`.
fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Greater => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
    }
}

fn single(mut parts: Vec<Condition>, several: impl Fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            several(parts)
        }
    }
}

//! Reads the tables of a TOML file key by key, and says everything that is wrong with it at once, each with its line.

mod values;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::error::{Diagnostic, Level};

/// No more diagnostics than this are kept of one file: nobody reads more, and a hostile file could hold millions.
const KEPT: usize = 1_000;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A key that is not known, or a value of another type, is an error.
    Strict,
    /// Keys are known in any case, a key that is not known is a warning, and values are converted where their text allows
    /// it, as gitleaks does: a text with commas is a list, one value is a list of one, a number is a text and the other way round.
    Lenient,
}

/// A value, and the line on which it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lined<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub line: usize,
}

/// A file without syntax errors, and what was said about it so far.
#[derive(Debug)]
pub struct Document<'t> {
    name: String,
    mode: Mode,
    lines: Lines,
    root: DeTable<'t>,
    said: RefCell<Vec<Diagnostic>>,
}

impl<'t> Document<'t> {
    /// Parses a file's text; `name` says which file in diagnostics.
    ///
    /// # Errors
    /// Every syntax error. None of them quotes the file, which may hold secrets.
    pub fn parse(text: &'t str, name: &str, mode: Mode) -> Result<Self, Vec<Diagnostic>> {
        let lines = Lines::of(text);
        let error = |line: usize, message: &str| Diagnostic {
            file: name.to_owned(),
            line: Some(line),
            level: Level::Error,
            message: message.to_owned(),
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self {
                name: name.to_owned(),
                mode,
                lines,
                root: root.into_inner(),
                said: RefCell::default(),
            });
        }
        let line = |span: Option<Range<usize>>| lines.at(span.map_or(0, |span| span.start));
        let errors = errors.iter().take(KEPT);
        let mut said: Vec<Diagnostic> = errors
            .map(|found| error(line(found.span()), found.message()))
            .collect();
        said.sort_by_key(|diagnostic| diagnostic.line);
        Err(said)
    }

    /// The whole file as a table.
    pub fn root(&self) -> Table<'_, 't> {
        Table::new(self, &self.root, 1)
    }

    /// Everything that was said, in the order of the lines.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut said = self.said.into_inner();
        said.sort_by_key(|diagnostic| diagnostic.line);
        said
    }

    fn say(&self, level: Level, line: usize, message: String) {
        if self.is_full(level) {
            return;
        }
        self.said.borrow_mut().push(Diagnostic {
            file: self.name.clone(),
            line: Some(line),
            level,
            message,
        });
    }

    /// Whether no more of this level are kept. The first error is in any case: a file without one is used.
    fn is_full(&self, level: Level) -> bool {
        let said = self.said.borrow();
        let is_error = |said: &Diagnostic| said.level == Level::Error;
        said.len() >= KEPT && (level != Level::Error || said.iter().any(is_error))
    }
}

/// One table. It remembers which keys it was asked for: all others are unknown.
#[derive(Debug)]
pub struct Table<'d, 't> {
    document: &'d Document<'t>,
    entries: &'d DeTable<'t>,
    line: usize,
    about: String,
    asked: Vec<&'static str>,
}

impl<'d, 't> Table<'d, 't> {
    fn new(document: &'d Document<'t>, entries: &'d DeTable<'t>, line: usize) -> Self {
        Self {
            document,
            entries,
            line,
            about: String::new(),
            asked: Vec::new(),
        }
    }

    /// Puts this before every message about the table, as in "rule `x`: …".
    pub fn about(&mut self, what: String) {
        self.about = what;
    }

    /// The line on which the table begins.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Says that something is wrong.
    pub fn error(&self, line: usize, message: impl AsRef<str>) {
        self.say(Level::Error, line, message.as_ref());
    }

    /// Says that something has no effect, or not the one that may be meant.
    pub fn warning(&self, line: usize, message: impl AsRef<str>) {
        self.say(Level::Warning, line, message.as_ref());
    }

    fn say(&self, level: Level, line: usize, message: &str) {
        let message = match self.about.as_str() {
            "" => message.to_owned(),
            about => format!("{about}: {message}"),
        };
        self.document.say(level, line, message);
    }

    /// The line of a key that is there, whatever its value. The key counts as known.
    pub fn has(&mut self, key: &'static str) -> Option<usize> {
        self.find(key).map(|(line, _)| line)
    }

    /// A text.
    pub fn string(&mut self, key: &'static str) -> Option<Lined<String>> {
        self.value(key, "a text", values::string)
    }

    /// True or false.
    pub fn bool(&mut self, key: &'static str) -> Option<Lined<bool>> {
        self.value(key, "true or false", values::boolean)
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<Lined<i64>> {
        self.value(key, "a whole number", values::integer)
    }

    /// A number.
    pub fn number(&mut self, key: &'static str) -> Option<Lined<f64>> {
        self.value(key, "a number", values::number)
    }

    /// A day, as a date of TOML's or as the text of one.
    pub fn date(&mut self, key: &'static str) -> Option<Lined<jiff::civil::Date>> {
        self.value(key, "a date like 2026-01-31", values::date)
    }

    /// A list of texts, each with its line.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<Lined<String>>> {
        let (line, value) = self.find(key)?;
        let document = self.document;
        let place = |span: Range<usize>| document.lines.at(span.start);
        let texts = values::strings(value, document.mode, place);
        if texts.is_none() {
            self.wrong(key, line, "a list of texts", value.get_ref());
        }
        texts
    }

    /// A table inside this one.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'d, 't>> {
        let (line, value) = self.find(key)?;
        let Some(entries) = value.get_ref().as_table() else {
            self.wrong(key, line, "a table", value.get_ref());
            return None;
        };
        Some(self.inside(entries, line))
    }

    /// The tables of an array of tables; none if the key is not there.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'d, 't>> {
        let Some((line, value)) = self.find(key) else {
            return Vec::new();
        };
        let list = match value.get_ref() {
            DeValue::Array(list) => list,
            DeValue::Table(entries) if self.document.mode == Mode::Lenient => {
                return vec![self.inside(entries, line)];
            }
            other => {
                self.wrong(key, line, "an array of tables", other);
                return Vec::new();
            }
        };
        let mut tables = Vec::new();
        for value in list.iter() {
            let line = self.document.lines.at(value.span().start);
            match value.get_ref().as_table() {
                Some(entries) => tables.push(self.inside(entries, line)),
                None => self.wrong(key, line, "an array of tables", value.get_ref()),
            }
        }
        tables
    }

    /// Says that a key is missing.
    pub fn missing(&self, key: &str) {
        self.error(self.line, format!("`{key}` is missing"));
    }

    /// Says which keys nobody asked for. To be called when everything was asked for.
    pub fn done(self) {
        let level = match self.document.mode {
            Mode::Strict => Level::Error,
            Mode::Lenient => Level::Warning,
        };
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if self.asked.iter().any(|asked| self.same(asked, name)) {
                continue;
            }
            // Looking for the nearest key takes long.
            if self.document.is_full(level) {
                break;
            }
            let line = self.document.lines.at(key.span().start);
            let effect = match level {
                Level::Error => "",
                Level::Warning => ", which has no effect",
            };
            let hint = match nearest(name, self.asked.iter().copied()) {
                Some(known) => format!("; did you mean `{known}`?"),
                None => String::new(),
            };
            let message = format!("there is no key `{}`{effect}{hint}", shown(name));
            self.say(level, line, &message);
        }
    }

    fn inside(&self, entries: &'d DeTable<'t>, line: usize) -> Self {
        let mut table = Self::new(self.document, entries, line);
        table.about.clone_from(&self.about);
        table
    }

    fn same(&self, asked: &str, name: &str) -> bool {
        match self.document.mode {
            Mode::Strict => asked == name,
            Mode::Lenient => asked.eq_ignore_ascii_case(name),
        }
    }

    fn find(&mut self, key: &'static str) -> Option<(usize, &'d Spanned<DeValue<'t>>)> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let exact = Spanned::new(0..0, DeString::Borrowed(key));
        let entry = self.entries.get_key_value(&exact).or_else(|| {
            let mut entries = self.entries.iter();
            entries.find(|(name, _)| self.same(key, name.get_ref()))
        });
        let (name, value) = entry?;
        Some((self.document.lines.at(name.span().start), value))
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        convert: impl Fn(&DeValue<'t>, Mode) -> Option<T>,
    ) -> Option<Lined<T>> {
        let (line, value) = self.find(key)?;
        let converted = convert(value.get_ref(), self.document.mode);
        if converted.is_none() {
            self.wrong(key, line, wanted, value.get_ref());
        }
        converted.map(|value| Lined { value, line })
    }

    fn wrong(&self, key: &str, line: usize, wanted: &str, value: &DeValue<'_>) {
        let got = values::kind(value);
        self.error(
            line,
            format!("`{key}` must be {wanted}; this {got} is not one"),
        );
    }
}

/// The known name that is nearest to one that is not known, if one is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance costs the product of both lengths.
    let name: String = name.chars().take(100).collect::<String>().to_lowercase();
    let scored = known.into_iter().map(|known| {
        let score = strsim::jaro_winkler(&name, &known.to_lowercase());
        (score, known)
    });
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score > 0.8)
        .map(|(_, known)| known)
}

/// A name as diagnostics quote it: what is long is no name.
pub fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// Where each line begins.
#[derive(Debug)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self(std::iter::once(0).chain(ends.map(|end| end + 1)).collect())
    }

    /// The line, from 1, of a byte.
    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}

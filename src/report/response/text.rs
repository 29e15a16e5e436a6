//! A sentence that tells what is ours from what comes from the input, so that each form can quote the latter in its way.

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words of ours.
    Words(String),
    /// A name, a path or a command: visible, and without keys.
    Code(String),
}

/// A sentence, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub(super) Vec<Piece>);

impl Text {
    /// These words.
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    /// And then these words, which are ours.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        let words = words.into();
        if !words.is_empty() {
            self.0.push(Piece::Words(words));
        }
        self
    }

    /// And then this, from the input. It is visible already, and no key is in it.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.push(Piece::Code(code.into()));
        self
    }

    /// And then these, with commas between them, and how many more there are.
    #[must_use]
    pub(super) fn list(mut self, names: &[String], total: u64) -> Self {
        for (number, name) in names.iter().enumerate() {
            if number > 0 {
                self = self.words(", ");
            }
            self = self.code(name.as_str());
        }
        match total.saturating_sub(names.len() as u64) {
            0 => self,
            more if names.is_empty() => self.words(more.to_string()),
            more => self.words(format!(" and {more} more")),
        }
    }

    /// And then all of this.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, as it is.
    pub(super) fn plain(&self) -> String {
        let pieces = self.0.iter();
        let pieces = pieces.map(|piece| match piece {
            Piece::Words(text) | Piece::Code(text) => text.as_str(),
        });
        pieces.collect()
    }
}

//! Text in lines that fit a terminal.

use textwrap::{Options, WordSplitter};

use super::sanitize::visible;

/// The text in lines of at most so many columns. A word that is longer has a line of its own, and flags and keys are never
/// parted at their hyphens. What was visible is so in every line, which a CI service could take for a command.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options);
    lines.into_iter().map(|line| visible(&line)).collect()
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdefgh i", 4), ["abcdefgh", "i"]);
        assert_eq!(wrapped("你的 key", 7), ["你的", "key"]);
        assert_eq!(wrapped("abc ::d::", 4), ["abc", "\\x3a:d::"]);
        assert_eq!(
            wrapped("use --on-incomplete", 8),
            ["use", "--on-incomplete"]
        );
    }
}

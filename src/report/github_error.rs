//! An annotation that is about the run itself.

use std::io::{self, Write};

/// Writes it. Escapes are those of GitHub's toolkit.
pub(super) fn write(title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    writeln!(out, "::error title={}::{}", property(title), data(message))
}

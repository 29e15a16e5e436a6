//! How a key may be written so that it does not stand there as it is.

use serde::Serialize;

/// One way of writing bytes as other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Base64 in either alphabet (RFC 4648, sections 4 and 5), perhaps wrapped over lines.
    Base64,
    /// Pairs of hexadecimal digits, perhaps with something between them.
    Hex,
    /// `%XX` (RFC 3986, section 2.1).
    Percent,
    /// `\uXXXX` and its like, as in JSON.
    UnicodeEscape,
    /// `\xXX`, as in C.
    HexEscape,
    /// `&#115;`, `&#x73;` and `&hyphen;`, as in HTML.
    HtmlEntity,
    /// `=XX` and soft line breaks (RFC 2045, section 6.7).
    QuotedPrintable,
    /// Two bytes a character, the low one first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// Two bytes a character, the high one first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Four bytes a character, the low one first.
    #[serde(rename = "utf-32le")]
    Utf32Le,
    /// Four bytes a character, the high one first.
    #[serde(rename = "utf-32be")]
    Utf32Be,
    /// Strings that a program or a shell puts together.
    Concatenation,
    /// Compressed (RFC 1952), inside another encoding.
    Gzip,
    /// A member of a zip archive, inside another encoding.
    Zip,
}

impl Encoding {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::UnicodeEscape => "unicode-escape",
            Self::HexEscape => "hex-escape",
            Self::HtmlEntity => "html-entity",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
            Self::Concatenation => "concatenation",
            Self::Gzip => "gzip",
            Self::Zip => "zip",
        }
    }

    /// How many bytes a character takes that took one.
    pub fn width(self) -> u64 {
        match self {
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
            _ => 1,
        }
    }
}

//! Elements of XML 1.0 as a writer that escapes sees them, without the characters that XML has not.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document that is being written, indented.
pub(super) struct Xml<W: Write> {
    writer: quick_xml::Writer<W>,
}

impl<W: Write> Xml<W> {
    /// Begins a document.
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let mut writer = quick_xml::Writer::new_with_indent(out, b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self { writer })
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = element(name, attributes);
        self.writer.write_event(Event::Start(start))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = element(name, attributes);
        self.writer.write_event(Event::Empty(start))
    }

    /// An element with nothing in it but text.
    pub(super) fn text(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> io::Result<()> {
        if text.is_empty() {
            return self.empty(name, attributes);
        }
        self.open(name, attributes)?;
        let text = possible(text);
        self.writer
            .write_event(Event::Text(BytesText::new(&text)))?;
        self.close(name)
    }

    /// Ends the document with a newline.
    pub(super) fn end(self) -> io::Result<()> {
        self.writer.into_inner().write_all(b"\n")
    }
}

fn element<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, possible(value).as_str()));
    }
    start
}

/// The text with every character that XML 1.0 (section 2.2, `Char`) has not as `\u{…}`: not even a reference may name one.
fn possible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => out.push(character),
            _ => out.extend(character.escape_unicode()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_not_is_made_visible_and_the_rest_escaped() {
        let mut out = Vec::new();
        let mut xml = Xml::begin(&mut out).expect("a Vec takes it");
        let hostile = "]]></a>&amp;\u{0}\u{1b}\u{fffe}\u{ffff}\u{1f511}'\"<b>";
        xml.text("a", &[("b", hostile)], hostile)
            .expect("it takes it");
        xml.end().expect("it takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        let document = roxmltree::Document::parse(&text).expect("XML");
        let expected = "]]></a>&amp;\\u{0}\\u{1b}\\u{fffe}\\u{ffff}\u{1f511}'\"<b>";
        let root = document.root_element();
        assert_eq!(root.text(), Some(expected));
        assert_eq!(root.attribute("b"), Some(expected));
        assert!(text.ends_with("</a>\n"), "{text}");
    }
}

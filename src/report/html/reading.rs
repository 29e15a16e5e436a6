//! Reads a page for tests: its tags, and the words between them. It knows of HTML what the page uses (WHATWG HTML, 13.2.5): every
//! `<` outside of a style and a script begins a tag, and attributes stand in double quotes.

use std::collections::BTreeSet;

/// A start tag.
#[derive(Debug, PartialEq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a page consists of.
#[derive(Debug, Default)]
pub struct Reading {
    pub tags: Vec<Tag>,
    /// The text, an element a line.
    pub words: String,
    pub style: String,
    pub script: String,
}

/// Reads a page; anything that is not closed panics.
pub fn read(page: &str) -> Reading {
    let mut out = Reading::default();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document");
    while let Some(at) = rest.find('<') {
        out.words.push_str(&unescaped(&rest[..at]));
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('/') {
            out.words.push('\n');
            rest = &after[after.find('>').expect("closed") + 1..];
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        if let "style" | "script" = tag.name.as_str() {
            let (inside, after) = rest.split_once("</").expect("closed");
            let kept = match tag.name.as_str() {
                "style" => &mut out.style,
                _ => &mut out.script,
            };
            kept.push_str(inside);
            rest = &after[after.find('>').expect("closed") + 1..];
        }
        out.tags.push(tag);
    }
    out.words.push_str(&unescaped(rest));
    out
}

/// A start tag, and what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let is_end = |c: char| c == '>' || c.is_ascii_whitespace();
    let end = text.find(is_end).expect("closed");
    let (name, mut rest) = text.split_at(end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            let name = name.to_owned();
            return (Tag { name, attributes }, after);
        }
        let end = rest.find(|c: char| c == '=' || is_end(c)).expect("closed");
        assert!(end > 0, "no attribute: {:.80}", rest);
        let (attribute, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(value) => value.split_once('"').expect("closed"),
            None => ("", after),
        };
        attributes.push((attribute.to_owned(), unescaped(value)));
        rest = after;
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// What is wrong with a page that must neither load, run nor send anything that is not its own.
pub fn faults(page: &Reading) -> Vec<String> {
    const KNOWN: &str = "html head meta title style script body header footer main section nav div p a span strong code pre \
        mark br h1 h2 h3 h4 ul ol li dl dt dd details summary label input select option button output svg defs g use line \
        circle path text";
    let known: BTreeSet<&str> = KNOWN.split_whitespace().collect();
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for tag in &page.tags {
        if !known.contains(tag.name.as_str()) {
            faults.push(format!("an element {}", tag.name));
        }
        for (name, value) in &tag.attributes {
            let is_own = value.starts_with('#');
            let is_fine = match (tag.name.as_str(), name.as_str()) {
                ("use", "href") => is_own,
                ("a", "href") => is_own || value.starts_with("https://"),
                (_, "id") => ids.insert(value),
                (_, "href" | "src" | "style" | "action" | "srcset" | "xlink:href") => false,
                (_, name) => {
                    !name.starts_with("on")
                        && name
                            .bytes()
                            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
                }
            };
            if !is_fine {
                faults.push(format!("{} {name}={value:?}", tag.name));
            }
        }
    }
    let hrefs = page.tags.iter().filter_map(|tag| tag.get("href"));
    let led: Vec<&str> = hrefs.filter_map(|href| href.strip_prefix('#')).collect();
    let labels = page
        .tags
        .iter()
        .filter_map(|tag| tag.get("aria-labelledby"));
    for id in led.into_iter().chain(labels) {
        if !ids.iter().any(|known| *known == id) {
            faults.push(format!("nothing is called {id}"));
        }
    }
    faults
}

//! One page for whoever answers a leak: a file that loads nothing, runs nothing but its own small script, and is complete
//! without that. Everything in it is written by `maud`, which escapes; what comes from the input is masked and made visible
//! before.

mod commands;
mod keys;
mod lane;
mod overview;
mod places;
mod policy;
#[cfg(test)]
mod reading;
mod sections;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::links::Links;
use super::timeline::Axis;
use super::{Options, Shown, headline, sanitize, snippet, when};
use crate::model::{Commit, Outcome};

/// Columns of what is quoted from the input: more of it helps nobody.
const QUOTED: usize = 300;

/// Writes the page, key by key.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page {
        shown,
        options: Options {
            width: QUOTED,
            ..options.clone()
        },
        links: Links::of(outcome, options),
        axis: Axis::of(outcome, options.now),
    };
    let mut put = |part: Markup| writeln!(out, "{}", part.0);
    put(html! { (DOCTYPE) })?;
    // The elements around the keys are written in halves, so that no more than one key is in memory.
    put(PreEscaped("<html lang=\"en\">".to_owned()))?;
    put(head(outcome))?;
    put(PreEscaped("<body>".to_owned()))?;
    put(page.overview(outcome))?;
    put(PreEscaped("<main id=\"main\" tabindex=\"-1\">".to_owned()))?;
    if !outcome.keys.is_empty() {
        put(page.before_keys(&outcome.keys))?;
        put(PreEscaped("<div class=\"keys\">".to_owned()))?;
        for (key, nth) in outcome.keys.iter().zip(0..) {
            put(page.key(key, nth == 0))?;
        }
        put(PreEscaped("</div>\n</section>".to_owned()))?;
    }
    put(page.sections(outcome))?;
    put(PreEscaped("</main>".to_owned()))?;
    put(page.foot())?;
    put(html! { script { (PreEscaped(policy::SCRIPT)) } })?;
    put(PreEscaped("</body>\n</html>".to_owned()))
}

/// What every part of the page needs to know.
struct Page<'a> {
    shown: Shown<'a>,
    options: Options<'a>,
    links: Links<'a>,
    /// The time that timelines share; `None` if there is nothing to draw.
    axis: Option<Axis>,
}

fn head(outcome: &Outcome) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy::policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex";
            title { "aisaleaks: " (headline::of(outcome)) }
            style { (PreEscaped(policy::STYLE)) }
        }
    }
}

impl Page<'_> {
    fn foot(&self) -> Markup {
        html! {
            footer {
                p {
                    "Written by aisaleaks " (env!("CARGO_PKG_VERSION")) ", " (when::minute(self.options.now)) ". "
                    "This file loads nothing and sends nothing anywhere."
                }
            }
        }
    }

    /// A name from the input.
    fn name(&self, name: &str) -> String {
        snippet::end(&sanitize::visible(&self.shown.name(name)), QUOTED)
    }

    /// A path from the input.
    fn path(&self, path: &[u8]) -> String {
        snippet::end(&self.shown.visible_path(path), QUOTED)
    }

    /// A text from the input.
    fn text(&self, text: &str) -> String {
        let text = sanitize::visible(&self.shown.text(text.trim()));
        match text.char_indices().nth(QUOTED) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    }

    /// `Ada, 2023-04-05 (3 years ago)`
    fn who(&self, commit: &Commit) -> String {
        let mut text = self.text(&commit.author);
        if let Some((date, day)) = commit.date.and_then(|at| Some((at, when::day(at)?))) {
            text.push_str(&format!(", {day} ({})", when::age(date, self.options.now)));
        }
        text
    }
}

#[cfg(test)]
pub(super) mod tests;

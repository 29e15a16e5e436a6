//! What is told of a line: its candidates, or why there is none, and whether a scan reads the file at all.

use std::io::{self, Write};

use super::candidate::Steps;
use super::{Told, Verdict, page};
use crate::model::{AskedLine, Mask, Outcome};
use crate::report::human::Page;
use crate::report::wrap::wrapped;
use crate::report::{Options, summary};

/// What is told of a line.
#[derive(Clone, Debug)]
pub struct LineAnswer<'a> {
    /// The file, as a scan calls it.
    pub path: &'a [u8],
    /// The revision in which it was read, if it was not on disk.
    pub revision: Option<&'a str>,
    /// What is known of the line.
    pub line: &'a AskedLine,
    /// The column that was asked about, if nothing stands there.
    pub missed: Option<u64>,
    /// The candidates.
    pub told: Vec<Told<'a>>,
    /// How many more there are.
    pub more: usize,
    /// Whether rules were brought.
    pub has_brought: bool,
    /// Whether the next run makes the same fingerprints of what those find.
    pub prints_last: bool,
    /// What a scan makes of the file; `None` if it is in a commit.
    pub standing: Option<Standing>,
}

/// What a scan of the folder makes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Why it leaves the file out, in the words of the statistics, or `link`.
    pub left_out: Option<&'static str>,
    /// Whether git tracks the file.
    pub tracked: Option<bool>,
    /// Whether the file only says where its contents are.
    pub is_pointer: bool,
}

/// Writes what is told of a line.
pub fn write_line(
    answer: &LineAnswer<'_>,
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = page(mask, options);
    if answer.told.is_empty() {
        nothing(&page, answer, out)?;
    }
    if let Some(column) = answer.missed.filter(|_| !answer.told.is_empty()) {
        let all = match outcome.judged_more {
            true => "No candidate that was kept",
            false => "No candidate",
        };
        writeln!(
            out,
            "{all} stands at column {column}; this is what the line has.\n"
        )?;
    }
    let mut steps = Steps::default();
    for told in &answer.told {
        steps.candidate(&page, told, outcome.judged_more, out)?;
        after(answer, told, out)?;
        writeln!(out)?;
    }
    if answer.more > 0 {
        let more = summary::grouped(answer.more as u64);
        let kept = match outcome.judged_more {
            true => ", and others that were not kept",
            false => "",
        };
        let text = format!(
            "and {more} more candidates on this line{kept}; name a column, as in FILE:LINE:COLUMN"
        );
        writeln!(out, "{text}\n")?;
    }
    page.problems(&outcome.problems, out)?;
    if let Some(revision) = answer.revision {
        writeln!(out, "Read in {}, not on disk.", page.text(revision))?;
    }
    match answer.standing {
        Some(standing) => wrap(&of_file(standing), out),
        None => Ok(()),
    }
}

/// What else to know of a candidate on a line.
fn after(answer: &LineAnswer<'_>, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some((key, _)) = told.place else {
        return Ok(());
    };
    if told.verdict == Verdict::Counts && answer.line.has_marker {
        let text = "A marker is near, but does not count: it names other rules, is no word of its own, is more than a \
                    comment on the line above, or a trusted commit does not bear it out.";
        for line in wrapped(text, 98) {
            writeln!(out, "  {line}")?;
        }
    }
    match key.secret.is_aisa() || answer.prints_last {
        true => writeln!(out, "  {}", key.secret.fingerprint()),
        false => Ok(()),
    }
}

/// Why there is nothing.
fn nothing(page: &Page<'_>, answer: &LineAnswer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (path, line) = (page.path(answer.path), answer.line);
    if line.number > line.lines {
        let lines = match line.lines {
            0 => "is empty".to_owned(),
            lines => format!("has {}", summary::count(lines, "line")),
        };
        return writeln!(
            out,
            "There is no line {} in {path}, which {lines}.\n",
            line.number
        );
    }
    writeln!(
        out,
        "{}",
        page.bold(&format!("No candidate stands on {path}:{}.", line.number))
    )?;
    let mut why = match line.has_beginning {
        true => "`sk-` stands on it, but what follows has not the form of a key: `sk-aisa-` and 20 or more of A-Z a-z \
                 0-9 _ -, or `sk-` and 48 letters and digits."
            .to_owned(),
        false => "`sk-`, with which every AIsa key begins, does not stand on it.".to_owned(),
    };
    if answer.has_brought {
        why.push_str(" Nothing on it is what a rule that was brought looks for.");
    }
    why.push_str(match line.has_encoded {
        true => " Something on it looks like an encoded key: that is masked wherever it is shown, but no rule takes it for one.",
        false => " docs/depth.md lists the encodings in which a key is found.",
    });
    wrap(&why, out)?;
    match line.nearest {
        Some(nearest) => writeln!(out, "The nearest is on line {nearest}.\n"),
        None => writeln!(out, "There is none in the whole file.\n"),
    }
}

/// Whether a scan reads the file.
fn of_file(standing: Standing) -> String {
    let mut text = match standing.left_out {
        None => "A scan of this folder reads the file".to_owned(),
        Some(reason) => format!(
            "A scan of this folder does not read the file: {}",
            match reason {
                "ignored" =>
                    "git's ignore rules leave it out, and git does not track it; --include-ignored reads it",
                "excluded" => "--exclude leaves it out",
                "too-large" => "it is larger than --max-file-size",
                "git-objects" | "git-index" => "git keeps its history here, which is read as such",
                "link" => "it is a link, and where it leads is read, not what is there",
                other => other,
            }
        ),
    };
    match standing.tracked {
        Some(true) => text.push_str("; git tracks it"),
        Some(false) if standing.left_out != Some("ignored") => {
            text.push_str("; git does not track it")
        }
        _ => {}
    }
    text.push('.');
    if standing.is_pointer {
        text.push_str(" Git LFS keeps its contents elsewhere; they are not read.");
    }
    text
}

fn wrap(text: &str, out: &mut dyn Write) -> io::Result<()> {
    wrapped(text, 100)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
}

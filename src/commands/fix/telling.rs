//! What `fix` tells a person: the diff, what is to be done by hand, and what comes next.

use std::borrow::Cow;
use std::collections::BTreeSet;

use similar::TextDiff;

use super::Request;
use super::change::Change;
use super::planning::Plan;
use crate::commands::printing::{counted, written};
use crate::detect::Detector;
use crate::error::Result;
use crate::git::quote;
use crate::model::{Mask, Outcome};
use crate::report::sanitize::visible;

/// A path as git has it in a patch: in quotes only if it is not UTF-8, or has what ends it there, or what is not seen. The escapes
/// hide from CI services what they would obey, too.
fn quoted(path: &[u8]) -> String {
    let plain = std::str::from_utf8(path).ok();
    let plain = plain.filter(|path| visible(path) == *path && !path.contains(['"', '\\']));
    match plain {
        Some(path) => path.to_owned(),
        None => quote::c_style(path).replace("##", "#\\043"),
    }
}

/// What is printed.
pub(super) struct Page<'a> {
    detector: &'a Detector,
    request: &'a Request,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(detector: &'a Detector, request: &'a Request) -> Self {
        Self {
            detector,
            request,
            text: String::new(),
        }
    }

    /// Prints it.
    ///
    /// # Errors
    /// Standard output that cannot be written to.
    pub(super) fn print(&self) -> Result<()> {
        written(&self.text)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn shows_secrets(&self) -> bool {
        self.request.scan.options.show_secrets
    }

    /// A text in which names of files, or bytes of them, may be.
    fn shown(&self, text: &str) -> String {
        match self.shows_secrets() {
            true => visible(text),
            false => visible(&self.detector.mask_name(text)),
        }
    }

    /// The bytes of a name, without a key. What has none stays as it is, be it UTF-8 or not.
    fn named<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        let text = String::from_utf8_lossy(name);
        let masked = self.detector.mask_name(&text);
        match self.shows_secrets() || masked == text {
            true => Cow::Borrowed(name),
            false => Cow::Owned(masked.into_bytes()),
        }
    }

    /// The diffs of all changes.
    pub(super) fn changes(&mut self, plan: &Plan) {
        for change in &plan.changes {
            self.diff(change);
        }
    }

    fn diff(&mut self, change: &Change) {
        let before = change.before.as_deref().unwrap_or_default();
        let after = change.whole();
        // Masked before they are compared: a key can stand on more than one line.
        let [before, after] = [before, after.as_str()].map(|text| match self.shows_secrets() {
            true => text.to_owned(),
            false => self.detector.mask(text),
        });
        let name = self.named(&change.name);
        let [old, new] = ["a/", "b/"].map(|side| quoted(&[side.as_bytes(), &name].concat()));
        let old = match change.before {
            Some(_) => self.shown(&old),
            None => "/dev/null".to_owned(),
        };
        let new = self.shown(&new);
        // A line ends with its line feed, as git has it: not at a lone carriage return.
        let [before, after]: [Vec<&str>; 2] =
            [&before, &after].map(|text| text.split_inclusive('\n').collect());
        let mut config = TextDiff::configure();
        config.newline_terminated(true);
        let diff = config.diff_slices(&before, &after);
        let diff = diff.unified_diff().header(&old, &new).to_string();
        if self.shows_secrets() {
            // Whoever asks for all of it may want to apply it.
            self.text.push_str(&diff);
            return;
        }
        for line in diff.lines() {
            let line = line.trim_end_matches('\r');
            let cells: Vec<String> = line.split('\t').map(visible).collect();
            self.line(&cells.join("\t"));
        }
    }

    /// Nothing was written.
    pub(super) fn interrupted(&mut self) {
        self.line("Interrupted before everything was read: nothing was written.");
    }

    /// All that is told behind the diffs.
    pub(super) fn rest(&mut self, plan: &Plan, outcome: &Outcome) {
        if !self.text.is_empty() {
            self.line("");
        }
        self.left(plan);
        self.next(plan);
        let problems = outcome.problems.iter();
        let problems: Vec<_> = problems
            .filter(|problem| problem.accepted.is_none())
            .collect();
        if !problems.is_empty() {
            self.line("Not read, so that keys may be left there:");
            for problem in problems {
                let line = self.shown(&format!("{}: {}", problem.place, problem.message));
                self.line(&format!("  {line}"));
            }
            self.line("");
        }
        let summary = self.summary(plan);
        self.line(&summary);
    }

    fn left(&mut self, plan: &Plan) {
        if plan.left.is_empty() {
            return;
        }
        self.line("By hand:");
        for (place, why) in &plan.left {
            let line = self.shown(&format!("{place}: {why}"));
            self.line(&format!("  {line}"));
        }
        self.line("");
    }

    /// What is to be done besides.
    fn next(&mut self, plan: &Plan) {
        let mut steps = Vec::new();
        if !plan.fixed.is_empty() || !plan.left.is_empty() {
            steps.push(
                "Revoke each key, before anything else: https://console.aisa.one, API Keys. An edit revokes nothing, and the \
                 history keeps what was committed."
                    .to_owned(),
            );
        }
        let variables: Vec<&str> = plan.variables().into_keys().collect();
        if !variables.is_empty() {
            steps.push(format!(
                "Set {} where the program runs: in your secret manager, or in a .env that git ignores and the program loads.",
                variables.join(", ")
            ));
        }
        let more = plan.fixed.iter().filter_map(|fixed| fixed.then.as_ref());
        let more: BTreeSet<String> = more.chain(&plan.notes).cloned().collect();
        steps.extend(more);
        if steps.is_empty() {
            return;
        }
        self.line("Then:");
        for step in steps {
            let step = self.shown(&step);
            self.line(&format!("  {step}"));
        }
        self.line("");
    }

    fn summary(&self, plan: &Plan) -> String {
        let (keys, left) = (plan.fixed.len(), plan.left.len());
        let left = match left {
            0 => String::new(),
            _ => format!("; {} by hand", counted(left, "place")),
        };
        if self.request.write {
            let files = counted(plan.written.len(), "file");
            return format!("Wrote {files}: {} replaced{left}", counted(keys, "key"));
        }
        if plan.changes.is_empty() && plan.left.is_empty() {
            return "Nothing to fix: no key was found in these files".to_owned();
        }
        let files = counted(plan.changes.len(), "file");
        let again = match plan.changes.is_empty() {
            true => "",
            false => "; --write writes it",
        };
        format!(
            "Would change {files}: {} replaced{left}{again}",
            counted(keys, "key")
        )
    }
}

//! What `purge-plan` tells a person: first that rewriting does not un-leak, and last the commands.

use std::collections::BTreeMap;

use super::Request;
use super::folder::{REFLOGS, REPLACEMENTS, STRIPPED};
use super::planning::{Held, KeyPlan, Plan};
use super::reaching::Why;
use super::scene::Scene;
use super::wording::{place, reason, short};
use crate::commands::printing::{counted, written};
use crate::detect::Detector;
use crate::error::Result;
use crate::git::worktrees::Head;
use crate::model::{Key, Mask, Outcome};
use crate::report::{first_step, sanitize::visible, wrap::wrapped};

/// Names and places that are told one by one.
const SHOWN: usize = 20;
/// The columns of what is text.
const COLUMNS: usize = 100;
/// Hexadecimal digits of a fingerprint, and of an object's id.
const DIGITS: usize = 16;

/// What is printed.
pub(super) struct Page<'a> {
    detector: &'a Detector,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(detector: &'a Detector) -> Self {
        Self {
            detector,
            text: String::new(),
        }
    }

    /// Prints it.
    ///
    /// # Errors
    /// Standard output that cannot be written to.
    pub(super) fn print(&self) -> Result<()> {
        let text = self.text.trim_end();
        written(&format!("{text}\n"))
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A text of ours in as many lines as it needs, the first behind `first`, the others behind `indent`.
    fn wrapped(&mut self, first: &str, indent: &str, text: &str) {
        let lines = wrapped(text, COLUMNS.saturating_sub(first.len()));
        for (number, line) in lines.iter().enumerate() {
            let begin = if number == 0 { first } else { indent };
            self.line(&format!("{begin}{line}"));
        }
    }

    /// A line with names of the repository's.
    fn say(&mut self, line: &str) {
        let line = visible(&self.detector.mask_name(line));
        self.line(&line);
    }

    /// Nothing was written.
    pub(super) fn interrupted(&mut self) {
        self.line("Interrupted before everything was read: nothing was written.");
    }

    /// No key that was asked for is in the history.
    pub(super) fn nothing(&mut self, request: &Request, outcome: &Outcome) {
        match (request.keys.is_empty(), outcome.keys.len()) {
            (true, _) => self.line("No key is in the history: there is nothing to purge."),
            (false, others) => {
                self.line("None of these keys is in the history: there is nothing to purge.");
                if others > 0 {
                    let others = counted(others, "other key");
                    self.line(&format!(
                        "It has {others}: `aisaleaks git -f json` lists their fingerprints."
                    ));
                }
            }
        }
        if !outcome.suppressed.is_empty() {
            let keys = counted(outcome.suppressed.len(), "key");
            self.line(&format!(
                "Somebody allowed {keys} that it has: `aisaleaks git --show-suppressed` lists them; --no-config and --no-baseline \
                 make a plan for them, too."
            ));
        }
        self.unread(outcome);
    }

    /// The whole plan.
    pub(super) fn plan(
        &mut self,
        plan: &Plan,
        outcome: &Outcome,
        request: &Request,
        scene: &Scene,
    ) {
        let keys = outcome.keys.iter();
        let planned = |key: &&Key| plan.keys.iter().any(|told| told.secret == key.secret);
        let keys: Vec<Key> = keys.filter(planned).cloned().collect();
        self.wrapped("", "", "Rewriting does not un-leak: whoever saw a key has it, and copies, forks and caches keep it. So first:");
        for line in first_step(&keys).lines() {
            self.line(&format!("  {}", line.trim_start()));
        }
        self.line("");
        self.line(&format!("{} in the history:", counted(keys.len(), "key")));
        for told in &plan.keys {
            self.key(told, plan.is_unread);
        }
        if plan.others > 0 {
            let others = counted(plan.others, "other key");
            self.line(&format!("  {others} stay: --key names some only"));
        }
        self.line("");
        self.vanishing(plan);
        self.affected(plan);
        self.unread(outcome);
        self.files(plan, request, scene);
        self.steps(scene);
    }

    fn key(&mut self, told: &KeyPlan, is_unread: bool) {
        let fingerprint: String = (told.secret.fingerprint().chars())
            .take("sha256:".len() + DIGITS)
            .collect();
        self.line(&format!("  {}  {fingerprint}", told.secret));
        if told.files + told.messages > 0 {
            let by = match told.has_pattern {
                true => "replaced by its pattern",
                false => "replaced as it stands",
            };
            let files = counted(told.files, "version of a file");
            let files = files.replace("version of a files", "versions of files");
            let messages = counted(told.messages, "message");
            self.line(&format!("    {by}: in {files}, {messages}"));
        }
        if told.unreachable > 0 {
            let objects = counted(told.unreachable, "object");
            self.line(&match is_unread {
                false => format!("    goes with what no ref leads to: {objects}"),
                true => format!("    no ref that could be read leads to it: {objects}"),
            });
        }
        let mut reasons: BTreeMap<Why, Vec<&Held>> = BTreeMap::new();
        for (why, held) in &told.left {
            reasons.entry(*why).or_default().push(held);
        }
        for (why, held) in reasons {
            self.wrapped("    ", "    ", &format!("stays, as {}", reason(why)));
            self.places(&held, "      ");
        }
    }

    fn places(&mut self, held: &[&Held], indent: &str) {
        for held in held.iter().take(SHOWN) {
            self.say(&format!("{indent}{}", place(held)));
        }
        if held.len() > SHOWN {
            self.line(&format!("{indent}and {} more", held.len() - SHOWN));
        }
    }

    fn vanishing(&mut self, plan: &Plan) {
        if plan.vanishing.is_empty() {
            return;
        }
        self.line("Files that vanish from the history, in the versions that have a key:");
        let held: Vec<&Held> = plan.vanishing.iter().collect();
        self.places(&held, "  ");
        self.line("");
    }

    fn affected(&mut self, plan: &Plan) {
        let affected = &plan.affected;
        self.line("What leads to these keys:");
        let mut is_any = false;
        for (what, begin) in [
            ("branches", &b"refs/heads/"[..]),
            ("tags", b"refs/tags/"),
            ("remote-tracking branches", b"refs/remotes/"),
            ("notes", b"refs/notes/"),
        ] {
            let names = affected.refs.iter();
            let names = names.filter_map(|name| name.strip_prefix(begin));
            is_any |= self.names(what, names.collect());
        }
        let is_other = |name: &&[u8]| {
            let begins = [
                &b"refs/heads/"[..],
                b"refs/tags/",
                b"refs/remotes/",
                b"refs/notes/",
            ];
            !begins.iter().any(|begin| name.starts_with(begin))
        };
        let others = affected.refs.iter().map(|name| &name[..]);
        is_any |= self.names("other refs", others.filter(is_other).collect());
        if affected.at_least {
            self.line(
                "  and perhaps more: only the first commits that brought a key were followed",
            );
        }
        if affected.stashes > 0 {
            self.line(&format!("  stashes: {}", affected.stashes));
            is_any = true;
        }
        let unreachable = affected.unreachable.len();
        if unreachable > 0 {
            let ids = affected.unreachable.iter().take(3);
            let ids: Vec<String> = ids.map(|id| short(&id.to_string())).collect();
            let more = if unreachable > ids.len() { ", …" } else { "" };
            let read = if plan.is_unread {
                " that could be read"
            } else {
                ""
            };
            self.line(&format!(
                "  objects that no ref{read} leads to: {unreachable} ({}{more})",
                ids.join(", ")
            ));
            is_any = true;
        }
        if !is_any {
            self.line("  nothing that has a name");
        }
        for (linked, leads) in affected.worktrees.iter().take(SHOWN) {
            let on = match &linked.head {
                Head::Ref(name) => String::from_utf8_lossy(name).into_owned(),
                Head::Object(id) => short(&id.to_string()),
                Head::Unknown => "nothing that can be read".to_owned(),
            };
            let leads = if *leads { ", which leads to a key" } else { "" };
            let path = linked.path.display();
            self.say(&format!("  linked work tree: {path}, on {on}{leads}"));
        }
        for path in affected.borrowed.iter().take(SHOWN) {
            let path = path.display();
            self.say(&format!(
                "  objects of another repository (alternates), which keeps its own: {path}; make a plan there, too"
            ));
        }
        let remotes = affected.remotes.iter().map(|name| &name[..]).collect();
        if self.names("remotes", remotes) {
            self.line("    (only what was fetched from them was looked at)");
        }
        self.line("");
    }

    /// Tells some names; returns whether there are any.
    fn names(&mut self, what: &str, names: Vec<&[u8]>) -> bool {
        if names.is_empty() {
            return false;
        }
        let shown = names.iter().take(SHOWN);
        let shown: Vec<String> = shown
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (count, shown) = (names.len(), shown.join(", "));
        self.say(&format!("  {what}: {count} ({shown}{more})"));
        true
    }

    fn unread(&mut self, outcome: &Outcome) {
        let problems = outcome.problems.iter();
        let problems: Vec<_> = problems
            .filter(|problem| problem.accepted.is_none())
            .collect();
        if problems.is_empty() {
            return;
        }
        self.line("Not read, so that keys may be there that no step reaches:");
        for problem in problems.iter().take(SHOWN) {
            self.say(&format!("  {}: {}", problem.place, problem.message));
        }
        if problems.len() > SHOWN {
            self.line(&format!("  and {} more", problems.len() - SHOWN));
        }
        self.line("");
    }

    fn files(&mut self, plan: &Plan, request: &Request, scene: &Scene) {
        let Some(folder) = &scene.folder else {
            let is_left = plan.keys.iter().any(|key| !key.left.is_empty());
            if is_left && !(request.write_literals && request.strip_files) {
                self.line("Nothing was written: see above what each place needs.");
                self.line("");
            }
            return;
        };
        self.line(&format!("Written to {folder}, which only you can open:"));
        if scene.replaces {
            let keys = match plan.lines.has_literals() {
                true => "It has keys in it: the last command deletes it.",
                false => "It has patterns, and no key.",
            };
            self.line(&format!("  {REPLACEMENTS}  what is replaced. {keys}"));
        }
        if scene.replaces && scene.has_stashes {
            self.line(&format!("  {REFLOGS}  the same for the log of stashes."));
        }
        if scene.strips {
            let files = counted(plan.stripped.len(), "blob");
            self.line(&format!("  {STRIPPED}  what is taken out: {files}"));
        }
        self.line("");
    }

    fn steps(&mut self, scene: &Scene) {
        let steps = scene.steps();
        if steps.is_empty() {
            return;
        }
        self.line("Then, in this order. If a command fails, stop, mend that, and make a new plan:");
        for (step, number) in steps.iter().zip(1..) {
            self.wrapped(&format!("{number:>3}. "), "     ", &step.text);
            self.commands(&step.commands);
            for part in &step.parts {
                self.wrapped("     - ", "       ", part.text);
                self.commands(&part.commands);
            }
        }
    }

    /// They were quoted so that they can be shown as they are.
    fn commands(&mut self, commands: &[String]) {
        for command in commands {
            self.line(&format!("         {command}"));
        }
    }
}

//! `extend`: the files that a file builds on.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Drafts, Extend};
use super::{File, Placed, Reader};
use crate::rules::table::shown;

/// How many files a file may build on, one on the other, as in gitleaks.
const DEEPEST: usize = 2;

impl Reader<'_> {
    /// Adds the rules of the file that `file` extends to the drafts of `file`.
    pub(super) fn extend(
        &mut self,
        drafts: &mut Drafts,
        extend: Extend,
        file: &File,
        depth: usize,
    ) {
        if extend.use_default && extend.path.is_some() {
            self.error(
                &extend.place,
                "`extend.useDefault` and `extend.path` cannot both be there",
            );
            return;
        }
        if depth == DEEPEST && (extend.use_default || extend.path.is_some()) {
            let found = extend
                .path
                .as_ref()
                .map(|path| (self.finder)(file, &path.value));
            if let (Some(path), Some(Ok(base))) = (&extend.path, found)
                && self.chain.contains(&base.identity)
            {
                self.cycle(path);
            }
            let message = format!("`extend` has no effect here: {DEEPEST} files deep is the limit");
            self.warning(&extend.place, message);
            return;
        }
        if extend.use_default {
            self.error(
                &extend.place,
                "`extend.useDefault` means rules that this program does not carry: save gitleaks' or betterleaks' own rules \
                 to a file and name it with `extend.path`",
            );
            return;
        }
        let Some(path) = &extend.path else {
            self.disabled(&extend.disabled, &[]);
            return;
        };
        if let Some(base) = self.base(path, file) {
            let base = self.file(&base, depth + 1);
            self.disabled(&extend.disabled, &base.rules);
            self.merge(drafts, base, &extend);
        }
    }

    fn base(&mut self, path: &Placed<String>, file: &File) -> Option<File> {
        let name = shown(&path.value);
        match (self.finder)(file, &path.value) {
            Ok(base) if self.chain.contains(&base.identity) => {
                self.cycle(path);
                None
            }
            Ok(base) => Some(base),
            Err(reason) => {
                self.error(&path.place, format!("`extend.path`: {name}: {reason}"));
                None
            }
        }
    }

    fn cycle(&mut self, path: &Placed<String>) {
        let name = shown(&path.value);
        let message = format!("`extend.path`: {name} extends this file in turn: a cycle");
        self.error(&path.place, message);
    }

    /// Says which disabled rules are not there.
    fn disabled(&mut self, disabled: &[Placed<String>], rules: &[Draft]) {
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        for id in disabled {
            if !ids.contains(id.value.as_str()) {
                let message = format!(
                    "`extend.disabledRules`: what is extended has no rule `{}`{}",
                    shown(&id.value),
                    self.hint(&id.value, &ids)
                );
                self.warning(&id.place, message);
            }
        }
    }

    fn merge(&mut self, drafts: &mut Drafts, base: Drafts, extend: &Extend) {
        let disabled = extend.disabled.iter().map(|id| id.value.as_str());
        let disabled: BTreeSet<&str> = disabled.collect();
        let mut own: BTreeMap<String, Draft> = std::mem::take(&mut drafts.rules)
            .into_iter()
            .map(|draft| (draft.id.clone(), draft))
            .collect();
        for rule in base.rules {
            if disabled.contains(rule.id.as_str()) {
                continue;
            }
            let id = rule.id.clone();
            let merged = match own.remove(&id) {
                Some(over) => self.merged(rule, over),
                None => rule,
            };
            own.insert(id, merged);
        }
        // gitleaks sorts the rules of files that extend others.
        drafts.rules = own.into_values().collect();
        for list in base.allowlists {
            if let Some(target) = list.targets.first() {
                let message = "`targetRules` counts only in the outermost file, as in gitleaks: this allowlist has no effect";
                self.warning(&target.place, message);
                continue;
            }
            drafts.allowlists.push(list);
        }
        drafts.filter = drafts.filter.take().or(base.filter);
    }

    /// A rule of a file that is extended, with what the file that extends it says.
    fn merged(&mut self, base: Draft, over: Draft) -> Draft {
        // gitleaks forgets these, and its users have files that count on it.
        let lost = [
            ("required", over.required.first().map(|found| &found.place)),
            (
                "skipReport",
                over.skip_report.as_ref().map(|found| &found.place),
            ),
        ];
        for (key, place) in lost {
            if let Some(place) = place {
                let message = format!(
                    "{}`{key}` has no effect on a rule of an extended file, as in gitleaks",
                    over.about()
                );
                self.warning(place, message);
            }
        }
        let joined = |mut one: Vec<_>, other| {
            one.extend(other);
            one
        };
        Draft {
            place: over.place,
            id: over.id,
            is_gitleaks: base.is_gitleaks && over.is_gitleaks,
            description: over.description.or(base.description),
            regex: over.regex.or(base.regex),
            path: over.path.or(base.path),
            secret_group: over
                .secret_group
                .filter(|group| group.value != 0)
                .or(base.secret_group),
            entropy: over
                .entropy
                .filter(|entropy| entropy.value != 0.0)
                .or(base.entropy),
            keywords: joined(base.keywords, over.keywords),
            tags: joined(base.tags, over.tags),
            allowlists: base.allowlists.into_iter().chain(over.allowlists).collect(),
            filter: over.filter.or(base.filter),
            specificity: over.specificity.or(base.specificity),
            skip_report: base.skip_report,
            required: base.required,
            confidence: over.confidence.or(base.confidence),
            structure: over.structure.or(base.structure),
            examples: base.examples.into_iter().chain(over.examples).collect(),
            counter_examples: base
                .counter_examples
                .into_iter()
                .chain(over.counter_examples)
                .collect(),
        }
    }
}

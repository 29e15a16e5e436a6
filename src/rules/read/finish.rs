//! From drafts, when all of them are known, to rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::{Draft, Drafts};
use super::{Case, Placed, Reader};
use crate::error::Level;
use crate::model::Confidence;
use crate::rules::condition::{Comparison, Condition, Field};
use crate::rules::rule::{Brought, Kind, Rule, Source};
use crate::rules::table::shown;
use crate::rules::{filter, go_regex};

/// What betterleaks gives a rule that says nothing.
const SPECIFICITY: i64 = 100;

/// What a generic rule of gitleaks has: its finding is dropped where any other rule found the same.
const GENERIC: i64 = 50;

/// No text has more bits a character: there are 256 bytes.
const MOST_ENTROPY: f64 = 8.0;

impl Reader<'_> {
    /// The rules, without those that are wrong, and their examples.
    pub(super) fn finish(&mut self, drafts: Drafts, taken: &[Rule]) -> (Vec<Rule>, Vec<Case>) {
        self.required(&drafts.rules);
        let dropping = self.dropping(&drafts);
        let taken: BTreeMap<&str, &Rule> = taken.iter().map(|rule| (&*rule.id, rule)).collect();
        let (mut rules, mut cases) = (Vec::new(), Vec::new());
        for draft in drafts.rules {
            if let Some(other) = taken.get(draft.id.as_str()) {
                let message = match &other.source {
                    Source::BuiltIn => "it is built in, and a built-in rule cannot be changed: give this one another id, or \
                                        use [[allow]] in .aisaleaks.toml"
                        .to_owned(),
                    Source::File(file, line) => format!("{file}:{line} has a rule with this id"),
                };
                self.error(&draft.place, format!("{}{message}", draft.about()));
                continue;
            }
            if let Some((rule, of_rule)) = self.rule(draft, &dropping) {
                rules.push(rule);
                cases.extend(of_rule);
            }
        }
        (rules, cases)
    }

    fn rule(&mut self, draft: Draft, dropping: &Dropping) -> Option<(Rule, Vec<Case>)> {
        let before = self.said.len();
        let about = draft.about();
        if draft.regex.is_none() && draft.path.is_none() {
            let message =
                format!("{about}it has neither `regex` nor `path`, so that it finds nothing");
            self.error(&draft.place, message);
        }
        let regex = self.expression(draft.regex.as_ref(), "regex", &about);
        let path = self.expression(draft.path.as_ref(), "path", &about);
        let groups = regex.as_ref().map_or(0, |regex| regex.groups);
        let mut drops: Vec<Arc<Condition>> = dropping.all.iter().cloned().collect();
        for list in &draft.allowlists {
            drops.push(Arc::new(self.allowing(list)));
        }
        drops.extend(dropping.of.get(&draft.id).into_iter().flatten().cloned());
        drops.extend(self.entropy(&draft).map(Arc::new));
        if let Some(text) = &draft.filter {
            drops.extend(self.filter(text, &about).map(Arc::new));
        }
        let secret_group = self.secret_group(&draft, groups);
        let errors = self.said.get(before..).unwrap_or_default();
        if errors.iter().any(|said| said.level == Level::Error) {
            return None;
        }
        let id: Arc<str> = draft.id.as_str().into();
        let is_generic = draft.is_gitleaks && draft.id.to_lowercase().contains("generic");
        let brought = Brought {
            regex: regex.map(|regex| regex.pattern),
            path: path.map(|path| path.pattern),
            secret_group,
            keywords: unique(draft.keywords),
            specificity: draft.specificity.unwrap_or(if is_generic {
                GENERIC
            } else {
                SPECIFICITY
            }),
            helper: draft.skip_report.is_some_and(|found| found.value),
            structure: draft.structure,
            drops,
            required: draft
                .required
                .into_iter()
                .map(|found| found.value)
                .collect(),
        };
        let mut cases = cases(&id, &draft.examples, true);
        cases.extend(self::cases(&id, &draft.counter_examples, false));
        let texts = |list: Vec<Placed<String>>| list.into_iter().map(|text| text.value).collect();
        let rule = Rule {
            description: draft.description.unwrap_or_else(|| draft.id.clone()),
            id,
            tags: unique(draft.tags),
            confidence: draft.confidence.unwrap_or(Confidence::Medium),
            examples: texts(draft.examples),
            counter_examples: texts(draft.counter_examples),
            source: Source::File(draft.place.file.to_string(), draft.place.line),
            kind: Kind::Brought(Box::new(brought)),
        };
        Some((rule, cases))
    }

    fn expression(
        &mut self,
        text: Option<&Placed<String>>,
        key: &str,
        about: &str,
    ) -> Option<go_regex::Translated> {
        let text = text?;
        match go_regex::translate(&text.value) {
            Ok(translated) => Some(translated),
            Err(reason) => {
                self.error(&text.place, format!("{about}`{key}`: {reason}"));
                None
            }
        }
    }

    fn secret_group(&mut self, draft: &Draft, groups: usize) -> usize {
        let Some(group) = &draft.secret_group else {
            return 0;
        };
        let number = usize::try_from(group.value).ok();
        let number = number.filter(|&number| number <= groups || draft.regex.is_none());
        if number.is_none() {
            let message = format!(
                "{}`secretGroup` is {}, and its expression has {groups} {}",
                draft.about(),
                group.value,
                if groups == 1 { "group" } else { "groups" }
            );
            self.error(&group.place, message);
        }
        number.unwrap_or_default()
    }

    fn entropy(&mut self, draft: &Draft) -> Option<Condition> {
        let entropy = draft
            .entropy
            .as_ref()
            .filter(|entropy| entropy.value != 0.0)?;
        if entropy.value >= MOST_ENTROPY {
            let message = format!(
                "{}nothing has more than {MOST_ENTROPY} bits of entropy a character, so that it finds nothing",
                draft.about()
            );
            self.warning(&entropy.place, message);
        }
        Some(Condition::Entropy(
            Field::Secret,
            Comparison::AtMost,
            entropy.value,
        ))
    }

    fn filter(&mut self, text: &Placed<String>, about: &str) -> Option<Condition> {
        match filter::parse(&text.value) {
            Ok(filter) => {
                for warning in filter.warnings {
                    self.warning(&text.place, format!("{about}`filter`: {warning}"));
                }
                Some(filter.condition)
            }
            Err(reason) => {
                let way_out = "; disable the rule with `extend.disabledRules` of a file that extends this one, or change its filter";
                let way_out = if about.is_empty() { "" } else { way_out };
                self.error(&text.place, format!("{about}`filter`: {reason}{way_out}"));
                None
            }
        }
    }

    /// What the file says about the findings of its rules, and of no others.
    fn dropping(&mut self, drafts: &Drafts) -> Dropping {
        let ids: BTreeSet<&str> = drafts.rules.iter().map(|rule| rule.id.as_str()).collect();
        let (mut all, mut of) = (Vec::new(), BTreeMap::<String, Vec<_>>::new());
        for list in &drafts.allowlists {
            let condition = self.allowing(list);
            if list.targets.is_empty() {
                all.push(condition);
                continue;
            }
            let condition = Arc::new(condition);
            for target in &list.targets {
                if ids.contains(target.value.as_str()) {
                    let of_rule = of.entry(target.value.clone()).or_default();
                    of_rule.push(condition.clone());
                    continue;
                }
                let message = format!(
                    "`targetRules`: there is no rule `{}`{}",
                    shown(&target.value),
                    self.hint(&target.value, &ids)
                );
                self.error(&target.place, message);
            }
        }
        if let Some(text) = &drafts.filter {
            all.extend(self.filter(text, ""));
        }
        // One condition for all of them: a file can have a hundred thousand rules and as many allowlists.
        let all = (!all.is_empty()).then(|| Arc::new(Condition::Any(all)));
        Dropping { all, of }
    }

    /// What is required has to be there.
    fn required(&mut self, drafts: &[Draft]) {
        let ids: BTreeSet<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
        let requiring = drafts.iter().filter(|draft| !draft.required.is_empty());
        let requiring: BTreeSet<&str> = requiring.map(|draft| draft.id.as_str()).collect();
        for draft in drafts {
            for required in &draft.required {
                let id = &*required.value.id;
                let about = format!("{}it requires ", draft.about());
                if id == draft.id {
                    self.error(&required.place, format!("{about}itself"));
                } else if !ids.contains(id) {
                    let message = format!(
                        "{about}`{}`, which is not there or is disabled{}",
                        shown(id),
                        self.hint(id, &ids)
                    );
                    self.error(&required.place, message);
                } else if requiring.contains(id) {
                    let message = format!(
                        "{about}`{}`; what that one requires itself is not asked for here",
                        shown(id)
                    );
                    self.warning(&required.place, message);
                }
            }
        }
    }
}

/// What is no finding: of any rule of the file, and of single ones.
struct Dropping {
    all: Option<Arc<Condition>>,
    of: BTreeMap<String, Vec<Arc<Condition>>>,
}

fn cases(id: &Arc<str>, texts: &[Placed<String>], is_hit: bool) -> Vec<Case> {
    let case = |text: &Placed<String>| Case {
        rule: id.clone(),
        source: Source::File(text.place.file.to_string(), text.place.line),
        text: text.value.clone(),
        is_hit,
    };
    texts.iter().map(case).collect()
}

/// Each once, in the order of their first.
fn unique(texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut texts = texts;
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

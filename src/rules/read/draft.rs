//! A rules file as it is written, key by key, before what it extends is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::allowlist::{self, Allowlist};
use super::{Place, Placed, required, version};
use crate::model::Confidence;
use crate::rules::rule::{Required, Structure};
use crate::rules::table::{Document, Lined, Table, shown};

/// Whose format a file has. Each is read with all keys of all of them; the dialect decides what only one of them can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    Gitleaks,
    Betterleaks1,
    Betterleaks2,
}

/// Keys that only betterleaks has, and since when.
const SIGNS: [(&str, Dialect); 10] = [
    ("betterleaksMinVersion", Dialect::Betterleaks1),
    ("prefilter", Dialect::Betterleaks1),
    ("filter", Dialect::Betterleaks1),
    ("validate", Dialect::Betterleaks1),
    ("specificity", Dialect::Betterleaks1),
    ("tokenEfficiency", Dialect::Betterleaks1),
    ("valueGroup", Dialect::Betterleaks2),
    ("components", Dialect::Betterleaks2),
    ("analyze", Dialect::Betterleaks2),
    ("revoke", Dialect::Betterleaks2),
];

/// How many bytes an id may have: reports tell it with every key that its rule finds.
const LONGEST_ID: usize = 256;

/// Keys of a rule that are programs. None is ever run.
const PROGRAMS: [&str; 3] = ["validate", "analyze", "revoke"];

/// One rule as it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub place: Place,
    pub id: String,
    pub is_gitleaks: bool,
    pub description: Option<String>,
    pub regex: Option<Placed<String>>,
    pub path: Option<Placed<String>>,
    pub secret_group: Option<Placed<i64>>,
    pub entropy: Option<Placed<f64>>,
    pub keywords: Vec<String>,
    pub tags: Vec<String>,
    pub allowlists: Vec<Allowlist>,
    pub filter: Option<Placed<String>>,
    pub specificity: Option<i64>,
    pub skip_report: Option<Placed<bool>>,
    pub required: Vec<Placed<Required>>,
    pub confidence: Option<Confidence>,
    pub structure: Option<Structure>,
    pub examples: Vec<Placed<String>>,
    pub counter_examples: Vec<Placed<String>>,
}

impl Draft {
    /// As messages begin.
    pub fn about(&self) -> String {
        format!("rule `{}`: ", shown(&self.id))
    }
}

/// A file, and what it extends, as they are written.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    pub rules: Vec<Draft>,
    pub allowlists: Vec<Allowlist>,
    pub filter: Option<Placed<String>>,
}

/// What a file says of others.
#[derive(Debug)]
pub(super) struct Extend {
    pub place: Place,
    pub path: Option<Placed<String>>,
    pub use_default: bool,
    pub disabled: Vec<Placed<String>>,
}

/// Reads a file's tables. Somebody else reads those keys at the top that are `others`.
pub(super) fn of(
    document: &Document<'_>,
    file: &Arc<str>,
    others: &[&'static str],
) -> (Drafts, Option<Extend>) {
    let mut root = document.root();
    for key in others {
        root.has(key);
    }
    for key in ["title", "description"] {
        root.string(key);
    }
    let least = root.string("minVersion");
    let betterleaks = root.string("betterleaksMinVersion");
    let extend = root.table("extend").map(|table| extend(table, file));
    let mut dialect = signs(&mut root, &["betterleaksMinVersion", "prefilter", "filter"]);
    if least
        .as_ref()
        .is_some_and(|text| version::is_betterleaks_2(&text.value))
    {
        dialect = Dialect::Betterleaks2;
    }
    let mut programs = BTreeMap::new();
    let mut rules = Vec::new();
    for mut table in root.tables("rules") {
        let keys = SIGNS.map(|(key, _)| key);
        dialect = dialect.max(signs(&mut table, &keys));
        rules.extend(rule(table, file, &mut programs));
    }
    version::check(&root, dialect, least.as_ref(), betterleaks.as_ref());
    if let Some(prefilter) = root
        .string("prefilter")
        .filter(|text| !text.value.is_empty())
    {
        root.warning(
            prefilter.line,
            "`prefilter` is ignored: every file that was asked for is scanned; use --exclude",
        );
    }
    for (key, (count, line, first)) in programs {
        let message = format!(
            "`{key}` is ignored: nothing in a rules file is executed ({count} rules, the first is `{}`)",
            shown(&first)
        );
        root.warning(line, message);
    }
    let filter = root
        .string("filter")
        .filter(|text| !text.value.trim().is_empty());
    let allowlists = allowlist::all(&mut root, file, "");
    let rules = last_ones(&root, rules, dialect);
    root.done();
    let drafts = Drafts {
        rules,
        allowlists,
        filter: filter.map(|text| placed(text, file)),
    };
    (drafts, extend)
}

fn signs(table: &mut Table<'_, '_>, keys: &[&'static str]) -> Dialect {
    let signs = SIGNS.iter().filter(|(key, _)| keys.contains(key));
    let found = signs.filter(|(key, _)| table.has(key).is_some());
    found
        .map(|&(_, dialect)| dialect)
        .max()
        .unwrap_or(Dialect::Gitleaks)
}

fn extend(mut table: Table<'_, '_>, file: &Arc<str>) -> Extend {
    let path = table.string("path").filter(|path| !path.value.is_empty());
    if let Some(url) = table.string("url").filter(|url| !url.value.is_empty()) {
        table.warning(url.line, "`extend.url` is ignored: nothing is fetched");
    }
    let extend = Extend {
        place: Place {
            file: file.clone(),
            line: table.line(),
        },
        path: path.map(|path| placed(path, file)),
        use_default: table.bool("useDefault").is_some_and(|found| found.value),
        disabled: list(table.strings("disabledRules"), file),
    };
    table.done();
    extend
}

/// How many rules have a program, the line of the first, and its id.
type Programs = BTreeMap<&'static str, (usize, usize, String)>;

fn rule(mut table: Table<'_, '_>, file: &Arc<str>, programs: &mut Programs) -> Option<Draft> {
    let id = table.string("id").map(|id| id.value);
    let id = id.filter(|id| !id.trim().is_empty());
    let Some(id) = id else {
        table.error(table.line(), "a rule has no `id`");
        return None;
    };
    table.about(format!("rule `{}`", shown(&id)));
    if id.len() > LONGEST_ID {
        let message = format!("its `id` is longer than {LONGEST_ID} bytes");
        table.error(table.line(), message);
        return None;
    }
    for key in PROGRAMS {
        if let Some(line) = table.has(key) {
            let entry = programs.entry(key).or_insert((0, line, id.clone()));
            entry.0 += 1;
        }
    }
    if let Some(found) = table.bool("tokenEfficiency").filter(|found| found.value) {
        let message = "`tokenEfficiency` counts the tokens of a language model, which is not done here: it drops nothing";
        table.warning(found.line, message);
    }
    let about = format!("rule `{}`: ", shown(&id));
    let keywords = texts(table.strings("keywords")).into_iter();
    let keywords = keywords.map(|word| word.to_lowercase());
    let draft = Draft {
        place: Place {
            file: file.clone(),
            line: table.line(),
        },
        is_gitleaks: true,
        description: full(table.string("description")).map(|text| text.value),
        regex: full(table.string("regex")).map(|text| placed(text, file)),
        path: full(table.string("path")).map(|text| placed(text, file)),
        secret_group: secret_group(&mut table).map(|number| placed(number, file)),
        entropy: table.number("entropy").map(|number| placed(number, file)),
        keywords: keywords.filter(|word| !word.is_empty()).collect(),
        tags: texts(table.strings("tags")),
        allowlists: allowlist::all(&mut table, file, &about),
        filter: full(table.string("filter")).map(|text| placed(text, file)),
        specificity: table.integer("specificity").map(|number| number.value),
        skip_report: table.bool("skipReport").map(|found| placed(found, file)),
        required: required::all(&mut table, file),
        confidence: confidence(&mut table),
        structure: structure(&mut table),
        examples: list(table.strings("examples"), file),
        counter_examples: list(table.strings("counter_examples"), file),
        id,
    };
    table.done();
    Some(draft)
}

/// Of rules with one id, gitleaks takes the last; betterleaks 2 refuses them.
fn last_ones(root: &Table<'_, '_>, rules: Vec<Draft>, dialect: Dialect) -> Vec<Draft> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut last: Vec<Draft> = Vec::new();
    for mut draft in rules {
        draft.is_gitleaks = dialect == Dialect::Gitleaks;
        let Some(first) = known.get(&draft.id).and_then(|&at| last.get_mut(at)) else {
            known.insert(draft.id.clone(), last.len());
            last.push(draft);
            continue;
        };
        let (line, before) = (draft.place.line, first.place.line);
        let message = format!("{}the rule on line {before} has the same id", draft.about());
        match dialect {
            Dialect::Betterleaks2 => root.error(line, message),
            _ => root.warning(line, format!("{message}, and has no effect")),
        }
        *first = draft;
    }
    last
}

/// gitleaks calls it `secretGroup`, betterleaks 2 `valueGroup`.
fn secret_group(table: &mut Table<'_, '_>) -> Option<Lined<i64>> {
    let (secret, value) = (table.integer("secretGroup"), table.integer("valueGroup"));
    if let (Some(secret), Some(_)) = (&secret, &value) {
        table.error(
            secret.line,
            "`secretGroup` and `valueGroup` are the same: give one",
        );
    }
    secret.or(value)
}

fn confidence(table: &mut Table<'_, '_>) -> Option<Confidence> {
    let text = table.string("confidence")?;
    match text.value.to_ascii_lowercase().as_str() {
        "low" => Some(Confidence::Low),
        "medium" => Some(Confidence::Medium),
        "high" => Some(Confidence::High),
        "" => None,
        _ => {
            table.error(text.line, "`confidence` must be low, medium or high");
            None
        }
    }
}

fn structure(table: &mut Table<'_, '_>) -> Option<Structure> {
    let text = table.string("structure")?;
    if text.value == "base64url-32" {
        return Some(Structure::Base64Url32);
    }
    table.error(
        text.line,
        "`structure` must be base64url-32, the only one that there is",
    );
    None
}

/// An empty text is none, as in gitleaks.
fn full(text: Option<Lined<String>>) -> Option<Lined<String>> {
    text.filter(|text| !text.value.is_empty())
}

fn placed<T>(lined: Lined<T>, file: &Arc<str>) -> Placed<T> {
    Placed {
        value: lined.value,
        place: Place {
            file: file.clone(),
            line: lined.line,
        },
    }
}

fn list(texts: Option<Vec<Lined<String>>>, file: &Arc<str>) -> Vec<Placed<String>> {
    let texts = texts.unwrap_or_default().into_iter();
    texts.map(|text| placed(text, file)).collect()
}

fn texts(texts: Option<Vec<Lined<String>>>) -> Vec<String> {
    let texts = texts.unwrap_or_default().into_iter();
    texts.map(|text| text.value).collect()
}

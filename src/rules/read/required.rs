//! `required` of gitleaks and `components` of betterleaks: other rules that must match near by.

use std::sync::Arc;

use super::{Place, Placed};
use crate::rules::rule::Required;
use crate::rules::table::Table;

/// What a rule requires.
pub(super) fn all(rule: &mut Table<'_, '_>, file: &Arc<str>) -> Vec<Placed<Required>> {
    let required = rule.tables("required").into_iter().map(gitleaks);
    let mut found: Vec<_> = required.collect();
    found.extend(rule.tables("components").into_iter().map(betterleaks));
    let placed = found.into_iter().flatten().map(|(required, line)| Placed {
        value: required,
        place: Place {
            file: file.clone(),
            line,
        },
    });
    placed.collect()
}

/// `{id, withinLines, withinColumns}`
fn gitleaks(mut table: Table<'_, '_>) -> Option<(Required, usize)> {
    let id = id(&mut table);
    let lines = distance(&mut table, "withinLines");
    let columns = distance(&mut table, "withinColumns");
    let line = table.line();
    table.done();
    let required = Required {
        id: id?,
        lines_before: lines,
        lines_after: lines,
        columns,
        optional: false,
    };
    Some((required, line))
}

/// `{id, within, optional}`
fn betterleaks(mut table: Table<'_, '_>) -> Option<(Required, usize)> {
    let id = id(&mut table);
    let mut required = Required {
        id: id.clone().unwrap_or_else(|| "".into()),
        lines_before: None,
        lines_after: None,
        columns: None,
        optional: table.bool("optional").is_some_and(|found| found.value),
    };
    let within = table.string("within");
    let mut understood = true;
    if let Some(within) = within.filter(|within| !within.value.trim().is_empty()) {
        understood = within
            .value
            .split(',')
            .all(|term| narrow(&mut required, term.trim()));
        if !understood {
            let message = "`within` must be like 5L (lines before and after), -3L (before), +3L (after) or 5L,10C (and columns)";
            table.error(within.line, message);
        }
    }
    let line = table.line();
    table.done();
    id.filter(|_| understood).map(|_| (required, line))
}

/// Takes in one term; whether it was understood.
fn narrow(required: &mut Required, term: &str) -> bool {
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number)
    };
    let (body, unit) = match term.char_indices().last() {
        Some((at, unit)) => (term.get(..at).unwrap_or_default(), unit),
        None => return false,
    };
    let (before, after) = match (body.strip_prefix('-'), body.strip_prefix('+')) {
        (Some(body), _) => (number(body), Some(0)),
        (_, Some(body)) => (Some(0), number(body)),
        _ => (number(body), number(body)),
    };
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    match unit {
        'L' | 'l' => {
            required.lines_before = Some(before);
            required.lines_after = Some(after);
            true
        }
        'C' | 'c' if before == after => {
            required.columns = Some(before);
            true
        }
        _ => false,
    }
}

fn id(table: &mut Table<'_, '_>) -> Option<Arc<str>> {
    let id = table.string("id").map(|id| id.value);
    let id = id.filter(|id| !id.trim().is_empty());
    if id.is_none() {
        table.error(table.line(), "the rule that is required has no `id`");
    }
    id.map(Arc::from)
}

fn distance(table: &mut Table<'_, '_>, key: &'static str) -> Option<u64> {
    let found = table.integer(key)?;
    let distance = u64::try_from(found.value).ok();
    if distance.is_none() {
        table.error(found.line, format!("`{key}` must not be negative"));
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(text: &str) -> Option<(Option<u64>, Option<u64>, Option<u64>)> {
        let mut required = Required {
            id: "x".into(),
            lines_before: None,
            lines_after: None,
            columns: None,
            optional: false,
        };
        let understood = text.split(',').all(|term| narrow(&mut required, term));
        understood.then_some((
            required.lines_before,
            required.lines_after,
            required.columns,
        ))
    }

    #[test]
    fn distances_are_read() {
        assert_eq!(within("5L"), Some((Some(5), Some(5), None)));
        assert_eq!(within("-3L"), Some((Some(3), Some(0), None)));
        assert_eq!(within("+3L,10C"), Some((Some(0), Some(3), Some(10))));
        for wrong in [
            "5",
            "L",
            "5X",
            "--3L",
            "-3C",
            "5L,",
            "+",
            "é",
            "5é",
            "99999999999999999999L",
        ] {
            assert_eq!(within(wrong), None, "{wrong}");
        }
    }
}

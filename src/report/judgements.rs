//! What detection decided about each candidate, a line each, for a person who asks with `-vv`.

use std::io::{self, Write};

use super::{Shown, sanitize};
use crate::model::{Confidence, Effect, Judged, Origin, Outcome};

/// Writes a line for each candidate.
pub(super) fn write(outcome: &Outcome, shown: Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    for judged in &outcome.judged {
        writeln!(out, "aisaleaks: {}", line(judged, shown))?;
    }
    if outcome.judged_more {
        let kept = outcome.judged.len();
        writeln!(
            out,
            "aisaleaks: there are more candidates than these {kept}; scan fewer paths to see them"
        )?;
    }
    Ok(())
}

/// `a.py:3:9: sk-aisa-…Q9k (51 characters): shape: fits aisa-api-key; edges: clean -> high confidence`
fn line(judged: &Judged, shown: Shown<'_>) -> String {
    let judgement = &judged.judgement;
    let mut line = place(judged, shown);
    line.push_str(&format!(
        ": {} ({} characters): ",
        judgement.redacted,
        judgement.end - judgement.start
    ));
    for (at, step) in judgement.steps.iter().enumerate() {
        let parted = if at > 0 { "; " } else { "" };
        line.push_str(&format!("{parted}{}: {}", step.name, step.why));
        if let (0, Some(rule)) = (at, &judgement.rule) {
            let rule = sanitize::visible(&shown.name(rule));
            line.push_str(&format!(" ({rule})"));
        }
        if step.effect == Effect::Lowers {
            line.push_str(" (less sure)");
        }
    }
    line.push_str(match judgement.confidence {
        Some(Confidence::High) => " -> high confidence",
        Some(Confidence::Medium) => " -> medium confidence",
        Some(Confidence::Low) => " -> low confidence",
        None => " -> dropped",
    });
    line
}

fn place(judged: &Judged, shown: Shown<'_>) -> String {
    let mut place = match &judged.path {
        Some(path) => shown.visible_path(path),
        None => format!("({})", judged.origin.name()),
    };
    if let Some(at) = judged.place {
        place.push_str(&format!(":{}:{}", at.line, at.column));
    }
    if let Some(id) = judged.object {
        place.push_str(&format!(" in {id}"));
    }
    if judged.path.is_some() && judged.origin != Origin::Worktree {
        place.push_str(&format!(" ({})", judged.origin.name()));
    }
    place
}

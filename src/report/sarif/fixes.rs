//! What would take a key out of files, as SARIF `fixes` (3.27.30): one fix with all files, as several would be alternatives.

use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, Fix, Message, Region, Replacement as SarifReplacement,
};

use super::Page;
use crate::model::{Key, Outcome, Replacement};

/// The fixes of a key; none if none is known.
pub(super) fn of(outcome: &Outcome, key: &Key, page: Page<'_>) -> Option<Vec<Fix>> {
    let repairs = outcome.repairs.get(&key.secret.fingerprint())?;
    let changes = repairs.iter().map(|repair| {
        ArtifactChange::builder()
            .artifact_location(page.artifact(&repair.path))
            .replacements(
                repair
                    .replacements
                    .iter()
                    .map(replacement)
                    .collect::<Vec<_>>(),
            )
            .build()
    });
    let text =
        "Read the key from a variable or a secret store. Revoke it first: an edit revokes nothing.";
    let fix = Fix::builder()
        .description(Message::builder().text(text).build())
        .artifact_changes(changes.collect::<Vec<_>>())
        .build();
    Some(vec![fix])
}

fn replacement(replacement: &Replacement) -> SarifReplacement {
    let place = replacement.place;
    let region = Region::builder()
        .start_line(place.line as i64)
        .start_column(place.column as i64)
        .end_line(place.end_line as i64)
        .end_column(place.end_column as i64)
        .build();
    let mut made = SarifReplacement::builder().deleted_region(region).build();
    if !replacement.text.is_empty() {
        let text = replacement.text.clone();
        made.inserted_content = Some(ArtifactContent::builder().text(text).build());
    }
    made
}

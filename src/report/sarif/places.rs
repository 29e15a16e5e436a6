//! Locations as SARIF tells them: a file with a region, or a logical location where there is no file.

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location as SarifLocation, LogicalLocation,
    PhysicalLocation, PropertyBag, Region,
};

use super::{Page, ROOT, bag};
use crate::model::{Attribution, Commit, Context, Key, Location, Origin, Place};
use crate::report::when;
use crate::report::whereabouts::is_file;

/// Refs that are named one by one.
const REFS: usize = 10;
/// Where git keeps what has no file of its own.
const GIT: &str = ".git";

impl Page<'_> {
    /// The location, with what is known about it as properties.
    pub(super) fn place(&self, key: &Key, at: &Location) -> SarifLocation {
        let mut location = SarifLocation::builder().properties(self.facts(at)).build();
        if is_file(at) {
            let path = at.path.as_deref().unwrap_or_default();
            let mut physical = PhysicalLocation::builder()
                .artifact_location(self.artifact(path))
                .build();
            // GitHub shows a result at a line of a file of the repository, and a line of a member is none.
            let place = at.place.filter(|_| at.member.is_empty());
            physical.region = Some(match place {
                Some(place) => self.region(key, place),
                None => whole(),
            });
            let around = at.context.as_ref().filter(|_| self.may_quote(at.origin));
            physical.context_region = place.zip(around).map(context);
            location.physical_location = Some(physical);
            location.logical_locations = self.member(path, at).map(|member| vec![member]);
            return location;
        }
        // GitHub refuses a whole file for one result without an artifact. What has no file of its own stands in the
        // repository's own folder, which is no invention; the logical location says which object or ref it is. Lines of
        // it, and the text around it, are not told: a line of a commit's header is somebody's name.
        if at.origin != Origin::Stdin {
            let artifact = ArtifactLocation::builder().uri(GIT).uri_base_id(ROOT);
            let mut physical = PhysicalLocation::builder()
                .artifact_location(artifact.build())
                .build();
            physical.region = Some(whole());
            location.physical_location = Some(physical);
        }
        let name = self.shown.logical_name(at);
        let logical = LogicalLocation::builder()
            .fully_qualified_name(format!("{}/{name}", at.origin.name()))
            .kind(at.origin.name())
            .name(name);
        location.logical_locations = Some(vec![logical.build()]);
        location
    }

    /// The member of a container that a place is in.
    fn member(&self, path: &[u8], at: &Location) -> Option<LogicalLocation> {
        let name = self.shown.path(at.member.last()?).0;
        let file = self.shown.path(path).0;
        let logical = LogicalLocation::builder()
            .fully_qualified_name(self.shown.with_members(file, &at.member))
            .kind("member")
            .name(name);
        Some(logical.build())
    }

    /// Whether the line around a key may be quoted: one of a reflog names a person.
    fn may_quote(&self, origin: Origin) -> bool {
        self.options.sarif_authors || origin != Origin::Config
    }

    fn region(&self, key: &Key, place: Place) -> Region {
        let text = if self.shown.show_secrets {
            key.secret.expose().to_owned()
        } else {
            key.secret.redacted()
        };
        let start = place.column.max(1);
        let line = place.line.max(1);
        // The end is exclusive; a region of no characters would be an insertion point.
        let end = match place.end_line > line {
            true => place.end_column.max(1),
            false => place.end_column.max(start + 1),
        };
        Region::builder()
            .start_line(line as i64)
            .start_column(start as i64)
            .end_line(place.end_line.max(line) as i64)
            .end_column(end as i64)
            .snippet(ArtifactContent::builder().text(text).build())
            .build()
    }

    fn facts(&self, at: &Location) -> PropertyBag {
        let history = at.attribution.as_deref();
        let commit = |commit: &Commit, at_or_before| self.commit(commit, at_or_before);
        let introduced =
            history.and_then(|at| Some(commit(at.introduced.as_ref()?, at.at_or_before)));
        let removed = history.and_then(|at| Some(commit(at.removed.as_ref()?, false)));
        let from = history.and_then(|at| at.renamed_from.as_deref());
        let inside = at.place.filter(|_| !at.member.is_empty());
        let member = at.member.iter().map(|name| self.shown.path(name).0);
        let member: Vec<String> = member.collect();
        bag([
            ("origin", json!(at.origin)),
            ("member", json!((!member.is_empty()).then_some(member))),
            ("memberLine", json!(inside.map(|place| place.line))),
            ("memberColumn", json!(inside.map(|place| place.column))),
            (
                "encoding",
                json!((!at.encoding.is_empty()).then_some(&at.encoding)),
            ),
            ("cell", json!(at.cell)),
            ("object", json!(at.blob.map(|id| id.to_string()))),
            ("introduced", json!(introduced)),
            ("removed", json!(removed)),
            (
                "renamedFrom",
                json!(from.map(|path| self.shown.path(path).0)),
            ),
            ("refs", json!(history.map(|at| self.refs(at)))),
            ("refsTotal", json!(history.map(|at| at.refs_total))),
            ("reachable", json!(at.reachable)),
            ("tracked", json!(at.tracked)),
            ("notes", json!((!at.notes.is_empty()).then_some(&at.notes))),
        ])
    }

    fn refs(&self, history: &Attribution) -> Vec<String> {
        let names = history.refs.iter().take(REFS);
        names.map(|name| self.shown.path(name).0).collect()
    }

    /// A commit by its id and date; who and why only where it was asked for.
    fn commit(&self, commit: &Commit, at_or_before: bool) -> Value {
        let mut value = json!({
            "commit": commit.id.to_string(),
            "date": commit.date.and_then(when::rfc3339),
        });
        if at_or_before {
            value["atOrBefore"] = json!(true);
        }
        if self.options.sarif_authors {
            value["author"] = json!(self.shown.text(&commit.author));
            value["email"] = json!(self.shown.text(&commit.email));
            value["summary"] = json!(self.shown.text(&commit.summary));
        }
        value
    }
}

/// What stands for a place without lines, such as the name of a file: GitHub wants a first line of every location.
fn whole() -> Region {
    Region::builder().start_line(1).build()
}

fn context((place, context): (Place, &Context)) -> Region {
    Region::builder()
        .start_line(place.line.max(1) as i64)
        .end_line(place.end_line.max(place.line).max(1) as i64)
        .snippet(
            ArtifactContent::builder()
                .text(context.text.clone())
                .build(),
        )
        .build()
}

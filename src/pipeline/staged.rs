//! Scans what the next commit would add.

use std::path::{Path, PathBuf};

use super::Options;
use super::change::{self, Stage};
use super::habits::Keeper;
use super::novelty::{self, MANY, Step, Whence};
use super::sightings::Located;
use crate::assess::hygiene;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::commit::Header;
use crate::git::{Kind, Repository, refs};
use crate::model::{
    Chunk, ObjectId, Origin, Outcome, Problem, ProblemKind, Sink, Stats, TargetKind,
};
use crate::source::change::{Change, unread};
use crate::source::staged::Index;

/// Scans the index of a repository against HEAD. `index` is another file to take for the index (`GIT_INDEX_FILE`).
///
/// # Errors
/// No repository, and threads that do not start.
pub fn staged(
    repository: &Repository,
    index: Option<&Path>,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    change::scan(repository, options, detector, control, |stage| {
        let (head, parents) = parents(stage);
        stage.target(TargetKind::Staged, head);
        let mut located = Located::new();
        let Some(index) = open(repository, index, &mut stage.outcome, stage.collector) else {
            return Ok(located);
        };
        let mut stats = std::mem::take(&mut stage.outcome.stats);
        let searcher = stage.searcher();
        let folders = stage.folders();
        let mut step = Step {
            folder: index.root(),
            parents,
            origin: Origin::Staged,
            attribution: None,
        };
        let mut added = folders.added(&step.folder, &step.parents);
        if options.whole_if_unchanged && added.changes.is_empty() && added.names.is_empty() {
            step.parents.clear();
            added = folders.added(&step.folder, &step.parents);
        }
        let judge = || novelty::judge(&searcher, &folders, &step, &added);
        let mut novelty = match added.changes.len() < MANY {
            true => judge(),
            false => super::pool(control)?.install(judge),
        };
        if !novelty.new.is_empty()
            && let Some(mut whence) = Whence::new(options, &searcher, &folders)
        {
            let paths = whence.paths(std::slice::from_ref(&novelty));
            whence.say(&step, &mut novelty, &paths);
        }
        super::place(stage.collector, [novelty], &mut located, &mut stats);
        searcher.tell(&mut stats);
        stage.outcome.stats = stats;
        if options.hygiene {
            look_for_habits(stage, &added.changes);
        }
        Ok(located)
    })
}

/// Looks for bad habits in the staged files. What cannot be read was told by the search for keys.
fn look_for_habits(stage: &mut Stage<'_>, changes: &[Change]) {
    let keeper = Keeper::new(stage.detector());
    let largest = stage.control.limits.max_whole_object;
    for change in changes {
        let path = &change.path;
        if stage.control.is_cancelled() || !hygiene::may_matter(path) {
            continue;
        }
        if let Some((_, bytes)) = stage.store.read(&change.blob, largest) {
            let chunk = Chunk::whole(&bytes, Origin::Staged, Some(path));
            keeper.look(&chunk, path);
        }
    }
    // What is staged is tracked, whatever a rule says.
    keeper.finish(|_| Some((true, false)), &mut stage.outcome);
}

/// Reads the index, and says of it what has to be said.
fn open(
    repository: &Repository,
    file: Option<&Path>,
    outcome: &mut Outcome,
    sink: &dyn Sink,
) -> Option<Index> {
    let own = repository.git_dir.join("index");
    // A relative path counts from the top of the work tree, where git runs its hooks.
    let file: PathBuf = match file.map(|file| (repository.name.join(file), file)) {
        Some((at_top, file)) if at_top.symlink_metadata().is_err() => file.to_path_buf(),
        Some((at_top, _)) => at_top,
        None => own.clone(),
    };
    let place = file.display().to_string();
    let index = match Index::read(&file, &repository.git_dir, repository.hash) {
        Ok(Some(index)) => index,
        Ok(None) => {
            // A new repository has no index, and git takes that for an empty one.
            let known =
                file.file_name() == own.file_name() && file.parent().is_some_and(Path::is_dir);
            if !known {
                let message = "GIT_INDEX_FILE names this, and it is not there; nothing was scanned: correct it, or unset it";
                sink.problem(Problem::new(ProblemKind::Unreadable, place, message));
            }
            return None;
        }
        Err((kind, reason)) => {
            let message = format!(
                "cannot read git's index: {reason}; nothing was scanned: run `git read-tree`, or `git reset`, to make it anew"
            );
            sink.problem(Problem::new(kind, place, message));
            return None;
        }
    };
    if let Some(reason) = &index.suspect {
        let message = format!(
            "{reason}; what it says was scanned all the same: run `git reset` to make it anew"
        );
        sink.problem(Problem::new(ProblemKind::DamagedIndex, place, message));
    }
    for path in &index.conflicted {
        let message = "this path is in conflict: its versions were scanned, but not what they will become; resolve it, `git add` it and scan again";
        sink.problem(Problem::new(
            ProblemKind::Unmerged,
            String::from_utf8_lossy(path),
            message,
        ));
    }
    if index.intended > 0 {
        outcome
            .stats
            .excluded
            .insert(Stats::INTENDED, index.intended);
    }
    Some(index)
}

/// What HEAD points at, and the trees of HEAD and MERGE_HEAD. A parent that cannot be read is `None`, and all counts as new.
fn parents(stage: &Stage<'_>) -> (Option<ObjectId>, Vec<Option<ObjectId>>) {
    let Stage {
        repository,
        store,
        control,
        ..
    } = stage;
    let sink = stage.sink();
    let tree = |commit: &ObjectId| match store.read(commit, control.limits.max_whole_object) {
        Some((Kind::Commit, bytes)) => Header::parse(&bytes).tree,
        _ => {
            sink.problem(unread(repository, store, commit));
            None
        }
    };
    let head = refs::lookup(repository, b"HEAD").unwrap_or_else(|problem| {
        sink.problem(problem);
        None
    });
    let mut trees: Vec<Option<ObjectId>> = head.iter().map(tree).collect();
    // A merge of several branches has a line for each.
    let text = crate::git::plain::read(&repository.git_dir.join("MERGE_HEAD")).unwrap_or_default();
    let merged = text
        .split(|&byte| byte == b'\n')
        .filter_map(|line| ObjectId::from_hex(line.trim_ascii()));
    trees.extend(merged.map(|id| tree(&id)));
    (head, trees)
}

/// The repository that the first of the paths is in.
///
/// # Errors
/// There is none.
pub fn repository(options: &Options) -> Result<Repository> {
    let path = options
        .paths
        .first()
        .map_or(Path::new("."), PathBuf::as_path);
    path.symlink_metadata().map_err(|source| Error::Target {
        path: path.to_path_buf(),
        source,
    })?;
    let mut repository = super::nearest(path).ok_or_else(|| Error::NotARepository {
        path: path.to_path_buf(),
    })?;
    repository.borrowed.clone_from(&options.borrowed);
    Ok(repository)
}

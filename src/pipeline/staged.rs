//! Scans what the next commit would add.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::collector::Collector;
use super::explaining::Explaining;
use super::habits::Keeper;
use super::novelty::{self, MANY, Searcher, Step, Watch};
use super::{Options, sightings};
use crate::assess::hygiene;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::commit::Header;
use crate::git::{Kind, Repository, Store, refs};
use crate::model::{
    Chunk, ObjectId, Origin, Outcome, Problem, ProblemKind, Sink, Stats, Target, TargetKind,
};
use crate::source::change::{Change, Folders, unread};
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
    let begun = Instant::now();
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let watch = Watch::new(&collector);
    let mut outcome = Outcome::default();
    let mut problems = Vec::new();
    let store = Store::light(repository, control.limits.alternates, &mut problems);
    repository
        .problems
        .iter()
        .for_each(|problem| collector.problem(problem.clone()));
    let (head, parents) = parents(repository, &store, control, &watch);
    outcome.targets.push(Target {
        path: repository.name.display().to_string(),
        kind: TargetKind::Staged,
        head,
        shallow: !repository.shallow.is_empty(),
    });
    super::name_borrowed(repository, &store, &mut outcome);
    let mut located = sightings::Located::new();
    if let Some(index) = open(repository, index, &mut outcome, &collector) {
        let searcher = Searcher::new(
            (repository, &store),
            detector,
            control,
            options.show_secrets,
            explaining.as_ref(),
            &watch,
        );
        let folders = Folders::new(repository, &store, control.limits.max_delta_result, &watch);
        let step = Step {
            folder: index.root(),
            parents,
            origin: Origin::Staged,
            attribution: None,
        };
        let added = folders.added(&step.folder, &step.parents);
        let judge = || novelty::judge(&searcher, &folders, &step, &added);
        let novelty = match added.changes.len() < MANY {
            true => judge(),
            false => super::pool(control)?.install(judge),
        };
        super::place(&collector, [novelty], &mut located, &mut outcome.stats);
        if options.hygiene {
            look_for_habits(&added.changes, &store, detector, control, &mut outcome);
        }
        searcher.tell(&mut outcome.stats);
    }
    watch.tell(problems, &repository.name.display().to_string());
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    super::finish(outcome, collector, located, options, control, begun)
}

/// Looks for bad habits in the staged files. What cannot be read was told by the search for keys.
fn look_for_habits(
    changes: &[Change],
    store: &Store,
    detector: &Detector,
    control: &Control,
    outcome: &mut Outcome,
) {
    let keeper = Keeper::new(detector);
    let largest = control.limits.max_whole_object;
    for change in changes {
        let path = &change.path;
        if control.is_cancelled() || !hygiene::may_matter(path) {
            continue;
        }
        if let Some((_, bytes)) = store.read(&change.blob, largest) {
            let chunk = Chunk::whole(&bytes, Origin::Staged, Some(path));
            keeper.look(&chunk, path);
        }
    }
    // What is staged is tracked, whatever a rule says.
    keeper.finish(|_| Some((true, false)), outcome);
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
fn parents(
    repository: &Repository,
    store: &Store,
    control: &Control,
    sink: &dyn Sink,
) -> (Option<ObjectId>, Vec<Option<ObjectId>>) {
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

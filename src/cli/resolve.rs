//! From flags and configuration to what each stage is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{ArchiveArgs, CommonArgs, GitArgs, ScanArgs, StagedArgs};
use super::{config, live, moment, rule_files};
use crate::commands::request::{Checkout, Request};
use crate::control::ArchiveLimits;
use crate::error::{Error, Result};
use crate::git::Repository;
use crate::pipeline;
use crate::report::Format;
use crate::source::files;

/// A scan of paths.
///
/// # Errors
/// A configuration file that cannot be used, or an unknown format.
pub fn scan(args: &ScanArgs, files: bool, history: bool) -> Result<Request> {
    let paths = if args.paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        args.paths.clone()
    };
    let walk = files::Options {
        include_ignored: args.walk.include_ignored,
        exclude: args.walk.exclude.clone(),
        max_file_size: args.walk.max_file_size,
    };
    let options = pipeline::Options {
        paths,
        files,
        history,
        walk,
        hygiene: files && !args.no_hygiene,
        everything: history && args.walk.exclude.is_empty() && args.walk.max_file_size.is_none(),
        ..pipeline::Options::default()
    };
    request(&args.common, options)
}

/// A scan of a stream.
///
/// # Errors
/// A configuration file that cannot be used, or an unknown format.
pub fn stdin(common: &CommonArgs) -> Result<Request> {
    request(common, pipeline::Options::default())
}

/// Whether `git` was asked for some commits only.
pub fn is_range(args: &GitArgs) -> bool {
    args.range.is_some() || args.since_ref.is_some() || args.since.is_some()
}

/// A scan of a range of commits.
///
/// # Errors
/// Several repositories, a date that is not one, a configuration file that cannot be used, or an unknown format.
pub fn range(args: &GitArgs) -> Result<(Request, pipeline::Asked)> {
    if let [_, second, ..] = args.paths.as_slice() {
        return Err(Error::Revision {
            what: "a second repository,",
            text: second.display().to_string(),
            reason: "a range is one repository's; run the command once for each".to_owned(),
        });
    }
    let since_ref = args.since_ref.as_ref();
    if let Some(text) = since_ref.filter(|text| text.contains("..")) {
        return Err(Error::Revision {
            what: "--since-ref",
            text: text.clone(),
            reason: "it takes one revision; give a range to --range".to_owned(),
        });
    }
    let since = args
        .since
        .as_deref()
        .map(|text| moment::seconds(text, jiff::Timestamp::now()));
    let asked = pipeline::Asked {
        range: args
            .range
            .clone()
            .or(since_ref.map(|text| format!("{text}..HEAD"))),
        may_be_behind: since_ref.is_some(),
        since: since.transpose()?,
    };
    Ok((of_repository(args.paths.first(), &args.common)?, asked))
}

/// A scan of what is staged, and another file for the index if the environment names one, as it does in hooks.
///
/// # Errors
/// A configuration file that cannot be used, or an unknown format.
pub fn staged(args: &StagedArgs) -> Result<(Request, Option<PathBuf>)> {
    let index = std::env::var_os("GIT_INDEX_FILE").filter(|file| !file.is_empty());
    let mut request = of_repository(args.path.as_ref(), &args.common)?;
    request.options.hygiene = args.hygiene;
    Ok((request, index.map(PathBuf::from)))
}

/// A scan of a change of the repository that was named, or that is around the current folder.
///
/// # Errors
/// A configuration file that cannot be used, or an unknown format.
pub fn of_repository(named: Option<&PathBuf>, common: &CommonArgs) -> Result<Request> {
    let args = ScanArgs {
        paths: vec![own_repository(named)],
        common: common.clone(),
        ..ScanArgs::default()
    };
    let mut request = scan(&args, false, true)?;
    // Most of what is allowed is not in what changes.
    request.options.everything = false;
    // While git asks a hook whether it may accept a push, what was pushed is in a folder of its own.
    // The first is one path, whatever stands in it.
    let own = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let more = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    let more = more.iter().flat_map(std::env::split_paths);
    let named = own.into_iter().chain(more);
    request.options.borrowed = named.filter(|path| path.is_dir()).collect();
    Ok(request)
}

/// The repository that was named; else the one that git names to its hooks, or the one around the current folder.
pub(super) fn own_repository(named: Option<&PathBuf>) -> PathBuf {
    let here = || PathBuf::from(".");
    let git_dir = || {
        std::env::var_os("GIT_DIR")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    let Some(git_dir) = named.is_none().then(git_dir).flatten() else {
        return named.cloned().unwrap_or_else(here);
    };
    // The folder is the better name if both are the same repository: configuration is beside the files.
    let same = Repository::discover(&here())
        .is_some_and(|found| found.git_dir.canonicalize().ok() == git_dir.canonicalize().ok());
    if same { here() } else { git_dir }
}

/// What every scanning command shares.
///
/// # Errors
/// An unknown format, or two reports for one place.
fn request(common: &CommonArgs, options: pipeline::Options) -> Result<Request> {
    let mut files = rule_files::read_all(&common.rules.files, None)?;
    let config = config::load(&options.paths, &common.config, &mut files)?;
    let (baseline, said) = config::baseline::load(&options.paths, &common.config, &config.trusted)?;
    let mut warnings = config.warnings;
    warnings.extend(said);
    Ok(Request {
        options: pipeline::Options {
            policy: Arc::new(config.policy),
            only_trusted: common.config.config_ref.is_some(),
            baseline: Arc::new(baseline),
            trusted: config.trusted,
            everything: options.everything && common.rules.only.is_empty(),
            show_secrets: common.show_secrets,
            no_attribution: common.no_attribution,
            explain: pipeline::Explain::all_if(common.verbose > 1),
            ..options
        },
        reports: reports(common)?,
        rules: rule_files::chosen(files, &common.rules.only)?,
        warnings,
        show_suppressed: common.show_suppressed,
        sarif_authors: common.sarif_authors,
        fail_on: common.fail_on,
        on_incomplete: common.on_incomplete,
        found_code: common.exit_code.unwrap_or(1),
        threads: common.running.threads,
        archives: archives(&common.running.archives),
        progress: !common.running.no_progress && !common.quiet,
        quiet: common.quiet,
        verbose: common.verbose,
        gate: None,
        deadline: None,
        checkout: Checkout::default(),
        live: live::asked(&common.verify)?,
        only_active: common.verify.only_active,
    })
}

/// What containers may ask for.
fn archives(args: &ArchiveArgs) -> ArchiveLimits {
    let usual = ArchiveLimits::default();
    ArchiveLimits {
        depth: args.archive_depth.unwrap_or(usual.depth),
        member: args.max_member_size.unwrap_or(usual.member),
        expansion: args.max_expansion.unwrap_or(usual.expansion),
        ratio_from: args.max_expansion.unwrap_or(usual.ratio_from),
        ..usual
    }
}

/// The reports to write, and where to; `None` is standard output. No two may go to one place.
///
/// # Errors
/// An unknown format, two reports for one place, and a place for none.
pub(super) fn reports(common: &CommonArgs) -> Result<Vec<(Format, Option<PathBuf>)>> {
    let asked = common.format.iter().map(|text| report(text));
    let mut asked = asked.collect::<Result<Vec<_>>>()?;
    if asked.is_empty() {
        asked.push((Format::default(), None));
    }
    if common.output.is_some() && asked.iter().all(|(_, file)| file.is_some()) {
        return Err(Error::Reports {
            reason: "every report has a file, so that --output names one for none".into(),
        });
    }
    let placed = asked.into_iter().map(|(format, file)| {
        let file = file.or_else(|| common.output.clone());
        (format, file.filter(|file| file != Path::new("-")))
    });
    distinct(placed)
}

/// Reports, if each has a place of its own.
///
/// # Errors
/// Two reports for one place.
pub(super) fn distinct(
    asked: impl IntoIterator<Item = (Format, Option<PathBuf>)>,
) -> Result<Vec<(Format, Option<PathBuf>)>> {
    let mut reports: Vec<(Format, Option<PathBuf>)> = Vec::new();
    for (format, file) in asked {
        if let Some((other, _)) = reports.iter().find(|(_, taken)| same(taken, &file)) {
            let place = match &file {
                Some(file) => file.display().to_string(),
                None => "standard output".to_owned(),
            };
            let (one, other) = (other.name(), format.name());
            return Err(Error::Reports {
                reason: format!("two reports, {one} and {other}, would go to {place}"),
            });
        }
        reports.push((format, file));
    }
    Ok(reports)
}

/// `FORMAT` or `FORMAT=FILE`.
fn report(text: &str) -> Result<(Format, Option<PathBuf>)> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(file)),
        None => (text, None),
    };
    let Some(format) = Format::ALL.into_iter().find(|format| format.name() == name) else {
        return Err(Error::Format {
            name: name.to_owned(),
        });
    };
    match file {
        Some("") => Err(Error::Reports {
            reason: format!("`-f {name}=` names no file"),
        }),
        file => Ok((format, file.map(PathBuf::from))),
    }
}

/// Whether two reports would go to one place, however it is spelled.
fn same(one: &Option<PathBuf>, other: &Option<PathBuf>) -> bool {
    let absolute = |path: &Option<PathBuf>| {
        let path = path.as_ref()?;
        let absolute = std::path::absolute(path);
        Some(absolute.unwrap_or_else(|_| path.clone()))
    };
    absolute(one) == absolute(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(formats: &[&str], output: Option<&str>) -> Result<Vec<(Format, Option<PathBuf>)>> {
        reports(&CommonArgs {
            format: formats.iter().map(|&text| text.to_owned()).collect(),
            output: output.map(PathBuf::from),
            ..CommonArgs::default()
        })
    }

    #[test]
    fn every_report_has_a_place_of_its_own() {
        let file = |name: &str| Some(PathBuf::from(name));
        for (formats, output, expected) in [
            (&[][..], None, vec![(Format::Human, None)]),
            (&[], Some("o"), vec![(Format::Human, file("o"))]),
            (&["json"], Some("-"), vec![(Format::Json, None)]),
            (&["jsonl=-"], None, vec![(Format::Jsonl, None)]),
            (
                &["sarif=a=b", "human"],
                None,
                vec![(Format::Sarif, file("a=b")), (Format::Human, None)],
            ),
            (
                &["sarif=s", "human"],
                Some("h"),
                vec![(Format::Sarif, file("s")), (Format::Human, file("h"))],
            ),
        ] {
            let found = resolved(formats, output).expect("places of their own");
            assert_eq!(found, expected, "{formats:?}");
        }
    }

    #[test]
    fn one_place_for_two_reports_is_refused() {
        for (formats, output) in [
            (&["human", "json"][..], None),
            (&["json", "json"], None),
            (&["json=-", "sarif"], None),
            (&["json", "sarif"], Some("f")),
            (&["json=f", "sarif"], Some("./f")),
            (&["json=f", "sarif=f"], None),
            (&["json=f"], Some("g")),
            (&["json="], None),
        ] {
            let refused = resolved(formats, output);
            assert!(matches!(refused, Err(Error::Reports { .. })), "{formats:?}");
        }
        assert!(matches!(
            resolved(&["yaml"], None),
            Err(Error::Format { .. })
        ));
    }
}

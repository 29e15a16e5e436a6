//! `baseline`: from what was typed to what is done.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::args::{
    BaselineCommand, BaselineCreateArgs, BaselineScanArgs, BaselineShowArgs, BaselineUpdateArgs,
    CommonArgs, RulesFormat, ScanArgs,
};
use super::config::baseline as files;
use super::resolve;
use super::rule_files::{KEY, kept_key};
use crate::baseline::{Listing, NAME, Source};
use crate::commands::baseline::{self, Create, Scan, Update, Words};
use crate::commands::exit::Exit;
use crate::error::{Error, Result};
use crate::git::Repository;
use crate::git::config::user_identity;
use crate::pipeline;

/// The common flags of the command, if it has them.
pub(super) fn common(_: &BaselineCommand) -> Option<&CommonArgs> {
    None
}

/// Does it.
pub(super) fn perform(command: BaselineCommand) -> Result<Exit> {
    match command {
        BaselineCommand::Create(args) => create(args),
        BaselineCommand::Update(args) => update(args),
        BaselineCommand::Show(args) => show(&args),
    }
}

fn wrong(file: impl Into<String>, reason: impl Into<String>) -> Error {
    Error::Baseline {
        file: file.into(),
        reason: reason.into(),
    }
}

fn create(args: BaselineCreateArgs) -> Result<Exit> {
    let path = args.scan.path();
    let target = match args.output {
        Some(file) if file == Path::new("-") => None,
        Some(file) => Some(file),
        None => Some(own_place(&path)?),
    };
    let name = target.clone().unwrap_or_else(|| NAME.into());
    let key = kept_key();
    if args.keyed && key.is_none() {
        let reason = format!(
            "--keyed needs {KEY}: set it to a secret text of your own, the same wherever this baseline is used"
        );
        return Err(wrong(files::name(&name), reason));
    }
    let source = Source {
        listing: Listing {
            name: files::name(&name),
            keyed: args.keyed,
            ..Listing::default()
        },
        roots: files::tops(&name, std::slice::from_ref(&path)),
        key,
    };
    // What is accepted already is in the file that is made anew.
    let no_baseline = args.scan.config.baseline.is_none();
    baseline::create(Create {
        scan: scan(args.scan, path, source, args.reason, no_baseline)?,
        target,
        force: args.force,
        imports: args.import,
    })
}

fn update(mut args: BaselineUpdateArgs) -> Result<Exit> {
    let path = args.scan.path();
    let target = match args.scan.config.baseline.take() {
        Some(file) => file,
        None => files::own(&path)?.ok_or_else(|| {
            let reason = "there is no baseline here to be updated: make one with `aisaleaks baseline create`, or name one \
                          with --baseline";
            wrong(path.display().to_string(), reason)
        })?,
    };
    let (source, before) = files::open(&target, std::slice::from_ref(&path))?;
    let listing = &source.listing;
    if listing.keyed && source.key.is_none() {
        let reason =
            format!("its fingerprints are keyed: set {KEY} to the text that they were made with");
        return Err(wrong(listing.name.clone(), reason));
    }
    baseline::update(Update {
        scan: scan(args.scan, path, source, args.reason, true)?,
        target,
        before,
        renew: args.renew,
        dry_run: args.dry_run,
    })
}

fn show(args: &BaselineShowArgs) -> Result<Exit> {
    let here = PathBuf::from(".");
    let file = match &args.file {
        Some(file) => file.clone(),
        None => files::own(&here)?.ok_or_else(|| {
            wrong(
                ".",
                "there is no baseline here; name one, or make one with `aisaleaks baseline create`",
            )
        })?,
    };
    let (source, _) = files::open(&file, &[here])?;
    let today = pipeline::Options::default().today();
    baseline::show(&source.listing, today, args.format == RulesFormat::Json)
}

impl BaselineScanArgs {
    fn path(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(|| ".".into())
    }
}

fn scan(
    args: BaselineScanArgs,
    path: PathBuf,
    source: Source,
    reason: Option<String>,
    no_baseline: bool,
) -> Result<Scan> {
    let words = words(&args, reason, &source.listing.name)?;
    let mut config = args.config;
    config.no_baseline |= no_baseline;
    let typed = ScanArgs {
        paths: vec![path],
        no_hygiene: true,
        common: CommonArgs {
            config,
            rules: args.rules,
            running: args.running,
            ..CommonArgs::default()
        },
        ..ScanArgs::default()
    };
    Ok(Scan {
        request: resolve::scan(&typed, true, true)?,
        source,
        words,
        accept_problems: args.accept_problems,
    })
}

/// What is to be said of what is accepted, looked at before a long scan.
fn words(args: &BaselineScanArgs, reason: Option<String>, name: &str) -> Result<Words> {
    const LONGEST: usize = 2_000;
    let of_flag = |flag: &str, text: Option<String>| match text {
        Some(text) if text.trim().is_empty() => Err(wrong(name, format!("{flag} is empty"))),
        Some(text) if text.len() > LONGEST => Err(wrong(
            name,
            format!("{flag} is longer than {LONGEST} bytes"),
        )),
        text => Ok(text),
    };
    let expires = args.expires.as_deref().map(|text| {
        let day = text
            .parse::<Date>()
            .ok()
            .filter(|day| day.to_string() == text);
        let day = day.ok_or("is no date; write 2027-01-31")?;
        let has_passed = day < pipeline::Options::default().today();
        (!has_passed).then_some(day).ok_or("has passed already")
    });
    let expires = expires.transpose();
    Ok(Words {
        reason: of_flag("--reason", reason)?,
        author: of_flag("--author", args.author.clone().or_else(user_identity))?,
        expires: expires.map_err(|reason| wrong(name, format!("the day of --expires {reason}")))?,
    })
}

/// Where the own baseline of what is scanned belongs: at the top of its repository, or beside what is scanned.
fn own_place(path: &Path) -> Result<PathBuf> {
    path.symlink_metadata().map_err(|source| Error::Target {
        path: path.to_path_buf(),
        source,
    })?;
    let folder = match Repository::discover(path) {
        Some(repository) if repository.git_dir == repository.name => {
            let reason = "a bare repository has no place for it; name a file with --output, and scan with --baseline FILE";
            return Err(wrong(files::name(&repository.name), reason));
        }
        Some(repository) => repository.name,
        None if path.is_dir() => path.to_path_buf(),
        None => path.parent().map(Path::to_path_buf).unwrap_or_default(),
    };
    Ok(folder.join(NAME))
}

//! `baseline update`: scans again, follows keys that moved, takes out what is gone, and accepts what is new if there is a
//! reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::super::exit::Exit;
use super::super::printing::written;
use super::super::running::{keep_asked, look};
use super::comparing::{Comparing, together};
use super::making::{Maker, lock, still_live};
use super::news::{News, entry_line, problem_line};
use super::{Scan, ending, file, say, shown};
use crate::baseline::{self, Accepted, Baseline, Entry, Listing, Print, Source};
use crate::detect::Detector;
use crate::error::Result;
use crate::model::{Outcome, Problem};
use crate::pipeline;
use crate::pipeline::accepting::Accepting;

/// What `baseline update` was asked to do.
#[derive(Debug)]
pub struct Update {
    /// What is scanned, and the baseline as it is.
    pub scan: Scan,
    /// The file.
    pub target: PathBuf,
    /// Its text as it is.
    pub before: Vec<u8>,
    /// Whether what has expired and is still there is accepted anew.
    pub renew: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// Scans, and writes the baseline anew.
///
/// # Errors
/// A file that cannot be written, and whatever is fatal to a scan.
pub fn update(mut asked: Update) -> Result<Exit> {
    let scan = &mut asked.scan;
    // What it says of problems tells whether everything was read.
    scan.request.options.baseline = std::sync::Arc::new(Baseline {
        files: vec![Source {
            listing: Listing {
                problems: scan.source.listing.problems.clone(),
                ..Listing::default()
            },
            ..Source::default()
        }],
    });
    let rules = std::mem::take(&mut scan.request.rules.rules);
    let (detector, mut outcome) = look(&scan.request, rules, |detector, control| {
        pipeline::scan(&scan.request.options, detector, control)
    })?;
    keep_asked(&mut outcome, &scan.request);
    if outcome.interrupted {
        say("interrupted; the baseline was left as it is", &detector);
        return Ok(Exit::Interrupted);
    }
    let (entries, mut news) = compare(&asked, &outcome, &detector)?;
    let problems = problems(&asked.scan, &outcome, &detector, &mut news);
    let is_new_left = !news.refused.is_empty();
    let source = &mut asked.scan.source;
    source.listing.entries = entries;
    source.listing.problems = problems;
    lock(source);
    let text = baseline::write(&source.listing);
    let is_same = text.as_bytes() == asked.before;
    if !is_same && !asked.dry_run {
        file::replace(&asked.target, &text)?;
    }
    let name = &asked.scan.source.listing.name;
    written(&shown(
        &news.summary(name, is_same, asked.dry_run),
        &detector,
    ))?;
    Ok(match ending(&outcome, &asked.scan) {
        _ if is_new_left => Exit::Found(asked.scan.request.found_code),
        ending => ending,
    })
}

/// The entries as they are to be, in no order.
fn compare(asked: &Update, outcome: &Outcome, detector: &Detector) -> Result<(Vec<Entry>, News)> {
    let Scan {
        source,
        words,
        request,
        ..
    } = &asked.scan;
    let today = request.options.today();
    let terms = words.terms(today, detector);
    let before = Baseline {
        files: vec![Source {
            listing: source.listing.clone(),
            roots: source.roots.clone(),
            key: source.key.clone(),
        }],
    };
    let Some(known) = before.files.first() else {
        return Ok(Default::default());
    };
    let mut comparing = Comparing {
        maker: Maker { source, detector },
        terms: terms.as_ref(),
        accepting: Accepting::new(&before, detector, None),
        whole: outcome.complete(),
        found: BTreeSet::new(),
        made: BTreeMap::new(),
        news: News::default(),
    };
    for (key, open) in together(outcome) {
        comparing.key(&key, &open)?;
    }
    if !comparing.news.added.is_empty() {
        comparing.news.live = still_live(outcome.keys.iter());
    }
    let everything = comparing.whole && request.options.everything;
    comparing.news.is_partial = !everything;
    let gone = match everything {
        true => comparing.gone(known),
        false => BTreeSet::new(),
    };
    let Comparing { made, mut news, .. } = comparing;
    let mut entries: Vec<Entry> = made.into_values().collect();
    for entry in &known.listing.entries {
        if gone.contains(&(entry.print, entry.spot.clone())) {
            news.dropped.push(entry_line(entry));
            continue;
        }
        let mut entry = entry.clone();
        if entry.terms.has_expired(today) {
            match terms.as_ref().filter(|_| asked.renew) {
                Some(terms) => {
                    news.renewed.push(entry_line(&entry));
                    entry.terms = terms.clone();
                }
                None => news.expired.push(entry_line(&entry)),
            }
        }
        news.kept += 1;
        entries.push(entry);
    }
    Ok((entries, news))
}

/// The problems as they are to be. Nobody but who asks for it is told of them: mostly they are of one machine.
fn problems(scan: &Scan, outcome: &Outcome, detector: &Detector, news: &mut News) -> Vec<Accepted> {
    let source = &scan.source;
    let known = &source.listing.problems;
    if !scan.accept_problems {
        return known.clone();
    }
    let met: BTreeSet<Print> = outcome
        .problems
        .iter()
        .filter_map(|problem| Print::parse(&problem.fingerprint()))
        .collect();
    let (kept, gone): (Vec<&Accepted>, Vec<&Accepted>) =
        known.iter().partition(|entry| met.contains(&entry.print));
    news.dropped.extend(gone.into_iter().map(problem_line));
    news.kept += kept.len();
    let mut all: Vec<Accepted> = kept.into_iter().cloned().collect();
    let terms = scan.words.terms(scan.request.options.today(), detector);
    let maker = Maker { source, detector };
    let is_open = |problem: &&Problem| problem.accepted.is_none();
    for problem in outcome.problems.iter().filter(is_open) {
        match terms.as_ref().map(|terms| maker.problem(problem, terms)) {
            Some(Some(entry)) => {
                news.added.push(problem_line(&entry));
                all.push(entry);
            }
            _ => {
                let told = format!("{}  {}", problem.kind.name(), problem.place);
                news.refused.insert(told);
            }
        }
    }
    all
}

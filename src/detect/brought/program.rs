//! A brought rule, made ready: what to look for, and how to decide about it. Automata are built when a hit needs them.

use std::sync::OnceLock;

use regex_automata::hybrid::dfa::{Cache as DfaCache, DFA};
use regex_automata::meta::{self, Cache as RegexCache, Regex};
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use super::bytes::Sequence;
use super::literals::{self, Split};
use super::{bytes, sieve};
use crate::rules::{Brought, Patterns, Words};

/// How far an expression without a bound is followed from a hit, and how far back where its head has none. A key file of
/// 16 KiB fits, and a hostile file that is nothing but beginnings cannot make the search take the square of its length.
pub(in crate::detect) const FORWARD: usize = 64 << 10;
/// See [`FORWARD`].
pub(super) const BACK: usize = 1 << 10;
/// Bytes that an automaton may take; beyond it states are made anew.
const CACHE: usize = 2 << 20;
/// Bytes that an expression may take.
pub(super) const SIZE: usize = 32 << 20;

/// How a rule's matches are come across.
#[derive(Debug)]
pub(super) enum Way {
    /// Where one of these literals stands.
    Splits(Vec<Tail>),
    /// In all bytes that hold one of the keywords somewhere.
    Keywords,
    /// In all bytes.
    Everywhere,
    /// Not in contents: the rule is about paths.
    Nowhere,
}

/// A brought rule, made ready.
#[derive(Debug)]
pub(super) struct Program {
    hir: Option<Hir>,
    pub(super) way: Way,
    /// The longest match; `None`: there is no bound.
    pub(super) longest: Option<usize>,
    /// The keywords as a searcher; `None`: the rule has none.
    pub(super) keywords: Option<Words>,
    path: Option<Patterns>,
    regex: OnceLock<Option<Regex>>,
}

/// A split, and the automaton of its tail.
#[derive(Debug)]
pub(super) struct Tail {
    split: Split,
    dfa: OnceLock<Option<DFA>>,
}

/// Caches of one program for one thread.
#[derive(Debug, Default)]
pub(super) struct Caches {
    pub(super) regex: Option<RegexCache>,
    tails: Vec<Option<DfaCache>>,
}

/// What a tail says of a hit, from the bytes near by alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    /// It matches, or cannot be ruled out.
    pub(super) fits: bool,
    /// More bytes than were looked at may change that.
    pub(super) open: bool,
}

/// The expression as it is understood everywhere here: of bytes, with ASCII's classes.
pub(super) fn parse(pattern: &str) -> Option<Hir> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).ok()
}

impl Program {
    pub(super) fn new(rule: &Brought) -> Self {
        let hir = rule.regex.as_deref().and_then(parse);
        let splits = hir.as_ref().and_then(literals::splits);
        let way = match (&hir, splits) {
            (None, _) => Way::Nowhere,
            (_, Some(splits)) => Way::Splits(splits.into_iter().map(Tail::new).collect()),
            (_, None) if can_be_sieved(&rule.keywords) => Way::Keywords,
            (_, None) => Way::Everywhere,
        };
        let longest = hir.as_ref().and_then(|hir| hir.properties().maximum_len());
        let keywords = (!rule.keywords.is_empty()).then(|| Words::new(rule.keywords.clone(), true));
        Self {
            hir,
            way,
            longest,
            keywords,
            path: rule.path.clone().map(|path| Patterns::new(vec![path])),
            regex: OnceLock::new(),
        }
    }

    /// What finds nothing.
    pub(super) fn nothing() -> Self {
        Self::new(&Brought::default())
    }

    /// Whether the path keeps the rule from finding anything; `None` if that depends on a path that is not known.
    pub(super) fn path_drops(&self, path: Option<&[u8]>) -> Option<bool> {
        match (&self.path, path) {
            (None, _) => Some(false),
            (Some(_), None) => None,
            (Some(wanted), Some(path)) => Some(!wanted.match_in(path)),
        }
    }

    /// The whole expression; `None` if it takes too much memory, which reading the rules file rules out.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let build = || {
            let config = Regex::config()
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE))
                .hybrid_cache_capacity(CACHE);
            let mut builder = meta::Builder::new();
            builder
                .configure(config)
                .build_from_hir(self.hir.as_ref()?)
                .ok()
        };
        self.regex.get_or_init(build).as_ref()
    }

    pub(super) fn tails(&self) -> &[Tail] {
        match &self.way {
            Way::Splits(tails) => tails,
            _ => &[],
        }
    }
}

/// Whether keywords can be looked for: one that is a single character would stand everywhere.
fn can_be_sieved(keywords: &[String]) -> bool {
    let cost = |word: &String| sieve::cost(&bytes::in_any_case(word));
    !keywords.is_empty() && keywords.iter().map(cost).sum::<f64>() < literals::RARE
}

impl Tail {
    fn new(split: Split) -> Self {
        Self {
            split,
            dfa: OnceLock::new(),
        }
    }

    pub(super) fn sequences(&self) -> &[Sequence] {
        &self.split.sequences
    }

    /// How far before a hit its match can begin.
    pub(super) fn head(&self) -> usize {
        self.split.head.unwrap_or(BACK)
    }

    fn dfa(&self) -> Option<&DFA> {
        let build = || {
            let nfa = NFA::compiler()
                .configure(
                    NFA::config()
                        .utf8(false)
                        .which_captures(WhichCaptures::None)
                        .nfa_size_limit(Some(SIZE)),
                )
                .build_from_hir(&self.split.tail)
                .ok()?;
            let config = DFA::config()
                // So that it dies only where nothing longer can match either.
                .match_kind(MatchKind::All)
                .cache_capacity(CACHE)
                .skip_cache_capacity_check(true);
            DFA::builder().configure(config).build_from_nfa(nfa).ok()
        };
        self.dfa.get_or_init(build).as_ref()
    }

    /// Tries the tail at `at`, and looks at no more than `most` bytes. What cannot be told counts as fitting.
    pub(super) fn try_at(
        &self,
        caches: &mut Caches,
        number: usize,
        bytes: &[u8],
        at: usize,
        most: usize,
    ) -> Tried {
        const UNKNOWN: Tried = Tried {
            fits: true,
            open: true,
        };
        let Some(dfa) = self.dfa() else {
            return UNKNOWN;
        };
        if caches.tails.len() <= number {
            caches.tails.resize_with(number + 1, || None);
        }
        let Some(slot) = caches.tails.get_mut(number) else {
            return UNKNOWN;
        };
        let cache = slot.get_or_insert_with(|| dfa.create_cache());
        step(dfa, cache, bytes, at, most).unwrap_or(UNKNOWN)
    }
}

/// Walks the automaton byte by byte; `None` if it gave up.
fn step(dfa: &DFA, cache: &mut DfaCache, bytes: &[u8], at: usize, most: usize) -> Option<Tried> {
    let input = Input::new(bytes).range(at..).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(cache, &input).ok()?;
    let mut fits = false;
    let end = bytes.len().min(at.saturating_add(most));
    for &byte in bytes.get(at..end)? {
        state = dfa.next_state(cache, state, byte).ok()?;
        if state.is_tagged() {
            if state.is_dead() {
                return Some(Tried { fits, open: false });
            }
            if state.is_quit() {
                return None;
            }
            fits |= state.is_match();
        }
    }
    if end == bytes.len() {
        state = dfa.next_eoi_state(cache, state).ok()?;
        fits |= state.is_match();
        // More text at the end is another text, whose seam is here.
        return Some(Tried { fits, open: false });
    }
    Some(Tried { fits, open: true })
}

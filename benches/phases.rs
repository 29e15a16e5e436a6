//! Times the phases: prefilter and detector on text without keys, then a pack's objects decoded only, and scanned.
//!
//! `AISALEAKS_BENCH_REPO=/path/to/repository cargo bench` measures on a repository of your choice; without it, on the
//! one that holds this file.

use std::hint::black_box;
use std::path::PathBuf;

use aisaleaks::control::Control;
use aisaleaks::detect::{Detector, Scratch, Text};
use aisaleaks::git::family::Family;
use aisaleaks::git::pack::Entry;
use aisaleaks::git::walk::{self, Visited, Visitor};
use aisaleaks::git::{Kind, Repository, Store};
use aisaleaks::model::{Confidence, Mark, Problem, Reach};
use aisaleaks::rules::{Brought, Kind as RuleKind, Rule, Source};
use aisaleaks::{pipeline, rules};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn detector() -> Detector {
    Detector::new(rules::builtin().expect("the built-in rules are valid"))
}

fn repository() -> PathBuf {
    std::env::var_os("AISALEAKS_BENCH_REPO")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn search(criterion: &mut Criterion) {
    let detector = detector();
    let text = include_str!("../src/git/walk/mod.rs").repeat(400);
    let mut group = criterion.benchmark_group("search");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut found = Vec::new();
    group.bench_function("nothing to find", |bencher| {
        bencher.iter(|| detector.search(black_box(text.as_bytes()), None, &mut found));
    });
    let gated = text.replace("the ", "task-sk-");
    group.throughput(Throughput::Bytes(gated.len() as u64));
    group.bench_function("a hit of the prefilter on most lines", |bencher| {
        bencher.iter(|| detector.search(black_box(gated.as_bytes()), None, &mut found));
    });
}

/// A rule in the way of those that people bring: a name, an assignment, a token.
fn brought(name: &str) -> Rule {
    let regex = format!(
        r#"(?i)[\w.-]{{0,50}}?(?:{name})(?:[ \t\w.-]{{0,20}})[\s'"]{{0,3}}(?:=|:{{1,3}}=|:)['"\s]{{0,5}}([a-z0-9_-]{{32}})(?:['"\s;]|$)"#
    );
    Rule {
        id: name.into(),
        description: String::new(),
        tags: Vec::new(),
        confidence: Confidence::Medium,
        examples: Vec::new(),
        counter_examples: Vec::new(),
        source: Source::File("bench.toml".into(), 1),
        kind: RuleKind::Brought(Box::new(Brought {
            regex: Some(regex),
            ..Brought::default()
        })),
    }
}

/// With 200 rules that somebody brought, of which a few have names that stand everywhere.
fn search_brought(criterion: &mut Criterion) {
    let common = ["key", "token", "secret", "api"].map(str::to_owned);
    let vendors = (0..196).map(|n| format!("vendor{}{n}", char::from(b'a' + (n % 26) as u8)));
    let rules = common.into_iter().chain(vendors).map(|name| brought(&name));
    let detector = Detector::new(rules.collect());
    let text = include_str!("../src/git/walk/mod.rs").repeat(400);
    let mut group = criterion.benchmark_group("search");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    group.bench_function("200 brought rules", |bencher| {
        bencher.iter(|| {
            let text = Text::whole(black_box(text.as_bytes()));
            detector.search_brought(text, &[], &mut scratch, &mut found);
            found.clear();
        });
    });
}

/// Looks at nothing.
struct Blind;

impl Visitor for Blind {
    fn object(&mut self, object: &Visited<'_>, _: &mut Vec<Mark>) {
        black_box(object.bytes);
    }

    fn large(&mut self, _: Kind, _: &Entry, reader: &mut dyn std::io::Read) -> std::io::Result<()> {
        std::io::copy(reader, &mut std::io::sink()).map(drop)
    }

    fn problem(&mut self, _: Problem) {}
}

fn decode(control: &Control) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(control.thread_count())
        .build()
        .expect("threads");
    let repository = Repository::discover(&repository()).expect("a repository");
    let mut problems = Vec::new();
    let store = pool.install(|| Store::open(&repository, 5, &mut problems));
    let reach = Reach {
        before: 0,
        longest: 0,
        after: 0,
        promise: 0,
        context: 0,
        stretch: 0,
        names: false,
    };
    for (_, pack) in &store.packs {
        let family = pool.install(|| Family::new(pack.entries(&mut problems)));
        for kinds in [&[Kind::Blob, Kind::Commit, Kind::Tag][..], &[Kind::Tree]] {
            walk::walk(pack, &family, kinds, reach, control, &pool, || Blind);
        }
    }
}

fn history(criterion: &mut Criterion) {
    let control = Control::default();
    let detector = detector();
    let mut group = criterion.benchmark_group("history");
    group.sample_size(10);
    group.bench_function("decode only, all four kinds", |bencher| {
        bencher.iter(|| decode(&control))
    });
    let options = pipeline::Options {
        paths: vec![repository()],
        history: true,
        ..pipeline::Options::default()
    };
    group.bench_function("decode and search", |bencher| {
        bencher.iter(|| pipeline::scan(&options, &detector, &control).expect("a scan"));
    });
    // What is in a container is no object, so that the first bench does not decode it.
    let mut closed = Control::default();
    closed.limits.archives.depth = 0;
    group.bench_function("decode and search, containers closed", |bencher| {
        bencher.iter(|| pipeline::scan(&options, &detector, &closed).expect("a scan"));
    });
}

criterion_group!(benches, search, search_brought, history);
criterion_main!(benches);

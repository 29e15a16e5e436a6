//! Shows whether cost is linear: in packed bytes, in files, in packs and in keys. Linear cost is equal throughput.
//!
//! Everything is made in a temporary folder before the clock runs. In the groups of packs and keys all rows have nearly
//! the same bytes, so that their times can be compared directly.

mod files;
mod history;
mod random;

use std::path::Path;
use std::time::Duration;

use aisaleaks::control::Control;
use aisaleaks::detect::Detector;
use aisaleaks::{pipeline, rules};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use history::{Planted, Shape};

/// Commits at "1x".
const COMMITS: usize = 1500;
/// Files at "1x".
const FILES: usize = 3000;

struct Row {
    name: String,
    folder: tempfile::TempDir,
    throughput: Throughput,
    keys: usize,
    planted: Planted,
}

fn of_history(name: String, shape: &Shape) -> Row {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (bytes, planted) = shape.make(folder.path());
    Row {
        name,
        folder,
        throughput: Throughput::Bytes(bytes),
        keys: shape.keys,
        planted,
    }
}

fn of_files(name: String, files: usize, keys: usize) -> Row {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files::make(folder.path(), files, keys);
    Row {
        name,
        folder,
        throughput: Throughput::Elements(files as u64),
        keys,
        planted: Planted::new(),
    }
}

fn options(folder: &Path, history: bool) -> pipeline::Options {
    pipeline::Options {
        paths: vec![folder.to_path_buf()],
        files: !history,
        history,
        ..pipeline::Options::default()
    }
}

fn group(criterion: &mut Criterion, name: &str, history: bool, rows: Vec<Row>) {
    let detector = Detector::new(rules::builtin().expect("the built-in rules are valid"));
    let control = Control::default();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(1));
    for row in rows {
        let options = options(row.folder.path(), history);
        let scan = || pipeline::scan(&options, &detector, &control).expect("a scan");
        let outcome = scan();
        assert!(outcome.complete(), "{:?}", outcome.problems);
        assert_eq!(outcome.keys.len(), row.keys);
        // Right to the commit, or the time says nothing.
        for key in outcome.keys.iter().filter(|_| history) {
            let since = row.planted.get(&key.secret.fingerprint());
            assert_eq!(key.first_seen(), since.copied());
        }
        group.throughput(row.throughput);
        group.bench_function(BenchmarkId::from_parameter(row.name), |bencher| {
            bencher.iter(scan)
        });
    }
}

fn packed_bytes(criterion: &mut Criterion) {
    let row = |times| of_history(format!("{times}x"), &Shape::commits(times * COMMITS));
    group(criterion, "packed bytes", true, [1, 2, 4].map(row).into());
}

fn packs(criterion: &mut Criterion) {
    let row = |packs| {
        let shape = Shape {
            branches: 50,
            packs,
            ..Shape::commits(2 * COMMITS)
        };
        of_history(packs.to_string(), &shape)
    };
    group(criterion, "packs", true, [1, 10, 50].map(row).into());
}

fn file_count(criterion: &mut Criterion) {
    let row = |times| of_files(format!("{times}x"), times * FILES, 0);
    group(criterion, "files", false, [1, 2, 4].map(row).into());
}

fn keys_in_history(criterion: &mut Criterion) {
    let row = |keys| {
        let shape = Shape {
            keys,
            ..Shape::commits(2 * COMMITS)
        };
        of_history(keys.to_string(), &shape)
    };
    let rows = [0, 100, 1000, 10_000].map(row).into();
    group(criterion, "keys in history", true, rows);
}

fn keys_in_files(criterion: &mut Criterion) {
    let row = |keys: usize| of_files(keys.to_string(), 2 * FILES, keys);
    let rows = [0, 100, 1000, 10_000].map(row).into();
    group(criterion, "keys in files", false, rows);
}

criterion_group!(
    benches,
    packed_bytes,
    packs,
    file_count,
    keys_in_history,
    keys_in_files
);
criterion_main!(benches);

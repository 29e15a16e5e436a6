//! Ways to store the same objects.

use std::fs;

use super::generator::Numbers;
use super::oracle::feed;
use crate::support::Repo;
use crate::support::files::packs;

/// The ways, in an order in which each can follow the one before.
pub const WAYS: [&str; 7] = [
    "as imported",
    "loose",
    "half packed",
    "two packs with copies",
    "one pack, deep chains",
    "borrowed",
    "only what is reachable",
];

/// Stores the objects this way. The folder of a lender must live as long as the repository.
pub fn store(repo: &Repo, way: &str, numbers: &mut Numbers) -> Option<tempfile::TempDir> {
    match way {
        "loose" => loosen(repo),
        "half packed" => {
            let objects = objects(repo);
            pack(repo, &some(&objects, numbers, 50));
            repo.git(&["prune-packed", "-q"]);
        }
        "two packs with copies" => {
            let objects = objects(repo);
            loosen(repo);
            pack(repo, &some(&objects, numbers, 70));
            pack(repo, &some(&objects, numbers, 70));
            repo.git(&["prune-packed", "-q"]);
        }
        "one pack, deep chains" => {
            let args = ["repack", "-qadfk", "--depth=50", "--window=50"];
            repo.git(&args);
            repo.git(&["prune-packed", "-q"]);
        }
        "borrowed" => return Some(borrow(repo, numbers)),
        "only what is reachable" => drop(repo.git(&["repack", "-qadf", "--depth=50"])),
        _ => {}
    }
    None
}

fn objects(repo: &Repo) -> Vec<String> {
    let check = "--batch-check=%(objectname)";
    let all = feed(
        repo.path(),
        &["cat-file", check, "--batch-all-objects"],
        b"",
    );
    let all = String::from_utf8(all).expect("UTF-8");
    all.lines().map(str::to_owned).collect()
}

fn some(objects: &[String], numbers: &mut Numbers, chance: usize) -> String {
    let kept = objects.iter().filter(|_| numbers.percent(chance));
    kept.map(|id| format!("{id}\n")).collect()
}

fn pack(repo: &Repo, objects: &str) {
    let base = repo.join(".git/objects/pack/pack");
    let base = base.display().to_string();
    let args = ["pack-objects", "-q", "--depth=50", "--window=50", &base];
    feed(repo.path(), &args, objects.as_bytes());
}

fn loosen(repo: &Repo) {
    for pack in packs(repo) {
        let bytes = fs::read(&pack).expect("read");
        // Git unpacks nothing that it has.
        let aside = repo.join(".git/aside");
        fs::rename(pack.with_extension("idx"), &aside).expect("moved");
        fs::remove_file(&pack).expect("removed");
        feed(repo.path(), &["unpack-objects", "-q"], &bytes);
        fs::remove_file(aside).expect("removed");
        drop(fs::remove_file(pack.with_extension("rev")));
    }
}

/// Moves most objects to a repository that this one borrows them from.
fn borrow(repo: &Repo, numbers: &mut Numbers) -> tempfile::TempDir {
    let lender = tempfile::tempdir().expect("a folder");
    let (own, lent) = (repo.join(".git/objects"), lender.path().join("objects"));
    let objects = objects(repo);
    let kept = some(&objects, numbers, 30);
    let base = repo.join(".git/kept").display().to_string();
    feed(repo.path(), &["pack-objects", "-q", &base], kept.as_bytes());
    fs::rename(&own, &lent).expect("moved");
    fs::create_dir_all(own.join("info")).expect("created");
    fs::create_dir_all(own.join("pack")).expect("created");
    fs::write(
        own.join("info/alternates"),
        lent.display().to_string() + "\n",
    )
    .expect("written");
    for entry in fs::read_dir(repo.join(".git")).expect("listed") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(rest) = name.strip_prefix("kept-") {
            fs::rename(entry.path(), own.join(format!("pack/pack-{rest}"))).expect("moved");
        }
    }
    lender
}

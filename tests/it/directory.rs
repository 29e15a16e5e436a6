//! Keys in every corner of a directory, and what is left out of it.

use std::os::unix::fs::symlink;

use super::support::files::fifo;
use super::support::{Repo, has, key, locations, report};

#[test]
fn obeys_ignore_rules_and_counts_what_they_leave_out() {
    let repo = Repo::new();
    let [hidden, ignored, tracked, folder] = [(); 4].map(|()| key());
    repo.write(".config/.hidden", &hidden);
    repo.write("tracked.log", &tracked)
        .commit("before the rule");
    repo.write(".gitignore", "*.log\nbuild/\n")
        .write("ignored.log", &ignored);
    repo.write("build/out.txt", &folder);

    let (code, report) = self::report(repo.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert!(has(&report, &hidden), "hidden");
    assert!(has(&report, &tracked), "tracked, although ignored");
    assert!(!has(&report, &ignored) && !has(&report, &folder));
    assert_eq!(
        report["stats"]["excluded"]["ignored"], 2,
        "{}",
        report["stats"]
    );

    let (_, report) = self::report(repo.path(), &["dir", ".", "--include-ignored"]);
    for key in [&hidden, &ignored, &tracked, &folder] {
        assert!(has(&report, key));
    }
    assert_eq!(report["stats"]["excluded"].get("ignored"), None);

    let (_, report) = self::report(repo.path(), &["dir", ".", "--exclude", "tracked.*"]);
    assert!(has(&report, &hidden) && !has(&report, &tracked));
    assert_eq!(report["stats"]["excluded"]["excluded"], 1);
}

#[test]
fn finds_a_key_in_the_middle_of_one_long_line() {
    let (folder, key) = (tempfile::tempdir().expect("a temporary folder"), key());
    let half = "é".repeat(7_500_000);
    std::fs::write(
        folder.path().join("long.js"),
        format!("{half} {key} {half}"),
    )
    .expect("written");
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    let [at] = locations(&report, &key).try_into().expect("one location");
    assert_eq!((&at["line"], &at["column"]), (&1.into(), &7_500_002.into()));
    assert_eq!(at["end_column"], 7_500_002 + key.len());
}

#[test]
fn finds_keys_in_names_and_links_and_passes_by_special_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [name, target, plain] = [(); 3].map(|()| key());
    let join = |name: &str| folder.path().join(name);
    std::fs::write(join(&format!("{name}.txt")), "").expect("written");
    std::fs::write(join("plain.txt"), &plain).expect("written");
    symlink(format!("/nowhere/{target}"), join("link")).expect("a link");
    fifo(&join("fifo"));
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert_eq!(locations(&report, &name)[0]["origin"], "path-name");
    assert_eq!(locations(&report, &target)[0]["path"], "link");
    assert!(has(&report, &plain));
    assert_eq!(report["stats"]["excluded"]["special"], 1);
}

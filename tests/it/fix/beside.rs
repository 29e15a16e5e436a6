//! `.gitignore`, `.env.example` and `.env`.

use std::os::unix::fs::PermissionsExt as _;

use super::super::support::{Repo, key, run};
use super::{assert_told, files, fix, read};

#[test]
fn what_is_there_already_is_not_added_again() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.js", format!("f('{key}');\n"));
    repo.write(".gitignore", "*.env\n.env*\n");
    repo.write(".env.example", "# AISA_API_KEY=\nB=");
    assert_told(&fix(&repo, &["--write"], &[&key]), 0, &["Wrote 1 file:"]);
    assert_eq!(read(&repo, ".gitignore"), "*.env\n.env*\n");
    assert_eq!(read(&repo, ".env.example"), "# AISA_API_KEY=\nB=");
}

#[test]
fn the_key_is_kept_only_if_asked_and_only_where_git_ignores_it() {
    let (repo, key) = (Repo::new(), key());
    repo.write("sub/a.js", format!("f('{key}');\n"));
    assert_eq!(fix(&repo, &["--write", "--env", "sub"], &[&key]).code, 0);
    assert_eq!(read(&repo, ".env"), format!("AISA_API_KEY={key}\n"));
    let mode = std::fs::metadata(repo.join(".env"))
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(repo.git(&["status", "--porcelain", ".env"]), "");
    assert_eq!(
        files(repo.path()),
        [".env", ".env.example", ".gitignore", "sub/a.js"]
    );
    assert_eq!(run(repo.path(), &["dir", "."]).code, 0);

    // It has a value already: that stays.
    let other = super::super::support::key();
    repo.write("sub/a.js", format!("f('{other}');\n"));
    let run = fix(&repo, &["--write", "--env"], &[&key, &other]);
    assert_told(&run, 0, &[".env has AISA_API_KEY already"]);
    assert_eq!(read(&repo, ".env"), format!("AISA_API_KEY={key}\n"));
}

#[test]
fn a_tracked_dotenv_gets_no_key() {
    let (repo, key) = (Repo::new(), key());
    repo.write(".env", "B=1\n");
    repo.commit("tracked");
    repo.write("a.js", format!("f('{key}');\n"));
    let run = fix(&repo, &["--write", "--env"], &[&key]);
    assert_told(
        &run,
        1,
        &[
            "git rm --cached .env",
            ".env: git does not ignore it, or tracks it",
        ],
    );
    assert_eq!(read(&repo, ".env"), "B=1\n");
}

#[test]
fn outside_of_a_repository_no_key_is_kept() {
    let (repo, key) = (Repo::new(), key());
    std::fs::remove_dir_all(repo.join(".git")).expect("removed");
    repo.write("a.js", format!("f('{key}');\n"));
    let run = fix(&repo, &["--write", "--env"], &[&key]);
    assert_told(&run, 1, &[".env: git does not ignore it"]);
    assert_eq!(files(repo.path()), [".env.example", "a.js"]);
}

#[test]
fn a_private_dotenv_keeps_its_key_and_is_ignored() {
    let (repo, key) = (Repo::new(), key());
    repo.write(".env", format!("AISA_API_KEY={key}\n"));
    let run = fix(&repo, &["--write"], &[&key]);
    assert_told(&run, 1, &[".env:1:14: ", "see that it is in .gitignore"]);
    assert_eq!(read(&repo, ".env"), format!("AISA_API_KEY={key}\n"));
    assert_eq!(read(&repo, ".gitignore"), ".env\n");
    assert_told(&fix(&repo, &["--write"], &[&key]), 0, &["Wrote 0 files"]);
}

#[test]
fn a_dry_run_says_what_would_be_kept() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.js", format!("f('{key}');\n"));
    let run = fix(&repo, &["--env"], &[&key]);
    assert_told(&run, 1, &["with --write, .env would get AISA_API_KEY"]);
    assert_eq!(files(repo.path()), ["a.js"]);
}

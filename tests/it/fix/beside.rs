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

    // It has another value already: that stays, and the key gets another name.
    let other = super::super::support::key();
    repo.write("sub/a.js", format!("f('{other}');\n"));
    let run = fix(&repo, &["--write", "--env"], &[&key, &other]);
    assert_told(&run, 0, &[".env has AISA_API_KEY_2 now"]);
    assert_eq!(read(&repo, "sub/a.js"), "f(process.env.AISA_API_KEY_2);\n");
    let expected = format!("AISA_API_KEY={key}\nAISA_API_KEY_2={other}\n");
    assert_eq!(read(&repo, ".env"), expected);
}

#[test]
fn keys_that_platforms_are_to_keep_are_in_it_too() {
    let kubernetes = "apiVersion: v1\nkind: Pod\nspec:\n  env:\n  - name: K\n    value: KEY\n";
    for (name, template, variable) in [
        (
            ".github/workflows/a.yml",
            "env:\n  K: KEY\n",
            "AISA_API_KEY",
        ),
        (
            ".gitea/workflows/a.yml",
            "env:\n  K: ${{ secrets.X_KEY || 'KEY' }}\n",
            "X_KEY",
        ),
        (
            ".gitlab-ci.yml",
            "variables:\n  MY_AISA_KEY: KEY\n",
            "MY_AISA_KEY",
        ),
        ("pod.yaml", kubernetes, "K"),
        ("compose.yml", "e:\n  K: ${X_KEY:-KEY}\n", "X_KEY"),
        ("Dockerfile", "FROM x\nARG SOME_KEY=KEY\n", "SOME_KEY"),
        ("a.py", "# KEY\n", "AISA_API_KEY"),
        ("README.env", "# KEY\n", "AISA_API_KEY"),
    ] {
        let (repo, key) = (Repo::new(), key());
        let text = |key: &str| template.replace("_KEY", "_key").replace("KEY", key);
        let text = text(&key).replace("_key", "_KEY");
        repo.write(name, &text);
        let dry = fix(&repo, &["--env"], &[&key]);
        let would = format!("with --write, .env would get {variable}");
        assert_told(&dry, 1, &[&would]);
        let run = fix(&repo, &["--write", "--env"], &[&key]);
        assert_told(&run, 0, &[&format!(".env has {variable} now")]);
        assert_eq!(read(&repo, ".env"), format!("{variable}={key}\n"), "{name}");
        assert_eq!(read(&repo, ".gitignore"), ".env\n", "{name}");
        assert!(!read(&repo, name).contains(&key), "{name}");

        // Where it cannot be kept, it stays where it is.
        let repo = Repo::new();
        repo.write(name, &text);
        std::fs::create_dir(repo.join(".env")).expect("made");
        let run = fix(&repo, &["--write", "--env"], &[&key]);
        assert_eq!(run.code, 1, "{name}: {}", run.stdout);
        assert_eq!(read(&repo, name), text, "{name}");
    }
}

#[test]
fn a_comment_names_only_a_key_that_nothing_reads() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    repo.write("a.js", format!("// {one}, {two}\n"));
    repo.write("b.js", format!("f(process.env.MY_AISA_KEY || '{one}');\n"));
    assert_eq!(fix(&repo, &["--write", "--env"], &[&one, &two]).code, 0);
    let kept = read(&repo, ".env");
    let mut lines: Vec<&str> = kept.lines().collect();
    lines.sort_unstable();
    let expected = [format!("AISA_API_KEY={two}"), format!("MY_AISA_KEY={one}")];
    assert_eq!(lines, expected, "{}", read(&repo, "a.js"));
    // Programs read one of them.
    assert_eq!(read(&repo, ".env.example"), "MY_AISA_KEY=\n");
}

#[test]
fn an_empty_entry_is_filled_in_and_one_in_a_comment_is_none() {
    for (before, after) in [
        ("AISA_API_KEY=\nB=1\n", "AISA_API_KEY=KEY\nB=1\n"),
        ("# AISA_API_KEY=\n", "# AISA_API_KEY=\nAISA_API_KEY=KEY\n"),
        ("AISA_API_KEY=\"KEY\"\n", "AISA_API_KEY=\"KEY\"\n"),
    ] {
        let (repo, key) = (Repo::new(), key());
        let with_key = |text: &str| {
            text.replace("KEY", &key)
                .replace(&format!("AISA_API_{key}"), "AISA_API_KEY")
        };
        repo.write(".gitignore", ".env\n");
        repo.write(".env", with_key(before));
        repo.write("a.py", format!("import os\nk = \"{key}\"\n"));
        assert_eq!(fix(&repo, &["--write", "--env"], &[&key]).code, 0);
        assert_eq!(read(&repo, ".env"), with_key(after));
    }
}

#[test]
fn where_the_key_cannot_be_kept_nothing_is_changed() {
    let key = key();
    let text = format!("f('{key}');\n");
    type Prepare = fn(&Repo);
    let prepared: [(&str, Prepare); 7] = [
        ("a pipe", |repo| {
            let made = std::process::Command::new("mkfifo")
                .arg(repo.join(".env"))
                .status();
            assert!(made.expect("mkfifo").success());
        }),
        ("a folder", |repo| {
            std::fs::create_dir(repo.join(".env")).expect("made");
        }),
        ("a link", |repo| {
            std::os::unix::fs::symlink("other", repo.join(".env")).expect("linked");
        }),
        ("not UTF-8", |repo| {
            repo.write(".env", b"A=\xff\n");
        }),
        ("rules in a link", |repo| {
            std::os::unix::fs::symlink("other", repo.join(".gitignore")).expect("linked");
        }),
        ("rules in a folder", |repo| {
            std::fs::create_dir(repo.join(".gitignore")).expect("made");
        }),
        ("a tracked one", |repo| {
            repo.write(".gitignore", ".env\n");
            repo.write(".env", "");
            repo.git(&["add", "-f", ".env"]);
        }),
    ];
    for (what, prepare) in prepared {
        let repo = Repo::new();
        repo.write("a.js", &text);
        prepare(&repo);
        let run = fix(&repo, &["--write", "--env"], &[&key]);
        assert_eq!(run.code, 1, "{what}: {}", run.stdout);
        assert_eq!(read(&repo, "a.js"), text, "{what}");
        assert!(!repo.join(".env.example").exists(), "{what}");
    }
}

#[test]
fn one_name_never_gets_two_keys() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    let head = "import os\nk = ";
    let both = format!("{head}os.getenv(\"X_KEY\", \"{one}\")\n");
    repo.write("a.py", &both);
    repo.write("b.py", format!("{head}os.getenv(\"X_KEY\", \"{two}\")\n"));
    let run = fix(&repo, &["--write", "--env"], &[&one, &two]);
    let part = "its variable has another value elsewhere";
    assert_told(&run, 1, &["a.py:2:25: ", "b.py:2:25: ", part]);
    assert_eq!(read(&repo, "a.py"), both);

    repo.write("a.py", format!("{head}\"{one}\"\n"));
    repo.write(
        "b.py",
        format!("{head}os.getenv(\"AISA_API_KEY\", \"{two}\")\n"),
    );
    assert_eq!(fix(&repo, &["--write", "--env"], &[&one, &two]).code, 0);
    let expected = format!("AISA_API_KEY={two}\nAISA_API_KEY_2={one}\n");
    assert_eq!(read(&repo, ".env"), expected);
}

#[test]
fn what_git_ignores_keeps_its_key() {
    let (repo, key) = (Repo::new(), key());
    repo.write(".gitignore", ".env\n.env.production\n");
    let text = format!("AISA_API_KEY={key}\n");
    repo.write(".env.production", &text);
    let run = fix(&repo, &["--write", "--include-ignored"], &[&key]);
    assert_told(&run, 1, &["where a key belongs"]);
    assert_eq!(read(&repo, ".env.production"), text);
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
    assert!(read(&repo, "a.js").contains(&key));
}

#[test]
fn outside_of_a_repository_no_key_is_kept() {
    let (repo, key) = (Repo::new(), key());
    std::fs::remove_dir_all(repo.join(".git")).expect("removed");
    repo.write("a.js", format!("f('{key}');\n"));
    let run = fix(&repo, &["--write", "--env"], &[&key]);
    assert_told(&run, 1, &[".env: git does not ignore it"]);
    assert_eq!(files(repo.path()), ["a.js"]);
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

#[test]
fn names_of_private_dotenv_files_are_taken() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    repo.write(".gitignore", ".env*\n");
    for file in [".env.local", "sub/.env", "sub/.env.mine"] {
        repo.write("sub/a.js", format!("f('{one}');\n"));
        for (value, name) in [(&two, "AISA_API_KEY_2"), (&one, "AISA_API_KEY")] {
            repo.write(file, format!("AISA_API_KEY={value}\n"));
            let dry = fix(&repo, &["--env"], &[&one, &two]);
            assert_told(&dry, 1, &[&format!("+f(process.env.{name});")]);
            // A new key, most likely, which it is not to be kept from.
            let dry = fix(&repo, &[], &[&one, &two]);
            assert_told(&dry, 1, &["+f(process.env.AISA_API_KEY);"]);
            let is_told = dry
                .stdout
                .contains("AISA_API_KEY has another value than that key");
            assert_eq!(is_told, value == &two, "{}", dry.stdout);
        }
        std::fs::remove_file(repo.join(file)).expect("removed");
    }
}

#[test]
fn an_odd_dotenv_stops_all() {
    for odd in ["A=\"x\n", "\u{feff}A=1\n", "A: x\n"] {
        let (repo, key) = (Repo::new(), key());
        let before = format!("f('{key}');\n");
        repo.write("a.js", &before);
        repo.write(".env", odd);
        let run = fix(&repo, &["--write", "--env"], &[&key]);
        assert_told(&run, 1, &[".env: line 1 of it is not surely"]);
        assert_eq!(
            (read(&repo, "a.js"), read(&repo, ".env")),
            (before, odd.to_owned())
        );
    }
}

//! What is not edited: it is said, and nothing is lost.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::super::support::{Repo, key};
use super::{assert_told, files, fix, read};

#[test]
fn bad_files_are_told_and_left() {
    let (repo, key) = (Repo::new(), key());
    let python = format!("import os\nK = '{key}'\n");
    repo.write("app.min.js", format!("k='{key}'"));
    repo.write("latin.py", [b"# \xe9\n", python.as_bytes()].concat());
    repo.write("locked.py", &python);
    let locked = std::fs::Permissions::from_mode(0o444);
    std::fs::set_permissions(repo.join("locked.py"), locked).expect("set");
    repo.write("main.go", format!("k := \"{key}\"\n"));
    repo.write("two.py", &python);
    std::fs::hard_link(repo.join("two.py"), repo.join("three.py")).expect("linked");
    repo.write("good.py", &python);
    let before: Vec<_> = files(repo.path()).into_iter().collect();
    let run = fix(&repo, &["--write"], &[&key]);
    let parts = [
        "app.min.js:1:4: it is generated or minified",
        "latin.py:3:6: the file is not UTF-8",
        "locked.py:2:6: it is read-only",
        "main.go:1:7: this kind of file is not edited; write os.Getenv(\"AISA_API_KEY\") instead",
        "two.py:2:6: it has other names (hard links)",
        "6 places by hand",
    ];
    assert_told(&run, 1, &parts);
    for name in before {
        let bytes = std::fs::read(repo.join(&name)).expect("read");
        let has_key = bytes.windows(key.len()).any(|part| part == key.as_bytes());
        assert_eq!(has_key, name != "good.py", "{name}");
    }
    let mode = std::fs::metadata(repo.join("locked.py"))
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o444);
}

#[test]
fn links_are_not_followed() {
    let (repo, key) = (Repo::new(), key());
    repo.write("real/a.py", format!("K = '{key}'\n"));
    symlink("real/a.py", repo.join("link.py")).expect("linked");
    let run = fix(&repo, &["--write", "link.py"], &[&key]);
    assert_told(
        &run,
        1,
        &["link.py:1:6: it is a symbolic link", "real/a.py"],
    );
    assert!(repo.join("link.py").is_symlink());
    assert!(read(&repo, "real/a.py").contains(&key));
}

#[test]
fn a_file_in_which_a_key_stays_is_not_written_at_all() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    for (name, text, part) in [
        (
            "a.py",
            format!("import os\nA = '{one}'\nB = '{{}} {two}'.format(1)\n"),
            "a.py:2:6: another key of the file",
        ),
        (
            "c.py",
            format!(
                "import os\nA = '{one}'\nB = ('{}'\n     + '{}')\n",
                &one[..24],
                &one[24..]
            ),
            "c.py:2:6: a key would stay in the file",
        ),
        (
            "b.py",
            format!("import os\nA = '{one}'\nB = '{two}'  # aisaleaks:allow a test\n"),
            "b.py:2:6: a key would stay in the file",
        ),
    ] {
        repo.write(name, &text);
        let run = fix(&repo, &["--write", name], &[&one, &two]);
        assert_told(&run, 1, &[part, "Wrote 0 files"]);
        assert_eq!(read(&repo, name), text);
    }
}

#[test]
fn what_stands_in_no_plain_text_is_told() {
    let (repo, key) = (Repo::new(), key());
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    repo.write("hex.py", format!("K = '{hex}'\n"));
    repo.write(&format!("name-{key}.txt"), "x");
    let run = fix(&repo, &["--write"], &[&key]);
    assert_told(&run, 1, &["hex.py:1:6: it is encoded", "rename the file"]);
    assert!(!run.stdout.contains(&hex[20..40]));
}

#[test]
fn two_keys_on_a_line_are_two_variables() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    repo.write("a.js", format!("f('é {one}', '{two}', '{one}');\n"));
    assert_eq!(fix(&repo, &["--write"], &[&one, &two]).code, 0);
    let text = read(&repo, "a.js");
    let names = ["AISA_API_KEY", "AISA_API_KEY_2"].map(|name| format!("process.env.{name}"));
    let [first, second] = match text.contains(&format!("`é ${{{}}}`", names[0])) {
        true => [&names[0], &names[1]],
        false => [&names[1], &names[0]],
    };
    assert_eq!(text, format!("f(`é ${{{first}}}`, {second}, {first});\n"));
    assert_eq!(
        read(&repo, ".env.example"),
        "AISA_API_KEY=\nAISA_API_KEY_2=\n"
    );
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let repo = Repo::new();
    assert_eq!(fix(&repo, &["nowhere"], &[]).code, 2);
}

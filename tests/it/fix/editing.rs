//! What is edited, and how.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::super::support::{Repo, key, run};
use super::{assert_told, files, fix, read};

#[test]
fn a_dry_run_shows_the_diff_and_changes_nothing() {
    let (repo, key) = (Repo::new(), key());
    let text = format!("import os\n\nKEY = \"{key}\"\n");
    repo.write("app.py", &text);
    for args in [&[][..], &["--dry-run"], &["--dry-run", "app.py"]] {
        let run = fix(&repo, args, &[&key]);
        let parts = [
            "--- a/app.py\n+++ b/app.py\n",
            "-KEY = \"sk-aisa-…",
            "+KEY = os.environ[\"AISA_API_KEY\"]",
            "+++ b/.gitignore\n@@ -0,0 +1 @@\n+.env\n",
            "+AISA_API_KEY=\n",
            "https://console.aisa.one",
            "Would change 3 files: 1 key replaced; --write writes it",
        ];
        assert_told(&run, 1, &parts);
        assert_eq!(read(&repo, "app.py"), text);
        assert_eq!(files(repo.path()), ["app.py"]);
    }
    let shown = run(repo.path(), &["fix", "--show-secrets"]);
    assert!(shown.stdout.contains(&format!("-KEY = \"{key}\"\n")));
    let both = run(repo.path(), &["fix", "--dry-run", "--write"]);
    assert_eq!(both.code, 2);
}

#[test]
fn what_is_written_is_what_was_shown_and_keeps_mode_and_line_ends() {
    let (repo, key) = (Repo::new(), key());
    repo.write(
        "run.py",
        format!("#!/usr/bin/env python3\r\nK = '{key}'\r\n"),
    );
    let path = repo.join("run.py");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).expect("set");
    let dry = fix(&repo, &[], &[&key]);
    let run = fix(&repo, &["--write"], &[&key]);
    assert_told(&run, 0, &["Wrote 3 files: 1 key replaced"]);
    let diff = |text: &str| text.split("\n\n").next().map(str::to_owned);
    assert_eq!(diff(&dry.stdout), diff(&run.stdout));
    let expected = "#!/usr/bin/env python3\r\nimport os\r\nK = os.environ[\"AISA_API_KEY\"]\r\n";
    assert_eq!(read(&repo, "run.py"), expected);
    let mode = std::fs::metadata(&path)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o750);
    assert_eq!(files(repo.path()), [".env.example", ".gitignore", "run.py"]);
    assert_told(&fix(&repo, &["--write"], &[&key]), 0, &["Wrote 0 files"]);
    assert_told(&fix(&repo, &[], &[&key]), 0, &["Nothing to fix"]);
}

#[test]
fn every_language_reads_a_variable_afterwards_and_a_scan_finds_nothing() {
    let (repo, key) = (Repo::new(), key());
    for (name, template, expected) in [
        (
            "a.py",
            "x = os.getenv(\"X\", \"KEY\")\n",
            "x = os.getenv(\"X\")\n",
        ),
        (
            "b.ts",
            "const k: string = 'KEY';\n",
            "const k: string = process.env.AISA_API_KEY!;\n",
        ),
        (
            "c.sh",
            "curl -H 'x: KEY'\n",
            "curl -H 'x: '\"${AISA_API_KEY:?}\"\n",
        ),
        (".env.example", "AISA_API_KEY=KEY\n", "AISA_API_KEY=\nX=\n"),
        (
            "Dockerfile",
            "FROM x\nARG AISA_API_KEY=KEY\n",
            "FROM x\nARG AISA_API_KEY\n",
        ),
        (
            "compose.yml",
            "services: {a: {environment: [\"K=KEY\"]}}\n",
            "services: {a: {environment: [\"K=${AISA_API_KEY:?}\"]}}\n",
        ),
        (
            ".github/workflows/ci.yml",
            "env:\n  K: KEY\n",
            "env:\n  K: ${{ secrets.AISA_API_KEY }}\n",
        ),
        (
            ".gitlab-ci.yml",
            "variables:\n  K: KEY\n",
            "variables:\n  K: $AISA_API_KEY\n",
        ),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nspec:\n  env:\n  - name: K\n    value: KEY\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  env:\n  - name: K\n    valueFrom:\n      secretKeyRef:\n        name: aisa-api-key\n        key: K\n",
        ),
        (
            ".mcp.json",
            "{\"env\": {\"K\": \"KEY\"}}\n",
            "{\"env\": {\"K\": \"${AISA_API_KEY}\"}}\n",
        ),
    ] {
        repo.write(
            name,
            template
                .replace("KEY", &key)
                .replace(&format!("AISA_API_{key}"), "AISA_API_KEY"),
        );
        repo.write(&format!("expected/{name}"), expected);
    }
    let run = fix(&repo, &["--write", "--exclude", "expected/"], &[&key]);
    let parts = [
        "gh secret set AISA_API_KEY",
        "Settings, CI/CD, Variables",
        "kubectl create secret generic aisa-api-key",
        "docker build --secret",
        "10 keys replaced",
    ];
    assert_told(&run, 0, &parts);
    for name in files(&repo.join("expected")) {
        assert_eq!(
            read(&repo, &name),
            read(&repo, &format!("expected/{name}")),
            "{name}"
        );
    }
    let scan = super::super::support::run(repo.path(), &["dir", "."]);
    assert_eq!(scan.code, 0, "{}", scan.stdout);
}

#[test]
fn the_shown_diff_is_a_patch() {
    let (repo, key) = (Repo::new(), key());
    let text = format!("x = 1\nimport os\ny = 'Bearer {key}'\n");
    repo.write("a/b.py", &text);
    let shown = run(repo.path(), &["fix", "--show-secrets"]);
    let diff = shown.stdout.split("\n\n").next().expect("a diff");
    repo.write("x.patch", format!("{diff}\n"));
    repo.git(&["apply", "--check", "x.patch"]);
    repo.git(&["apply", "x.patch"]);
    let expected = "x = 1\nimport os\ny = f'Bearer {os.environ[\"AISA_API_KEY\"]}'\n";
    assert_eq!(read(&repo, "a/b.py"), expected);
}

#[test]
fn the_shown_diff_is_a_patch_from_anywhere() {
    let (repo, key) = (Repo::new(), key());
    repo.write("s/a\tb.js", format!("f('{key}');\n"));
    let shown = run(repo.path(), &["fix", "s", "--show-secrets"]);
    let diff = shown.stdout.split("\n\n").next().expect("a diff");
    repo.write("x.patch", format!("{diff}\n"));
    repo.git(&["apply", "x.patch"]);
    assert_eq!(read(&repo, "s/a\tb.js"), "f(process.env.AISA_API_KEY);\n");
    assert_eq!(read(&repo, ".env.example"), "AISA_API_KEY=\n");
}

#[cfg(target_os = "linux")]
#[test]
fn the_shown_diff_is_a_patch_whatever_a_path_has() {
    use std::os::unix::ffi::OsStrExt as _;
    for (name, shown) in [
        (&b"caf\xe9.js"[..], "\"a/caf\\351.js\""),
        ("\u{e9}/caf\u{e9}.js".as_bytes(), "a/\u{e9}/caf\u{e9}.js"),
        (
            "\u{e9}/\u{202e}x.js".as_bytes(),
            "\"a/\\303\\251/\\342\\200\\256x.js\"",
        ),
        (b"d\xff/\x01\n\r\x7f.js", "\"a/d\\377/\\001\\n\\r\\177.js\""),
        (b"a\"b\\c.js", "\"a/a\\\"b\\\\c.js\""),
        (b"##[x] y.js", "\"a/#\\043[x] y.js\""),
        (b"a  b.js", "a/a  b.js"),
    ] {
        let (repo, key) = (Repo::new(), key());
        let path = repo.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(&path, format!("f('{key}');\n")).expect("written");
        // What a person reads is named in the same way.
        let run_without = fix(&repo, &[], &[&key]);
        assert_told(&run_without, 1, &[&format!("--- {shown}\n")]);
        let diff = run(repo.path(), &["fix", "--show-secrets"]).stdout;
        let diff = diff.split("\n\n").next().expect("a diff");
        assert!(diff.contains(&format!("--- {shown}\n")), "{diff}");
        repo.write("x.patch", format!("{diff}\n"));
        repo.git(&["apply", "x.patch"]);
        let after = std::fs::read(&path).expect("read");
        assert_eq!(after, b"f(process.env.AISA_API_KEY);\n", "{shown}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_in_a_path_is_masked_in_the_diff() {
    use std::os::unix::ffi::OsStrExt as _;
    for head in [&b""[..], b"\xe9-", b"\xe9", b"a\n"] {
        let (repo, [one, two]) = (Repo::new(), [key(), key()]);
        let name = [head, one.as_bytes(), b".js"].concat();
        let path = repo.path().join(std::ffi::OsStr::from_bytes(&name));
        std::fs::write(path, format!("f('{two}');\n")).expect("written");
        let run = fix(&repo, &[], &[&one, &two]);
        let parts = [
            "sk-aisa-…",
            "+f(process.env.AISA_API_KEY",
            "rename the file",
        ];
        assert_told(&run, 1, &parts);
    }
    // One that is found although it does not stand there as it is.
    for joint in [&b"\n"[..], b"\\\n", b"\n "] {
        let (repo, [one, two]) = (Repo::new(), [key(), key()]);
        let (head, tail) = one.as_bytes().split_at(30);
        let name = [head, joint, tail, b".js"].concat();
        let path = repo.path().join(std::ffi::OsStr::from_bytes(&name));
        std::fs::write(path, format!("f('{two}');\n")).expect("written");
        let run = fix(&repo, &[], &[&one, &two]);
        assert_told(&run, 1, &["+f(process.env.AISA_API_KEY"]);
    }
}

#[test]
fn a_script_runs_on_with_the_variable_and_stops_without() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.sh", format!("printf %s 'x {key} y'\n"));
    assert_eq!(fix(&repo, &["--write"], &[&key]).code, 0);
    let script = |set: Option<&str>| {
        let mut bash = Command::new("bash");
        bash.arg(repo.join("a.sh")).env_remove("AISA_API_KEY");
        bash.envs(set.map(|value| ("AISA_API_KEY", value))).output()
    };
    let (Ok(with), Ok(without)) = (script(Some("k")), script(None)) else {
        return eprintln!("SKIPPED: bash is not here");
    };
    assert_eq!(String::from_utf8_lossy(&with.stdout), "x k y");
    assert!(!without.status.success());
}

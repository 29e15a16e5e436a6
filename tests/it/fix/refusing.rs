//! What is not edited: it is said, and nothing is lost.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::super::support::{Repo, key, run};
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

#[test]
fn what_browsers_get_is_left_and_a_server_is_recommended() {
    let (repo, key) = (Repo::new(), key());
    let call = format!("f('{key}');\n");
    let told = "call AIsa from a server of yours, which reads AISA_API_KEY";
    for (name, text) in [
        ("src/a.tsx", call.clone()),
        ("src/b.jsx", format!("import React from 'react';\n{call}")),
        (
            "src/c.js",
            format!("import {{ useState }} from 'react';\n{call}"),
        ),
        ("src/d.ts", format!("{call}window.x = 1;\n")),
        ("src/e.ts", format!("'use client';\n{call}")),
        ("src/f.js", format!("localStorage.setItem('k', '{key}');\n")),
        ("src/g.mjs", format!("{call}f(import.meta.env.MODE);\n")),
        (
            "src/environments/environment.ts",
            format!("export const environment = {{ k: '{key}' }};\n"),
        ),
        ("public/h.js", call.clone()),
        ("app/static/i.js", call.clone()),
        ("assets/j.js", call.clone()),
        (
            "vite.config.ts",
            format!("export default {{ define: {{ K: '{key}' }} }};\n"),
        ),
        ("k.vue", format!("<script>const k = '{key}'</script>\n")),
        ("l.svelte", format!("<script>const k = '{key}'</script>\n")),
        ("m.html", format!("<script>const k = '{key}'</script>\n")),
        (".env.production", format!("VITE_AISA_KEY={key}\n")),
        (
            "n.ts",
            format!("f(process.env.NEXT_PUBLIC_K || '{key}');\n"),
        ),
        (
            "Dockerfile",
            format!("FROM x\nARG REACT_APP_AISA_KEY={key}\n"),
        ),
        (
            "pages/o.jsx",
            format!("export async function getServerSideProps() {{}}\n{call}"),
        ),
    ] {
        repo.write(name, &text);
        let run = fix(&repo, &["--write", "--env", name], &[&key]);
        assert_told(&run, 1, &[&format!("{name}:"), told, "Wrote 0 files"]);
        assert_eq!(read(&repo, name), text, "{name}");
        std::fs::remove_file(repo.join(name)).expect("removed");
    }
    for (name, head) in [
        (
            "src/a.tsx",
            "import { readFile } from 'node:fs/promises';\n",
        ),
        ("src/b.jsx", "\"use server\";\n"),
        (
            "src/c.js",
            "import React from 'react';\nimport express from 'express';\n",
        ),
        ("src/d.server.tsx", ""),
    ] {
        repo.write(name, format!("{head}{call}"));
        assert_told(
            &fix(&repo, &["--write", name], &[&key]),
            0,
            &["1 key replaced"],
        );
        assert!(
            read(&repo, name).contains("f(process.env.AISA_API_KEY"),
            "{name}"
        );
    }
}

#[test]
fn in_a_package_for_browsers_only_a_server_is_edited() {
    let (repo, key) = (Repo::new(), key());
    let config = format!("export const key = '{key}';\n");
    let server = format!("import express from 'express';\n{config}");
    repo.write("package.json", "{\"devDependencies\": {\"vite\": \"^5\"}}");
    repo.write("api/package.json", "{\"dependencies\": {\"pg\": \"^8\"}}");
    repo.write("src/a.js", &config).write("src/b.js", &server);
    repo.write("api/src/c.js", &config);
    let sarif = run(repo.path(), &["dir", ".", "-f", "sarif"]).json();
    let fixes = &sarif["runs"][0]["results"][0]["fixes"][0]["artifactChanges"];
    let run = fix(&repo, &["--write"], &[&key]);
    let part = "src/a.js:1:21: nothing in this file says for sure that a server runs it";
    assert_told(&run, 1, &[part, "2 keys replaced; 1 place by hand"]);
    assert_eq!(read(&repo, "src/a.js"), config);
    for name in ["src/b.js", "api/src/c.js"] {
        assert!(
            read(&repo, name).contains("= process.env.AISA_API_KEY;"),
            "{name}"
        );
    }
    assert_eq!(fixes.as_array().map(Vec::len), Some(2), "{sarif:#}");
}

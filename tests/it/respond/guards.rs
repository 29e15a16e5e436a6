//! Hooks, `.env` and CI, as they are set up.

use super::{Leak, evidence, items, run, states};

fn tick(leak: &Leak, number: usize) -> (String, String) {
    let json = leak.json();
    let state = states(&json, "prevent")[number].to_owned();
    (state, evidence(&json, "prevent", number).to_owned())
}

#[test]
fn a_hook_is_ticked_once_git_runs_it() {
    let leak = Leak::new();
    assert_eq!(tick(&leak, 0).0, "open");
    assert_eq!(run(leak.repo.path(), &["hook", "install"]).code, 0);
    let (state, said) = tick(&leak, 0);
    assert_eq!(state, "done");
    assert!(said.starts_with("Checked: commits"), "{said}");
    assert_eq!(run(leak.repo.path(), &["hook", "uninstall"]).code, 0);
    assert_eq!(tick(&leak, 0).0, "open");
    // A file that git does not run is no hook.
    leak.repo.write(
        ".git/hooks/pre-commit",
        "#!/bin/sh\naisaleaks hook run pre-commit\n",
    );
    assert_eq!(tick(&leak, 0).0, "open");
}

#[test]
fn dotenv_is_ticked_where_git_ignores_it() {
    let leak = Leak::new();
    assert_eq!(tick(&leak, 1).0, "open");
    leak.repo.write(".gitignore", ".env\n");
    assert_eq!(tick(&leak, 1).0, "done");
    leak.repo.write(".env", "A=1\n").commit("with the file");
    let (state, said) = tick(&leak, 1);
    assert_eq!(state, "open");
    assert!(said.contains("git tracks it"), "{said}");
    leak.repo.git(&["rm", "-q", "--cached", ".env"]);
    assert_eq!(tick(&leak, 1).0, "done");
}

#[test]
fn ci_is_ticked_where_a_file_of_it_runs_the_program() {
    let leak = Leak::new();
    let json = leak.json();
    assert_eq!(items(&json, "prevent")[2]["by_hand"], true);
    leak.repo
        .write(
            ".github/workflows/ci.yml",
            "# aisaleaks would be good\non: push\n",
        )
        .commit("begin CI");
    let (state, said) = tick(&leak, 2);
    assert_eq!(state, "open");
    assert!(said.contains(".github/workflows/ci.yml"), "{said}");
    leak.repo
        .write(".gitlab-ci.yml", "keys:\n  script: aisaleaks ci\n");
    assert_eq!(
        tick(&leak, 2).0,
        "open",
        "nobody runs what git does not track"
    );
    leak.repo.git(&["add", ".gitlab-ci.yml"]);
    let (state, said) = tick(&leak, 2);
    assert_eq!(
        (state.as_str(), said.as_str()),
        ("done", ".gitlab-ci.yml:2 runs it")
    );
}

#[test]
fn to_be_named_is_not_to_be_run() {
    let leak = Leak::new();
    let path = ".github/workflows/ci.yml";
    for line in [
        "name: remove aisaleaks",
        "run: aisaleaks ci || true",
        "run: if false; then aisaleaks ci; fi",
    ] {
        leak.repo.write(path, format!("on: push\n{line}\n"));
        leak.repo.git(&["add", path]);
        let (state, said) = tick(&leak, 2);
        assert_eq!(state, "unknown", "{line}");
        assert!(said.starts_with(".github/workflows/ci.yml:2 names it"));
    }
    let hook = leak.repo.join(".git/hooks/pre-commit");
    for (text, expected) in [
        (
            "#!/bin/sh\nif false; then\n  aisaleaks hook run pre-commit\nfi\n",
            "unknown",
        ),
        (
            "#!/bin/sh\nexit 0\naisaleaks hook run pre-commit\n",
            "unknown",
        ),
        (
            "#!/bin/sh\naisaleaks hook run pre-commit\necho done\n",
            "unknown",
        ),
        (
            "#!/bin/sh\nset -e\naisaleaks hook run pre-commit\necho done\n",
            "done",
        ),
        ("#!/bin/sh\n# aisaleaks hook run pre-commit\n", "open"),
    ] {
        crate::hooks::executable(&hook, text);
        assert_eq!(tick(&leak, 0).0, expected, "{text}");
    }
}

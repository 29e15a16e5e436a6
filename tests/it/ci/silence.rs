//! A change cannot silence its own scan.

use super::{Hub, pull, pushed};
use crate::support::key;

/// What a change could bring to allow its own key: files, and the flags that name them.
type Way = (&'static str, Vec<(&'static str, String)>, Vec<&'static str>);

fn ways(secret: &str) -> Vec<Way> {
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    let disable = "disable = [\"aisa-api-key\"]\n";
    let plain = format!("KEY = \"{secret}\"\n");
    let entry = aisaleaks::model::Secret::new(secret).fingerprint();
    let fingerprint = format!("[[allow]]\nreason = \"r\"\nfingerprints = [\"{entry}\"]\n");
    let marked = format!("KEY = \"{secret}\"  # aisaleaks:allow mine\n");
    vec![
        ("a marker", vec![("new.py", marked)], vec![]),
        (
            "an entry of the configuration",
            vec![("new.py", plain.clone()), (".aisaleaks.toml", allow.into())],
            vec![],
        ),
        (
            "a fingerprint",
            vec![("new.py", plain.clone()), (".aisaleaks.toml", fingerprint)],
            vec![],
        ),
        (
            "a disabled rule",
            vec![
                ("new.py", plain.clone()),
                (".aisaleaks.toml", disable.into()),
            ],
            vec![],
        ),
        (
            "a configuration that a flag names",
            vec![("new.py", plain), ("ci/conf.toml", allow.into())],
            vec!["--config", "ci/conf.toml"],
        ),
    ]
}

#[test]
fn nothing_that_a_change_brings_allows_what_it_brings() {
    for (nth, (what, files, args)) in ways(&key()).iter().enumerate() {
        let hub = Hub::new();
        let base = hub.commit("main", "main.py", "x\n");
        hub.server.git(&["checkout", "-q", "-b", "feature"]);
        for (name, text) in files {
            hub.server.write(name, text);
        }
        let head = hub.server.commit("change");
        let merge = hub.merge(&base, &head);
        let checkout = hub.checkout("pull", &merge, "refs/pull/7/merge", 0);
        let event = hub.event(pull(&base, &head, "bob/app"));
        let job = checkout.github("pull_request", &event, &merge, args);
        assert_eq!(job.run.code, 1, "{nth} {what}: {}", job.said());
        let args = [&["--mode", "all"], &args[..]].concat();
        let job = checkout.github("pull_request", &event, &merge, &args);
        assert_eq!(job.run.code, 1, "{what}, of everything: {}", job.said());
        let checkout = hub.checkout("push", &head, "refs/heads/feature", 0);
        let event = hub.event(pushed("refs/heads/feature", &base, &head));
        let job = checkout.github("push", &event, &head, &args[2..]);
        assert_eq!(job.run.code, 1, "{what}, pushed: {}", job.said());
    }
}

#[test]
fn a_marker_that_does_not_count_is_told() {
    let hub = Hub::new();
    let base = hub.commit("main", "main.py", "x\n");
    let text = format!("KEY = \"{}\"  # aisaleaks:allow mine\n", key());
    let head = hub.commit("feature", "new.py", &text);
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request", &event, &head, &[]);
    assert!(
        job.run.stderr.contains("a marker that does not count"),
        "{}",
        job.said()
    );
}

#[test]
fn a_baseline_counts_as_the_base_has_it() {
    let hub = Hub::new();
    let secret = key();
    let text = format!("KEY = \"{secret}\"\n");
    hub.commit("feature", "new.py", &text);
    let made = crate::support::run(
        hub.server.path(),
        &[
            "baseline",
            "create",
            "--reason",
            "mine",
            "-o",
            "known.jsonl",
        ],
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    let baseline = std::fs::read_to_string(hub.server.join("known.jsonl")).expect("made");
    assert!(baseline.lines().count() > 1, "{baseline}");
    let head = hub.server.commit("with a baseline of its own");
    let args = ["--baseline", "known.jsonl"];
    let run = |base: &str, name: &str| {
        let checkout = hub.checkout(name, &head, "refs/pull/7/head", 0);
        let event = hub.event(pull(base, &head, "ada/app"));
        checkout.github("pull_request", &event, &head, &args)
    };
    let base = hub.server.git(&["rev-parse", "main"]);
    let job = run(&base, "own");
    assert_eq!(job.run.code, 1, "{}", job.said());
    assert!(
        job.run.stderr.contains("has no such file"),
        "{}",
        job.said()
    );
    let base = hub.commit("main", "known.jsonl", &baseline);
    let job = run(&base, "base");
    assert_eq!(job.run.code, 0, "{}", job.said());
    assert_eq!(job.report["suppressed"], 1);
}

#[test]
fn what_the_base_allows_is_allowed() {
    let hub = Hub::new();
    let allow = "[[allow]]\nreason = \"fixtures\"\npaths = [\"fixtures/\"]\n";
    let base = hub.commit("main", ".aisaleaks.toml", allow);
    // It takes its own base's configuration away, which changes nothing.
    hub.commit("feature", ".aisaleaks.toml", "");
    let head = hub.commit("feature", "fixtures/a.txt", &key());
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "ada/app"));
    let job = checkout.github("pull_request", &event, &head, &[]);
    assert_eq!(job.run.code, 0, "{}", job.said());
    assert_eq!(job.report["suppressed"], 1, "{}", job.report);
    let outputs = ["found=false", "keys=0", "complete=true"];
    for line in outputs {
        assert!(job.outputs.lines().any(|at| at == line), "{}", job.outputs);
    }
}

/// Neither a link of the change that leads out, nor one of somebody's own that leads to what a change brings.
#[cfg(unix)]
#[test]
fn no_link_makes_what_a_change_brings_a_file_of_ones_own() {
    use std::os::unix::fs::symlink;
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    let hub = Hub::new();
    let base = hub.commit("main", "ci/conf.toml", "");
    let outside = hub.beside("cache");
    std::fs::create_dir(&outside).expect("created");
    std::fs::write(outside.join("conf.toml"), allow).expect("written");
    hub.server.git(&["checkout", "-q", "-b", "feature"]);
    hub.server.git(&["rm", "-rq", "ci"]);
    symlink(&outside, hub.server.join("ci")).expect("linked");
    hub.server.write("own.toml", allow);
    let head = hub.server.write("new.py", key()).commit("change");
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let link = hub.beside("link.toml");
    symlink(checkout.folder.join("own.toml"), &link).expect("linked");
    let link = link.to_str().expect("UTF-8");
    for file in ["ci/conf.toml", "./x/../ci/conf.toml", link] {
        let job = checkout.github("pull_request", &event, &head, &["--config", file]);
        assert_eq!(job.run.code, 1, "{file}: {}", job.said());
        let job = checkout.github("pull_request", &event, &head, &["--baseline", file]);
        assert!(job.run.code > 0, "{file}: {}", job.said());
    }
    // What no way through the work tree leads to is somebody's own.
    for file in ["../cache/conf.toml", "x/../../cache/conf.toml"] {
        std::fs::create_dir_all(checkout.folder.join("x")).expect("created");
        let job = checkout.github("pull_request", &event, &head, &["--config", file]);
        assert_eq!(job.run.code, 0, "{file}: {}", job.said());
    }
}

/// A folder of a change can hold all that makes a bare repository, and then its configuration would be the checkout's.
#[test]
fn a_repository_that_a_change_brings_is_not_taken() {
    let hub = Hub::new();
    let base = hub.commit("main", "backend/main.py", "x\n");
    hub.server.git(&["checkout", "-q", "-b", "feature"]);
    for (name, text) in [
        ("HEAD", "ref: refs/heads/x\n"),
        ("config", "[core]\n\tbare = true\n"),
        ("objects/info/alternates", "../../.git/objects\n"),
        ("refs/heads/x", &*base),
        ("conf.toml", "[[allow]]\nreason = \"r\"\npaths = [\"*\"]\n"),
        ("new.py", &*key()),
    ] {
        hub.server.write(&format!("backend/{name}"), text);
    }
    let head = hub.server.commit("change");
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let args = ["backend", "--config", "backend/conf.toml"];
    let job = checkout.github("pull_request", &event, &head, &args);
    assert_eq!(job.run.code, 2, "{}", job.said());
    assert!(job.run.stderr.contains("bare repository"), "{}", job.said());
    let job = checkout.github("pull_request", &event, &head, &args[1..]);
    assert_eq!(job.run.code, 1, "the real one: {}", job.said());
}

#[cfg(unix)]
#[test]
fn no_report_is_written_through_a_link_of_the_checkout() {
    let hub = Hub::new();
    let base = hub.server.git(&["rev-parse", "main"]);
    let (file, folder) = (hub.beside("precious"), hub.beside("folder"));
    std::fs::write(&file, "precious").expect("written");
    std::fs::create_dir(&folder).expect("created");
    hub.server.git(&["checkout", "-q", "-b", "feature"]);
    for (to, name) in [(&file, "aisaleaks.sarif"), (&folder, "reports")] {
        std::os::unix::fs::symlink(to, hub.server.join(name)).expect("linked");
    }
    let head = hub.server.commit("links");
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    for args in [&[][..], &["--sarif", "reports/a.sarif"]] {
        let job = checkout.github("pull_request", &event, &head, args);
        assert_eq!(job.run.code, 2, "{}", job.said());
        assert!(job.run.stderr.contains("is a link"), "{}", job.said());
    }
    let text = std::fs::read_to_string(&file).expect("there");
    assert_eq!(text, "precious");
    assert!(!folder.join("a.sarif").exists());
}

#[test]
fn a_tag_that_is_moved_is_not_trusted_for_what_it_was() {
    let hub = Hub::new();
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    let before = hub.commit("release", ".aisaleaks.toml", allow);
    let after = hub.commit("release", "new.py", &key());
    hub.server.git(&["tag", "v1"]);
    let checkout = hub.checkout("job", &after, "refs/tags/v1", 0);
    let event = hub.event(pushed("refs/tags/v1", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
}

#[test]
fn a_new_branch_is_not_trusted_where_the_default_branch_is_not_here() {
    let hub = Hub::new();
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    hub.commit("feature", ".aisaleaks.toml", allow);
    let after = hub.commit("feature", "new.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/feature", 0);
    for name in ["feature", "main"] {
        let name = format!("refs/remotes/origin/{name}");
        crate::support::git(&checkout.folder, &["update-ref", "-d", &name]);
    }
    let event = hub.event(pushed("refs/heads/feature", super::NONE, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 2, "{}", job.said());
    let way = "git fetch origin main:refs/remotes/origin/main";
    assert!(job.run.stderr.contains(way), "{}", job.said());
}

#[test]
fn of_two_pushes_the_first_does_not_allow_the_second() {
    let hub = Hub::new();
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    let before = hub.commit("feature", ".aisaleaks.toml", allow);
    let after = hub.commit("feature", "new.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/feature", 0);
    let event = hub.event(pushed("refs/heads/feature", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
    assert_eq!(job.commits(), 1, "what is scanned stays what came since");
    // What the default branch says was let in.
    let before = hub.commit("main", ".aisaleaks.toml", allow);
    let after = hub.commit("main", "new.py", &key());
    let checkout = hub.checkout("main", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 0, "{}", job.said());
}

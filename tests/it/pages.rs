//! What the README and the pages in docs/ promise: flags that exist, and links that lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::run;

/// The pages that tell of flags.
const PAGES: [&str; 8] = [
    include_str!("../../README.md"),
    include_str!("../../docs/flags.md"),
    include_str!("../../docs/baseline.md"),
    include_str!("../../docs/ci.md"),
    include_str!("../../docs/fix.md"),
    include_str!("../../docs/live.md"),
    include_str!("../../docs/purge-plan.md"),
    include_str!("../../docs/respond.md"),
];

/// The long flags in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let flags = parts.filter(|part| part.len() > 3 && part.starts_with("--"));
    flags
        .filter(|part| part.chars().any(|c| c.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

/// The flags that a help text is about: each begins its line, perhaps behind its short form.
fn of_help(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(str::trim_start);
    let lines: Vec<&str> = lines.filter(|line| line.starts_with('-')).collect();
    flags(&lines.join("\n"))
}

#[test]
fn every_flag_is_on_a_page() {
    let known = flags(&PAGES.concat());
    for command in [
        &["scan"][..],
        &["dir"],
        &["git"],
        &["staged"],
        &["stdin"],
        &["ci"],
        &["explain"],
        &["fix"],
        &["purge-plan"],
        &["recheck"],
        &["respond"],
        &["completions"],
        &["rules", "list"],
        &["rules", "check"],
        &["hook", "install"],
        &["hook", "uninstall"],
        &["hook", "status"],
        &["hook", "run"],
        &["baseline", "create"],
        &["baseline", "update"],
        &["baseline", "show"],
    ] {
        let help = run(Path::new("."), &[command, &["--help"]].concat());
        assert_eq!(help.code, 0);
        let all = of_help(&help.stdout);
        assert!(all.contains("--help"), "{}", help.stdout);
        let missing: Vec<&String> = all.difference(&known).collect();
        assert!(missing.is_empty(), "{command:?}: {missing:?}");
    }
}

/// As GitHub makes anchors of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| -> String {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || "- ".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).expect("a page");
    let pages = std::fs::read_dir(root.join("docs")).expect("docs/");
    let pages = pages.map(|page| page.expect("a page").path());
    let mut links = 0;
    for page in pages.chain([root.join("README.md")]) {
        let text = read(&page);
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.starts_with("https://") {
                continue;
            }
            links += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().expect("a folder").join(file),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            let leads = anchor.is_empty() || anchors(&read(&target)).contains(anchor);
            assert!(leads, "{}: {link}", page.display());
        }
    }
    assert!(links > 10, "{links}");
}

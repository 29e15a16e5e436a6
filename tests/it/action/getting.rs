//! Where the action gets the program from: a release that is checked, or a build.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::runner::{Runner, Used};

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Stands for the program: says its version, or with what it was called and whether it saw the token.
fn stand_in(version: &str) -> String {
    format!(
        "#!/bin/bash\nif [ \"$1\" = --version ]; then echo 'aisaleaks {version}'; exit; fi\n\
         printf 'argument: %s\\n' \"$@\"\necho \"token: $GITHUB_TOKEN\"\n\
         printf '%s\\n' found=false keys=0 complete=true sarif=a.sarif upload=false >>\"$GITHUB_OUTPUT\"\n"
    )
}

/// A runner whose curl reaches a folder of releases alone, and whose cargo builds the stand-in.
struct Machine {
    runner: Runner,
    workspace: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let workspace = tempfile::tempdir().expect("a temporary folder");
        let runner = Runner::new(workspace.path().to_owned());
        let served = runner.join("served");
        std::fs::create_dir(&served).expect("created");
        runner.program(
            "curl",
            &format!(
                "[[ \" $* \" == *' --proto =https '* && \" $* \" == *' --location '* ]]\n\
                 while [ $# -gt 1 ]; do if [ \"$1\" = --output ]; then output=$2; fi; shift; done\n\
                 file={}/${{1#https://github.com/example/aisaleaks/releases/download/}}\n\
                 if [ -e {0}/fails ]; then cat {0}/fails; exit; fi\n\
                 if [ -f \"$file\" ]; then cp \"$file\" \"$output\"; printf 200; else printf 404; fi",
                served.display()
            ),
        );
        runner.program("gh", "exit 1");
        std::fs::write(runner.join("built"), stand_in("0.1.0")).expect("written");
        runner.program(
            "cargo",
            &format!(
                "[ \"$*\" = 'build --release --locked' ]\n[ -z \"${{RUSTFLAGS+set}}\" ]\n\
                 [ \"$PWD\" = \"$GITHUB_ACTION_PATH\" ]\necho built >>{}\n\
                 mkdir -p \"$CARGO_TARGET_DIR/release\"\n\
                 install -m 755 {} \"$CARGO_TARGET_DIR/release/aisaleaks\"",
                runner.join("builds").display(),
                runner.join("built").display()
            ),
        );
        Self { runner, workspace }
    }

    /// Serves a release, packed as the release workflow packs it.
    fn release(&self, version: &str, says: &str) -> PathBuf {
        let folder = self.runner.join(&format!("served/v{version}"));
        let binary = self.runner.join("aisaleaks");
        std::fs::write(&binary, stand_in(says)).expect("written");
        super::executable(&binary);
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/package");
        succeed(
            Command::new(package)
                .args([version, TARGET])
                .args([&binary, &folder]),
        );
        let sum = "sha256sum aisaleaks-* >SHA256SUMS";
        succeed(Command::new("bash").args(["-c", sum]).current_dir(&folder));
        folder
    }

    fn builds(&self) -> usize {
        let log = std::fs::read_to_string(self.runner.join("builds"));
        log.map_or(0, |log| log.lines().count())
    }

    /// Uses the action, which takes a binary of a release.
    #[track_caller]
    fn takes(&mut self) -> Used {
        let used = self.runner.run();
        assert!(!used.failed, "{}", used.log);
        assert_eq!(self.builds(), 0, "{}", used.log);
        used
    }

    /// Uses the action, which builds.
    #[track_caller]
    fn builds_it(&mut self) -> Used {
        let used = self.runner.run();
        assert!(!used.failed, "{}", used.log);
        assert_eq!(self.builds(), 1, "{}", used.log);
        used
    }

    /// Uses the action, which fails before anything is built or scanned, and says so.
    #[track_caller]
    fn refuses(&mut self, text: &str) {
        let used = self.runner.run();
        assert_eq!(
            used.codes.values().collect::<Vec<_>>(),
            [&2],
            "{}",
            used.log
        );
        let said = used.log.lines().find(|line| line.starts_with("::error"));
        assert!(said.is_some_and(|line| line.contains(text)), "{}", used.log);
        assert_eq!(self.builds(), 0);
    }
}

fn succeed(command: &mut Command) {
    assert!(
        command.output().expect("it runs").status.success(),
        "{command:?}"
    );
}

#[test]
fn a_release_that_fits_its_digest_is_taken() {
    let mut machine = Machine::new();
    machine.release("0.1.0", "0.1.0");
    let used = machine.takes();
    assert!(
        used.log.contains("provenance is not checked"),
        "{}",
        used.log
    );
    assert!(used.log.contains("token: a-token"), "{}", used.log);
    assert_eq!(used.outputs["found"], "false");
    assert_eq!(used.uploaded, None);
    // A commit's ref has no version, but the input has.
    machine.runner.reference = "0123456789abcdef0123456789abcdef01234567".to_owned();
    for version in ["0.1.0", "v0.1.0"] {
        machine.runner.inputs.insert("version", version.to_owned());
        machine.takes();
    }
}

#[test]
fn a_release_that_does_not_fit_is_fatal() {
    let mut machine = Machine::new();
    let folder = machine.release("0.1.0", "0.1.0");
    let archive = folder.join(format!("aisaleaks-0.1.0-{TARGET}.tar.gz"));
    let whole = std::fs::read(&archive).expect("an archive");
    std::fs::write(&archive, [&whole[..], b"x"].concat()).expect("written");
    machine.refuses("is not what SHA256SUMS of its release says");
    std::fs::write(&archive, whole).expect("written");
    std::fs::write(folder.join("SHA256SUMS"), "").expect("written");
    machine.refuses("has no digest of");
    machine.release("0.1.0", "0.0.9");
    machine.refuses("says that it is another version");
    // Neither an error of the server nor one of the network is "no release".
    for (fails, text) in [
        ("printf 503", "status 503"),
        ("exit 7", "could not be fetched"),
    ] {
        machine.runner.program("curl", fails);
        machine.refuses(text);
    }
}

#[test]
fn provenance_is_checked_where_gh_can() {
    let mut machine = Machine::new();
    machine.release("0.1.0", "0.1.0");
    let log = machine.runner.join("asked");
    let gh = |fails: &str| {
        format!(
            "[ \"$1 $2\" = 'attestation verify' ]\nif [ \"$3\" = --help ]; then exit; fi\n\
             printf '%s\\n' \"$*\" >{}\n{fails}",
            log.display()
        )
    };
    machine.runner.program("gh", &gh(""));
    let used = machine.takes();
    assert!(
        used.log.contains("built by the project's release workflow"),
        "{}",
        used.log
    );
    let asked = std::fs::read_to_string(&log).expect("asked");
    assert_eq!(
        asked.trim(),
        format!(
            "attestation verify aisaleaks-0.1.0-{TARGET}.tar.gz --repo example/aisaleaks \
             --source-ref refs/tags/v0.1.0 \
             --signer-workflow example/aisaleaks/.github/workflows/release.yml --deny-self-hosted-runners"
        )
    );
    machine.runner.program("gh", &gh("exit 1"));
    machine.refuses("gh finds no proof");
    machine.runner.token.clear();
    machine.takes();
}

#[test]
fn without_a_release_it_is_built_once_and_kept() {
    let mut machine = Machine::new();
    let used = machine.builds_it();
    assert!(used.log.contains("no released binary"), "{}", used.log);
    assert_eq!(machine.runner.cache.len(), 1);
    // Flags for the build of the workflow are not for this one.
    let flags = ("RUSTFLAGS".to_owned(), "-D warnings".to_owned());
    machine.runner.variables.extend([flags]);
    std::fs::remove_dir_all(machine.runner.join("temp/aisaleaks-build")).expect("removed");
    machine.builds_it();
    machine.runner.cache.clear();
    let used = machine.runner.run();
    assert!(!used.failed && machine.builds() == 2, "{}", used.log);
    // Another machine is another build.
    let arm = ("RUNNER_ARCH".to_owned(), "ARM64".to_owned());
    machine.runner.variables.extend([arm]);
    let used = machine.runner.run();
    assert!(!used.failed && machine.builds() == 3, "{}", used.log);
    assert_eq!(machine.runner.cache.len(), 2);
}

#[test]
fn what_is_no_version_is_built() {
    for reference in ["main", "v0", "0123456789abcdef0123456789abcdef01234567", ""] {
        let mut machine = Machine::new();
        machine.release("0.1.0", "0.1.0");
        machine.runner.reference = reference.to_owned();
        machine.builds_it();
    }
    let mut machine = Machine::new();
    machine.release("0.1.0", "0.1.0");
    machine.runner.inputs.insert("version", "source".to_owned());
    machine.builds_it();
    let mut machine = Machine::new();
    machine.runner.repository.clear();
    machine.builds_it();
    let mut machine = Machine::new();
    machine.release("0.1.0", "0.1.0");
    let unknown = ("RUNNER_ARCH".to_owned(), "RISCV".to_owned());
    machine.runner.variables.extend([unknown]);
    machine.builds_it();
}

#[test]
fn another_version_is_never_built_instead() {
    let mut machine = Machine::new();
    machine.runner.inputs.insert("version", "0.0.7".to_owned());
    machine.refuses("the sources here are of version 0.1.0, not 0.0.7");
    for version in ["latest", "0.1", "0.1.0/../../x", "0.1.0\n0.1.1", "-0.1.0"] {
        machine.runner.inputs.insert("version", version.to_owned());
        machine.refuses("version has to be empty, source, or a version");
    }
}

#[test]
fn without_cargo_it_says_what_to_do() {
    let mut machine = Machine::new();
    std::fs::remove_file(machine.runner.join("bin/cargo")).expect("removed");
    let used = machine.runner.run();
    assert!(used.failed, "{}", used.log);
    assert!(
        used.log
            .contains("::error title=aisaleaks::there is no released binary"),
        "{}",
        used.log
    );
    assert_eq!(used.codes.len(), 2, "{}", used.log);
}

#[test]
fn inputs_arrive_as_they_are() {
    let mut machine = Machine::new();
    machine.release("0.1.0", "0.1.0");
    let hostile = "$(touch pwned) `touch pwned`; touch pwned #\"'";
    for name in [
        "path",
        "mode",
        "fail-on",
        "baseline",
        "sarif-file",
        "upload",
    ] {
        machine
            .runner
            .inputs
            .insert(name, format!("-{hostile}{name}"));
    }
    let used = machine.takes();
    let arguments = used
        .log
        .lines()
        .filter_map(|line| line.strip_prefix("argument: "));
    let expected = [
        "ci".to_owned(),
        format!("--mode=-{hostile}mode"),
        format!("--fail-on=-{hostile}fail-on"),
        format!("--baseline=-{hostile}baseline"),
        format!("--sarif=-{hostile}sarif-file"),
        format!("--upload=-{hostile}upload"),
        "--".to_owned(),
        format!("-{hostile}path"),
    ];
    assert_eq!(arguments.collect::<Vec<_>>(), expected, "{}", used.log);
    assert!(!machine.workspace.path().join("pwned").exists());
    // What is left empty is as if it were not there.
    machine.runner.inputs.clear();
    let used = machine.takes();
    let arguments = used
        .log
        .lines()
        .filter_map(|line| line.strip_prefix("argument: "));
    let expected = [
        "ci",
        "--mode=auto",
        "--fail-on=warning",
        "--sarif=aisaleaks.sarif",
        "--upload=false",
        "--",
        ".",
    ];
    assert_eq!(arguments.collect::<Vec<_>>(), expected);
}

//! A key never leaves through the program, and nothing that a repository names reaches the terminal raw.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Stdio;

use super::support::{Repo, Run, archive, command, has, key, legacy_key, locations, run};

/// Every command with every format at every verbosity.
const FLAGS: [&[&str]; 15] = [
    &["-f", "html"],
    &["-f", "html", "-vv"],
    &["-f", "github"],
    &["-f", "markdown", "-vv"],
    &[],
    &["-q"],
    &["-v"],
    &["-vv"],
    &["-f", "json"],
    &["-f", "json", "-v"],
    &["-f", "json", "-vv"],
    &["-f", "jsonl"],
    &["-f", "jsonl", "-vv"],
    &["-f", "sarif"],
    &["-f", "sarif", "--sarif-authors", "-vv"],
];

fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let sextets = bytes.chunks_exact(3).flat_map(|chunk| {
        let bits = u32::from_be_bytes([0, chunk[0], chunk[1], chunk[2]]);
        [18, 12, 6, 0].map(|shift| alphabet[(bits >> shift & 63) as usize])
    });
    String::from_utf8(sextets.collect()).expect("ASCII")
}

fn alphabet(last: &[u8; 2]) -> [u8; 64] {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    [&letters[..], last]
        .concat()
        .try_into()
        .expect("64 letters")
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("text");
        hex
    })
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02x}").expect("text");
        text
    })
}

/// A key in each of the forms that a name can have it in.
fn encodings(key: &str) -> [String; 6] {
    let padded = format!("{key}.");
    [
        base64(padded.as_bytes(), &alphabet(b"-_")),
        base64(format!("x={key}.").as_bytes(), &alphabet(b"-_")),
        hex(key),
        hex(key).to_uppercase(),
        percent(key),
        key.replace('-', "%2D"),
    ]
}

/// What would betray a key: itself, percent-encoded too, and its base64 in each alignment and its hex, in pieces of what 22 characters make.
fn pieces(key: &str) -> Vec<String> {
    const SIZE: usize = 22;
    let windows = |text: &str, size: usize, step: usize| -> Vec<String> {
        (0..=text.len() - size)
            .step_by(step)
            .map(|at| text[at..at + size].to_owned())
            .collect()
    };
    let mut pieces = windows(key, SIZE, 1);
    for alphabet in [alphabet(b"+/"), alphabet(b"-_")] {
        for skip in 0..3 {
            pieces.extend(windows(
                &base64(&key.as_bytes()[skip..], &alphabet),
                SIZE,
                4,
            ));
        }
    }
    let hex = hex(key);
    pieces.extend(windows(&hex, 2 * SIZE, 2));
    pieces.extend(windows(&hex.to_uppercase(), 2 * SIZE, 2));
    let percent = percent(key);
    pieces.extend(windows(&percent, 3 * SIZE, 3));
    pieces.extend(windows(&key.replace('-', "%2D"), SIZE, 1));
    pieces
}

fn assert_silent(how: &dyn std::fmt::Debug, run: &Run, keys: &[String]) {
    for key in keys {
        for piece in pieces(key) {
            for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
                assert!(
                    !text.contains(&piece),
                    "{how:?}: {name} has {piece} of {key}:\n{text}"
                );
            }
        }
    }
}

/// A repository with a key in each of many places, and the keys.
fn planted() -> (Repo, Vec<String>) {
    let repo = Repo::new();
    let keys: Vec<String> = (0..10).map(|_| key()).chain([legacy_key()]).collect();
    let [
        content,
        dense,
        name,
        folder,
        message,
        branch,
        remote,
        author,
        tag,
        removed,
        legacy,
    ] = &keys[..]
    else {
        panic!("eleven keys");
    };
    repo.write("content.py", format!("AISA_API_KEY = \"{content}\"\n"));
    repo.write(
        "dense.js",
        format!("a=\"{dense}\",b=\"{content}\",c=\"{dense}{dense}\""),
    );
    let encoded = base64(format!("{name}.").as_bytes(), &alphabet(b"+/"));
    repo.write(
        "encoded.txt",
        format!("{content} {encoded} {}\n", hex(folder)),
    );
    repo.write("legacy.py", format!("AISA_API_KEY = \"{legacy}\"\n"));
    repo.write(&format!("{name}.txt"), "nothing");
    repo.write(&format!("in/{folder}/file.txt"), format!("{content}\n"));
    repo.write("removed.txt", removed)
        .commit(&format!("add\n\nwith {message}"));
    repo.git(&["rm", "-q", "removed.txt"]);
    // What history says of a place: who brought it in and with what words, and where it stood before.
    repo.write("late.txt", content);
    repo.git(&["mv", &format!("in/{folder}/file.txt"), "moved.txt"]);
    repo.git(&["add", "late.txt"]);
    let author = format!("--author={author} <{author}@example.org>");
    let remove = format!("remove {message}");
    repo.git(&["commit", "-q", "-m", &remove, &author]);
    repo.git(&["branch", &format!("try/{branch}")]);
    repo.git(&["tag", "-a", "v1", "-m", tag]);
    repo.git(&[
        "remote",
        "add",
        "origin",
        &format!("https://user:{remote}@example.org/r.git"),
    ]);
    (repo, keys)
}

#[test]
fn the_test_sees_what_would_betray_a_key() {
    let (repo, keys) = planted();
    let run = run(repo.path(), &["scan", "--show-secrets"]);
    for key in &keys {
        assert!(run.stdout.contains(&pieces(key)[0]), "{}", run.stdout);
    }
    assert!(
        pieces("sk-aisa-abcdefghijklmnopqrstuvwxyz").contains(&"c2stYWlzYS1hYmNkZWZnaG".to_owned())
    );
}

#[test]
fn no_report_shows_a_key() {
    let (repo, keys) = planted();
    for flags in FLAGS {
        for command in ["scan", "dir", "git"] {
            let how = [&[command], flags].concat();
            let run = run(repo.path(), &how);
            assert_eq!(run.code, 1, "{how:?}: {}", run.stderr);
            assert_silent(&how, &run, &keys);
        }
    }
}

#[test]
fn no_report_in_a_file_shows_a_key() {
    let ((repo, keys), out) = (planted(), tempfile::tempdir().expect("a temporary folder"));
    let option = |name: &str| format!("{name}={}", out.path().join(name).display());
    let [json, jsonl, sarif] = ["json", "jsonl", "sarif"].map(option);
    let formats = ["-f", &json, "-f", &jsonl, "-f", &sarif, "-f", "human"];
    for command in ["scan", "dir", "git"] {
        let how = [&[command, "--sarif-authors"], &formats[..]].concat();
        let mut run = run(repo.path(), &how);
        assert_eq!(run.code, 1, "{how:?}: {}", run.stderr);
        for name in ["json", "jsonl", "sarif"] {
            let path = out.path().join(name);
            run.stdout += &std::fs::read_to_string(path).expect("the report");
        }
        assert_silent(&how, &run, &keys);
    }
}

/// A repository with a candidate for each way to be dropped: what stands in the file, and which step says so.
fn dropped() -> (Repo, Vec<String>, Vec<(&'static str, &'static str)>) {
    let repo = Repo::new();
    let keys: Vec<String> = (0..3)
        .map(|_| key())
        .chain([legacy_key(), legacy_key()])
        .collect();
    let prefix = "sk-aisa-";
    let files = [
        (
            "found.py",
            format!("\n key = '{}'\n", keys[0]),
            "-> high confidence",
        ),
        (
            "word.txt",
            format!("ta{}", keys[1]),
            "edges: inside a longer word -> dropped",
        ),
        (
            "masked.txt",
            format!("{}...", &keys[2][..40]),
            "short, and dots or stars follow -> dropped",
        ),
        (
            "far.txt",
            keys[3].clone(),
            "context: AIsa is not near by -> dropped",
        ),
        (
            "openai.txt",
            format!("{}T3BlbkFJ{}", &keys[4][..23], &keys[4][31..]),
            "marked as OpenAI's -> dropped",
        ),
        (
            "docs.md",
            format!("{prefix}{}", "your-key-here-".repeat(4)),
            "placeholder: few different characters -> dropped",
        ),
        (
            "short.md",
            format!("{prefix}abc123"),
            "shape: too short for a key -> dropped",
        ),
    ];
    for (name, text, _) in &files {
        repo.write(name, text);
    }
    repo.commit("everything");
    let expected = files.iter().map(|(name, _, why)| (*name, *why)).collect();
    (repo, keys, expected)
}

#[test]
fn what_each_step_decided_is_said_without_the_key() {
    let (repo, keys, expected) = dropped();
    for command in ["scan", "dir", "git"] {
        let runs = ["1", "4"].map(|threads| run(repo.path(), &[command, "-vv", "-j", threads]));
        let told = |run: &Run| -> Vec<String> {
            let lines = run
                .stderr
                .lines()
                .filter(|line| line.contains(" characters): "));
            lines.map(str::to_owned).collect()
        };
        let lines = told(&runs[0]);
        assert_eq!(
            lines,
            told(&runs[1]),
            "{command}: the order depends on threads"
        );
        for (name, why) in &expected {
            // What nothing was found in is known by its object alone.
            let place = match command {
                "git" if *why != "-> high confidence" => " in ",
                _ => *name,
            };
            assert!(
                lines
                    .iter()
                    .any(|line| line.contains(place) && line.ends_with(why)),
                "{command}: no {name} with {why} in\n{}",
                runs[0].stderr
            );
        }
        let found = lines.iter().find(|line| line.contains("found.py:2:9"));
        let fits = "shape: fits (aisa-api-key); edges: clean; structure: canonical";
        assert!(found.is_some_and(|line| line.contains(fits)), "{lines:?}");
        assert_silent(&command, &runs[0], &keys);
        assert_eq!(told(&run(repo.path(), &[command, "-v"])), [""; 0]);
    }
    let text = format!("ta{}", keys[1]);
    let streamed = piped(repo.path(), &["stdin", "-vv"], text.as_bytes());
    assert!(
        streamed.stderr.contains("(stdin):1:3: "),
        "{}",
        streamed.stderr
    );
    assert!(
        streamed
            .stderr
            .contains("edges: inside a longer word -> dropped")
    );
    assert_silent(&"stdin", &streamed, &keys);
}

#[test]
fn no_report_of_a_stream_shows_a_key() {
    let (folder, keys) = (
        tempfile::tempdir().expect("a temporary folder"),
        [key(), key(), legacy_key()],
    );
    let [content, label, legacy] = &keys;
    let text =
        format!("{content}{content} AISA_API_KEY={legacy} https://u:{content}@example.org\n");
    for flags in FLAGS {
        let how = [&["stdin", "--label", label], flags].concat();
        let run = piped(folder.path(), &how, text.as_bytes());
        assert_eq!(run.code, 1);
        assert_silent(&flags, &run, &keys);
    }
}

fn piped(at: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut command = command(at, args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input)
        .expect("written");
    let output = child.wait_with_output().expect("it ends");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn no_error_shows_a_key() {
    let (folder, keys) = (tempfile::tempdir().expect("a temporary folder"), [key()]);
    let key = &keys[0];
    let absent = format!("absent/{key}/{key}.txt");
    let present = format!("here-{key}");
    let file = folder.path().join(&present).join(".aisaleaks.toml");
    std::fs::create_dir(folder.path().join(&present)).expect("created");
    for flags in FLAGS {
        let check = |args: &[&str]| {
            let how = [args, flags].concat();
            let run = run(folder.path(), &how);
            assert_eq!(run.code, 2, "{how:?}: {}", run.stderr);
            assert!(!run.stderr.is_empty(), "{how:?} says nothing");
            assert_silent(&how, &run, &keys);
        };
        for command in ["scan", "dir", "git"] {
            check(&[command, &absent]);
            check(&[command, ".", "-f", key]);
            check(&[command, ".", "-o", &absent]);
            check(&[command, ".", "-f", &format!("human={absent}")]);
        }
        check(&["git", &present]);
        for text in [
            format!("{key} = 1\n"),
            format!("[[accept]]\nproblem = 1\nreason = \"{key}\"\n"),
            format!("\"{key}\n"),
        ] {
            std::fs::write(&file, text).expect("written");
            check(&["dir", &present]);
        }
        std::fs::remove_file(&file).expect("removed");
    }
}

#[test]
fn no_problem_shows_a_key() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let [branch, reason] = &keys;
    repo.write("a.txt", "nothing").commit("begin");
    let path = repo.join(&format!(".git/refs/heads/{branch}"));
    std::fs::write(path, "garbage").expect("written");
    for flags in FLAGS {
        let how = [&["git"], flags].concat();
        let run = run(repo.path(), &how);
        assert!(run.stdout.contains("broken-ref"), "{how:?}: {}", run.stdout);
        assert_silent(&how, &run, &keys);
    }
    let json = run(repo.path(), &["git", "-f", "json"]).json();
    let fingerprint = json["problems"][0]["fingerprint"]
        .as_str()
        .expect("a fingerprint");
    let accept = format!("[[accept]]\nproblem = \"{fingerprint}\"\nreason = \"it is {reason}\"\n");
    repo.write(".aisaleaks.toml", accept);
    for flags in FLAGS {
        let how = [&["git"], flags].concat();
        assert_silent(&how, &run(repo.path(), &how), &keys);
    }
}

#[test]
fn no_name_of_a_damaged_member_shows_a_part_of_a_key() {
    let key = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut damaged = archive::gzip(b"some contents", None);
    damaged.truncate(damaged.len() - 4);
    let members: Vec<(String, &[u8])> = (420..=520)
        .map(|at| (format!("{}/{key}/x", "d".repeat(at)), &damaged[..]))
        .collect();
    // Of one archive only ten are told one by one.
    for (number, some) in members.chunks(10).enumerate() {
        let some: Vec<archive::Member<'_>> = some
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .collect();
        let zip = archive::zip(&some, archive::Method::Stored);
        std::fs::write(folder.path().join(format!("{number}.zip")), zip).expect("written");
    }
    let body = key.strip_prefix("sk-aisa-").expect("a key");
    for flags in FLAGS {
        let how = [&["dir", "."], flags].concat();
        let run = run(folder.path(), &how);
        for text in [&run.stdout, &run.stderr] {
            let shown = body
                .as_bytes()
                .windows(8)
                .any(|piece| memchr::memmem::find(text.as_bytes(), piece).is_some());
            assert!(!shown, "{how:?}: {text}");
        }
    }
    let json = run(folder.path(), &["dir", ".", "-f", "json"]).json();
    let told = json["problems"].as_array().expect("problems");
    assert_eq!(told.len(), members.len());
}

#[test]
fn nothing_that_is_allowed_shows_a_key() {
    let (repo, keys) = (Repo::new(), [key(), key(), key(), key(), legacy_key()]);
    let [inline, quoted, config, reason, legacy] = &keys;
    let encoded = base64(format!("{quoted}.").as_bytes(), &alphabet(b"+/"));
    repo.write(
        "a.py",
        format!(
            "a = '{inline}' # aisaleaks:allow like {quoted} and {encoded}, {} and {legacy}\n",
            hex(quoted)
        ),
    );
    repo.write(
        &format!("{config}/b.py"),
        format!("# aisaleaks:allow\nAISA_API_KEY = '{legacy}'\n{config}\n"),
    );
    let text = format!(
        "[[allow]]\nreason = 'like {reason}'\nrules = ['aisa-api-key']\npaths = ['/{config}/']\n\
         [[allow]]\nreason = '{reason}'\nexpires = 2020-01-01\npaths = ['{config}']\n"
    );
    repo.write(".aisaleaks.toml", text);
    // The name of a folder has no marker, and the configuration's own keys count where they stand.
    for flags in FLAGS {
        for command in ["scan", "dir"] {
            let how = [&[command, "--show-suppressed"], flags].concat();
            let run = run(repo.path(), &how);
            assert_eq!(run.code, 1, "{how:?}: {}", run.stderr);
            assert_silent(&how, &run, &keys);
        }
    }
    let json = run(repo.path(), &["dir", "-f", "json", "--show-suppressed"]).json();
    let listed = json["suppressed_keys"].as_array().expect("keys");
    assert_eq!(listed.len(), 4, "{json:#}");
}

#[test]
fn no_name_shows_an_encoded_key() {
    let (repo, keys) = (Repo::new(), [key(), legacy_key(), key()]);
    let found = &keys[2];
    let mut places = 0;
    for (at, name) in keys[..2].iter().flat_map(|key| encodings(key)).enumerate() {
        // A name in front shifts what is encoded, one behind would continue it.
        let name = format!("{}{name}.{at}", &"name"[..at % 4]);
        repo.write(&format!("{name}/{name}.py"), format!("k = '{found}'\n"));
        let path = repo.join(&format!(".git/refs/heads/{name}"));
        std::fs::write(path, "garbage").expect("written");
        places += 1;
    }
    repo.git(&["config", "remote.origin.url", "x"]);
    repo.git(&["add", "-A", "-f"]);
    for flags in FLAGS {
        for command in ["scan", "dir", "git"] {
            let how = [&[command], flags].concat();
            let run = run(repo.path(), &how);
            assert_eq!(run.code, 1, "{how:?}: {}", run.stderr);
            assert_silent(&how, &run, &keys[..2]);
        }
        for name in encodings(&keys[0]) {
            for how in [["dir", &name], ["git", &name]] {
                let how = [&how[..], flags].concat();
                let run = run(repo.path(), &how);
                assert_eq!(run.code, 2, "{how:?}");
                assert_silent(&how, &run, &keys);
            }
        }
    }
    let json = run(repo.path(), &["dir", "-f", "json"]).json();
    assert_eq!(locations(&json, found).len(), places);
}

#[test]
fn shows_keys_when_told_to() {
    let (repo, keys) = planted();
    for (command, count) in [("scan", keys.len()), ("git", keys.len() - 1)] {
        let json = run(repo.path(), &[command, "-f", "json", "--show-secrets"]).json();
        let shown = |key: &&String| {
            let found = json["keys"].as_array().expect("keys");
            found.iter().any(|found| found["secret"] == **key)
        };
        assert_eq!(keys.iter().filter(shown).count(), count, "{command}");
        assert!(keys.iter().filter(|key| has(&json, key)).count() == count);
    }
    let json = run(repo.path(), &["scan", "-f", "json", "--show-secrets"]).json();
    // It stands in a file, encoded, and in the name of another.
    let name = format!("{}.txt", keys[2]);
    let places = locations(&json, &keys[2]);
    assert!(places.iter().any(|at| at["path"] == *name), "{json}");
}

/// Whether a terminal would obey the character, or hide it.
fn is_unseen(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

const NASTY: [&str; 7] = [
    "\u{1b}[2Jesc",
    "\u{202e}bidi",
    "\u{2066}isolate",
    "zero\u{200b}width",
    "\u{9b}31mc1",
    "new\nline\r",
    "bell\u{7}\u{8}\u{feff}",
];

#[test]
fn what_a_terminal_would_obey_or_hide_is_made_visible() {
    let repo = Repo::new();
    for name in NASTY {
        repo.write(name, format!("{name} {} {name}\n", key()));
    }
    std::fs::write(repo.path().join(OsStr::from_bytes(b"\xff\x1bbytes")), key()).expect("written");
    repo.commit(&format!("\u{1b}]0;title\u{7} {} \u{202e}", key()));
    for command in ["scan", "dir", "git"] {
        for flags in [&[][..], &["-vv"], &["--show-secrets"]] {
            let how = [&[command], flags].concat();
            let run = run(repo.path(), &how);
            assert_eq!(run.code, 1);
            for text in [&run.stdout, &run.stderr] {
                let unseen: Vec<char> = text.chars().filter(|&c| is_unseen(c)).collect();
                assert!(unseen.is_empty(), "{how:?}: {unseen:?} in {text:?}");
            }
            for shown in [
                "\\x1b[2Jesc",
                "\\u{202e}bidi",
                "zero\\u{200b}width",
                "new\\nline\\r",
                "\\xff\\x1bbytes",
            ] {
                assert!(
                    run.stdout.contains(shown),
                    "{how:?}: no {shown} in {}",
                    run.stdout
                );
            }
        }
    }
}

#[test]
fn no_rule_of_a_repository_shows_a_key_by_its_name() {
    let repo = Repo::new();
    let key = key();
    let rules = format!(
        "[[rules]]\nid = \"{key}\"\ndescription = \"{key}\"\ntags = [\"{key}\"]\nregex = 'acme_[0-9]{{6}}'\n"
    );
    repo.write(".aisaleaks.toml", rules);
    repo.write("a", "acme_123456\n");
    for format in [
        "human", "json", "jsonl", "sarif", "github", "markdown", "html",
    ] {
        for flags in [&[][..], &["--show-suppressed"], &["-vv"]] {
            let run = run(repo.path(), &[&["dir", "-f", format], flags].concat());
            assert_eq!(run.code, 1, "{}", run.stderr);
            for text in [&run.stdout, &run.stderr] {
                assert!(!text.contains(&key), "{format} {flags:?} shows a key");
            }
        }
    }
}

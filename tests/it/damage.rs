//! Bad input: damaged and incomplete repositories never panic, hang or come out clean, and one broken object does not
//! lose the others.
//!
//! Nearly every case is built twice, with a key in its undamaged part and without one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::pack::{self, BLOB, COMMIT, Pack, TREE, copy, deflate, delta, id, insert};
use crate::support::{Repo, command, git, has, key, problems};

/// Runs a prepared command, which must end in time.
fn finish(mut command: Command, limit: Duration) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    let file = |path: &Path| Stdio::from(fs::File::create(path).expect("created"));
    command
        .stdin(Stdio::null())
        .stdout(file(&out))
        .stderr(file(&err));
    let mut child = command.spawn().expect("the binary runs");
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        if begun.elapsed() > limit {
            child.kill().expect("killed");
            child.wait().expect("a status");
            panic!("it hangs");
        }
        sleep(Duration::from_millis(2));
    };
    let [out, err] = [out, err].map(|path| fs::read(path).expect("read"));
    let [out, err] = [out, err].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(!err.contains("panicked"), "{err}");
    (status.code().unwrap_or(-1), out, err)
}

fn parse((code, out, err): (i32, String, String)) -> (i32, Value) {
    let report = serde_json::from_str(&out);
    (
        code,
        report.unwrap_or_else(|why| panic!("{why}\n{out}\n{err}")),
    )
}

/// Scans the history of a repository with one thread or several.
fn look_with(folder: &Path, threads: &str, seconds: u64) -> (i32, Value) {
    let run = command(folder, &["git", "-f", "json", "-j", threads]);
    parse(finish(run, Duration::from_secs(seconds)))
}

/// Scans the history of a repository with one thread and with four, and demands the same report.
fn look(folder: &Path) -> (i32, Value) {
    let [one, four] = ["1", "4"].map(|threads| {
        let (code, mut report) = look_with(folder, threads, 20);
        report["stats"]["duration_ms"] = 0.into();
        (code, report)
    });
    assert_eq!(one, four, "the report depends on the number of threads");
    one
}

/// Builds a damaged repository with a key in its undamaged part, and one without: both reports name the problem.
/// `build` gets a new repository and the text to plant, and returns the folder to scan.
fn damaged(kind: &str, build: impl Fn(&Repo, &str) -> PathBuf) {
    let planted = key();
    for (text, expected) in [(planted.as_str(), 1), ("no key at all", 3)] {
        let repo = Repo::new();
        let folder = build(&repo, text);
        let (code, report) = look(&folder);
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1, "{report:#}");
        assert_eq!(report["complete"], false, "{report:#}");
        assert!(problems(&report).contains(&kind), "{kind}: {report:#}");
    }
}

/// The same where the damage is in a repository with one commit in a pack and the text in a later, loose one.
fn damaged_pack(kind: &str, damage: impl Fn(&Path)) {
    damaged(kind, |repo, text| {
        damage(&packed(repo, text));
        repo.path().to_path_buf()
    });
}

/// Puts one commit into a pack, whose path it returns, and the text into a later commit of loose objects.
fn packed(repo: &Repo, text: &str) -> PathBuf {
    for number in 0..5 {
        let line = format!("line {number}\n").repeat(20 + number);
        repo.write(&format!("{number}.txt"), line);
    }
    repo.commit("packed");
    repo.git(&["repack", "-adq"]);
    repo.write("text.txt", text);
    repo.commit("loose");
    pack_of(repo)
}

fn pack_of(repo: &Repo) -> PathBuf {
    let files = fs::read_dir(repo.join(".git/objects/pack")).expect("packs");
    let mut paths = files.map(|entry| entry.expect("an entry").path());
    let path = paths.find(|path| path.extension().is_some_and(|ext| ext == "pack"));
    let path = path.expect("a pack");
    for path in [&path, &path.with_extension("idx")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("set");
    }
    path
}

fn change(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("read");
    edit(&mut bytes);
    fs::write(path, bytes).expect("written");
}

fn is_root() -> bool {
    // SAFETY: geteuid has no preconditions.
    #[allow(
        unsafe_code,
        reason = "the standard library does not say who runs this"
    )]
    unsafe {
        libc::geteuid() == 0
    }
}

fn fifo(path: &Path) {
    drop(fs::remove_file(path));
    let status = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(status.success());
}

/// The loose object of `HEAD:name`.
fn object(repo: &Repo, name: &str) -> PathBuf {
    let hex = repo.git(&["rev-parse", name]);
    repo.join(".git/objects").join(&hex[..2]).join(&hex[2..])
}

#[test]
fn an_empty_repository_is_clean() {
    let repo = Repo::new();
    let (code, report) = look(repo.path());
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["complete"], true);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    damaged("shallow", |repo, text| {
        repo.write("origin/old.txt", "old");
        let origin = repo.join("origin");
        git(&origin, &["init", "-q", "-b", "main"]);
        for text in ["first", text] {
            fs::write(origin.join("text.txt"), text).expect("written");
            git(&origin, &["add", "-A"]);
            git(&origin, &["commit", "-q", "-m", "a change"]);
        }
        let url = format!("file://{}", origin.display());
        repo.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
        repo.join("clone")
    });
}

#[test]
fn a_partial_clone_is_incomplete() {
    damaged("partial", |repo, text| {
        repo.write("origin/text.txt", "old");
        let origin = repo.join("origin");
        git(&origin, &["init", "-q", "-b", "main"]);
        git(&origin, &["config", "uploadpack.allowFilter", "true"]);
        for text in ["first", text] {
            fs::write(origin.join("text.txt"), text).expect("written");
            git(&origin, &["add", "-A"]);
            git(&origin, &["commit", "-q", "-m", "a change"]);
        }
        let url = format!("file://{}", origin.display());
        // What is checked out is fetched, what history holds besides is not.
        repo.git(&["clone", "-q", "--filter=blob:none", &url, "clone"]);
        fs::remove_dir_all(&origin).expect("removed");
        repo.join("clone")
    });
}

#[test]
fn an_absent_blob_is_named() {
    damaged("absent-object", |repo, text| {
        repo.write("gone.txt", "gone").write("text.txt", text);
        repo.commit("both");
        fs::remove_file(object(repo, "HEAD:gone.txt")).expect("removed");
        repo.path().to_path_buf()
    });
}

#[test]
fn an_absent_tree_or_parent_is_named() {
    for name in ["HEAD^{tree}", "HEAD~", "HEAD:folder"] {
        damaged("absent-object", |repo, text| {
            repo.commit("first");
            repo.write("text.txt", text).write("folder/a", "a");
            repo.commit("second");
            fs::remove_file(object(repo, name)).expect("removed");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_damaged_loose_object_does_not_lose_the_others() {
    let edits: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.truncate(0),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        },
        |bytes| *bytes = b"not zlib".to_vec(),
    ];
    for edit in edits {
        damaged("damaged-object", |repo, text| {
            let long: String = (0..500).map(|n| format!("{n}\n")).collect();
            repo.write("bad.txt", long).write("text.txt", text);
            repo.commit("both");
            let path = object(repo, "HEAD:bad.txt");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
            change(&path, edit);
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_loose_object_whose_header_lies_is_named() {
    for header in [
        "blob 6",
        "blob 4",
        "blob 99999999999999999999",
        "blob -1",
        "blub 5",
        "blob",
        "",
    ] {
        damaged("damaged-object", |repo, text| {
            repo.write("text.txt", text).commit("text");
            pack::loose(&repo.join(".git"), &id(1), header, b"hello");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_truncated_index_is_named() {
    for keep in [0, 3, 4, 8, 500, 1032, 1050, -41, -20, -1] {
        damaged_pack("damaged-index", |pack| {
            change(&pack.with_extension("idx"), |bytes| {
                let end = if keep < 0 { bytes.len() as i64 } else { 0 };
                bytes.truncate((end + keep) as usize);
            });
        });
    }
}

#[test]
fn a_bit_flipped_index_is_named() {
    // Five blobs, a tree and a commit: the tables of ids, checksums and offsets follow the fan-out.
    const OBJECTS: usize = 7;
    const IDS: usize = 8 + 1024;
    const OFFSETS: usize = IDS + OBJECTS * 24;
    let places = [0, 7, 8 + 3, 8 + 1020, 8 + 1023, IDS + 5, IDS + 63];
    for place in places
        .into_iter()
        .chain((OFFSETS..OFFSETS + OBJECTS * 4 + 20).step_by(5))
    {
        let planted = key();
        for (text, expected) in [(planted.as_str(), 1), ("no key", 3)] {
            let repo = Repo::new();
            let pack = packed(&repo, text);
            change(&pack.with_extension("idx"), |bytes| {
                assert_eq!(bytes.len(), OFFSETS + OBJECTS * 4 + 40);
                bytes[place] ^= 0x80;
            });
            let (code, report) = look(repo.path());
            assert_eq!(code, expected, "byte {place}: {report:#}");
            assert_eq!(
                has(&report, &planted),
                code == 1,
                "byte {place}: {report:#}"
            );
            assert_eq!(report["complete"], false, "byte {place}");
        }
    }
}

#[test]
fn a_truncated_pack_is_named() {
    for keep in [0, 3, 4, 7] {
        damaged_pack("damaged-pack", |pack| {
            change(pack, |bytes| bytes.truncate(keep))
        });
    }
    for cut in [1, 20, 21, 100, 9] {
        damaged_pack("damaged-index", |pack| {
            change(pack, |bytes| bytes.truncate(bytes.len() - cut));
        });
    }
}

#[test]
fn what_stands_before_the_cut_in_a_pack_is_found() {
    damaged("damaged-object", |repo, text| {
        let mut pack = Pack::new();
        pack.whole(id(1), BLOB, text.as_bytes());
        pack.whole(id(2), BLOB, "cut off ".repeat(9000).as_bytes());
        let path = pack.write(&repo.join(".git"));
        change(&path, |bytes| bytes.truncate(bytes.len() - 40));
        repo.path().to_path_buf()
    });
}

#[test]
fn flips_all_over_a_pack_are_seen() {
    let planted = key();
    for (text, least) in [(planted.as_str(), 1), ("no key", 3)] {
        let repo = Repo::new();
        let path = packed(&repo, text);
        let whole = fs::read(&path).expect("read");
        let step = (whole.len() / 60).max(1);
        for (number, place) in (0..whole.len()).step_by(step).enumerate() {
            change(&path, |bytes| {
                bytes.clone_from(&whole);
                bytes[place] ^= 1 << (number % 8);
            });
            let (code, report) = look_with(repo.path(), "2", 20);
            assert_eq!(code, least, "byte {place}, bit {}: {report:#}", number % 8);
            assert_eq!(has(&report, &planted), least == 1, "byte {place}");
            assert_eq!(report["complete"], false, "byte {place}");
        }
    }
}

#[test]
fn an_index_for_another_pack_is_named() {
    damaged_pack("damaged-index", |path| {
        let other = Repo::new();
        other
            .write("other.txt", "another repository")
            .commit("other");
        other.git(&["repack", "-adq"]);
        let index = pack_of(&other).with_extension("idx");
        fs::copy(index, path.with_extension("idx")).expect("copied");
    });
}

#[test]
fn a_pack_without_an_index_is_named() {
    damaged_pack("damaged-index", |pack| {
        fs::remove_file(pack.with_extension("idx")).expect("removed");
    });
}

#[test]
fn an_index_without_a_pack_is_named() {
    damaged_pack("absent-object", |pack| {
        fs::remove_file(pack).expect("removed")
    });
}

#[test]
fn a_pack_or_index_that_is_a_fifo_is_named() {
    damaged_pack("damaged-pack", fifo);
    damaged_pack("damaged-index", |pack| fifo(&pack.with_extension("idx")));
}

/// A hand-made pack with one good blob that holds the text, and what `fill` adds.
fn lying(kind: &str, fill: impl Fn(&mut Pack)) {
    damaged(kind, |repo, text| {
        let mut pack = Pack::new();
        fill(&mut pack);
        pack.whole(id(1000), BLOB, text.as_bytes());
        pack.write(&repo.join(".git"));
        repo.path().to_path_buf()
    });
}

const BASE: &[u8] = b"a base of thirty-two bytes, here";

#[test]
fn a_hand_made_pack_is_read() {
    let (whole, made) = (key(), key());
    let repo = Repo::new();
    let mut pack = Pack::new();
    pack.whole(id(1), BLOB, whole.as_bytes());
    let size = whole.len() as u64 + 1 + made.len() as u64;
    let code = [
        copy(0, whole.len() as u16),
        insert(format!("\n{made}").as_bytes()),
    ]
    .concat();
    pack.on_last(id(2), &delta(whole.len() as u64, size, &code));
    // A base may stand behind the delta that names it.
    pack.on(id(3), &id(4), &delta(32, 32, &copy(0, 32)));
    pack.whole(id(4), BLOB, BASE);
    pack.write(&repo.join(".git"));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &whole) && has(&report, &made), "{report:#}");
    assert_eq!(report["complete"], true, "{report:#}");
}

#[test]
fn a_stream_of_another_length_than_its_header_says_is_named() {
    for kind in [BLOB, COMMIT, TREE] {
        for said in [0, 31, 33, 1 << 20, 100 << 20, 1 << 40, u64::MAX >> 4] {
            // Only a blob can be read as a stream; others have a limit.
            let too_large = kind != BLOB && said > 1 << 30;
            let problem = if too_large { "limit" } else { "damaged-object" };
            lying(problem, |pack| {
                pack.raw(id(1), kind, said, &[], &deflate(BASE));
            });
        }
    }
}

#[test]
fn a_zlib_bomb_is_named() {
    let bomb = deflate(&vec![0; 70 << 20]);
    for said in [100, 63 << 20, 65 << 20, 1 << 40] {
        lying("damaged-object", |pack| {
            pack.raw(id(1), BLOB, said, &[], &bomb);
        });
    }
}

#[test]
fn a_delta_that_lies_is_named() {
    let whole = copy(0, 32);
    for lie in [
        delta(31, 32, &whole),
        delta(33, 32, &whole),
        delta(32, 31, &whole),
        delta(32, 33, &whole),
        delta(32, 1 << 24, &whole),
        delta(u64::MAX >> 1, 32, &whole),
        delta(32, 32, &copy(1, 32)),
        delta(32, 32, &copy(u32::MAX, 32)),
        delta(32, 32, &copy(0, u16::MAX)),
        delta(32, 32, &[0]),
        delta(32, 32, &[0xff]),
        delta(32, 32, &[32, 1]),
        vec![0xff; 30],
        vec![32],
        vec![],
    ] {
        lying("damaged-object", |pack| {
            pack.whole(id(1), BLOB, BASE);
            pack.on_last(id(2), &lie);
            pack.on_last(id(3), &delta(32, 32, &whole));
        });
    }
}

#[test]
fn a_delta_that_makes_too_much_reaches_a_limit() {
    lying("limit", |pack| {
        pack.whole(id(1), BLOB, BASE);
        pack.on_last(id(2), &delta(32, 1 << 40, &copy(0, 32)));
    });
}

#[test]
fn a_chain_that_loops_is_named() {
    let same = delta(32, 32, &copy(0, 32));
    lying("damaged-object", |pack| {
        pack.on(id(1), &id(2), &same).on(id(2), &id(1), &same);
        pack.on(id(3), &id(1), &same).on(id(4), &id(4), &same);
    });
    lying("damaged-object", |pack| {
        for number in 0..3000 {
            pack.on(id(number), &id((number + 1) % 3000), &same);
        }
    });
}

#[test]
fn a_delta_without_its_base_is_named() {
    lying("damaged-object", |pack| {
        pack.on(id(1), &id(2), &delta(32, 32, &copy(0, 32)));
        pack.raw(id(3), 6, 3, &[0x7f], &deflate(b"abc"));
        pack.raw(id(4), 6, 3, &[0], &deflate(b"abc"));
        pack.raw(id(5), 6, 3, &[0xff; 12], &deflate(b"abc"));
    });
}

#[test]
fn kinds_that_are_none_are_named() {
    for kind in [0, 5] {
        lying("damaged-object", |pack| {
            pack.raw(id(1), kind, 32, &[], &deflate(BASE));
        });
    }
}

#[test]
fn a_chain_of_ten_thousand_deltas_is_scanned() {
    let planted = key();
    for (last, expected) in [(planted.as_str(), 1), ("no key", 0)] {
        let repo = Repo::new();
        let mut pack = Pack::new();
        pack.whole(id(0), BLOB, BASE);
        for number in 1..10_000 {
            let text = insert(format!("{number:032}").as_bytes());
            pack.on_last(id(number), &delta(32, 32, &text));
        }
        let code = [copy(0, 32), insert(last.as_bytes())].concat();
        pack.on_last(id(10_000), &delta(32, 32 + last.len() as u64, &code));
        pack.write(&repo.join(".git"));
        let (code, report) = look(repo.path());
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1);
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn a_hundred_mebibytes_of_zeros_hide_no_key() {
    let planted = key();
    let mut zeros = vec![0; 100 << 20];
    let middle = (50 << 20) + 12_345;
    zeros[middle..middle + planted.len()].copy_from_slice(planted.as_bytes());
    let repo = Repo::new();
    repo.write("zeros", zeros).commit("large");
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-adq"]);
        }
        let (code, report) = look_with(repo.path(), "2", 120);
        assert_eq!(code, 1, "{report:#}");
        assert!(has(&report, &planted), "packed: {packed}");
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn a_corrupt_tree_does_not_lose_the_others() {
    for tree in [
        &b"100644 name"[..],
        b"100644 name\0too short",
        b"garbage without a sense",
        &[0xff; 64],
        &[0; 64],
    ] {
        for packed in [false, true] {
            let planted = key();
            let repo = Repo::new();
            repo.write("text.txt", &planted).commit("text");
            if packed {
                Pack::new()
                    .whole(id(1), TREE, tree)
                    .write(&repo.join(".git"));
            } else {
                let header = format!("tree {}", tree.len());
                pack::loose(&repo.join(".git"), &id(1), &header, tree);
            }
            let (code, report) = look(repo.path());
            assert_eq!(code, 1, "{report:#}");
            assert!(has(&report, &planted));
        }
    }
}

#[test]
fn a_ref_that_points_nowhere_is_named() {
    for (file, text) in [
        (
            "refs/heads/gone",
            "1234567890123456789012345678901234567890\n",
        ),
        ("refs/heads/broken", "nonsense"),
        ("refs/heads/empty", ""),
        (
            "packed-refs",
            "1234567890123456789012345678901234567890 refs/heads/gone\n",
        ),
        ("packed-refs", "nonsense\n"),
    ] {
        damaged("broken-ref", |repo, text_of_commit| {
            repo.write("text.txt", text_of_commit).commit("text");
            fs::write(repo.join(".git").join(file), text).expect("written");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_fifo_where_git_keeps_a_file_is_never_waited_for() {
    for (file, kind) in [
        ("HEAD", "special-file"),
        ("packed-refs", "special-file"),
        ("config", "special-file"),
        ("refs/heads/fifo", "special-file"),
        (
            "objects/11/22222222222222222222222222222222222222",
            "special-file",
        ),
        ("objects/info/alternates", "broken-alternate"),
    ] {
        damaged(kind, |repo, text| {
            repo.write("text.txt", text).commit("text");
            let path = repo.join(".git").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fifo(&path);
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn an_include_that_is_a_fifo_is_never_waited_for() {
    let planted = key();
    let repo = Repo::new();
    repo.write("text.txt", &planted).commit("text");
    repo.git(&["config", "include.path", "pipe"]);
    fifo(&repo.join(".git/pipe"));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1);
    assert!(has(&report, &planted));
}

#[test]
fn a_head_that_leads_in_a_circle_is_followed_once() {
    let planted = key();
    let repo = Repo::new();
    repo.write("text.txt", &planted).commit("text");
    repo.git(&["symbolic-ref", "refs/heads/a", "refs/heads/b"]);
    repo.git(&["symbolic-ref", "refs/heads/b", "refs/heads/a"]);
    fs::write(repo.join(".git/HEAD"), "ref: refs/heads/a\n").expect("written");
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &planted));
}

fn borrow(from: &Path, text: String) {
    fs::create_dir_all(from.join("info")).expect("created");
    fs::write(from.join("info/alternates"), text).expect("written");
}

#[test]
fn alternates_that_lead_in_a_circle_are_followed_once() {
    let [one, other] = [key(), key()];
    let repo = Repo::new();
    repo.write("text.txt", &one).commit("text");
    repo.git(&["init", "-q", "-b", "main", "other"]);
    fs::write(repo.join("other/text.txt"), &other).expect("written");
    git(&repo.join("other"), &["add", "-A"]);
    git(&repo.join("other"), &["commit", "-q", "-m", "other"]);
    let objects = [".git/objects", "other/.git/objects"].map(|path| repo.join(path));
    borrow(
        &objects[0],
        format!("{}\n{}\n", objects[1].display(), objects[0].display()),
    );
    borrow(&objects[1], format!("{}\n", objects[0].display()));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &one) && has(&report, &other), "{report:#}");
    assert_eq!(report["complete"], true, "{report:#}");
}

#[test]
fn an_alternate_that_is_not_there_is_named() {
    for line in ["/nonexistent/objects\n", "../../gone\n", "../HEAD\n"] {
        damaged("broken-alternate", |repo, text| {
            repo.write("text.txt", text).commit("text");
            borrow(&repo.join(".git/objects"), line.to_owned());
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_repository_of_another_user_is_scanned() {
    if !is_root() {
        return;
    }
    let planted = key();
    for (text, expected) in [(planted.as_str(), 1), ("no key", 0)] {
        let repo = Repo::new();
        repo.write("text.txt", text).commit("text");
        let status = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(repo.path())
            .status();
        assert!(status.expect("chown runs").success());
        let (code, report) = look(repo.path());
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1);
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn features_that_are_not_known_are_named_and_objects_scanned() {
    damaged("unsupported", |repo, text| {
        repo.write("text.txt", text).commit("text");
        repo.git(&["config", "extensions.foo", "bar"]);
        repo.path().to_path_buf()
    });
    damaged("unsupported", |repo, text| {
        repo.git(&["init", "-q", "-b", "main", "--ref-format=reftable", "table"]);
        let table = repo.join("table");
        fs::write(table.join("text.txt"), text).expect("written");
        git(&table, &["add", "-A"]);
        git(&table, &["commit", "-q", "-m", "text"]);
        table
    });
}

#[test]
fn a_directory_of_git_that_is_no_directory_is_named() {
    for path in ["objects/pack", "objects/11", "refs"] {
        damaged("unreadable", |repo, text| {
            repo.write("text.txt", text).commit("text");
            let target = repo.join(".git").join(path);
            drop(fs::remove_dir_all(&target));
            fs::write(&target, "").expect("written");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn alternates_deeper_than_the_limit_are_named() {
    damaged("limit", |repo, text| {
        repo.write("text.txt", text).commit("text");
        let mut from = repo.join(".git/objects");
        for number in 0..7 {
            let next = repo.join(&format!("alternate-{number}"));
            borrow(&from, format!("{}\n", next.display()));
            fs::create_dir_all(&next).expect("created");
            from = next;
        }
        repo.path().to_path_buf()
    });
}

#[test]
fn a_large_loose_object_that_is_cut_off_is_named() {
    damaged("damaged-object", |repo, text| {
        repo.write("text.txt", text).commit("text");
        let size = 65 << 20;
        let header = format!("blob {size}");
        let path = pack::loose(&repo.join(".git"), &id(1), &header, &vec![b'z'; size]);
        change(&path, |bytes| bytes.truncate(bytes.len() / 2));
        repo.path().to_path_buf()
    });
}

/// Runs the scan as a user whom permissions bind; `None` if that user cannot reach the binary.
fn look_as_nobody(folder: &Path) -> Option<(i32, Value)> {
    let mut run = command(folder, &["git", "-f", "json"]);
    if is_root() {
        let owned = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(folder)
            .status();
        assert!(owned.expect("chown runs").success());
        run.uid(65534).gid(65534);
        let mut probe = Command::new(run.get_program());
        let reached = probe
            .arg("--version")
            .uid(65534)
            .stdout(Stdio::null())
            .status();
        reached.ok()?;
    }
    Some(parse(finish(run, Duration::from_secs(20))))
}

#[test]
fn what_cannot_be_read_is_named() {
    const OBJECT: &str = "22222222222222222222222222222222222222";
    for (path, is_folder, kind) in [
        ("objects/pack", true, "unreadable"),
        ("objects/11", true, "unreadable"),
        ("refs/tags", true, "unreadable"),
        ("packed-refs", false, "unreadable"),
        ("config", false, "unreadable"),
        ("HEAD", false, "unreadable"),
        ("refs/heads/other", false, "unreadable"),
        ("objects/info/alternates", false, "broken-alternate"),
        (&format!("objects/11/{OBJECT}"), false, "damaged-object"),
        (
            &format!("objects/pack/pack-{OBJECT}.pack"),
            false,
            "damaged-pack",
        ),
    ] {
        let planted = key();
        for (text, expected) in [(planted.as_str(), 1), ("no key", 3)] {
            let repo = Repo::new();
            repo.write("text.txt", text).commit("text");
            let target = repo.join(".git").join(path);
            let folder = if is_folder {
                &target
            } else {
                target.parent().expect("a parent")
            };
            fs::create_dir_all(folder).expect("created");
            if !is_folder && !target.exists() {
                fs::write(&target, "").expect("written");
            }
            fs::set_permissions(&target, fs::Permissions::from_mode(0o000)).expect("set");
            let Some((code, report)) = look_as_nobody(repo.path()) else {
                return;
            };
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).expect("set");
            assert_eq!(code, expected, "{path}: {report:#}");
            assert_eq!(has(&report, &planted), expected == 1, "{path}");
            assert_eq!(report["complete"], false, "{path}");
            assert!(problems(&report).contains(&kind), "{path}: {report:#}");
        }
    }
}

#[test]
fn a_key_is_found_while_git_repacks() {
    let planted = key();
    let repo = Repo::new();
    for number in 0..60 {
        repo.write("text.txt", format!("{number}\n").repeat(number + 1));
        if number == 30 {
            repo.write("key.txt", &planted);
        }
        repo.commit("a change");
    }
    let mut runs = 0;
    std::thread::scope(|scope| {
        let repacks = scope.spawn(|| {
            // Another depth makes another pack, so that the old one goes.
            for depth in 1..=12 {
                repo.git(&["repack", "-adfq", &format!("--depth={depth}")]);
            }
        });
        while runs < 5 || !repacks.is_finished() {
            let (code, report) = look_with(repo.path(), "2", 20);
            assert_eq!(code, 1, "{report:#}");
            assert!(has(&report, &planted), "{report:#}");
            runs += 1;
        }
    });
}

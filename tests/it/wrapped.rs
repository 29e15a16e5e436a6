//! Keys that do not stand there as they are, from every source, and in windows of every size.

use aisaleaks::control::Control;
use aisaleaks::detect::Detector;
use aisaleaks::{pipeline, rules};
use serde_json::Value;

use super::support::{Repo, command, feed, key, locations, report};

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (24 - 8 * three.len());
        out.extend(
            (0..=three.len()).map(|nth| char::from(DIGITS[(bits >> (18 - 6 * nth) & 63) as usize])),
        );
    }
    out
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// A key in four ways, each on a line of its own.
fn manifest(keys: &[String; 4]) -> String {
    let [plain, inside, hidden, parts] = keys;
    let (first, second) = parts.split_at(20);
    format!(
        "# note\nAISA_API_KEY={plain}\ndata: {}\nhex = {}\nkey = \"{first}\" + \"{second}\"\n",
        base64(&format!("user:{inside}")),
        hex(hidden),
    )
}

/// The line, column and encodings of the only place of a key.
fn only(report: &Value, key: &str) -> (u64, u64, Vec<String>) {
    let all = locations(report, key);
    assert_eq!(all.len(), 1, "{report}");
    let number = |name: &str| all[0][name].as_u64().expect("a number");
    let encoding = all[0]["encoding"].as_array().expect("a list").iter();
    let encoding = encoding.map(|name| name.as_str().expect("a name").to_owned());
    (number("line"), number("column"), encoding.collect())
}

fn are_told(report: &Value, keys: &[String; 4]) {
    let told = |line, column, encoding: &[&str]| {
        (
            line,
            column,
            encoding
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(only(report, &keys[0]), told(2, 14, &[]));
    // Five bytes before it take six digits and a part of the seventh.
    assert_eq!(only(report, &keys[1]), told(3, 13, &["base64"]));
    assert_eq!(only(report, &keys[2]), told(4, 7, &["hex"]));
    assert_eq!(only(report, &keys[3]), told(5, 8, &["concatenation"]));
    assert_eq!(report["keys"].as_array().map(Vec::len), Some(4));
}

#[test]
fn every_source_finds_what_is_encoded() {
    let keys = [key(), key(), key(), key()];
    let repo = Repo::new();
    let before = repo.write("b", "nothing\n").commit("before");
    repo.write("a.yml", manifest(&keys));
    repo.git(&["add", "a.yml"]);
    let (code, json) = report(repo.path(), &["staged"]);
    assert_eq!(code, 1);
    are_told(&json, &keys);
    are_told(&report(repo.path(), &["dir", "."]).1, &keys);
    let first = repo.commit("first");
    are_told(
        &report(
            repo.path(),
            &[
                "git",
                "--range",
                &format!("{}..{}", before.trim(), first.trim()),
            ],
        )
        .1,
        &keys,
    );
    let mut stdin = command(repo.path(), &["stdin", "-f", "json"]);
    are_told(&feed(&mut stdin, manifest(&keys).as_bytes()).json(), &keys);
    // Many versions, each a delta of another: the keys stay where they are, and move down.
    for version in 0..30 {
        let lines: String = (0..200)
            .map(|line| format!("{} {line}\n", line * 7919 % 1000))
            .collect();
        let text = format!("{}{lines}{version}\n", manifest(&keys));
        repo.write("a.yml", text).commit("more");
    }
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "-q", "--aggressive", "--prune=now"]);
        }
        let (_, json) = report(repo.path(), &["git"]);
        are_told(&json, &keys);
        let introduced = &locations(&json, &keys[1])[0]["introduced"]["commit"];
        assert_eq!(introduced, first.trim());
    }
}

#[test]
fn columns_count_characters_in_wide_text() {
    let key = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = utf16(&format!("first\r\nAISA_API_KEY={key}\r\n"));
    std::fs::write(folder.path().join("a.reg"), text).expect("written");
    let (code, json) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert_eq!(only(&json, &key), (2, 14, vec!["utf-16le".to_owned()]));
}

#[test]
fn windows_find_what_the_whole_holds() {
    let keys = [key(), key(), key(), key()];
    let filler = "words without any meaning, line after line\n".repeat(7_000);
    let text = format!("{filler}{}{filler}{}", manifest(&keys), manifest(&keys));
    let detector = Detector::new(rules::builtin().expect("the built-in rules are valid"));
    let scan = |window: usize| {
        let mut control = Control::new(1);
        control.limits.window = window;
        let options = pipeline::Options::default();
        let mut bytes = text.as_bytes();
        let found =
            pipeline::stdin(&mut bytes, None, &options, &detector, &control).expect("scanned");
        let place = |at: &aisaleaks::model::Location| (at.place, at.encoding.clone());
        let all = found.keys.iter();
        let mut all: Vec<_> = all
            .flat_map(|key| {
                key.locations
                    .iter()
                    .map(|at| (key.secret.fingerprint(), place(at)))
            })
            .collect();
        all.sort();
        all
    };
    let whole = scan(64 << 20);
    assert_eq!(whole.len(), 8);
    for window in [40_000, 65_537, 100_003, 299_999, 300_100, 301_200] {
        assert_eq!(scan(window), whole, "{window}");
    }
}

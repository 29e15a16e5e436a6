//! Every encoding in every container: exactly that key, in its member, at its place, and written as it is.

use std::fs;

use aisaleaks::model::Encoding::{self, *};
use aisaleaks::model::{Key, Secret};

use super::{kinds, scan_with};
use crate::support::archive::{self, Member, Method};
use crate::support::key;

#[path = "../../../src/detect/encoders.rs"]
mod encoders;

/// What the encoders leave to chance.
mod templates {
    use std::hash::{BuildHasher, RandomState};

    pub(crate) struct Rng;

    impl Rng {
        pub(crate) fn below(&mut self, bound: usize) -> usize {
            RandomState::new().hash_one(0) as usize % bound
        }
    }
}

/// How a key is written, in how many characters more than it has before it, and what that is called.
const WAYS: &[(&str, u64, &[Encoding])] = &[
    ("{key}", 0, &[]),
    ("⟦base64 {key}⟧", 0, &[Base64]),
    ("⟦base64 :{key}⟧", 1, &[Base64]),
    ("⟦base64 k={key}⟧", 2, &[Base64]),
    ("⟦base64url user:{key}⟧", 6, &[Base64]),
    ("⟦base64-bare {key}, and more⟧", 0, &[Base64]),
    ("⟦wrap=20 ⟦base64 {key}⟧⟧", 0, &[Base64]),
    ("⟦wrap-indent=24 ⟦base64 user:{key}⟧⟧", 6, &[Base64]),
    ("⟦percent-signs ⟦base64 {key}⟧⟧", 0, &[Base64]),
    ("⟦base64 ⟦base64 {key}⟧⟧", 0, &[Base64, Base64]),
    ("⟦base64 ⟦utf-16le {key}⟧⟧", 0, &[Base64, Utf16Le]),
    ("⟦base64 ⟦u {key}⟧⟧", 0, &[Base64, UnicodeEscape]),
    ("⟦base64 ⟦gzip some text with {key}⟧⟧", 0, &[Base64, Gzip]),
    ("⟦base64 ⟦zip some text with {key}⟧⟧", 0, &[Base64, Zip]),
    ("⟦hex {key}⟧", 0, &[Hex]),
    ("⟦HEX {key}⟧", 0, &[Hex]),
    ("⟦hex-spaced {key}⟧", 0, &[Hex]),
    ("⟦HEX-colons {key}⟧", 0, &[Hex]),
    ("⟦hex-c {key}⟧", 0, &[Hex]),
    ("⟦x {key}⟧", 0, &[HexEscape]),
    ("⟦x-some {key}⟧", 0, &[HexEscape]),
    ("⟦percent {key}⟧", 0, &[Percent]),
    ("⟦percent-some {key}⟧", 0, &[Percent]),
    ("⟦u {key}⟧", 0, &[UnicodeEscape]),
    ("⟦u-some {key}⟧", 0, &[UnicodeEscape]),
    ("⟦entity {key}⟧", 0, &[HtmlEntity]),
    ("⟦entity-hex {key}⟧", 0, &[HtmlEntity]),
    ("⟦entity-named {key}⟧", 0, &[HtmlEntity]),
    ("⟦quoted {key}⟧", 0, &[QuotedPrintable]),
    ("\"⟦cut=plus {key}⟧\"", 1, &[Concatenation]),
    ("\"⟦cut=implicit {key}⟧\"", 1, &[Concatenation]),
    ("'⟦cut=js {key}⟧'", 1, &[Concatenation]),
    ("⟦cut=backslash {key}⟧", 0, &[Concatenation]),
    ("⟦cut=fold {key}⟧", 0, &[Concatenation]),
    ("\"⟦cut=shell {key}⟧\"", 1, &[Concatenation]),
];

/// The encodings of whole files.
const WIDE: [(&str, Encoding); 6] = [
    ("utf-16le", Utf16Le),
    ("utf-16be", Utf16Be),
    ("utf-16le-bom", Utf16Le),
    ("utf-16be-bom", Utf16Be),
    ("utf-32le", Utf32Le),
    ("utf-32be", Utf32Be),
];

/// A file with a key.
struct Planted {
    name: String,
    bytes: Vec<u8>,
    key: String,
    column: u64,
    encoding: Vec<Encoding>,
}

/// A file for each way, each with a key of its own.
fn planted() -> Vec<Planted> {
    let narrow = WAYS.iter().map(|(way, more, encoding)| {
        let text = format!("# settings\nAISA_API_KEY={way}\n# more\n");
        (text, 14 + more, encoding.to_vec())
    });
    let wide = WIDE.iter().map(|(name, encoding)| {
        let text = format!("⟦{name} # settings\nAISA_API_KEY={{key}}\n# more\n⟧");
        (text, 14, vec![*encoding])
    });
    let numbered = narrow.chain(wide).enumerate();
    let plant = |(number, (text, column, encoding)): (usize, (String, u64, Vec<Encoding>))| {
        let key = key();
        Planted {
            name: format!("{number}.txt"),
            bytes: encoders::encoded(&text.replace("{key}", &key), &mut templates::Rng),
            key,
            column,
            encoding,
        }
    };
    numbered.map(plant).collect()
}

/// Demands that a scan of these files finds each key once, where it is.
fn are_found(
    how: &str,
    files: &[(&str, Vec<u8>)],
    planted: &[Planted],
    member: impl Fn(&str) -> Vec<String>,
) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("written");
    }
    let outcome = scan_with(folder.path(), |_| {});
    assert_eq!(kinds(&outcome), [], "{how}");
    for planted in planted {
        let fingerprint = Secret::new(&planted.key).fingerprint();
        let what = format!("{how} {:?} {:?}", planted.name, planted.encoding);
        let mut keys = outcome.keys.iter();
        let found = keys.find(|key| key.secret.fingerprint() == fingerprint);
        let [at] = &found.unwrap_or_else(|| panic!("missed: {what}")).locations[..] else {
            panic!("not one place: {what}");
        };
        let names = at
            .member
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned());
        assert_eq!(names.collect::<Vec<_>>(), member(&planted.name), "{what}");
        assert_eq!(at.encoding, planted.encoding, "{what}");
        let place = at.place.expect("a place");
        assert_eq!((place.line, place.column), (2, planted.column), "{what}");
    }
    let is_planted = |fingerprint: &String| {
        let mut planted = planted.iter();
        planted.any(|planted| Secret::new(&planted.key).fingerprint() == *fingerprint)
    };
    let depth = member("").len();
    // Inside a container Zstandard's own bytes are told, too, and may show what is left of a key: see docs/depth.md.
    let leaves_some = |key: &&Key| {
        let member = &key.locations[0].member;
        how.contains("zst") && !member.is_empty() && member.len() < depth
    };
    for key in outcome.keys.iter().filter(|key| !leaves_some(key)) {
        let (place, how) = (&key.locations[0].member, &key.locations[0].encoding);
        assert!(
            is_planted(&key.secret.fingerprint()),
            "nobody planted what is in {place:?} as {how:?}"
        );
    }
}

#[test]
fn in_every_archive() {
    let planted = planted();
    let members: Vec<Member<'_>> = planted
        .iter()
        .map(|planted| (&planted.name[..], &planted.bytes[..]))
        .collect();
    let tar = archive::tar(&members);
    let mut made = vec![
        ("7z", archive::sevenz(&members)),
        ("tar", tar.clone()),
        ("tar.gz", archive::gzip(&tar, None)),
        ("tar.bz2", archive::bzip2(&tar)),
        ("tar.xz", archive::xz(&tar)),
        ("tar.zst", archive::zstd(&tar)),
    ];
    for method in archive::METHODS {
        let how = match method {
            Method::Zstd => "zip with zstd",
            _ => "zip",
        };
        made.push((how, archive::zip(&members, method)));
    }
    for (how, bytes) in made {
        let nested = archive::zip(&[("in", &bytes)], Method::Deflate);
        are_found(how, &[("file", bytes)], &planted, |name| {
            vec![name.to_owned()]
        });
        are_found(
            &format!("{how} in zip"),
            &[("file", nested)],
            &planted,
            |name| vec!["in".to_owned(), name.to_owned()],
        );
    }
}

#[test]
fn in_every_compressed_file_and_in_none() {
    let planted = planted();
    let each = |press: &dyn Fn(&[u8]) -> Vec<u8>| -> Vec<(&str, Vec<u8>)> {
        let files = planted.iter();
        files
            .map(|planted| (&planted.name[..], press(&planted.bytes)))
            .collect()
    };
    are_found("as it is", &each(&<[u8]>::to_vec), &planted, |_| Vec::new());
    let contents = |_: &str| vec!["contents".to_owned()];
    are_found(
        "gzip",
        &each(&|bytes| archive::gzip(bytes, None)),
        &planted,
        contents,
    );
    are_found("bzip2", &each(&archive::bzip2), &planted, contents);
    are_found("xz", &each(&archive::xz), &planted, contents);
    are_found("zstd", &each(&archive::zstd), &planted, contents);
}

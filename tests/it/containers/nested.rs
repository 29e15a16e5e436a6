//! Containers in containers.

use proptest::prelude::*;

use super::{kinds, only, places, scan_file, text};
use crate::support::archive::{self, Method};
use crate::support::key;

#[test]
fn a_tarball_in_a_zip_in_a_tarball() {
    let key = key();
    let inner = archive::gzip(&archive::tar(&[("app/.env", &text(&key))]), None);
    let zip = archive::zip(&[("inner.tgz", &inner), ("b", b"x")], Method::Deflate);
    let bytes = archive::xz(&archive::tar(&[("lib/app.zip", &zip)]));
    let outcome = scan_file(&bytes, |_| {});
    let members: &[&str] = &["lib/app.zip", "inner.tgz", "app/.env"];
    assert_eq!(places(&outcome), only(&key, &[members]));
    assert_eq!(kinds(&outcome), []);
}

#[test]
fn an_image_as_docker_saves_it() {
    let key = key();
    let class = text(&key);
    let jar = archive::zip(
        &[("META-INF/MANIFEST.MF", b"x"), ("app.properties", &class)],
        Method::Deflate,
    );
    let layer = archive::tar(&[("etc/passwd", b"root"), ("srv/app.jar", &jar)]);
    let save = archive::tar(&[("manifest.json", b"[]"), ("1234/layer.tar", &layer)]);
    let oci = archive::tar(&[
        ("oci-layout", b"{}"),
        ("blobs/sha256/12", &archive::gzip(&layer, None)),
    ]);
    for (bytes, at) in [(save, "1234/layer.tar"), (oci, "blobs/sha256/12")] {
        let outcome = scan_file(&bytes, |_| {});
        let members: &[&str] = &[at, "srv/app.jar", "app.properties"];
        assert_eq!(places(&outcome), only(&key, &[members]));
        assert_eq!(kinds(&outcome), []);
    }
}

#[test]
fn a_word_document() {
    let key = key();
    let body = format!("<w:document><w:t>AISA_API_KEY={key}</w:t></w:document>");
    let parts: [archive::Member<'_>; 3] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<Relationships/>"),
        ("word/document.xml", body.as_bytes()),
    ];
    let outcome = scan_file(&archive::zip(&parts, Method::Deflate), |_| {});
    assert_eq!(places(&outcome), only(&key, &[&["word/document.xml"]]));
}

/// Wraps bytes in a container of this number; the name that it adds.
fn wrap(number: u8, depth: usize, bytes: &[u8]) -> (Vec<u8>, Option<String>) {
    let name = format!("member-{depth}");
    let members: [archive::Member<'_>; 2] = [("other", b"nothing here"), (&name, bytes)];
    let named = |made| (made, Some(name.clone()));
    match number {
        0 => named(archive::zip(&members, Method::Deflate)),
        1 => named(archive::zip(&members, Method::Stored)),
        2 => named(archive::tar(&members)),
        3 => named(archive::sevenz(&members)),
        4 => named(archive::gzip(&archive::tar(&members), None)),
        5 => (archive::gzip(bytes, Some(&name)), Some(name)),
        6 => (archive::bzip2(bytes), None),
        7 => (archive::xz(bytes), None),
        _ => (archive::zstd(bytes), None),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_key_is_in_exactly_that_member(numbers in prop::collection::vec(0u8..9, 1..=4)) {
        let key = key();
        let mut bytes = text(&key);
        let mut names: Vec<String> = Vec::new();
        for (depth, number) in numbers.iter().enumerate() {
            let is_stream = *number >= 5;
            let holds_container = depth > 0;
            let (made, name) = wrap(*number, depth, &bytes);
            bytes = made;
            // A stream that holds a container has no name; one that does not is called what it is called.
            match name {
                Some(name) if !(is_stream && holds_container) => names.insert(0, name),
                None if !holds_container => names.insert(0, "contents".to_owned()),
                _ => {}
            }
        }
        let outcome = scan_file(&bytes, |_| {});
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        prop_assert_eq!(places(&outcome), only(&key, &[&names]));
        prop_assert_eq!(kinds(&outcome), vec![]);
    }
}

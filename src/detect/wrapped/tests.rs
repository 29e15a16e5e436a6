//! Every encoding, around random keys, wherever they lie.

use crate::detect::encoders::encode;
use crate::detect::encoders::encoded;
use crate::detect::testing::{ALNUM, Rng, fill};
use crate::detect::{Detector, Match};
use crate::model::Encoding;

fn detector() -> Detector {
    Detector::new(crate::rules::builtin().expect("valid rules"))
}

fn search(detector: &Detector, text: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    detector.search(text, None, &mut found);
    found.retain(|found| found.confidence.is_some());
    found
}

/// The names of encoders, and what they are reported as.
const SINGLE: &[(&str, Encoding)] = &[
    ("base64", Encoding::Base64),
    ("base64-bare", Encoding::Base64),
    ("base64url", Encoding::Base64),
    ("hex", Encoding::Hex),
    ("HEX", Encoding::Hex),
    ("hex-spaced", Encoding::Hex),
    ("HEX-spaced", Encoding::Hex),
    ("hex-colons", Encoding::Hex),
    ("HEX-colons", Encoding::Hex),
    ("HEX-dashes", Encoding::Hex),
    ("hex-c", Encoding::Hex),
    ("x", Encoding::HexEscape),
    ("X", Encoding::HexEscape),
    ("x-some", Encoding::HexEscape),
    ("x-braced", Encoding::HexEscape),
    ("u", Encoding::UnicodeEscape),
    ("U", Encoding::UnicodeEscape),
    ("u-some", Encoding::UnicodeEscape),
    ("u-braced", Encoding::UnicodeEscape),
    ("u-long", Encoding::UnicodeEscape),
    ("percent", Encoding::Percent),
    ("percent-low", Encoding::Percent),
    ("percent-some", Encoding::Percent),
    ("percent-signs", Encoding::Percent),
    ("entity", Encoding::HtmlEntity),
    ("entity-hex", Encoding::HtmlEntity),
    ("entity-HEX", Encoding::HtmlEntity),
    ("entity-zeros", Encoding::HtmlEntity),
    ("entity-some", Encoding::HtmlEntity),
    ("entity-named", Encoding::HtmlEntity),
    ("quoted", Encoding::QuotedPrintable),
    ("quoted-soft", Encoding::QuotedPrintable),
    ("utf-16le", Encoding::Utf16Le),
    ("utf-16be", Encoding::Utf16Be),
    ("utf-32le", Encoding::Utf32Le),
    ("utf-32be", Encoding::Utf32Be),
    ("cut=plus", Encoding::Concatenation),
    ("cut=tight", Encoding::Concatenation),
    ("cut=js", Encoding::Concatenation),
    ("cut=lead", Encoding::Concatenation),
    ("cut=implicit", Encoding::Concatenation),
    ("cut=lines", Encoding::Concatenation),
    ("cut=f", Encoding::Concatenation),
    ("cut=dot", Encoding::Concatenation),
    ("cut=lua", Encoding::Concatenation),
    ("cut=vb", Encoding::Concatenation),
    ("cut=vb-line", Encoding::Concatenation),
    ("cut=elixir", Encoding::Concatenation),
    ("cut=haskell", Encoding::Concatenation),
    ("cut=sql", Encoding::Concatenation),
    ("cut=python", Encoding::Concatenation),
    ("cut=shell", Encoding::Concatenation),
    ("cut=shell-mixed", Encoding::Concatenation),
    ("cut=open", Encoding::Concatenation),
    ("cut=backslash", Encoding::Concatenation),
    ("cut=backslash-indent", Encoding::Concatenation),
    ("cut=fold", Encoding::Concatenation),
    ("cut=escaped", Encoding::Concatenation),
];

/// What is found, as text that shows what differs.
fn told(detector: &Detector, text: &[u8]) -> Vec<(String, Vec<Encoding>, usize, usize)> {
    let tell = |found: &Match| {
        let secret = detector.secret(text, found);
        let span = (found.start, found.end);
        let encoding = detector.wrapping(text, span, &secret).encoding;
        (secret.expose().to_owned(), encoding, span.0, span.1)
    };
    search(detector, text).iter().map(tell).collect()
}

#[test]
fn every_encoding_is_found_where_it_stands() {
    let detector = detector();
    let mut failed = Vec::new();
    for (name, encoding) in SINGLE {
        let mut rng = Rng::new(1);
        for round in 0..12 {
            let key = rng.key(true);
            let inner = encode(name, key.as_bytes(), &mut rng);
            for (before, behind) in [("", ""), (" ", "\n"), ("x = \"", "\";"), ("钥: ", " 钥")] {
                let text = [before.as_bytes(), &inner, behind.as_bytes()].concat();
                let expected = (
                    key.clone(),
                    vec![*encoding],
                    before.len(),
                    before.len() + inner.len(),
                );
                if told(&detector, &text) != [expected] {
                    failed.push((
                        name,
                        round,
                        text.escape_ascii().to_string(),
                        told(&detector, &text),
                    ));
                }
            }
        }
    }
    let names: std::collections::BTreeMap<_, usize> =
        failed.iter().fold(Default::default(), |mut all, failed| {
            *all.entry(failed.0).or_default() += 1;
            all
        });
    assert!(
        failed.is_empty(),
        "{names:?} {:#?}",
        failed
            .iter()
            .step_by(1 + failed.len() / 8)
            .collect::<Vec<_>>()
    );
}

/// Pairs, the outer one first.
const PAIRS: &[&[&str]] = &[
    &["base64", "base64"],
    &["base64-bare", "base64url"],
    &["base64url", "base64"],
    &["base64", "utf-16le"],
    &["base64", "utf-16be"],
    &["base64", "u"],
    &["base64", "u-some"],
    &["base64", "gzip"],
    &["base64-bare", "gzip"],
    &["base64", "zip"],
    &["wrap=76", "base64", "zip"],
    &["base64", "base64", "gzip"],
    &["base64", "gzip", "base64"],
    &["base64", "gzip", "utf-16le"],
    &["percent-signs", "base64"],
    &["wrap=64", "base64"],
    &["wrap=76", "base64url"],
    &["wrap=10", "base64"],
    &["wrap=17", "base64"],
    &["wrap-crlf=76", "base64"],
    &["wrap-indent=40", "base64"],
    &["wrap-quoted=60", "base64"],
    &["wrap-escaped=64", "base64"],
    &["wrap-mail=72", "base64"],
    &["wrap-code=50", "base64"],
    &["wrap=64", "base64", "utf-16le"],
    &["wrap=64", "hex"],
    &["wrap=34", "HEX"],
    &["wrap-indent=32", "hex"],
    &["wrap-indent=48", "hex-spaced"],
    &["wrap-yaml=48", "hex-c"],
];

/// Every pair, with text around the key in the inner one: of a current key whatever the text, and of a legacy key if it is
/// about AIsa.
#[test]
fn encodings_in_each_other_are_found() {
    let detector = detector();
    let mut failed = std::collections::BTreeMap::new();
    for names in PAIRS {
        for round in 0..30 {
            let mut rng = Rng::new(round);
            // A line break in the middle of what little a legacy key begins with leaves nothing to be told by.
            let legacy = round % 3 == 2 && !names[0].starts_with("wrap");
            let key = match legacy {
                true => format!("sk-{}", rng.body(48, ALNUM)),
                false => rng.key(true),
            };
            let (before, behind) = [
                ("", ""),
                ("AISA_API_KEY=", "\n"),
                ("{\"aisa_key\": \"", "\"}"),
                ("user:", ""),
            ][rng.below(4)];
            let before = if legacy { "AISA_API_KEY=" } else { before };
            let before = [&"x ".repeat(rng.below(40)), " ", before].concat();
            let mut text = [before.as_bytes(), key.as_bytes(), behind.as_bytes()].concat();
            for name in names.iter().rev() {
                text = encode(name, &text, &mut rng);
            }
            let text = [b"data: ", &text[..], b"\n"].concat();
            let found = told(&detector, &text);
            if !matches!(&found[..], [(secret, ..)] if *secret == key) {
                let entry: &mut Vec<_> = failed.entry(format!("{names:?}")).or_default();
                entry.push((round, legacy, found, text.escape_ascii().to_string()));
            }
        }
    }
    let counts: Vec<_> = failed
        .iter()
        .map(|(names, all)| (names, all.len()))
        .collect();
    let first: Vec<_> = failed.iter().map(|(names, all)| (names, &all[0])).collect();
    assert!(failed.is_empty(), "{counts:?} {first:#?}");
}

#[test]
fn nothing_is_made_of_placeholders_and_noise() {
    let detector = detector();
    let mut rng = Rng::new(9);
    for name in SINGLE.iter().map(|(name, _)| *name) {
        for text in [
            "sk-aisa-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-aisa-your-api-key-goes-here-and-nowhere-else-ok",
            "sk-aisa-test-key",
            "sk-your-key",
        ] {
            let text = encode(name, text.as_bytes(), &mut rng);
            assert_eq!(told(&detector, &text), [], "{name} {}", text.escape_ascii());
        }
    }
    let template = fill(
        "OPENAI_API_KEY=⟦base64 {legacy}⟧ x=⟦hex {openai}⟧",
        &mut rng,
    )
    .text;
    assert_eq!(told(&detector, &encoded(&template, &mut rng)), []);
}

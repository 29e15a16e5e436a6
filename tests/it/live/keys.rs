//! Which keys are sent, how often, and in what.

use super::replies::{balance, error, json, knowing};
use super::{Leak, verdict};
use crate::support::{key, legacy_key};

#[test]
fn a_key_is_in_one_header_of_a_get() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    Leak::of(&[&key]).report(&server.base(), &[]);
    let [asked] = &server.asked_with(&key)[..] else {
        panic!("{:?}", server.asked());
    };
    assert_eq!(
        (&*asked.method, &*asked.path),
        ("GET", "/v1/credits/balance")
    );
    let mut headers = asked.headers.clone();
    headers.sort();
    let agent = concat!("aisaleaks/", env!("CARGO_PKG_VERSION"));
    let expected = [
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("authorization", &format!("Bearer {key}")),
        ("host", &server.address.to_string()),
        ("user-agent", agent),
    ];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn a_control_key_of_the_same_shape_goes_first() {
    let [current, legacy] = [key(), legacy_key()];
    let server = knowing([(current.clone(), balance()), (legacy.clone(), balance())]);
    let report = Leak::of(&[&current, &legacy]).report(&server.base(), &[]);
    let asked = server.asked();
    let sent: Vec<&str> = asked
        .iter()
        .filter_map(|request| request.bearer())
        .collect();
    assert_eq!(sent.len(), 4, "{sent:?}");
    for (key, prefix, length) in [(&current, "sk-aisa-", 51), (&legacy, "sk-", 51)] {
        assert_eq!(verdict(&report, key).0, "active");
        let shaped = |sent: &&str| {
            sent.strip_prefix(prefix).is_some_and(|rest| {
                prefix.len() > 3 || rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }) && sent.len() == length
        };
        let nth = |found: &dyn Fn(&&str) -> bool| sent.iter().position(found);
        let control = nth(&|sent| shaped(sent) && *sent != current && *sent != legacy);
        let real = nth(&|sent| *sent == key);
        assert!(control.is_some() && control < real, "{sent:?}");
    }
}

#[test]
fn a_key_is_asked_about_once_however_many_places_it_has() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let leak = Leak::of(&[&key, &key, &key]);
    for name in ["a.py", "b.py", "c.py"] {
        leak.write(name, &format!("AISA_API_KEY = \"{key}\"\n"));
    }
    let report = leak.report(&server.base(), &[]);
    assert_eq!(verdict(&report, &key).0, "active");
    assert_eq!(server.asked_with(&key).len(), 1);
    assert_eq!(server.asked().len(), 2, "because of the control key");
}

#[test]
fn many_keys_share_one_control_key() {
    let keys: Vec<String> = (0..20).map(|_| key()).collect();
    let server = knowing(
        keys.iter()
            .map(|key| (key.clone(), error(401, "revoked_api_key"))),
    );
    let leak = Leak::of(&keys.iter().collect::<Vec<_>>());
    let report = leak.report(&server.base(), &[]);
    for key in &keys {
        assert_eq!(verdict(&report, key).0, "revoked");
        assert_eq!(server.asked_with(key).len(), 1);
    }
    assert_eq!(server.asked().len(), keys.len() + 1);
}

#[test]
fn no_more_keys_are_sent_than_somebody_allows() {
    let keys: Vec<String> = (0..5).map(|_| key()).collect();
    let server = knowing(keys.iter().map(|key| (key.clone(), balance())));
    let leak = Leak::of(&keys.iter().collect::<Vec<_>>());
    let report = leak.report(&server.base(), &["--verify-limit", "2"]);
    let states: Vec<&str> = keys.iter().map(|key| verdict(&report, key).0).collect();
    let count = |state: &str| states.iter().filter(|found| **found == state).count();
    assert_eq!((count("active"), count("unchecked")), (2, 3), "{states:?}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn what_may_be_a_piece_of_a_key_is_not_called_dead() {
    let [long, other] = [key() + &key()[8..25], key() + &key()[8..25]];
    let server = knowing([(other.clone(), balance())]);
    let report = Leak::of(&[&long, &other]).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &long).0, "unknown", "{report:#}");
    assert_eq!(verdict(&report, &other).0, "active");
}

#[test]
fn an_old_key_that_may_be_anothers_is_sent_to_nobody() {
    let [named, near] = [legacy_key(), legacy_key()];
    let server = knowing([]);
    let text = format!("# See https://aisa.one\nAISA_KEY={named}\n\n\nOTHER_KEY={near}\n");
    let report = Leak::with(&text).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &named).0, "invalid");
    assert_eq!(verdict(&report, &near).0, "unchecked");
    assert_eq!(server.asked_with(&near).len(), 0);
}

#[test]
fn what_rules_of_ones_own_find_is_sent_to_nobody() {
    let [aisa, other] = [key(), key()];
    let secret = format!("vendor_{}", &other[8..20]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("rules.toml");
    let rule = "[[rules]]\nid = \"vendor\"\ndescription = \"A vendor's\"\n\
                regex = '''(vendor_[A-Za-z0-9_-]{12})'''\nkeywords = [\"vendor_\"]\n";
    std::fs::write(&rules, rule).expect("written");
    let server = knowing([(aisa.clone(), balance())]);
    let leak = Leak::with(&format!("AISA_KEY={aisa}\nAISA_TOKEN={secret}\n"));
    let rules = rules.to_str().expect("UTF-8");
    let report = leak.report(&server.base(), &["--rules", rules]);
    assert_eq!(verdict(&report, &aisa).0, "active");
    let keys = report["keys"].as_array().expect("keys");
    let found = keys.iter().find(|found| found["rule"] == "vendor");
    let found = &found.expect("because the rule finds it")["verdict"];
    assert_eq!(found["state"], "unchecked", "{report:#}");
    assert_eq!(server.asked_with(&secret).len(), 0);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn only_keys_that_work_are_reported_and_the_others_count() {
    let [live, dead, unclear] = [key(), key(), key()];
    let server = knowing([
        (live.clone(), balance()),
        (unclear.clone(), json(200, "[]")),
    ]);
    let only = |keys: &[&String]| {
        let run = Leak::of(keys).ask(&server.base(), &["-f", "json", "--only-active"]);
        let told = run.json()["keys"].as_array().expect("keys").len();
        (run.code, told)
    };
    assert_eq!(only(&[&live, &dead, &unclear]), (1, 1));
    assert_eq!(only(&[&dead, &unclear]), (1, 0), "because one may work");
    assert_eq!(only(&[&dead]), (0, 0));
}

#[test]
fn nothing_is_sent_where_nothing_is_found_or_nobody_asks() {
    let key = key();
    let server = knowing([]);
    let run = Leak::with("hello\n").ask(&server.base(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let leak = Leak::of(&[&key]);
    let plain = crate::support::run(leak.0.path(), &["dir", ".", "-f", "json"]);
    assert_eq!(plain.code, 1);
    assert_eq!(verdict(&plain.json(), &key), ("unchecked", ""));
    let base = server.base();
    let how = crate::support::run(leak.0.path(), &["dir", ".", "--verify-base-url", &base]);
    assert_eq!(
        how.code, 2,
        "because it says how, and not that it is wanted"
    );
    let broken = leak.ask("http://gateway.example/v1", &[]);
    assert_eq!(
        broken.code, 2,
        "because a key goes over the network by https alone"
    );
    assert_eq!(server.asked().len(), 0);
}

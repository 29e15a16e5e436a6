//! Verdicts of earlier checks.

use super::*;

fn kept(folder: &tempfile::TempDir, secret: &[u8], age: u64) -> Kept {
    Kept {
        file: folder.path().join("verdicts"),
        key: FingerprintKey::new(secret),
        age: Duration::from_secs(age),
    }
}

/// A check with what is kept.
fn checked(server: &Server<'_>, keys: &[Secret], kept: &Kept) -> Checked {
    let mut cache = Cache::open(kept).expect("a cache");
    let asked: Vec<Asked<'_>> = keys.iter().map(asked).collect();
    let (cache, control) = (Some(&mut cache), Control::default());
    let options = Options::default();
    check(&asked, &options, server, cache, server.clock, &control)
}

#[test]
fn verdicts_are_kept_for_their_time_and_under_their_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (clock, keys) = (Stopped::default(), [key(), key(), key()]);
    let server = Server::new(&clock, |_, asked| match asked {
        asked if asked == keys[0].expose() => Ok(fine()),
        asked if asked == keys[1].expose() => Ok(answer(401, "revoked_api_key")),
        asked if asked == keys[2].expose() => Ok(answer(403, "x")),
        _ => refused(),
    });
    // Which of the keys are asked about.
    let run = |secret: &[u8], age| {
        let before = keys.each_ref().map(|key| server.saw(key));
        let checked = checked(&server, &keys, &kept(&folder, secret, age));
        let states: Vec<State> = (checked.verdicts.iter())
            .map(|verdict| verdict.state)
            .collect();
        assert_eq!(states, [State::Active, State::Revoked, State::Unknown]);
        assert_eq!(checked.notes, Vec::<String>::new());
        let balance = checked.verdicts[0].balance.as_ref().expect("a balance");
        assert_eq!(balance.to_string(), "12.5 USD");
        let after = keys.each_ref().map(|key| server.saw(key));
        [0, 1, 2].map(|nth| after[nth] > before[nth])
    };
    assert_eq!(run(b"one", 60), [true, true, true]);
    let text = std::fs::read_to_string(folder.path().join("verdicts")).expect("a file");
    assert!(!text.contains("sk-") && !text.contains(&keys[0].fingerprint()));
    // What nobody found out is asked again; so is all of it under another key, and at once after no time.
    assert_eq!(run(b"one", 60), [false, false, true]);
    assert_eq!(run(b"one", 0), [true, true, true]);
    // Whoever takes nothing from there keeps it for the others all the same.
    assert_eq!(run(b"one", 60), [false, false, true]);
    assert_eq!(run(b"two", 60), [true, true, true]);
    assert_eq!(run(b"one", 60), [true, true, true]);
}

#[test]
fn what_was_changed_by_somebody_else_is_asked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (clock, keys) = (Stopped::default(), [key()]);
    let server = Server::new(&clock, |_, asked| match asked {
        asked if asked == keys[0].expose() => Ok(fine()),
        _ => refused(),
    });
    let kept = kept(&folder, b"one", 60);
    checked(&server, &keys, &kept);
    let text = std::fs::read_to_string(&kept.file).expect("a file");
    let forged = text.replace("active", "revoked");
    assert_ne!(forged, text);
    std::fs::write(&kept.file, forged).expect("written");
    let checked = checked(&server, &keys, &kept);
    assert_eq!(checked.verdicts[0].state, State::Active);
    assert_eq!(server.saw(&keys[0]), 2);
}

#[test]
fn what_others_may_read_or_nobody_of_us_wrote_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (clock, keys) = (Stopped::default(), [key()]);
    let server = Server::new(&clock, |_, _| Ok(answer(401, "invalid_api_key")));
    let kept = kept(&folder, b"one", 60);
    checked(&server, &keys, &kept);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| std::fs::set_permissions(&kept.file, PermissionsExt::from_mode(mode));
        let known = std::fs::metadata(&kept.file).expect("a file");
        assert_eq!(known.permissions().mode() & 0o777, 0o600);
        mode(0o640).expect("changed");
        assert!(Cache::open(&kept).is_err());
        mode(0o600).expect("changed");
    }
    assert!(Cache::open(&kept).is_ok());
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"aisaleaks-verdicts":2,"keyed":"","verdicts":[]}"#,
    ] {
        std::fs::write(&kept.file, wrong).expect("written");
        assert!(Cache::open(&kept).is_err(), "{wrong}");
    }
}

//! Verdicts of earlier checks.

use super::*;

#[test]
fn verdicts_are_kept_for_their_time_and_by_their_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = |secret: &[u8], age| Kept {
        file: folder.path().join("verdicts"),
        key: FingerprintKey::new(secret),
        age: Duration::from_secs(age),
    };
    let (clock, keys) = (Stopped::default(), [key(), key(), key()]);
    let server = Server::new(&clock, |_, asked| match asked {
        asked if asked == keys[0].expose() => Ok(fine()),
        asked if asked == keys[1].expose() => Ok(answer(401, "revoked_api_key")),
        asked if asked == keys[2].expose() => Ok(answer(403, "x")),
        _ => refused(),
    });
    let run = |kept: &Kept| {
        let mut cache = Cache::open(kept).expect("a cache");
        let asked: Vec<Asked<'_>> = keys.iter().map(asked).collect();
        let before = keys.each_ref().map(|key| server.saw(key));
        let cache = Some(&mut cache);
        let options = Options::default();
        let checked = check(
            &asked,
            &options,
            &server,
            cache,
            &clock,
            &Control::default(),
        );
        let states: Vec<State> = checked
            .verdicts
            .iter()
            .map(|verdict| verdict.state)
            .collect();
        assert_eq!(states, [State::Active, State::Revoked, State::Unknown]);
        assert_eq!(checked.notes, Vec::<String>::new());
        let balance = checked.verdicts[0].balance.as_ref().expect("a balance");
        assert_eq!(balance.to_string(), "12.5 USD");
        let after = keys.each_ref().map(|key| server.saw(key));
        [0, 1, 2].map(|nth| after[nth] > before[nth])
    };
    assert_eq!(run(&kept(b"one", 60)), [true, true, true]);
    let text = std::fs::read_to_string(folder.path().join("verdicts")).expect("a file");
    assert!(!text.contains("sk-") && !text.contains(&keys[0].fingerprint()));
    // What nobody found out is asked again; so is all of it under another key, and at once after no time.
    assert_eq!(run(&kept(b"one", 60)), [false, false, true]);
    assert_eq!(run(&kept(b"one", 0)), [true, true, true]);
    assert_eq!(run(&kept(b"two", 60)), [true, true, true]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.path().join("verdicts");
        let mode = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode));
        let known = std::fs::metadata(&file)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(known & 0o777, 0o600);
        mode(0o640).expect("changed");
        assert!(Cache::open(&kept(b"two", 60)).is_err());
        mode(0o600).expect("changed");
    }
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"aisaleaks-verdicts":2,"keyed":"","verdicts":[]}"#,
    ] {
        std::fs::write(folder.path().join("verdicts"), wrong).expect("written");
        assert!(Cache::open(&kept(b"two", 60)).is_err(), "{wrong}");
    }
}

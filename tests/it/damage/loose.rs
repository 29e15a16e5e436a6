//! Damaged loose objects.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::damaged;
use crate::support::files::{change, object};
use crate::support::pack::{self, id};

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

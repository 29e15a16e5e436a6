//! Reading, writing and matching, with keys made at test time.

mod matching;
mod reading;

use super::{Accepted, Entry, PathName, Print, Spot, Terms};
use crate::model::{Problem, ProblemKind, Secret};

fn print(text: &str) -> Print {
    Print::parse(&Secret::new(text).fingerprint()).expect("a fingerprint")
}

fn terms(reason: &str) -> Terms {
    Terms {
        reason: reason.into(),
        author: None,
        added: None,
        expires: None,
    }
}

fn file(path: &str) -> Spot {
    Spot::contents(PathName {
        text: path.to_owned(),
        bytes: None,
    })
}

fn entry(key: &str, path: &str) -> Entry {
    Entry {
        print: print(key),
        rule: Some("aisa-api-key".into()),
        shown: Some("sk-aisa-…Q9k".to_owned()),
        spot: file(path),
        terms: terms("known"),
        line: 0,
    }
}

fn problem(place: &str) -> Accepted {
    let problem = Problem::new(ProblemKind::Shallow, place, "it is cut off");
    Accepted {
        print: Print::parse(&problem.fingerprint()).expect("a fingerprint"),
        kind: Some("shallow".to_owned()),
        place: Some(place.to_owned()),
        terms: terms("known"),
        line: 0,
    }
}

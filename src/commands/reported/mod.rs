//! A JSON report of an earlier scan, as commands that start from one read it.

pub(super) mod members;
mod naming;
mod reading;

pub(super) use naming::{KEYED, decoded, is_known, is_plain, redacted};
pub(super) use reading::{Key, Kind, Place, Report, Target, Told, Was, read};

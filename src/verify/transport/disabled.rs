//! A build without the feature `live`: nothing in it opens a connection.

use super::Transport;
use crate::error::{Error, Result};
use crate::verify::Options;

/// Opens nothing.
///
/// # Errors
/// Always: the build cannot check keys.
pub fn open(_: &Options) -> Result<Box<dyn Transport>> {
    Err(Error::Live {
        reason: "this build has no network code; use one that was built with the feature `live`, as releases are, or leave \
                 --verify out"
            .to_owned(),
    })
}

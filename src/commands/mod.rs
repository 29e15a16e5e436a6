//! What the program can do, one file a command.

pub mod exit;
mod progress;
pub mod scan;

//! What the program can do, one file a command.

pub mod baseline;
pub mod exit;
mod input;
mod printing;
mod progress;
pub mod rules;
pub mod scan;

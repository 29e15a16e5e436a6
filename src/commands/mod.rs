//! What the program can do, one file a command.

pub mod exit;
pub mod hooks;
mod input;
mod progress;
pub mod rules;
pub mod scan;

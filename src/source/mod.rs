//! Sources: what walks files and streams and pushes their bytes into a sink. They know nothing of secrets.

pub mod asking;
pub mod change;
pub mod files;
pub mod history;
mod ignore_rules;
pub mod lfs;
mod listing;
pub mod members;
pub mod message;
mod open;
pub mod paths;
mod queue;
pub mod range;
mod reading;
mod roots;
pub mod single;
pub mod staged;
pub mod stdin;
#[cfg(test)]
mod testing;
pub mod tracked;
pub mod window;
mod worktree;

pub use files::{Found, Options};
pub use tracked::Tracked;

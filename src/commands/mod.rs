//! What the program can do, one file a command.

pub mod baseline;
pub mod ci;
pub mod exit;
pub mod explain;
pub mod fix;
pub mod hooks;
mod input;
mod printing;
mod programs;
mod progress;
pub mod purge_plan;
pub mod recheck;
mod reported;
pub mod request;
pub mod respond;
pub mod rules;
mod running;
pub mod scan;
mod shell;
mod writing;

//! Containers: what holds members, and how to come to their contents. Nothing here knows what is looked for, and nothing is
//! ever written.
//!
//! A container is recognised by its bytes, never by a name. What is read from one is hostile: sizes are believed only after
//! they were counted, and nothing is allocated because a header asks for it.

mod decode;
mod fault;
mod fields;
mod guard;
mod input;
mod recognise;
pub mod sevenz;
pub mod streams;
pub mod tar;
#[cfg(test)]
mod tests;
pub mod zip;

pub use fault::Fault;
pub use guard::is_guarded;
pub use input::Input;
pub use recognise::{Format, HEAD, TAIL, is_program, recognise};

//! What a rule is, and where rules come from.

mod builtin;
mod compile;
mod schema;

pub use builtin::builtin;
pub use compile::{Anchor, ContextNeed, LazyRegex, Rule, Structure, load};

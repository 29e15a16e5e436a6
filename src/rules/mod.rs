//! What a rule is, and where rules come from.

mod builtin;
mod compile;
mod condition;
mod filter;
mod go_regex;
mod lazy_regex;
pub mod policy;
pub mod read;
mod rule;
mod schema;
pub mod table;

pub use builtin::builtin;
pub use compile::load;
pub use condition::{Comparison, Condition, Field, Patterns, Words};
pub use lazy_regex::LazyRegex;
pub use policy::{AcceptEntry, AllowEntry, Globs, Policy};
pub use rule::{AisaKey, Anchor, Brought, ContextNeed, Kind, Required, Rule, Source, Structure};

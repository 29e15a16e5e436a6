//! Git's formats: the only place that knows them. Nothing here runs a program or follows what a repository names
//! without looking first whether it is a regular file.

pub mod alternates;
mod bases;
pub mod bundle;
pub mod commit;
pub mod commits;
pub mod config;
pub mod delta;
pub mod family;
pub mod foreign;
mod hash;
pub mod header;
pub mod index;
pub mod inflate;
pub mod loose;
mod map;
mod merged;
pub mod objects;
pub mod pack;
pub mod plain;
pub mod quote;
pub mod reflog;
pub mod refs;
pub mod replacement;
pub mod repo;
pub mod revisions;
mod single;
pub mod store;
pub mod tag;
pub mod tree;
pub mod treelog;
pub mod unpack;
pub mod updates;
pub mod walk;
pub mod worktrees;

pub use pack::Kind;
pub use repo::Repository;
pub use store::Store;

//! An API on this machine that knows some keys and refuses all others.

use crate::live::replies::{json, knowing};
use crate::live::server;

/// Listens until it is dropped.
pub struct Server(server::Server);

impl Server {
    /// Answers so about these keys.
    pub fn new(keys: &[(&str, (u16, &str))]) -> Self {
        let known = keys.iter();
        let known: Vec<_> = known
            .map(|(key, (status, body))| ((*key).to_owned(), json(*status, body)))
            .collect();
        Self(knowing(known))
    }

    /// What leads the program here.
    pub fn flags(&self) -> [String; 2] {
        ["--verify-base-url".to_owned(), self.0.base()]
    }

    /// How often a key came; all requests if none is named.
    pub fn count(&self, key: Option<&str>) -> usize {
        match key {
            Some(key) => self.0.asked_with(key).len(),
            None => self.0.asked().len(),
        }
    }
}

//! Keys read again from places on disk and in repositories.

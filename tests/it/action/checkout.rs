//! Repositories as actions/checkout leaves them, with the event that they are for.

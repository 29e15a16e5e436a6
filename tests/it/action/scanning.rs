//! What the action reports of each event.

//! Keys in every corner of a git object database, however the objects are stored.

mod corners;
mod deltas;

use serde_json::Value;

/// Demands that the key stands at the line and column that a location names.
fn assert_stands_at(text: &str, location: &Value, key: &str) {
    let number = |name: &str| location[name].as_u64().expect("a number") as usize;
    let line = text
        .split('\n')
        .nth(number("line") - 1)
        .expect("the line is there");
    let rest: String = line.chars().skip(number("column") - 1).collect();
    assert!(rest.starts_with(key), "{location:#} is {line:?}");
    assert_eq!(location["end_line"], location["line"]);
    assert_eq!(number("end_column"), number("column") + key.len());
}

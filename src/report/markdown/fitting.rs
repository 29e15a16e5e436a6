//! Fits a report into so many bytes: what is fixed stays, and of the rest whole rows are left out, and counted.

use std::collections::BTreeMap;

use crate::report::summary;

/// Bytes for the sentence about what was left out.
const END: usize = 512;
/// What rows beside the keys take of the room at most, each list this part of it.
const SHARE: usize = 8;

/// A row, which is there as a whole or not at all.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// With its newline.
    pub(super) text: String,
    /// What it is about, in the singular; empty for one that is not counted.
    pub(super) noun: &'static str,
}

/// Rows, made as they are asked for.
type Rows<'a> = Box<dyn Iterator<Item = Row> + 'a>;

/// A part of a report.
pub(super) enum Part<'a> {
    /// What always stays.
    Fixed(String),
    /// A list of which rows can be left out.
    Rows(Rows<'a>),
    /// The list that has all the room that the others leave.
    Main(Rows<'a>),
}

/// The parts as one text of at most so many bytes.
pub(super) fn fitted(parts: Vec<Part<'_>>, most: usize) -> String {
    let fixed = parts.iter().map(|part| match part {
        Part::Fixed(text) => text.len(),
        Part::Rows(_) | Part::Main(_) => 0,
    });
    let room = most.saturating_sub(fixed.sum::<usize>() + END);
    let (mut used, mut left) = (0, BTreeMap::new());
    let mut texts: Vec<String> = Vec::new();
    let mut main = None;
    for part in parts {
        texts.push(match part {
            Part::Fixed(text) => text,
            Part::Rows(rows) => {
                let text = taken(rows, room / SHARE, &mut left);
                used += text.len();
                text
            }
            Part::Main(rows) => {
                main = Some((texts.len(), rows));
                String::new()
            }
        });
    }
    if let Some((at, rows)) = main {
        texts[at] = taken(rows, room.saturating_sub(used), &mut left);
    }
    texts.extend(end(&left, most));
    // With next to no room even what is fixed is left out, from the end.
    let mut out = String::new();
    for text in texts {
        if out.len() + text.len() > most {
            break;
        }
        out.push_str(&text);
    }
    out
}

/// The rows that fit; the others are counted.
fn taken(rows: Rows<'_>, room: usize, left: &mut BTreeMap<&'static str, u64>) -> String {
    let mut text = String::new();
    let mut is_full = false;
    for row in rows {
        is_full |= text.len() + row.text.len() > room;
        match is_full {
            true if row.noun.is_empty() => {}
            true => *left.entry(row.noun).or_default() += 1,
            false => text.push_str(&row.text),
        }
    }
    text
}

fn end(left: &BTreeMap<&'static str, u64>, most: usize) -> Option<String> {
    let left = left
        .iter()
        .map(|(noun, number)| summary::count(*number, noun));
    let left: Vec<String> = left.collect();
    let limit = summary::grouped(most as u64);
    (!left.is_empty()).then(|| {
        let left = left.join(", ");
        format!("\nLeft out, to stay within {limit} bytes: {left}. The other formats have them, such as `-f json`.\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(number: usize, noun: &'static str) -> Rows<'static> {
        let rows = (0..number).map(move |at| Row {
            text: format!("{noun} {at:03}\n"),
            noun,
        });
        Box::new(rows)
    }

    fn parts() -> Vec<Part<'static>> {
        vec![
            Part::Fixed("head\n".to_owned()),
            Part::Main(rows(200, "key")),
            Part::Fixed("steps\n".to_owned()),
            Part::Rows(rows(200, "problem")),
        ]
    }

    #[test]
    fn whole_rows_are_left_out_and_counted() {
        let all = fitted(parts(), 1 << 20);
        assert_eq!(all.lines().count(), 402);
        assert!(!all.contains("Left out"));
        for most in [0, 3, 10, 11, 400, 523, 600, 1000, 2000, 4000] {
            let text = fitted(parts(), most);
            assert!(text.len() <= most, "{most}: {}", text.len());
            let whole = |line: &str| match line.split_once(' ') {
                Some((noun, number)) if noun == "key" || noun == "problem" => number.len() == 3,
                _ => {
                    line.is_empty() || line == "head" || line == "steps" || line.starts_with("Left")
                }
            };
            assert!(text.lines().all(whole), "{text}");
            if most >= 600 {
                let keys = text.matches("key 0").count() + text.matches("key 1").count();
                let problems = text.matches("problem ").count();
                let end = match keys {
                    200 => format!(": {} problems.", 200 - problems),
                    keys => format!("{} keys, {} problems.", 200 - keys, 200 - problems),
                };
                assert!(text.contains("head\n") && text.contains("steps\n"));
                assert!(text.contains(&end), "{end} in {text}");
                assert!(most < 1000 || keys > problems && problems > 0);
            }
        }
    }
}

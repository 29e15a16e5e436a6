//! Draws a timeline in characters of ASCII, so that it is the same in any terminal, log and mail.

use super::Lane;

/// What the characters mean.
pub(in crate::report) const LEGEND: &str =
    "+ introduced, x removed, = in files of a branch or tag, - in history only";

/// Before a commit brought it.
const NOTHING: char = '.';
/// In the history: until it is revoked, it is exposed.
const PAST: char = '-';
const HELD: char = '=';
const INTRODUCED: char = '+';
const REMOVED: char = 'x';

impl Lane {
    /// The drawing in so many columns, such as `..+====x----`; `None` if nothing in it has a date.
    pub(in crate::report) fn text(&self, columns: usize) -> Option<String> {
        let since = self.since?;
        let last = columns.checked_sub(1)?;
        let column = |at: f64| (at / 100.0 * last as f64).round() as usize;
        let mut cells = vec![NOTHING; columns];
        let mut fill = |from: f64, to: f64, with: char| {
            let span = cells.get_mut(column(from)..=column(to));
            span.into_iter().for_each(|span| span.fill(with));
        };
        fill(since, 100.0, PAST);
        for &(from, to) in &self.held {
            fill(from, to, HELD);
        }
        // Of what happened in one column, that it came says more than that it went: it was back.
        for &at in &self.removed {
            fill(at, at, REMOVED);
        }
        for &at in &self.introduced {
            fill(at, at, INTRODUCED);
        }
        Some(cells.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_removed_stays_in_the_history() {
        let lane = Lane {
            since: Some(20.0),
            held: vec![(20.0, 60.0)],
            introduced: vec![20.0],
            removed: vec![60.0],
            ..Lane::default()
        };
        assert_eq!(lane.text(11).as_deref(), Some("..+===x----"));
    }

    #[test]
    fn a_key_that_is_there_is_held_to_the_end() {
        let lane = Lane {
            since: Some(0.0),
            held: vec![(0.0, 30.0), (50.0, 100.0)],
            introduced: vec![0.0, 50.0],
            removed: vec![30.0],
            ..Lane::default()
        };
        assert_eq!(lane.text(11).as_deref(), Some("+==x-+====="));
    }

    #[test]
    fn it_fits_whatever_the_width_and_without_a_date_there_is_none() {
        let lane = Lane {
            since: Some(100.0),
            introduced: vec![100.0],
            removed: vec![100.0],
            ..Lane::default()
        };
        assert_eq!(lane.text(1).as_deref(), Some("+"));
        assert_eq!(lane.text(3).as_deref(), Some("..+"));
        assert_eq!(lane.text(0), None);
        assert_eq!(Lane::default().text(10), None);
    }
}

//! One workflow command, escaped as the toolkit does it (actions/toolkit, packages/core/src/command.ts), so that the runner
//! reads what was meant and nothing else.

use std::fmt;

use crate::model::Place;

/// Characters of a title; GitHub takes 255.
const TITLE: usize = 200;
/// Characters of a message. GitHub takes 64 KiB; a person reads less.
const MESSAGE: usize = 1000;
/// Bytes of a path; no file system has a longer one.
const PATH: usize = 4096;

/// The kinds of annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    /// Worst first.
    pub(super) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Where an annotation is shown.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// The file, from the checkout on.
    pub(super) file: String,
    /// Where in it, if it is about a part of it.
    pub(super) place: Option<Place>,
}

/// An annotation. Its texts are masked and visible.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) spot: Option<Spot>,
    pub(super) title: String,
    /// Lines, with newlines between them.
    pub(super) message: String,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "::{} ", self.kind.name())?;
        let spot = self.spot.as_ref().filter(|spot| spot.file.len() <= PATH);
        if let Some(Spot { file, place }) = spot {
            write!(f, "file={},", property(file))?;
            if let Some(place) = place {
                write!(f, "{},", region(*place))?;
            }
        }
        let title = property(&cropped(&self.title, TITLE));
        let message = data(&cropped(&self.message, MESSAGE));
        write!(f, "title={title}::{message}")
    }
}

/// Columns go with one line only: the runner drops them, where it gets two.
fn region(place: Place) -> String {
    let line = place.line.max(1);
    if place.end_line > line {
        return format!("line={line},endLine={}", place.end_line);
    }
    let column = place.column.max(1);
    let end = place.end_column.max(column);
    format!("line={line},col={column},endLine={line},endColumn={end}")
}

/// As the text behind a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// As the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn cropped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_written_as_the_runner_reads_it() {
        let place = Place {
            line: 3,
            column: 8,
            end_line: 3,
            end_column: 59,
        };
        let mut command = Command {
            kind: Kind::Error,
            spot: Some(Spot {
                file: "a::b%0Ac,d\n.py".to_owned(),
                place: Some(place),
            }),
            title: "one, two: three".to_owned(),
            message: "100%\nnext: line, ::x::".to_owned(),
        };
        assert_eq!(
            command.to_string(),
            "::error file=a%3A%3Ab%250Ac%2Cd%0A.py,line=3,col=8,endLine=3,endColumn=59,\
             title=one%2C two%3A three::100%25%0Anext: line, ::x::"
        );
        command.spot = Some(Spot {
            file: "a".to_owned(),
            place: Some(Place {
                end_line: 4,
                ..place
            }),
        });
        let text = command.to_string();
        assert!(text.starts_with("::error file=a,line=3,endLine=4,title="));
        command.spot = None;
        assert!(command.to_string().starts_with("::error title=one"));
    }

    #[test]
    fn long_texts_are_cropped_between_characters() {
        assert_eq!(cropped("你的key", 5), "你的key");
        assert_eq!(cropped("你的keys", 5), "你的ke…");
    }
}

//! Draws timelines, in percent of their width, so that they fit any screen; words beside them say the same.

use maud::{Markup, html};

use crate::report::timeline::{Axis, Lane, percent};

/// Where the line of a timeline is, in pixels from the top.
const MIDDLE: &str = "11";

impl Lane {
    /// The drawing; `label` says what it shows, where no words beside it do.
    pub(super) fn drawn(&self, label: Option<&str>) -> Markup {
        let role = label.map(|_| "img");
        let is_decoration = label.is_none().then_some("true");
        html! {
            svg.lane role=[role] aria-label=[label] aria-hidden=[is_decoration] {
                use href="#grid" {}
                @if let Some(since) = self.since {
                    line.past x1=(percent(since)) x2="100%" y1=(MIDDLE) y2=(MIDDLE) {}
                }
                @for (from, to) in &self.held {
                    line.held x1=(percent(*from)) x2=(percent(*to)) y1=(MIDDLE) y2=(MIDDLE) {}
                }
                @for at in &self.removed { use href="#removed" x=(percent(*at)) y=(MIDDLE) {} }
                @for at in &self.introduced { use href="#introduced" x=(percent(*at)) y=(MIDDLE) {} }
                @if self.at_head { use href="#head" x="100%" y=(MIDDLE) {} }
                @if self.pushed { use href="#pushed" x="100%" y=(MIDDLE) {} }
            }
        }
    }
}

/// The grid behind every timeline, and its marks, once for the page.
pub(super) fn defined(axis: &Axis) -> Markup {
    let ticks = axis.ticks();
    html! {
        svg.defs aria-hidden="true" width="0" height="0" {
            defs {
                g #grid {
                    @for tick in &ticks {
                        line.grid x1=(tick.at) x2=(tick.at) y1="0" y2="22" {}
                    }
                    line.base x1="0" x2="100%" y1=(MIDDLE) y2=(MIDDLE) {}
                }
                g #introduced { circle.introduced r="4" {} }
                g #removed { circle.removed r="4" {} }
                g #head { path.head d="M0-5L5 0 0 5-5 0z" {} }
                g #pushed { path.pushed d="M14-5L19 4H9z" {} }
            }
        }
    }
}

/// The dates, above the timelines.
pub(super) fn dates(axis: &Axis) -> Markup {
    let ticks = axis.ticks();
    html! {
        svg.dates aria-hidden="true" {
            @for tick in &ticks {
                text x=(tick.at) y="12" { (tick.text) }
            }
        }
    }
}

/// What the marks mean.
pub(super) fn legend() -> Markup {
    let mark =
        |name: &str| html! { svg.mark aria-hidden="true" { use href=(name) x="6" y=(MIDDLE) {} } };
    html! {
        ul.legend aria-label="What the timelines show" {
            li { (mark("#introduced")) "introduced" }
            li { (mark("#removed")) "removed" }
            li { (mark("#head")) "at HEAD" }
            li { svg.mark aria-hidden="true" { use href="#pushed" x="-8" y=(MIDDLE) {} } "pushed" }
            li { svg.mark.long aria-hidden="true" { line.held x1="2" x2="26" y1=(MIDDLE) y2=(MIDDLE) {} } "in files" }
            li { svg.mark.long aria-hidden="true" { line.past x1="0" x2="28" y1=(MIDDLE) y2=(MIDDLE) {} } "in history only" }
        }
    }
}

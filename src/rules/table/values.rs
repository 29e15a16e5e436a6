//! From TOML's values to what a key asks for.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Lined, Mode};

/// What a value is, in a message.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "whole number",
        DeValue::Float(_) => "number",
        DeValue::Boolean(_) => "truth value",
        DeValue::Datetime(_) => "date",
        DeValue::Array(_) => "list",
        DeValue::Table(_) => "table",
    }
}

pub(super) fn string(value: &DeValue<'_>, mode: Mode) -> Option<String> {
    match (value, mode) {
        (DeValue::String(text), _) => Some(text.clone().into_owned()),
        (DeValue::Integer(_), Mode::Lenient) => Some(whole(value)?.to_string()),
        (DeValue::Float(number), Mode::Lenient) => Some(number.as_str().to_owned()),
        (DeValue::Boolean(truth), Mode::Lenient) => Some(u8::from(*truth).to_string()),
        _ => None,
    }
}

pub(super) fn boolean(value: &DeValue<'_>, mode: Mode) -> Option<bool> {
    match (value, mode) {
        (DeValue::Boolean(truth), _) => Some(*truth),
        (DeValue::Integer(_), Mode::Lenient) => Some(whole(value)? != 0),
        (DeValue::String(text), Mode::Lenient) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn integer(value: &DeValue<'_>, mode: Mode) -> Option<i64> {
    match (value, mode) {
        (DeValue::Integer(_), _) => whole(value),
        (DeValue::Float(_), Mode::Lenient) => {
            let number = number(value, mode)?.trunc();
            // Numbers of this size are exact in both types.
            (number.abs() < 9e15).then_some(number as i64)
        }
        (DeValue::String(text), Mode::Lenient) if text.is_empty() => Some(0),
        (DeValue::String(text), Mode::Lenient) => text.parse().ok(),
        (DeValue::Boolean(truth), Mode::Lenient) => Some(i64::from(*truth)),
        _ => None,
    }
}

pub(super) fn number(value: &DeValue<'_>, mode: Mode) -> Option<f64> {
    let number = match (value, mode) {
        (DeValue::Float(number), _) => number.as_str().parse().ok()?,
        (DeValue::Integer(_), _) => whole(value)? as f64,
        (DeValue::String(text), Mode::Lenient) if text.is_empty() => 0.0,
        (DeValue::String(text), Mode::Lenient) => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

pub(super) fn date(value: &DeValue<'_>, _mode: Mode) -> Option<jiff::civil::Date> {
    match value {
        DeValue::String(text) => text.parse().ok(),
        DeValue::Datetime(moment) if moment.time.is_none() => {
            let date = moment.date?;
            let [year, month, day] = [
                i16::try_from(date.year).ok()?,
                i16::from(date.month),
                i16::from(date.day),
            ];
            let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            jiff::civil::Date::new(year, month, day).ok()
        }
        _ => None,
    }
}

/// A list of texts, each with the line that `line` says for its bytes.
pub(super) fn strings(
    value: &Spanned<DeValue<'_>>,
    mode: Mode,
    line: impl Fn(Range<usize>) -> usize,
) -> Option<Vec<Lined<String>>> {
    let lined = |value: String, span| Lined {
        value,
        line: line(span),
    };
    match value.get_ref() {
        DeValue::Array(list) => list
            .iter()
            .map(|item| Some(lined(string(item.get_ref(), mode)?, item.span())))
            .collect(),
        _ if mode == Mode::Strict => None,
        DeValue::String(text) if text.is_empty() => Some(Vec::new()),
        DeValue::String(text) => {
            let parts = text.split(',');
            Some(
                parts
                    .map(|part| lined(part.to_owned(), value.span()))
                    .collect(),
            )
        }
        other => Some(vec![lined(string(other, mode)?, value.span())]),
    }
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let DeValue::Integer(number) = value else {
        return None;
    };
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

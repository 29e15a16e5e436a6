//! What the answer about a key's credits says that it can spend. What its fields are called is not documented: a number is
//! shown only under a name that leaves no doubt.

use serde_json::{Map, Value};

use crate::model::Balance;

/// The names under which an amount that can be spent is told.
const AMOUNTS: [&str; 9] = [
    "available_balance",
    "available_credits",
    "available",
    "balance",
    "credit_balance",
    "credits_balance",
    "remaining_balance",
    "remaining_credits",
    "credits",
];

/// Objects that an answer may be wrapped into.
const WRAPPERS: [&str; 3] = ["data", "balance", "credits"];

/// What an answer says, if it does.
pub(super) fn of(answer: &Value) -> Option<Balance> {
    let top = answer.as_object()?;
    let wrapped = WRAPPERS
        .iter()
        .filter_map(|name| top.get(*name)?.as_object());
    let mut places = [top].into_iter().chain(wrapped);
    places.find_map(|place| {
        let currency = || currency(place).or_else(|| currency(top));
        let told = AMOUNTS.iter().find_map(|name| {
            let amount = amount(place.get(*name)?)?;
            let currency = currency();
            Balance { amount, currency }.plain()
        });
        told.or_else(|| {
            let amount = amount(place.get("balance_usd")?)?;
            let currency = Some("USD".to_owned());
            Balance { amount, currency }.plain()
        })
    })
}

/// A number, or a text that may be one, as it is written.
fn amount(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// An ISO 4217 code, if it may be one.
fn currency(place: &Map<String, Value>) -> Option<String> {
    let code = place.get("currency")?.as_str()?;
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_under_clear_names() {
        for (answer, expected) in [
            (
                json!({"balance": 12.5, "currency": "USD"}),
                Some("12.5 USD"),
            ),
            (
                json!({"data": {"available": "-3.10"}, "currency": "eur"}),
                Some("-3.10 EUR"),
            ),
            (
                json!({"balance": {"available": 7, "currency": "USD"}}),
                Some("7 USD"),
            ),
            (json!({"balance_usd": 1}), Some("1 USD")),
            (json!({"balance": 100, "available_balance": 40}), Some("40")),
            (json!({"credits": 0}), Some("0")),
            (json!({"currency": "USD"}), None),
            (json!({"balance": null}), None),
            (json!({"balance": "12 sk-"}), None),
            (json!({"balance": "1e9"}), None),
            (json!({"balance": 1e300}), None),
            (json!({"balance": "."}), None),
            (json!({"balance": 5, "currency": "\u{1b}[2"}), Some("5")),
            (json!({"total_spent": 5}), None),
            (json!([{"balance": 5}]), None),
        ] {
            let found = of(&answer).map(|balance| balance.to_string());
            assert_eq!(found.as_deref(), expected, "{answer}");
        }
    }
}

//! Settings in JSON and YAML of tools that have a syntax for references: a table, by the name of the file. Settings of anything else
//! are left to a person, as nobody knows what reads them.

use super::super::scan::yaml::{self, At, Style};
use super::super::scan::{Around, javascript};
use super::super::{Fix, Names, Place, Refusal};
use super::compose::reference;
use super::{Language, ending};

pub(super) struct Settings;

/// A tool's settings.
struct Tool {
    /// The ends of the paths of its files.
    files: &'static [&'static str],
    /// What a file has in it besides; nothing if the name is enough.
    marks: &'static [&'static str],
    /// What stands before the variable's name.
    open: &'static str,
    /// What stands behind it.
    close: &'static str,
    /// Whether a reference has to be the whole value.
    is_whole: bool,
}

/// The tools.
static TOOLS: [Tool; 7] = [
    // code.claude.com/docs/en/mcp, "Environment variable expansion in .mcp.json"
    Tool {
        files: &["/.mcp.json"],
        marks: &[],
        open: "${",
        close: "}",
        is_whole: false,
    },
    // cursor.com/docs/mcp, "Config interpolation"
    Tool {
        files: &["/.cursor/mcp.json"],
        marks: &[],
        open: "${env:",
        close: "}",
        is_whole: false,
    },
    // code.visualstudio.com/docs/reference/variables-reference, "Environment variables"
    Tool {
        files: &["/.vscode/launch.json", "/.vscode/tasks.json"],
        marks: &[],
        open: "${env:",
        close: "}",
        is_whole: false,
    },
    // containers.dev/implementors/json_reference, "Variables in devcontainer.json"
    Tool {
        files: &["/devcontainer.json", "/.devcontainer.json"],
        marks: &[],
        open: "${localEnv:",
        close: "}",
        is_whole: false,
    },
    // opencode.ai/docs/config, "Variables"
    Tool {
        files: &["/opencode.json", "/opencode.jsonc"],
        marks: &[],
        open: "{env:",
        close: "}",
        is_whole: false,
    },
    // serverless.com/framework/docs/providers/aws/guide/variables, "Environment variables"
    Tool {
        files: &["/serverless.yml", "/serverless.yaml"],
        marks: &[],
        open: "${env:",
        close: "}",
        is_whole: false,
    },
    // docs.litellm.ai/docs/proxy/configs: a value `os.environ/NAME`
    Tool {
        files: &[".yml", ".yaml"],
        marks: &["model_list:", "litellm_params:"],
        open: "os.environ/",
        close: "",
        is_whole: true,
    },
];

/// The tool that reads a file.
fn tool(path: &str, text: &str) -> Option<&'static Tool> {
    let path = format!("/{path}");
    TOOLS.iter().find(|tool| {
        tool.files.iter().any(|end| path.ends_with(end))
            && tool.marks.iter().all(|mark| text.contains(mark))
    })
}

impl Language for Settings {
    fn speaks(&self, path: &str, text: &str) -> bool {
        tool(path, text).is_some()
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let tool = tool(place.path, place.text).ok_or("nobody knows what reads it")?;
        let value = match ending(place.path) {
            "json" | "jsonc" => in_json(place)?,
            _ => in_yaml(place)?,
        };
        let Some(value) = value else {
            return Ok(place.in_prose(names));
        };
        if tool.is_whole && !value.is_whole {
            return Err("a reference has to be the whole value");
        }
        let line = place.text.get(place.line().start..place.start);
        let open = line.and_then(|line| line.rsplit_once('{'));
        if open.is_some_and(|(head, inside)| head.ends_with('$') && !inside.contains('}')) {
            return Err("it stands in a reference already: take it out of that");
        }
        let name = names.choose(place.key, value.name)?;
        let text = format!("{}{name}{}", tool.open, tool.close);
        let edit = reference(place, &text, value.needs_quotes);
        Ok(Fix::environment(name, vec![edit]))
    }
}

/// A value with a key in it.
struct Value<'a> {
    name: Option<&'a str>,
    is_whole: bool,
    needs_quotes: bool,
}

/// The value of JSON, or none in a comment.
fn in_json<'a>(place: &Place<'a>) -> Result<Option<Value<'a>>, Refusal> {
    let literal = match javascript::around(place.text, place.start) {
        Around::Comment => return Ok(None),
        Around::Unclear(why) => return Err(why),
        Around::Literal(literal) => literal,
    };
    let behind = place.text.get(literal.whole.end..).unwrap_or_default();
    if behind.trim_start().starts_with(':') {
        return Err("it is a name, not a value");
    }
    let before = place.text.get(..literal.whole.start).unwrap_or_default();
    Ok(Some(Value {
        name: super::given_name(before),
        is_whole: literal.content == place.range(),
        needs_quotes: false,
    }))
}

/// The value of YAML, or none in a comment.
fn in_yaml<'a>(place: &Place<'a>) -> Result<Option<Value<'a>>, Refusal> {
    let scalar = match yaml::at(place.text, place.range()) {
        At::Comment => return Ok(None),
        At::Unclear(why) => return Err(why),
        At::Scalar(scalar) => scalar,
    };
    let quotes = usize::from(matches!(scalar.style, Style::Single | Style::Double));
    let is_whole = scalar.range == (place.start - quotes..place.end + quotes);
    let is_plain = scalar.style == Style::Plain;
    if is_plain && !is_whole && (scalar.in_flow || scalar.range.start == place.start) {
        return Err("the value would need quotes");
    }
    Ok(Some(Value {
        name: scalar.names.first().copied(),
        is_whole,
        needs_quotes: is_plain && is_whole && scalar.in_flow,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn settings_refer_as_their_tool_does() {
        let json = "{\"env\": {\"MY_AISA_KEY\": \"{key}\"}, \"x\": [\"a {key}\"]}";
        for (path, reference) in [
            (".mcp.json", "${NAME}"),
            ("a/.cursor/mcp.json", "${env:NAME}"),
            (".vscode/launch.json", "${env:NAME}"),
            (".devcontainer/devcontainer.json", "${localEnv:NAME}"),
            ("opencode.json", "{env:NAME}"),
        ] {
            let after = json.replacen("{key}", &reference.replace("NAME", "MY_AISA_KEY"), 1);
            let after = after.replacen("{key}", &reference.replace("NAME", "AISA_API_KEY"), 1);
            for text in assert_table(
                path,
                &[(json, Some(after.as_str())), ("{\"{key}\": 1}", None)],
            ) {
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
                assert!(parsed.is_ok(), "{text}");
            }
        }
        assert_table("package.json", &[(json, None)]);
        let litellm = "model_list:\n  - litellm_params:\n      api_key: ";
        assert_table(
            "config.yaml",
            &[
                (
                    &format!("{litellm}{{key}}\r\n"),
                    Some(&*format!("{litellm}os.environ/AISA_API_KEY\r\n")),
                ),
                (&format!("{litellm}x {{key}}\n"), None),
            ],
        );
        let nested = "{\"env\": {\"K\": \"${AISA_API_KEY:-{key}}\"}}";
        assert_table(".mcp.json", &[(nested, None)]);
        let nested = "a:\n  b: ${env:X, '{key}'}\n";
        assert_table("serverless.yml", &[(nested, None)]);
        let serverless = "provider:\n  environment: {A: {key}}\n";
        let after = "provider:\n  environment: {A: \"${env:AISA_API_KEY}\"}\n";
        assert_table("serverless.yml", &[(serverless, Some(after))]);
    }
}

//! What a person writes where nothing is edited: the reference of each language, by the name of the file.

use super::{Refusal, browsers};

/// What reads a variable, by the ending of the file; `VAR` stands for the variable.
const READS: [(&[&str], &str); 26] = [
    (&["py", "pyi"], "os.environ[\"VAR\"]"),
    (
        &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"],
        "process.env.VAR",
    ),
    (&["sh", "bash", "zsh", "ksh", "bats"], "\"${VAR:?}\""),
    (&["fish"], "$VAR"),
    (&["ps1", "psm1"], "$env:VAR"),
    (&["bat", "cmd"], "%VAR%"),
    (&["go"], "os.Getenv(\"VAR\")"),
    (&["rs"], "std::env::var(\"VAR\")"),
    (&["rb", "rake", "gemspec"], "ENV.fetch(\"VAR\")"),
    (&["php"], "getenv(\"VAR\")"),
    (&["java", "kt", "kts", "groovy"], "System.getenv(\"VAR\")"),
    (&["scala", "sc"], "sys.env(\"VAR\")"),
    (
        &["cs", "vb", "fs"],
        "Environment.GetEnvironmentVariable(\"VAR\")",
    ),
    (&["c", "h", "cc", "cpp", "hpp"], "getenv(\"VAR\")"),
    (&["swift"], "ProcessInfo.processInfo.environment[\"VAR\"]"),
    (&["dart"], "Platform.environment['VAR']"),
    (&["ex", "exs"], "System.fetch_env!(\"VAR\")"),
    (&["erl"], "os:getenv(\"VAR\")"),
    (&["lua"], "os.getenv(\"VAR\")"),
    (&["pl", "pm"], "$ENV{VAR}"),
    (&["r"], "Sys.getenv(\"VAR\")"),
    (&["jl"], "ENV[\"VAR\"]"),
    (&["clj"], "(System/getenv \"VAR\")"),
    (&["nix"], "builtins.getEnv \"VAR\""),
    (&["mk"], "$(VAR)"),
    (&["tcl"], "$env(VAR)"),
];

/// What is said about other kinds of files; `VAR` stands for the variable.
const OTHERS: [(&[&str], &str); 7] = [
    (
        &[
            "html", "htm", "xhtml", "svg", "vue", "svelte", "astro", "ejs", "hbs", "pug", "njk",
        ],
        "whoever opens the page gets a key that is in it: take it out, and call AIsa from a server of yours, which reads VAR",
    ),
    (
        &["md", "mdx", "rst", "adoc", "txt"],
        "write a placeholder such as your-key-here",
    ),
    (
        &["ipynb"],
        "write os.environ[\"VAR\"] in the cell, and clear its output",
    ),
    (
        &["tf", "tfvars", "hcl"],
        "declare `variable \"aisa_api_key\" { sensitive = true }`, write var.aisa_api_key, and set TF_VAR_aisa_api_key",
    ),
    (
        &["properties"],
        "write ${VAR} if Spring reads it, else have the program read VAR itself",
    ),
    (
        &[
            "json", "jsonc", "json5", "toml", "ini", "cfg", "conf", "yml", "yaml", "xml", "plist",
        ],
        "take the key out, and have the program that reads this file take VAR from its environment",
    ),
    (
        &["log", "out"],
        "delete the log, and mask keys where it is written",
    ),
];

/// What bundlers write, for browsers.
const BUNDLES: [&str; 4] = [".min.js", ".min.mjs", ".bundle.js", ".chunk.js"];

/// What to write, as the end of a sentence; `why` is the reason why nothing is edited.
pub(super) fn what(path: &str, why: Refusal, variable: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let named = |text: &str| text.replace("VAR", variable);
    let is_bundle = BUNDLES.iter().any(|ending| lower.ends_with(ending));
    if is_bundle || browsers::are_reason(why) {
        return format!("call AIsa from a server of yours, which reads {variable}");
    }
    if lower == "makefile" || lower == "gnumakefile" {
        return format!("write $({variable}) instead");
    }
    if lower.starts_with("jenkinsfile") {
        return named(
            "write `environment { VAR = credentials('aisa-api-key') }`, and read env.VAR",
        );
    }
    if lower.contains("dockerfile") || lower.contains("containerfile") {
        return named(
            "pass it when the container starts (docker run --env VAR), or for a build step with \
             RUN --mount=type=secret,id=aisa_api_key,env=VAR",
        );
    }
    if lower.starts_with(".env") {
        return "once this key is revoked, put a new one there".to_owned();
    }
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    let reads = READS.iter().find(|(endings, _)| endings.contains(&ending));
    if let Some((_, reads)) = reads {
        return format!("write {} instead", named(reads));
    }
    let others = OTHERS.iter().find(|(endings, _)| endings.contains(&ending));
    match others {
        Some((_, says)) => named(says),
        None => format!(
            "take the key out, and have what reads this file take {variable} from its environment"
        ),
    }
}

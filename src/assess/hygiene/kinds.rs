//! What kind of file it is, by its name: every file of a walk is asked, so that this is a look at a few bytes.

use crate::assess::paths::Subject;

/// A kind of file in which a habit can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Variables for a process.
    Dotenv,
    /// What builds an image.
    Docker,
    /// A makefile or the like.
    Make,
    /// A script for a shell.
    Shell,
    /// YAML: settings, workflows, Compose.
    Yaml,
    /// Settings in which values stand without quotes.
    Settings,
    /// Code that a bundler reads, and its settings.
    Web,
    /// Other code, and settings in which values are quoted.
    Quoted,
}

/// The kind of the file; `None` if no check is about it. Markdown is none of them: what warns of a habit shows it.
pub(super) fn of(path: &[u8]) -> Option<Kind> {
    let from = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    let name = path.get(from..)?;
    let mut folded = [0; 40];
    let length = name.len().min(folded.len());
    // Of a longer name only the end matters.
    let end = name.get(name.len() - length..)?;
    let folded = folded.get_mut(..length)?;
    folded.copy_from_slice(end);
    folded.make_ascii_lowercase();
    let folded: &[u8] = folded;
    let ending = memchr::memrchr(b'.', folded).and_then(|dot| folded.get(dot + 1..));
    let starts = |starts: &[&[u8]]| starts.iter().any(|start| folded.starts_with(start));
    if name.len() == length {
        if starts(&[b"dockerfile", b"containerfile"]) {
            return Some(Kind::Docker);
        }
        if starts(&[b"makefile", b"gnumakefile", b"justfile"]) {
            return Some(Kind::Make);
        }
        if starts(&[b"jenkinsfile"]) {
            return Some(Kind::Shell);
        }
        if starts(&[b".env", b".dev.vars", b".flaskenv"]) || folded == b"env.list" {
            return Some(Kind::Dotenv);
        }
    }
    Some(match ending? {
        b"env" => Kind::Dotenv,
        b"dockerfile" | b"containerfile" => Kind::Docker,
        b"mk" | b"mak" => Kind::Make,
        b"sh" | b"bash" | b"zsh" | b"ksh" | b"fish" | b"ps1" | b"jenkinsfile" => Kind::Shell,
        b"yml" | b"yaml" => Kind::Yaml,
        b"ini" | b"cfg" | b"conf" | b"properties" => Kind::Settings,
        b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"vue"
        | b"svelte" | b"astro" | b"html" | b"htm" | b"json" | b"jsonc" | b"json5" => Kind::Web,
        b"py" | b"rb" | b"go" | b"rs" | b"java" | b"kt" | b"kts" | b"groovy" | b"gradle"
        | b"swift" | b"dart" | b"php" | b"cs" | b"scala" | b"ex" | b"exs" | b"toml" | b"tf"
        | b"tfvars" | b"hcl" | b"xml" | b"plist" => Kind::Quoted,
        _ => return None,
    })
}

/// Whether it is a script in a folder of a CI service.
pub(super) fn is_script_of_ci(subject: &Subject) -> bool {
    const FOLDERS: [&[u8]; 8] = [
        b".github",
        b".gitlab",
        b".ci",
        b"ci",
        b".circleci",
        b".buildkite",
        b".azuredevops",
        b".woodpecker",
    ];
    let path = subject.folded();
    let is_script = [&b".sh"[..], b".bash", b".ps1"];
    let mut folders = path.split(|&byte| byte == b'/');
    is_script.iter().any(|end| path.ends_with(end))
        && folders.any(|folder| FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_name() {
        for (path, expected) in [
            (".env", Some(Kind::Dotenv)),
            ("a/.env.local", Some(Kind::Dotenv)),
            (".envrc", Some(Kind::Dotenv)),
            ("prod.ENV", Some(Kind::Dotenv)),
            ("x/Dockerfile.dev", Some(Kind::Docker)),
            ("Makefile", Some(Kind::Make)),
            ("a.tsx", Some(Kind::Web)),
            ("docker-compose.yml", Some(Kind::Yaml)),
            ("README.md", None),
            ("a.png", None),
            ("LICENSE", None),
            ("", None),
            ("a/", None),
            ("main.c", None),
        ] {
            assert_eq!(of(path.as_bytes()), expected, "{path}");
        }
        let long = [&b"x".repeat(300)[..], b".yml"].concat();
        assert_eq!(of(&long), Some(Kind::Yaml));
        assert!(is_script_of_ci(&Subject::new(b"ci/build.sh")));
        assert!(!is_script_of_ci(&Subject::new(b"scripts/build.sh")));
    }
}

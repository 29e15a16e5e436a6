//! A line of a script or of settings, as words.

/// This program.
const NAME: &str = "aisaleaks";
/// What settings call what is run, in lower case; nothing is for a line that is a command and no more.
const COMMANDS: [&str; 12] = [
    "",
    "bash",
    "before_script",
    "cmd",
    "command",
    "commands",
    "entry",
    "inlinescript",
    "powershell",
    "pwsh",
    "run",
    "script",
];
/// Words before a command that run it as it is; flags and numbers may follow them.
const BEFORE: [&str; 13] = [
    "bash", "bat", "command", "env", "exec", "nice", "npx", "script:", "sh", "steps", "sudo",
    "time", "timeout",
];
/// Words because of which what follows in the line may never run.
const CONDITIONS: [&str; 12] = [
    "!", "[", "[[", "case", "else", "exit", "false", "for", "if", "test", "until", "while",
];
/// What stands between commands.
const BETWEEN: [&str; 5] = ["&&", "||", ";", "|", "&"];
/// What stands for a quote among words.
const QUOTE: &str = "\u{1}";

/// What a line makes of it where it runs this program, and that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// It does not run it, or that is not plain, or the failure is lost.
    No,
    /// It fails, too.
    Fails,
    /// It ends the script, with a failure.
    Ends,
}

/// A line without quotes, brackets and commas.
pub(super) struct Line {
    /// What its words are for: the last name with a colon or an equals sign behind it, in lower case.
    pub(super) key: String,
    pub(super) words: Vec<String>,
}

impl Line {
    pub(super) fn new(line: &str) -> Self {
        let plain = plain(line);
        let mut key = "";
        let mut words: Vec<&str> = plain.split_whitespace().collect();
        loop {
            let dropped = match *words.as_slice() {
                ["-", ..] => 1,
                // A quoted value is one, whatever is in it.
                [QUOTE, ..] if !key.is_empty() => break,
                [QUOTE, name, QUOTE, ":" | "=", ..] => {
                    key = name;
                    4
                }
                [name, ":" | "=", ..] => {
                    key = name;
                    2
                }
                [name, ..] if name.len() > 1 && name.ends_with(':') => {
                    key = name.trim_end_matches(':');
                    1
                }
                _ => break,
            };
            words.drain(..dropped);
        }
        words.retain(|word| *word != QUOTE);
        Self {
            key: key.to_ascii_lowercase(),
            words: words.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The one word that something has for its value.
    pub(super) fn value_of(&self, key: &str) -> Option<&str> {
        match self.words.as_slice() {
            [value] if self.key == key => Some(value),
            _ => None,
        }
    }

    /// Whether it only begins a text or a list that follows.
    pub(super) fn is_head(&self) -> bool {
        let mut words = self.words.iter();
        words.all(|word| word.starts_with(['|', '>']) || word.starts_with('&') && word.len() > 1)
    }

    /// Whether it has a workflow use the action.
    pub(super) fn uses(&self) -> bool {
        let action = self.value_of("uses").unwrap_or_default();
        let path = action.split('@').next().unwrap_or_default();
        matches!(path.split_once('/'), Some((owner, NAME)) if !owner.starts_with('.'))
    }

    /// What it does with this program and arguments that fit, if what it says is for `key`.
    pub(super) fn runs(&self, key: &str, fits: impl Fn(&[&str]) -> bool) -> Runs {
        if !COMMANDS.contains(&key) {
            return Runs::No;
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let mut rest = words.as_slice();
        loop {
            let end = rest.iter().position(|word| BETWEEN.contains(word));
            let (part, behind) = rest.split_at(end.unwrap_or(rest.len()));
            if part.first().is_some_and(|word| CONDITIONS.contains(word)) {
                return Runs::No;
            }
            if arguments(part).is_some_and(&fits) {
                return ending(behind);
            }
            rest = match behind {
                // It is over then.
                _ if part.first() == Some(&"exec") => return Runs::No,
                ["&&" | ";", rest @ ..] => rest,
                _ => return Runs::No,
            };
        }
    }
}

/// Whether a line names this program.
pub(super) fn names(line: &str) -> bool {
    line.contains(NAME)
}

/// What becomes of a failure by what follows in the line.
fn ending(behind: &[&str]) -> Runs {
    match behind {
        [] => Runs::Fails,
        ["||", "exit" | "return", "0", ..] => Runs::No,
        ["||", "exit" | "return", ..] => Runs::Ends,
        ["||", "false"] => Runs::Fails,
        ["&&", rest @ ..]
            if !rest
                .iter()
                .any(|word| BETWEEN.contains(word) && *word != "&&") =>
        {
            Runs::Fails
        }
        _ => Runs::No,
    }
}

/// The arguments of this program, if words are a call of it.
fn arguments<'a>(words: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let is_setting = |word: &str| {
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        word.split_once('=').is_some_and(|(name, _)| is_name(name))
    };
    let mut begin = 0;
    for word in words {
        let may_follow =
            begin > 0 && word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if !(BEFORE.contains(word) || is_setting(word) || may_follow) {
            break;
        }
        begin += 1;
    }
    let (program, args) = words.get(begin..)?.split_first()?;
    match is_program(program) {
        true => Some(args),
        false => in_container(program, args),
    }
}

/// The arguments that `docker run` gives to an image of this program.
fn in_container<'a>(program: &str, args: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let is_one = ["docker", "podman"].contains(&program) && args.first() == Some(&"run");
    let image = args.iter().position(|word| is_image(word))?;
    let (flags, rest) = args.split_at_checked(image)?;
    let runs_another = flags.iter().any(|flag| flag.starts_with("--entrypoint"));
    rest.get(1..).filter(|_| is_one && !runs_another)
}

/// `/usr/local/bin/aisaleaks`, `aisaleaks.exe`.
fn is_program(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name) == NAME
}

/// `registry.example.org/aisaleaks:0.1.0`.
fn is_image(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    name.split([':', '@']).next() == Some(NAME)
}

/// A line without its comment, and without what only holds words together. What stands between commands becomes a word.
fn plain(line: &str) -> String {
    let line = line.split(" #").next().unwrap_or_default();
    let mut plain = String::with_capacity(line.len() + 8);
    // In a shell they are a condition, in settings a list.
    if ["[ ", "[[ "]
        .iter()
        .any(|begin| line.trim_start().starts_with(begin))
    {
        plain.push_str("[ ");
    }
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let two = ["&&", "||"].into_iter().find(|two| rest.starts_with(two));
        let (word, taken) = match (first, two) {
            (_, Some(two)) => (format!(" {two} "), 2),
            ('$', _) if rest.starts_with("${") => {
                // A variable, or an expression of a workflow.
                let end = if rest.starts_with("${{") { "}}" } else { "}" };
                let length = rest.find(end).map_or(2, |at| at + end.len());
                ("$x".to_owned(), length)
            }
            ('"' | '\'', _) => (format!(" {QUOTE} "), 1),
            (',' | '{' | '}' | '[' | ']' | '(' | ')', _) => (" ".to_owned(), 1),
            (';' | '|', _) => (format!(" {first} "), 1),
            // Not where it sends output elsewhere, nor as the name of an anchor.
            ('&', _) if plain.ends_with(' ') && rest.starts_with("& ") || rest == "&" => {
                (" & ".to_owned(), 1)
            }
            _ => (first.to_string(), first.len_utf8()),
        };
        plain.push_str(&word);
        rest = rest.get(taken..).unwrap_or_default();
    }
    plain
}

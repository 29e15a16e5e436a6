//! A line of a script or of settings, as words.

/// This program.
const NAME: &str = "aisaleaks";
/// What settings call what is run, in lower case; nothing is for a line that is a command and no more.
const COMMANDS: [&str; 11] = [
    "",
    "bash",
    "before_script",
    "cmd",
    "command",
    "commands",
    "entry",
    "inlinescript",
    "pwsh",
    "run",
    "script",
];
/// Words before a command that run it as it is.
const BEFORE: [&str; 10] = [
    "bash", "bat", "command", "env", "exec", "npx", "sh", "sudo", "time", "-c",
];
/// Words because of which what follows in the line may never run.
const CONDITIONS: [&str; 12] = [
    "!", "[", "[[", "case", "else", "exit", "false", "for", "if", "test", "until", "while",
];
/// What begins another command that is run whatever becomes of this one, or that takes its exit status away.
const ENDS: [&str; 3] = ["|", "||", "&"];

/// A line without quotes, brackets and commas.
pub(super) struct Line {
    /// What its words are for: the last name with a colon or an equals sign behind it, in lower case.
    key: String,
    words: Vec<String>,
}

impl Line {
    pub(super) fn new(line: &str) -> Self {
        let plain = plain(line);
        let mut key = "";
        let mut words: Vec<&str> = plain.split_whitespace().collect();
        loop {
            let dropped = match *words.as_slice() {
                ["-", ..] => 1,
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

    /// Whether it has a workflow use the action.
    pub(super) fn uses(&self) -> bool {
        let action = self.value_of("uses").unwrap_or_default();
        let path = action.split('@').next().unwrap_or_default();
        path.split('/').any(|part| part == NAME)
    }

    /// Whether it runs this program with arguments that fit, and fails where that fails.
    pub(super) fn runs(&self, fits: impl Fn(&[&str]) -> bool) -> bool {
        if !COMMANDS.contains(&self.key.as_str()) {
            return false;
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let mut parts = words.split(|word| ["&&", ";"].contains(word));
        let is_condition =
            |part: &[&str]| part.first().is_some_and(|word| CONDITIONS.contains(word));
        let mut is_reached = true;
        parts.any(|part| {
            is_reached &= !is_condition(part);
            is_reached && is_call(part, &fits)
        })
    }
}

/// Whether a line names this program.
pub(super) fn names(line: &str) -> bool {
    line.contains(NAME)
}

/// Whether a line ends a script where what it runs fails.
pub(super) fn exits(line: &str) -> bool {
    let words = line.split_whitespace();
    let behind: Vec<&str> = words.skip_while(|word| *word != "||").take(2).collect();
    is_failure(&behind)
}

/// Whether `|| exit …`, and the like, is all that follows.
fn is_failure(end: &[&str]) -> bool {
    let ["||", word, ..] = end else { return false };
    ["exit", "return", "false"].contains(word)
}

fn is_call(words: &[&str], fits: &impl Fn(&[&str]) -> bool) -> bool {
    let is_setting = |word: &str| {
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        word.split_once('=').is_some_and(|(name, _)| is_name(name))
    };
    let is_before = |word: &&str| BEFORE.contains(word) || is_setting(word);
    let begin = words.iter().take_while(|word| is_before(word)).count();
    let Some((program, rest)) = words.get(begin..).and_then(<[&str]>::split_first) else {
        return false;
    };
    let end = rest.iter().position(|word| ENDS.contains(word));
    let (args, end) = rest.split_at(end.unwrap_or(rest.len()));
    if !(end.is_empty() || is_failure(end)) {
        return false;
    }
    match is_program(program) {
        true => fits(args),
        false => in_container(program, args).is_some_and(fits),
    }
}

/// The arguments that `docker run` gives to an image of this program.
fn in_container<'a>(program: &str, args: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let is_one = ["docker", "podman"].contains(&program) && args.first() == Some(&"run");
    let image = args.iter().position(|word| is_image(word));
    image.filter(|_| is_one).and_then(|at| args.get(at + 1..))
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

/// A line without its comment, and without what only holds words together.
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
    for character in line.chars() {
        match character {
            '"' | '\'' | ',' | '{' | '}' | '[' | ']' | '(' | ')' => plain.push(' '),
            ';' => plain.push_str(" ; "),
            _ => plain.push(character),
        }
    }
    plain
}

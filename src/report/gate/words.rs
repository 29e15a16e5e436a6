//! What each gate says: whom it stops, and the shortest way on from there.

/// Who asks whether something may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// A commit's contents, before it is made.
    Commit,
    /// A commit's message, before it is made.
    Message,
    /// A push, before it leaves.
    Push {
        /// The commits that it sends, if they are one range.
        range: Option<String>,
    },
    /// A push, before a server accepts it.
    Receive,
}

/// What decides about the way on.
pub(super) struct Leak {
    /// The commit that brings the first of the keys.
    pub(super) commit: Option<String>,
    /// Whether that stands in a file that no repository should have.
    pub(super) is_dotenv: bool,
    /// Whether it stands in a member of an archive.
    pub(super) is_inside: bool,
    /// Whether all are AIsa's.
    pub(super) is_aisa: bool,
    /// Whether it is known that none works.
    pub(super) is_dead: bool,
}

/// A way on, in lines that fit a terminal.
type Step = Vec<String>;

/// In front of the second and later lines of a step.
pub(super) const INDENT: &str = "     ";

fn step<const N: usize>(lines: [&str; N]) -> Step {
    lines.map(str::to_owned).to_vec()
}

impl Gate {
    /// Who speaks.
    pub(super) fn who(&self) -> &'static str {
        match self {
            Self::Receive => "aisaleaks on this server",
            Self::Commit | Self::Message | Self::Push { .. } => "aisaleaks",
        }
    }

    /// What is stopped.
    pub(super) fn thing(&self) -> &'static str {
        match self {
            Self::Commit | Self::Message => "commit",
            Self::Push { .. } | Self::Receive => "push",
        }
    }

    /// The command that tells of everything that would be stopped here.
    pub(super) fn whole(&self) -> String {
        match self {
            Self::Commit => "`aisaleaks staged`".to_owned(),
            Self::Message => "`aisaleaks stdin < .git/COMMIT_EDITMSG`".to_owned(),
            Self::Push { range: Some(range) } => format!("`aisaleaks git --range {range}`"),
            Self::Push { range: None } | Self::Receive => "`aisaleaks git`".to_owned(),
        }
    }

    /// The ways on from a leak.
    pub(super) fn steps(&self, leak: &Leak) -> [Step; 3] {
        let revoke = match leak.is_dead {
            true => step(["Nothing to revoke: no key in it works any more."]),
            false => revoke(leak.is_aisa),
        };
        match self {
            Self::Commit => [
                match (leak.is_dotenv, leak.is_aisa) {
                    _ if leak.is_inside => step([
                        "Build the archive anew without it, or leave the archive out of git:",
                        "`git rm --cached`, and a line in .gitignore. Then commit again.",
                    ]),
                    (true, _) => step([
                        "The file is not for git: take it out with `git rm --cached`, and",
                        "name it in .gitignore. Code reads the key from the environment.",
                    ]),
                    (false, false) => step([
                        "Take it out of the file: let code read it from the environment,",
                        "keep the value in .env, and .env in .gitignore.",
                        "Then `git add` the file, and commit again.",
                    ]),
                    (false, true) => step([
                        "Take it out of the file: let code read it from the environment",
                        "(AISA_API_KEY), keep the value in .env, and .env in .gitignore.",
                        "Then `git add` the file, and commit again.",
                    ]),
                },
                revoke,
                match leak.is_inside {
                    true => step([
                        "No key that works? Say so in .aisaleaks.toml ([[allow]]), by the",
                        "path of the archive.",
                    ]),
                    false => step([
                        "No key that works? Say so in a comment on its line:",
                        "aisaleaks:allow REASON",
                    ]),
                },
            ],
            Self::Message => [
                step([
                    "Take it out of the message; this opens it again:",
                    "git commit -e -F .git/COMMIT_EDITMSG",
                ]),
                revoke,
                step([
                    "No key that works? Say so on its line:",
                    "aisaleaks:allow REASON",
                ]),
            ],
            Self::Push { .. } => [
                rewrite(leak.commit.as_deref()),
                revoke,
                step([
                    "No key that works? Say so in a comment on its line:",
                    "aisaleaks:allow REASON",
                    "or, if the commit shall stay, in .aisaleaks.toml ([[allow]]).",
                ]),
            ],
            Self::Receive => [
                rewrite(leak.commit.as_deref()),
                revoke,
                step([
                    "No key that works? First push an [[allow]] entry in",
                    ".aisaleaks.toml to the default branch: what a push says about",
                    "itself does not count here.",
                ]),
            ],
        }
    }

    /// What to do where not everything could be looked at.
    pub(super) fn ways_around(&self) -> Step {
        match self {
            Self::Receive => step([
                "Mend it and push again, or ask whoever runs this server: its hook",
                "can be given more time (--time-limit), or be told to let through",
                "what it could not look at (--on-incomplete pass).",
            ]),
            Self::Commit | Self::Message | Self::Push { .. } => vec![
                "Mend it, and try again. If you know it and can live with it:".to_owned(),
                format!("{} shows how to accept a problem; the hook's", self.whole()),
                "--on-incomplete pass lets through whatever could not be looked at.".to_owned(),
            ],
        }
    }
}

fn revoke(is_aisa: bool) -> Step {
    step([
        "Was it ever pushed, or shown to anybody? Then it is out. Revoke",
        match is_aisa {
            true => "it, before anything else: https://console.aisa.one, API Keys.",
            false => "it, before anything else, where it was issued.",
        },
    ])
}

fn rewrite(commit: Option<&str>) -> Step {
    let Some(commit) = commit else {
        return step([
            "Take it out, and make anew what holds it: a tag with `git tag -f`,",
            "a branch under another name.",
        ]);
    };
    vec![
        "Take it out of the commit that has it: `git commit --amend` if".to_owned(),
        format!("that is the last one, else `git rebase -i {commit}^`."),
        "One more commit that removes it does not help: both are pushed.".to_owned(),
    ]
}

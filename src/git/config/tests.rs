use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;

use super::*;
use crate::git::Repository;

/// A home folder and a repository in it.
struct Home {
    folder: tempfile::TempDir,
    env: HashMap<String, OsString>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut home = Self {
            folder,
            env: HashMap::new(),
        };
        let path = home.path("");
        home.set("HOME", &path);
        home.set("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["objects", "refs"] {
            fs::create_dir_all(home.path("repo/.git").join(name)).expect("created");
        }
        home.write("repo/.git/HEAD", "ref: refs/heads/feature/x\n");
        home.write("repo/.git/config", "[core]\n\tbare = false\n");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().expect("a parent")).expect("created");
        fs::write(self.path(name), text).expect("written");
    }

    fn set(&mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) {
        self.env.insert(name.to_owned(), value.as_ref().to_owned());
    }

    fn user(&self) -> Config {
        Config::read(None, &|name| self.env.get(name).cloned())
    }

    fn all(&self) -> Config {
        let repository = Repository::at(&self.path("repo")).expect("a repository");
        Config::read(Some(&repository), &|name| self.env.get(name).cloned())
    }

    /// Where hooks are, and who says so.
    fn hooks(&self) -> Option<(String, Scope)> {
        let config = self.all();
        assert_eq!(config.unread, []);
        let setting = config.last("core.hookspath")?;
        let path = config.path(setting).expect("a path");
        let home = self.folder.path().join("");
        let path = path.strip_prefix(&home).unwrap_or(&path);
        Some((path.display().to_string(), setting.scope))
    }
}

fn at(path: &str, scope: Scope) -> Option<(String, Scope)> {
    Some((path.to_owned(), scope))
}

#[test]
fn the_last_source_counts() {
    let mut home = Home::new();
    assert_eq!(home.hooks(), None);
    home.write("system", "[core]\nhooksPath = /s");
    home.env.remove("GIT_CONFIG_NOSYSTEM");
    let system = home.path("system");
    home.set("GIT_CONFIG_SYSTEM", system);
    assert_eq!(home.hooks(), at("/s", Scope::System));
    home.write(".config/git/config", "[core]\nhooksPath = ~/xdg");
    assert_eq!(home.hooks(), at("xdg", Scope::User));
    home.write(".gitconfig", "[core]\nhooksPath = ~/own");
    assert_eq!(home.hooks(), at("own", Scope::User));
    home.write("elsewhere", "[core]\nhooksPath = other");
    let named = home.path("elsewhere");
    home.set("GIT_CONFIG_GLOBAL", named);
    assert_eq!(home.hooks(), at("other", Scope::User));
    home.write("repo/.git/config", "[core]\nhooksPath = hooks");
    assert_eq!(home.hooks(), at("hooks", Scope::Repository));
    home.write("repo/.git/config.worktree", "[core]\nhooksPath = w");
    assert_eq!(home.hooks(), at("hooks", Scope::Repository));
    let both = "[core]\nhooksPath = hooks\n[extensions]\nworktreeConfig";
    home.write("repo/.git/config", both);
    assert_eq!(home.hooks(), at("w", Scope::WorkTree));
    home.set("GIT_CONFIG_COUNT", "1");
    home.set("GIT_CONFIG_KEY_0", "core.hooksPath");
    home.set("GIT_CONFIG_VALUE_0", "/env");
    assert_eq!(home.hooks(), at("/env", Scope::Environment));
    home.set(
        "GIT_CONFIG_PARAMETERS",
        "'a.b'='c' 'core.hooksPath'='it'\\''s'",
    );
    assert_eq!(home.hooks(), at("it's", Scope::Environment));
    home.set("GIT_CONFIG_PARAMETERS", "'core.hookspath=/old' 'x.y'=");
    assert_eq!(home.hooks(), at("/old", Scope::Environment));
    home.set("GIT_CONFIG_GLOBAL", "/dev/null");
    let config = home.user();
    let users = config.last_of("core.hookspath", |scope| scope == Scope::User);
    assert_eq!((users, &config.unread[..]), (None, &[][..]));
}

#[test]
fn includes_stand_where_they_are_named() {
    let home = Home::new();
    home.write(
        ".gitconfig",
        "[include]\npath = a\npath = ~/b\n[core]\nbare",
    );
    home.write("a", "[core]\nhooksPath = a");
    assert_eq!(home.hooks(), at("a", Scope::User));
    home.write("b", "[core]\nhooksPath = b\n[include]\npath = deep/c");
    assert_eq!(home.hooks(), at("b", Scope::User));
    home.write("deep/c", "[core]\nhooksPath = c");
    assert_eq!(home.hooks(), at("c", Scope::User));
    home.write(
        ".gitconfig",
        "[include]\npath = a\n[core]\nhooksPath = after\n",
    );
    assert_eq!(home.hooks(), at("after", Scope::User));
}

#[test]
fn conditions_hold_as_they_do_for_git() {
    let home = Home::new();
    home.write("inc", "[core]\nhooksPath = yes");
    let urls = "[remote \"o\"]\nurl = https://example.org/team/x\n";
    home.write("repo/.git/config", urls);
    let root = home.path("").canonicalize().expect("a path");
    let whole = format!("gitdir:{}/**", root.display());
    for (condition, expected) in [
        ("gitdir:~/repo/", true),
        ("gitdir:~/repo/.git", true),
        ("gitdir:~/REPO/", false),
        ("gitdir/i:~/REPO/", true),
        ("gitdir:repo/", true),
        ("gitdir:./repo/", true),
        ("gitdir:*/.git", true),
        ("gitdir:/*/.git", false),
        (&whole, true),
        ("gitdir:~/other/", false),
        ("onbranch:feature/", true),
        ("onbranch:feature/x", true),
        ("onbranch:feature", false),
        ("hasconfig:remote.*.url:https://example.org/**", true),
        ("hasconfig:remote.*.url:https://example.org/*", false),
        ("hasconfig:branch.*.x:y", false),
        ("weather:fine", false),
        ("", false),
    ] {
        let text = format!("[includeIf \"{condition}\"]\npath = inc\n");
        home.write(".gitconfig", &text);
        let expected = expected.then(|| ("yes".to_owned(), Scope::User));
        assert_eq!(home.hooks(), expected, "{condition}");
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let mut home = Home::new();
    let reason = |home: &Home| {
        let unread = home.all().unread;
        unread.into_iter().map(|it| it.reason).collect::<Vec<_>>()
    };
    home.write(".gitconfig", "[core\n");
    assert_eq!(
        reason(&home),
        ["line 1 is not written as git's configuration is"]
    );
    home.write(".gitconfig", "[include]\npath = .gitconfig");
    assert_eq!(reason(&home), ["more than 10 files include each other"]);
    home.write(".gitconfig", "[include]\npath = ~/repo");
    assert_eq!(reason(&home), ["not a regular file"]);
    home.write(".gitconfig", "[include]\npath = absent\n[include]\npath");
    assert_eq!(reason(&home), ["an include names no path"]);
    home.write(".gitconfig", "");
    let many = "[include]\npath = empty\n".repeat(200);
    home.write("repo/.git/config", &many);
    home.write("repo/.git/empty", "");
    assert_eq!(reason(&home), ["the configuration has more than 100 files"]);
    home.write("repo/.git/config", &"#".repeat(5 << 20));
    assert_eq!(reason(&home), ["it is larger than 4 MiB"]);
    home.write("repo/.git/config", "");
    home.set("GIT_CONFIG_COUNT", "2");
    home.set("GIT_CONFIG_PARAMETERS", "x");
    assert_eq!(reason(&home).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_fifo_is_not_waited_for() {
    let home = Home::new();
    home.write("repo/.git/config", "[include]\npath = fifo\n");
    let status = std::process::Command::new("mkfifo")
        .arg(home.path("repo/.git/fifo"))
        .status();
    assert!(status.expect("mkfifo").success());
    let unread = home.all().unread;
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert_eq!(unread[0].reason, "not a regular file");
}

#[test]
fn a_costly_condition_is_told_and_not_tried() {
    let home = Home::new();
    let url = "a/".repeat(1000);
    let pattern = "**/a/".repeat(20);
    home.write(
        "repo/.git/config",
        &format!(
            "[remote \"o\"]\nurl = {url}\n[includeIf \"hasconfig:remote.*.url:{pattern}b\"]\npath = x\n"
        ),
    );
    let unread = home.all().unread;
    assert_eq!(
        unread[0].reason,
        "the condition of an include is too long to be tried"
    );
}

#[test]
fn paths_of_others_are_not_looked_up_for_a_repository() {
    let home = Home::new();
    home.write("repo/.git/config", "[core]\nhooksPath = ~root/hooks\n");
    let config = home.all();
    let setting = config.last("core.hookspath").expect("set");
    assert!(config.path(setting).is_err());
    for (text, wrong) in [
        ("hooksPath", "it has no value"),
        ("hooksPath = ", "it has no value"),
    ] {
        home.write("repo/.git/config", &format!("[core]\n{text}\n"));
        let config = home.all();
        let setting = config.last("core.hookspath").expect("set");
        assert_eq!(config.path(setting), Err(wrong.to_owned()));
    }
}

#[test]
fn the_identity_is_the_users_own() {
    let mut home = Home::new();
    let identity =
        |home: &Home| identity::identity(&home.all(), &|name| home.env.get(name).cloned());
    assert_eq!(identity(&home), None);
    home.write("repo/.git/config", "[user]\nname = Eve\nemail = eve@x\n");
    assert_eq!(identity(&home), None);
    home.write(".gitconfig", "[user]\nemail = \" ada@x \"\n");
    assert_eq!(identity(&home).as_deref(), Some("<ada@x>"));
    home.write(
        ".gitconfig",
        "[user]\nname = \"A\\nda <\"\nemail = ada@x\n[author]\nname = Ada L\n",
    );
    assert_eq!(identity(&home).as_deref(), Some("Ada L <ada@x>"));
    home.set("GIT_AUTHOR_NAME", "Env");
    home.set("GIT_AUTHOR_EMAIL", "");
    assert_eq!(identity(&home).as_deref(), Some("Env <ada@x>"));
}

#[test]
fn yes_is_said_in_many_ways() {
    let home = Home::new();
    for (text, expected) in [
        ("bare", true),
        ("bare = yes", true),
        ("bare = On", true),
        ("bare = 1", true),
        ("bare = -2", true),
        ("bare = 0", false),
        ("bare =", false),
        ("bare = off", false),
    ] {
        home.write("repo/.git/config", &format!("[core]\n{text}\n"));
        assert_eq!(home.all().is_true("core.bare"), expected, "{text}");
    }
}

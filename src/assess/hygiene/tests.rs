//! Habits: texts with and without one, for each check. `{random}` stands for a value that looks random.

use proptest::prelude::*;

use super::*;

/// Forty characters as a generator of keys makes them; that they are random is for the caller of this stage to say.
fn random() -> String {
    "aK3f9ZqLw0".repeat(4)
}

fn seen(path: &str, text: &str) -> Option<Seen> {
    let text = text.replace("{random}", &random());
    look(&Content {
        path: path.as_bytes(),
        bytes: text.as_bytes(),
        line: 1,
        own: None,
        is_random: &|value| value == random().as_bytes(),
    })
}

/// The rules and lines of what is found.
fn found(path: &str, text: &str) -> Vec<(&'static str, u64)> {
    let seen = seen(path, text).map(|seen| seen.found).unwrap_or_default();
    let short = |habit: &Hygiene| (habit.rule, habit.line.unwrap_or(0));
    seen.iter().map(short).collect()
}

/// Each text has this habit, or nothing at all.
fn check(rule: &str, hits: &[(&str, &str)], misses: &[(&str, &str)]) {
    assert!(hits.len() >= 5 && misses.len() >= 5);
    for (path, text) in hits {
        let rules: Vec<&str> = found(path, text).iter().map(|(rule, _)| *rule).collect();
        assert_eq!(rules, [rule], "{path}: {text}");
    }
    for (path, text) in misses {
        assert_eq!(found(path, text), [], "{path}: {text}");
    }
}

#[test]
fn public_prefixes() {
    check(
        "public-prefix",
        &[
            ("src/a.ts", "const k = import.meta.env.VITE_AISA_API_KEY"),
            (
                "a.js",
                "process.env.NEXT_PUBLIC_AISA_KEY; process.env.NEXT_PUBLIC_AISA_KEY",
            ),
            (".env", "REACT_APP_AISA_API_KEY="),
            (
                ".github/workflows/a.yml",
                "  EXPO_PUBLIC_AISA_API_KEY: ${{ secrets.AISA_API_KEY }}",
            ),
            (
                "x.svelte",
                "import { PUBLIC_AISA_TOKEN } from '$env/static/public'",
            ),
            ("netlify.toml", "GATSBY_AISA_API_KEY = \"\""),
        ],
        &[
            ("src/a.ts", "const k = process.env.AISA_API_KEY"),
            ("src/a.ts", "const u = import.meta.env.VITE_AISA_BASE_URL"),
            ("src/a.ts", "// never use VITE_AISA_API_KEY"),
            ("README.md", "Do not set VITE_AISA_API_KEY"),
            ("docs/a.js", "process.env.VITE_AISA_API_KEY"),
            ("src/lint.rs", "VITE_AISA_API_KEY"),
            ("rules.toml", "VITE_AISA_API_KEY"),
            ("tests/a.js", "process.env.VITE_AISA_API_KEY"),
            ("src/a.ts", "INVITE_AISA_API_KEY"),
            ("src/a.ts", "VITE_OPENAI_API_KEY"),
            ("src/a.ts", "VITE_AISALEAKS_KEY"),
        ],
    );
}

#[test]
fn literals_of_an_unknown_shape() {
    check(
        "random-literal",
        &[
            ("a.py", "AISA_API_KEY = \"{random}\""),
            ("a.ts", "const aisaApiKey: string = '{random}'"),
            ("a.py", "os.environ.get('AISA_API_KEY', '{random}')"),
            (".env", "AISA_API_KEY={random}"),
            ("a.yaml", "aisa-api-key: {random} # prod"),
            ("a.json", "{\"AISA_API_KEY\": \"{random}\"}"),
            ("run.sh", "export AISA_API_KEY='{random}'"),
            ("A.cs", "AisaApiKey = @\"{random}\";"),
        ],
        &[
            ("a.py", "OTHER_KEY = \"{random}\""),
            ("a.py", "AISA_API_KEY = {random}"),
            ("a.py", "AISA_API_KEY = \"your-api-key-goes-here\""),
            ("a.py", "AISA_API_KEY = \"{random}-and-more\""),
            ("a.py", "AISA_API_KEY = os.environ[\"{random}\"]"),
            ("a.py", "# AISA_API_KEY = \"{random}\""),
            ("test_a.py", "AISA_API_KEY = \"{random}\""),
            ("docs/a.py", "AISA_API_KEY = \"{random}\""),
            ("a.md", "AISA_API_KEY = \"{random}\""),
            ("a.yaml", "kind: SealedSecret\nAISA_API_KEY: {random}"),
            ("a.sh", "AISA_API_KEY=$(vault read {random})"),
            ("a.py", "AISA_API_KEY_ID = \"{random}\""),
        ],
    );
}

#[test]
fn printing_in_ci() {
    let ci = ".github/workflows/ci.yml";
    check(
        "printed-in-ci",
        &[
            (ci, "      - run: echo $AISA_API_KEY"),
            (ci, "      - run: echo \"key is ${AISA_API_KEY}\""),
            (ci, "        echo ${{ secrets.AISA_API_KEY }}"),
            (ci, "        printf '%s' \"$AISA_API_KEY\" | base64"),
            (ci, "        echo $AISA_API_KEY >&2"),
            (ci, "        true && printenv AISA_API_KEY"),
            (ci, "env:\n  AISA_API_KEY: x\nrun: printenv"),
            (ci, "env:\n  AISA_API_KEY: x\nsteps:\n  - run: env | sort"),
            (ci, "run: |\n  env\n  ./go $AISA_API_KEY"),
            (ci, "run: |\n  set -ex\n  curl -H \"Bearer $AISA_API_KEY\""),
            (ci, "run: |\n  set -o xtrace\n  ./go --key=$AISA_API_KEY"),
            (".gitlab-ci.yml", "script:\n  - echo $AISA_API_KEY"),
            ("Makefile", "show:\n\t@echo $$AISA_API_KEY"),
            ("ci/run.sh", "echo \"$AISA_API_KEY\""),
            ("azure-pipelines.yml", "- script: echo $(AISA_API_KEY)"),
            ("Jenkinsfile", "sh \"echo $AISA_API_KEY && true\""),
            (
                ".circleci/config.yml",
                "command: Write-Host $env:AISA_API_KEY",
            ),
        ],
        &[
            (ci, "        echo \"AISA_API_KEY is not set\""),
            (ci, "        [ -z \"$AISA_API_KEY\" ] && echo missing"),
            (
                ci,
                "        echo \"$AISA_API_KEY\" | docker login --password-stdin",
            ),
            (
                ci,
                "        echo \"AISA_API_KEY=$AISA_API_KEY\" >> $GITHUB_ENV",
            ),
            (ci, "        echo \"::add-mask::$AISA_API_KEY\""),
            (ci, "        echo ${#AISA_API_KEY}"),
            (ci, "        echo ${AISA_API_KEY:+set}"),
            (ci, "        echo '$AISA_API_KEY'"),
            (ci, "        # echo $AISA_API_KEY"),
            (
                ci,
                "env:\n  AISA_API_KEY: ${{ secrets.AISA_API_KEY }}\nrun: npm test",
            ),
            (ci, "run: |\n  set -x\n  npm test\nenv:\n  AISA_API_KEY: x"),
            (ci, "run: |\n  set -x\n  a\n  set +x\n  ./go $AISA_API_KEY"),
            (ci, "run: |\n  set -e\n  ./go $AISA_API_KEY"),
            (ci, "AISA_API_KEY: x\nneeds:\n  - env"),
            (ci, "AISA_API_KEY: x\nrun: env | grep -q AISA_API_KEY"),
            (ci, "run: echo $AISA_MODEL"),
            ("scripts/dev.sh", "echo $AISA_API_KEY"),
            ("README.md", "echo $AISA_API_KEY"),
        ],
    );
}

#[test]
fn build_arguments() {
    check(
        "build-argument",
        &[
            ("Dockerfile", "FROM a\nARG AISA_API_KEY\n"),
            ("Dockerfile", "ARG AISA_API_KEY=changeme"),
            ("Dockerfile.dev", "ENV AISA_API_KEY=$AISA_API_KEY"),
            ("a/Dockerfile", "ENV AISA_API_KEY ${AISA_API_KEY}"),
            ("Makefile", "\tdocker build --build-arg AISA_API_KEY=x ."),
            ("ci.yml", "run: docker build --build-arg \"AISA_API_KEY\" ."),
            (
                "docker-compose.yml",
                "build:\n  args:\n    AISA_API_KEY: ${AISA_API_KEY}",
            ),
            ("compose.yaml", "build:\n  args:\n  - AISA_API_KEY\n  - B"),
            (
                "ci.yml",
                "with:\n  build-args: |\n    A=1\n    AISA_API_KEY=${{ secrets.AISA_API_KEY }}",
            ),
        ],
        &[
            ("Dockerfile", "# ARG AISA_API_KEY"),
            ("Dockerfile", "ENV AISA_API_KEY="),
            ("Dockerfile", "ARG AISA_BASE_URL"),
            ("Dockerfile", "RUN --mount=type=secret,id=aisa_api_key ./go"),
            (
                "Dockerfile",
                "ENV AISA_API_KEY_FILE=/run/secrets/aisa_api_key",
            ),
            (
                "docker-compose.yml",
                "environment:\n  AISA_API_KEY: ${AISA_API_KEY}",
            ),
            (
                "docker-compose.yml",
                "build:\n  args:\n    A: 1\nenvironment:\n  - AISA_API_KEY",
            ),
            ("Makefile", "\tdocker build --secret id=AISA_API_KEY ."),
            ("README.md", "docker build --build-arg AISA_API_KEY ."),
            ("tests/a.py", "docker build --build-arg AISA_API_KEY ."),
        ],
    );
}

fn dotenv(
    path: &str,
    text: &str,
    tracked: bool,
    ignored: bool,
) -> Option<(&'static str, Severity, Option<u64>)> {
    let dotenv = seen(path, text)?.dotenv?;
    let habit = judge_dotenv(path.as_bytes(), &dotenv, tracked, ignored)?;
    Some((habit.rule, habit.severity, habit.line))
}

#[test]
fn dotenv_files_that_no_rule_covers() {
    let habit = Some(("dotenv-not-ignored", Severity::Warning, Some(2)));
    for (path, text) in [
        (".env", "A=1\nAISA_API_KEY=x\n"),
        ("a/.env.local", "A=1\nexport AISA_API_KEY='x'"),
        (".envrc", "\nexport AISA_API_KEY="),
        ("prod.env", "\n  AISA_TOKEN = x"),
        ("docker/env.list", "\r\nAISA_API_KEY=x"),
    ] {
        assert_eq!(dotenv(path, text, false, false), habit, "{path}");
        assert_eq!(dotenv(path, text, false, true), None, "{path}");
    }
    for (path, text) in [
        (".env", "A=1\n"),
        (".env", "# AISA_API_KEY=x"),
        (".env", "AISA_API_KEY=op://vault/aisa/key"),
        (".env", "AISA_API_KEY=\"${OTHER}\""),
        (".env", "AISA_BASE_URL=x"),
        (".env.example", "AISA_API_KEY=x"),
        (".env.ts", "AISA_API_KEY=x"),
        ("tests/.env", "AISA_API_KEY=x"),
        ("docs/.env", "AISA_API_KEY=x"),
    ] {
        assert_eq!(dotenv(path, text, false, false), None, "{path}: {text}");
    }
}

#[test]
fn dotenv_files_that_git_tracks() {
    let warning = |line| Some(("dotenv-tracked", Severity::Warning, Some(line)));
    let note = Some(("dotenv-tracked", Severity::Note, None));
    for (path, text, expected) in [
        (".env", "AISA_API_KEY=x", warning(1)),
        (".env.production", "A=1\nAISA_API_KEY=", warning(2)),
        (
            ".env",
            "A=op://x\nAISA_API_KEY=op://x\nAISA_TOKEN=y",
            warning(3),
        ),
        (".env", "A=1", note),
        ("x/.envrc", "", note),
        ("a.env", "AISA_BASE_URL=x", note),
        (".env", "AISA_API_KEY=op://vault/aisa/key", None),
        (".env", "AISA_API_KEY='encrypted:BDqD'", None),
        (".env.example", "AISA_API_KEY=x", None),
        (".env.sample", "", None),
        (".env.template", "AISA_API_KEY=", None),
        (".env.dist", "AISA_API_KEY=", None),
        ("fixtures/.env", "AISA_API_KEY=x", None),
    ] {
        for ignored in [false, true] {
            assert_eq!(
                dotenv(path, text, true, ignored),
                expected,
                "{path}: {text}"
            );
        }
    }
}

#[test]
fn two_windows_of_a_file_are_one_file() {
    let of = |line: Option<u64>, refers| Dotenv {
        variable: line.map(|line| (line, "AISA_API_KEY".to_owned())),
        refers,
    };
    assert_eq!(of(None, true).and(of(Some(3), false)), of(Some(3), false));
    assert_eq!(
        of(Some(2), false).and(of(Some(3), false)),
        of(Some(2), false)
    );
    assert_eq!(of(None, true).and(of(None, false)), of(None, true));
}

#[test]
fn lines_count_from_the_start_of_the_file_and_neighbours_tell_their_own() {
    let content = Content {
        path: b"Dockerfile",
        bytes: b"\nARG AISA_API_KEY\nARG AISA_TOKEN\n",
        line: 100,
        own: Some((8, 40)),
        is_random: &|_| false,
    };
    let seen = look(&content).expect("something");
    assert_eq!(seen.found.len(), 1);
    assert_eq!(seen.found[0].line, Some(102));
    assert!(
        seen.found[0]
            .message
            .starts_with("AISA_TOKEN is a build argument")
    );
}

#[test]
fn code_that_nobody_wrote_is_left_out() {
    let text = "AISA_API_KEY = '{random}'\n";
    assert_eq!(found("a.py", text).len(), 1);
    assert_eq!(found("a.py", &text.repeat(20_000)), []);
    let text = "echo $AISA_API_KEY\n";
    assert!(!found("Makefile", &text.repeat(60_000)).is_empty());
}

#[test]
fn a_file_full_of_habits_is_told_of_up_to_a_limit() {
    let text = "ARG AISA_API_KEY\n".repeat(20_000);
    assert_eq!(found("Dockerfile", &text).len(), MOST);
    let text = "echo $AISA_API_KEY; set -x\n".repeat(20_000);
    assert!(found("Makefile", &text).len() <= 3 * MOST);
}

#[test]
fn no_message_holds_a_value() {
    for (path, text) in [
        ("a.py", "AISA_API_KEY = \"{random}\""),
        (".env", "AISA_API_KEY={random}"),
        ("Dockerfile", "ARG AISA_API_KEY={random}"),
        ("Makefile", "\techo $AISA_API_KEY {random}"),
    ] {
        let seen = seen(path, text).expect("something");
        let habits = format!("{seen:?}");
        assert!(!habits.contains(&random()), "{habits}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_panics(
        path in prop::sample::select(vec![
            "Dockerfile", "Makefile", ".github/workflows/a.yml", ".env", "a.js", "a.yml", "ci/a.sh",
        ]),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "AISA_API_KEY", "VITE_AISA_KEY", "echo ", "$", "${", "}", "\n", " ", "ARG ", "ENV ", "=", "\"", "'", "|", ">",
            "args:", "- ", "set -x", "env", "printenv", ":", "\u{fffd}", "--build-arg ", "aisa", "AISA_", "{random}",
        ]), 0..60),
        own in prop::option::of((0..200_usize, 0..400_usize)),
    ) {
        let text = pieces.concat();
        let content = Content {
            path: path.as_bytes(),
            bytes: text.as_bytes(),
            line: 1,
            own,
            is_random: &|_| true,
        };
        let lines = text.lines().count() as u64 + 1;
        for habit in look(&content).unwrap_or_default().found {
            prop_assert!(habit.line.is_some_and(|line| (1..=lines).contains(&line)));
        }
    }
}

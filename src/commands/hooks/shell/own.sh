# core.hooksPath leads git here and hides the repository's own hooks. This is where they are; git is asked only where the
# environment does not say it, because some hooks run many times.
if [ -n "$GIT_COMMON_DIR" ]; then
    common=$GIT_COMMON_DIR
elif [ -z "$GIT_DIR" ] && [ -d .git ]; then
    common=.git
elif [ -n "$GIT_DIR" ] && [ ! -e "$GIT_DIR/commondir" ]; then
    common=$GIT_DIR
elif [ -n "$GIT_DIR" ] && IFS= read -r common <"$GIT_DIR/commondir" && [ "$common" = ../.. ]; then
    common=$GIT_DIR/../..
else
    common=$(git rev-parse --git-common-dir && printf .) || exit
    common=${common%.}
    common=${common%?}
fi
own=$common/hooks/@HOOK@

# Runs another hook as git would: if it can be run, with the same arguments and input. One that leads back here is
# passed over. What git writes can be read only once, so it is kept; the dot keeps the line breaks at its end.
unset lines kept
earlier() {
    hook=$1
    shift
    { [ -f "$hook" ] && [ -x "$hook" ]; } || return 0
    case $AISALEAKS_EARLIER in *"|$PWD|$hook|"*) return 0 ;; esac
    if [ -z "$kept" ]; then
        { lines=$(cat && printf .) && printf %s "$lines" >/dev/null; } ||
            stop "@WHAT@ was stopped, because what git says about it could not be read: try again"
        lines=${lines%.}
        kept=yes
    fi
    printf %s "$lines" 2>/dev/null | AISALEAKS_EARLIER="$AISALEAKS_EARLIER|$PWD|$hook|" "$hook" "$@"
}

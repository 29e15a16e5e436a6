# Runs another hook as git would: if it can be run, with the same arguments. One that leads back here is passed over.
earlier() {
    hook=$1
    shift
    { [ -f "$hook" ] && [ -x "$hook" ]; } || return 0
    case $AISALEAKS_EARLIER in *"|$PWD|$hook|"*) return 0 ;; esac
    AISALEAKS_EARLIER="$AISALEAKS_EARLIER|$PWD|$hook|" "$hook" "$@"
}

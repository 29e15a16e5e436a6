stop() {
    printf 'aisaleaks: %s\n' "$@" >&2
    exit 1
}

if ! { [ -f "$program" ] && [ -x "$program" ]; }; then
    missing=$program
    program=$(command -v aisaleaks) || program=
    # A path that is not whole would lead into the repository.
    case $program in
    /* | [A-Za-z]:*) ;;
    *)
        stop "@WHAT@ was stopped, because the program that looks for leaked keys is not there:" \
            "${missing:-aisaleaks} is missing, and no folder in PATH has aisaleaks" \
            "@REMEDY@"
        ;;
    esac
fi

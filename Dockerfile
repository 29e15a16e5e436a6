# syntax=docker/dockerfile:1
# docker build -t aisaleaks .
# docker run --rm -v "$PWD:/repo:ro" aisaleaks scan /repo
#
# --target shell makes an image with a shell and git, as GitLab, CircleCI and Bitbucket need to run a script in it.

# The base of the stage "shell" is of the same Debian.
FROM rust:1.88-slim-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock LICENSE-APACHE LICENSE-MIT README.md ./
COPY benches benches
COPY rules rules
COPY src src
# Static, so that it needs nothing of the image. Against glibc: musl's allocator makes a scan with several threads slower.
# The target is named so that the flag is not that of build scripts and macros, which cannot be static.
ENV RUSTFLAGS="-C target-feature=+crt-static"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN target="$(rustc -vV | sed -n 's/^host: //p')" && \
    cargo build --release --locked --target "$target" && \
    install -D "target/$target/release/aisaleaks" /out/aisaleaks

FROM buildpack-deps:bookworm-scm AS shell
LABEL org.opencontainers.image.source="https://github.com/example/aisaleaks"
LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /out/aisaleaks /usr/local/bin/aisaleaks

FROM scratch
LABEL org.opencontainers.image.source="https://github.com/example/aisaleaks"
LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /out/aisaleaks /usr/local/bin/aisaleaks
# No one's: it only reads. A repository of another user needs no safe.directory.
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["/usr/local/bin/aisaleaks"]

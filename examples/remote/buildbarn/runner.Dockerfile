# An image for Buildbarn's runner that has the compiler. What counts for
# --toolchain=image is that clang and its libraries are those of the machines
# that link: the same Debian release and the same package version. Build it
# again after an update there, or keep both on one fixed version.
FROM debian:bookworm-slim
ARG CLANG=22
RUN apt-get update \
 && if [ -n "$CLANG" ]; then apt-get install -y --no-install-recommends "clang-$CLANG"; fi \
 && rm -rf /var/lib/apt/lists/*

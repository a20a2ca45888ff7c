"""Macros for WORKSPACE files, which do what bazel/extensions.bzl does for MODULE.bazel. Use one of them."""

load("//bazel/private:repositories.bzl", "local", "release", "source")

_TOOLCHAIN = "@thinrex//bazel:toolchain"

def thinrex_local(**kwargs):
    """Uses a thinrex that is on this machine, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.local`.
    """
    local(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

def thinrex_source(**kwargs):
    """Builds thinrex from the sources of this repository, with the `go` in the PATH, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.source`.
    """
    source(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

def thinrex_release(**kwargs):
    """Downloads a release of thinrex, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.release`.
    """
    release(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

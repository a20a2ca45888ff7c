"""For WORKSPACE files: what bazel/extensions.bzl is for MODULE.bazel. Use one of the macros."""

load("//bazel/private:repositories.bzl", "local", "release", "source")

_TOOLCHAIN = "@thinrex//bazel:toolchain"

def thinrex_local(**kwargs):
    """Takes the thinrex that is on this machine, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.local`.
    """
    local(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

def thinrex_source(**kwargs):
    """Builds thinrex from this very repository with the `go` in the PATH, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.source`.
    """
    source(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

def thinrex_release(**kwargs):
    """Downloads a released thinrex, and registers the dtlto toolchain.

    Args:
      **kwargs: attributes of the tag `thinrex.release`.
    """
    release(**kwargs)
    native.register_toolchains(_TOOLCHAIN)

"""The cc feature `dtlto` for C++ toolchains that are configured by feature() structs."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set")

# A toolchain's own feature thin_lto with `provides = [THIN_LTO_OR_DTLTO]` can't be on together with dtlto.
# Bazel's message then quotes this string.
THIN_LTO_OR_DTLTO = "thin_lto or dtlto, not both: take one of them out of --features"

_COMPILE = [
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.linkstamp_compile,
]

_LINK = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def dtlto_feature(dtlto, enabled = False):
    """Returns the feature `dtlto`, which compiles to ThinLTO bitcode and links by DTLTO.

    For a toolchain config rule that has the distributor as an attribute, as in examples/bazel/feature:

        "_dtlto": attr.label(default = "@thinrex//:thinrex", providers = [DtltoToolchainInfo])

    The cc_toolchain's `linker_files` and `all_files` must contain `@thinrex//:thinrex`, too.

    Args:
      dtlto: a DtltoToolchainInfo.
      enabled: whether the feature is on without `--features=dtlto`.

    Returns:
      A feature for `cc_common.create_cc_toolchain_config_info`.
    """
    return feature(
        name = "dtlto",
        enabled = enabled,
        flag_sets = [
            flag_set(actions = _COMPILE, flag_groups = [flag_group(flags = ["-flto=thin"])]),
            # % starts a variable in a flag_group.
            flag_set(
                actions = _LINK,
                flag_groups = [flag_group(flags = [f.replace("%", "%%") for f in dtlto.link_flags])],
            ),
        ],
        provides = [THIN_LTO_OR_DTLTO],
    )

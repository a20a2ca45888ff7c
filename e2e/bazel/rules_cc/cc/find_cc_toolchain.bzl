"""rules_cc's find_cc_toolchain for Bazel 4, which has no optional toolchain types."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

CC_TOOLCHAIN_TYPE = "@bazel_tools//tools/cpp:toolchain_type"

def find_cc_toolchain(ctx):
    """Returns the current C++ toolchain.

    Args:
      ctx: context of a rule that has use_cc_toolchain() and an attribute _cc_toolchain.

    Returns:
      A CcToolchainInfo.
    """
    return find_cpp_toolchain(ctx)

def use_cc_toolchain(mandatory = True):  # buildifier: disable=unused-variable
    """Returns what a rule's toolchains need for find_cc_toolchain.

    Args:
      mandatory: not looked at: in Bazel 4 every toolchain type is.

    Returns:
      A list of toolchain types.
    """
    return [CC_TOOLCHAIN_TYPE]

"""A C++ toolchain whose clang has a relative path, as those in an external repository have."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

_COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile]
_TOOLS = ["cpp", "gcov", "ld", "nm", "objdump", "strip"]

def _impl(ctx):
    flags = flag_set(actions = _COMPILE, flag_groups = [flag_group(flags = ["-no-canonical-prefixes", "-O2"])])
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        compiler = "clang",
        features = [feature(name = "compile", enabled = True, flag_sets = [flags])],
        host_system_name = "local",
        target_cpu = "k8",
        target_libc = "unknown",
        target_system_name = "local",
        tool_paths = [tool_path(name = name, path = "/bin/false") for name in _TOOLS] + [
            tool_path(name = "ar", path = "/usr/bin/llvm-ar-22"),
            tool_path(name = "gcc", path = "bin/clang"),
        ],
        toolchain_identifier = "relative",
    )

relative_toolchain_config = rule(implementation = _impl, provides = [CcToolchainConfigInfo])

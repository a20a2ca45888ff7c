"""A small C++ toolchain that uses the clang on this machine and has the feature dtlto."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")
load("@thinrex//bazel/features:legacy.bzl", "THIN_LTO_OR_DTLTO", "dtlto_feature")
load("@thinrex//rules:defs.bzl", "DtltoToolchainInfo")

_COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile]
_LINK = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _flags(name, actions, flags):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])],
    )

def _impl(ctx):
    clang = ctx.attr.clang
    llvm = ctx.attr.llvm
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        compiler = "clang",
        cxx_builtin_include_directories = [llvm + "/lib/clang", "/usr/lib/clang", "/usr/include"],
        features = [
            _flags("compile", _COMPILE, ["-no-canonical-prefixes", "-O2", "-Wall"]),
            _flags("cxx", [ACTION_NAMES.cpp_compile], ["-std=c++17"]),
            _flags("link", _LINK, ["-no-canonical-prefixes", "-fuse-ld=lld-22", "-lstdc++", "-lm"]),
            feature(name = "supports_dynamic_linker", enabled = True),
            feature(name = "supports_pic", enabled = True),
            feature(name = "supports_start_end_lib", enabled = True),
            # If this toolchain supported Bazel's own thin_lto, the feature would need this line, so that both
            # can't be on.
            feature(name = "thin_lto", provides = [THIN_LTO_OR_DTLTO]),
            dtlto_feature(ctx.attr._dtlto[DtltoToolchainInfo]),
        ],
        host_system_name = "local",
        target_cpu = "k8",
        target_libc = "unknown",
        target_system_name = "local",
        tool_paths = [
            tool_path(name = "ar", path = llvm + "/bin/llvm-ar"),
            tool_path(name = "cpp", path = clang),
            tool_path(name = "gcc", path = clang),
            tool_path(name = "gcov", path = "/bin/false"),
            tool_path(name = "ld", path = llvm + "/bin/ld.lld"),
            tool_path(name = "nm", path = llvm + "/bin/llvm-nm"),
            tool_path(name = "objdump", path = llvm + "/bin/llvm-objdump"),
            tool_path(name = "strip", path = llvm + "/bin/llvm-strip"),
        ],
        toolchain_identifier = "clang-22",
    )

clang_toolchain_config = rule(
    implementation = _impl,
    attrs = {
        "clang": attr.string(doc = "Path of clang.", mandatory = True),
        "llvm": attr.string(doc = "LLVM's folder, with bin and lib.", mandatory = True),
        "_dtlto": attr.label(default = "@thinrex//:thinrex", providers = [DtltoToolchainInfo]),
    },
    provides = [CcToolchainConfigInfo],
)

"""C++ and dtlto toolchains for analysis tests. Their programs are never run."""

load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "tool_path")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain.bzl", "cc_toolchain")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")
load("//bazel/features:legacy.bzl", "THIN_LTO_OR_DTLTO", "dtlto_feature")
load("//rules:defs.bzl", "DtltoToolchainInfo", "dtlto_toolchain")

def _config_impl(ctx):
    tools = ["ar", "cpp", "gcov", "ld", "nm", "objdump", "strip"]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        compiler = ctx.attr.compiler,
        features = [
            feature(name = "per_object_debug_info", enabled = True),
            feature(name = "thin_lto", provides = [THIN_LTO_OR_DTLTO]),
        ] + ([dtlto_feature(ctx.attr.dtlto[DtltoToolchainInfo])] if ctx.attr.dtlto else []),
        host_system_name = "local",
        target_cpu = "k8",
        target_libc = "unknown",
        target_system_name = "local",
        tool_paths = [tool_path(name = name, path = "/nowhere/" + name) for name in tools] +
                     [tool_path(name = "gcc", path = ctx.attr.folder + ctx.attr.compiler)],
        toolchain_identifier = ctx.attr.compiler,
    )

_config = rule(
    implementation = _config_impl,
    attrs = {
        "compiler": attr.string(doc = "clang or gcc.", mandatory = True),
        "dtlto": attr.label(doc = "A dtlto_toolchain; none for no feature.", providers = [DtltoToolchainInfo]),
        "folder": attr.string(
            doc = "Where the compiler is, with a slash at the end, or nothing for this package.",
            mandatory = True,
        ),
    },
    provides = [CcToolchainConfigInfo],
)

def declare_cc_toolchain(name, compiler, dtlto, files, folder = "/nowhere/"):
    """Declares a C++ toolchain whose compiler is {folder}{compiler}.

    Args:
      name: name of the toolchain.
      compiler: clang or gcc.
      dtlto: label of the dtlto_toolchain that its feature dtlto uses; None for a toolchain without it.
      files: label of the inputs of all links.
      folder: where the compiler is: with a slash at the end, or relative to this package.
    """
    _config(name = name + "_config", compiler = compiler, dtlto = dtlto, folder = folder, tags = ["manual"])
    cc_toolchain(
        name = name + "_cc",
        all_files = files,
        compiler_files = ":nothing",
        dwp_files = ":nothing",
        linker_files = files,
        objcopy_files = ":nothing",
        strip_files = ":nothing",
        tags = ["manual"],
        toolchain_config = name + "_config",
        toolchain_identifier = compiler,
    )
    native.toolchain(
        name = name,
        toolchain = name + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )

def declare_dtlto_toolchain(name, **kwargs):
    """Declares the dtlto toolchain {name}_toolchain, whose distributor is the file distributor.sh.

    Args:
      name: name of the dtlto_toolchain.
      **kwargs: attributes of dtlto_toolchain.
    """
    dtlto_toolchain(
        name = name,
        compilers = ["/nowhere/clang"],
        distributor = "distributor.sh",
        tags = ["manual"],
        **kwargs
    )
    native.toolchain(
        name = name + "_toolchain",
        toolchain = ":" + name,
        toolchain_type = "//rules:toolchain_type",
    )

"""A dependency that makes the link of a target that depends on it a DTLTO link."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load(":options.bzl", "TOOLCHAIN_TYPE")

_OLDEST_CLANG = 22  # and lld: bazel/private/probe.bzl looks for that
_THIN_LTO = "thin_lto"

def _dtlto_link_impl(ctx):
    dtlto = ctx.toolchains[TOOLCHAIN_TYPE].dtlto
    cc_toolchain = find_cc_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    compiler = cc_common.get_tool_for_action(feature_configuration = features, action_name = "c++-link-executable")

    # A toolchain that doesn't know the feature enables nothing, and one may enable it by itself.
    if _THIN_LTO in ctx.features or cc_common.is_enabled(feature_configuration = features, feature_name = _THIN_LTO):
        fail("Bazel's own feature thin_lto and DTLTO exclude each other, and this link has thin_lto by " +
             "--features, package(features), the target's features or the cc toolchain: take it away there, " +
             "add \"-thin_lto\" to the target's features, or use cc_binary for it.")
    _check_compiler(dtlto, cc_toolchain.compiler, compiler)

    flags = list(dtlto.link_flags)
    if not compiler.startswith("/"):
        # Without this, clang makes its own path absolute and gives that to the distributor.
        flags.append("-no-canonical-prefixes")
    linker_input = cc_common.create_linker_input(
        owner = ctx.label,
        user_link_flags = depset(flags),  # no two are equal
        additional_inputs = dtlto.files,
    )
    return [CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([linker_input])))]

def _check_compiler(dtlto, kind, path):
    name = path.rpartition("/")[2]

    # Toolchains are free to call their compiler "compiler", or nothing at all.
    if "clang" not in kind + name and (kind in ["gcc", "msvc-cl"] or "gcc" in name or "g++" in name):
        fail(("DTLTO needs clang %d or later and its lld, but the cc toolchain's compiler is %s. Build with " +
              "--repo_env=CC=clang-%d, or register a clang toolchain.") % (_OLDEST_CLANG, path, _OLDEST_CLANG))
    if path not in dtlto.compilers:
        return
    version = dtlto.compiler_version.partition(".")[0]
    if version.isdigit() and int(version) < _OLDEST_CLANG:
        fail(("DTLTO needs clang %d or later, but %s is clang %s. " +
              "Install a later one and build with --repo_env=CC=clang-%d.") %
             (_OLDEST_CLANG, path, dtlto.compiler_version, _OLDEST_CLANG))
    if not dtlto.lld:
        fail(("DTLTO needs lld %d or later, and %s finds none with -fuse-ld=lld. Install lld of the same version " +
              "(lld-%s), then bazel clean --expunge.") % (_OLDEST_CLANG, path, version))

dtlto_link = rule(
    implementation = _dtlto_link_impl,
    doc = "Adds the flags and inputs of the dtlto toolchain to the links that depend on this, after checking the " +
          "cc toolchain.",
    fragments = ["cpp"],
    provides = [CcInfo],
    toolchains = use_cc_toolchain(mandatory = True) + [TOOLCHAIN_TYPE],
)

"""A target that fails where the feature dtlto is off."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

_DTLTO = "dtlto"

def _dtlto_feature_is_on_impl(ctx):
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = find_cc_toolchain(ctx),
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    if not cc_common.is_enabled(feature_configuration = features, feature_name = _DTLTO):
        if _DTLTO not in ctx.features:
            fail("This build doesn't ask for the feature dtlto: build with --features=dtlto.")
        fail("This build asks for the feature dtlto, but the cc toolchain doesn't have it, and Bazel ignores that: " +
             "add the feature to the toolchain (docs/bazel.md), or use dtlto_cc_binary.")
    return [CcInfo()]

dtlto_feature_is_on = rule(
    implementation = _dtlto_feature_is_on_impl,
    doc = "Fails unless the feature dtlto is on by --features and the cc toolchain has it. It is an empty library.",
    fragments = ["cpp"],
    provides = [CcInfo],
    toolchains = use_cc_toolchain(mandatory = True),
)

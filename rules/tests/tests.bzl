"""Analysis tests: what links are given, and what is refused with which words."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("//rules:defs.bzl", "dtlto_cc_binary", "dtlto_cc_test")
load(":toolchains.bzl", "declare_cc_toolchain", "declare_dtlto_toolchain")

_InspectedInfo = provider(
    doc = "How a program and the libraries below it are built.",
    fields = {
        "compiles": "List of Action: the compilations.",
        "copts": "List of strings: --copt where the program is built.",
        "link": "Action: the program's link; None for a library.",
        "tags": "List of strings: tags of the rule that links.",
    },
)

def _inspect_impl(target, ctx):
    below = []
    for name in ["binary", "deps"]:
        value = getattr(ctx.rule.attr, name, None) or []
        below += [t[_InspectedInfo] for t in (value if type(value) == "list" else [value]) if _InspectedInfo in t]
    compiles = [action for action in target.actions if action.mnemonic == "CppCompile"]
    for info in below:
        compiles = compiles + info.compiles
    if hasattr(ctx.rule.attr, "binary"):
        return [below[0]]
    program = target.label.name.rpartition("/")[2]
    links = [
        action
        for action in target.actions
        if action.mnemonic == "CppLink" and program in [file.basename for file in action.outputs.to_list()]
    ]
    return [_InspectedInfo(
        compiles = compiles,
        copts = ctx.fragments.cpp.copts,
        link = links[0] if links else None,
        tags = ctx.rule.attr.tags,
    )]

_inspect = aspect(implementation = _inspect_impl, attr_aspects = ["binary", "deps"], fragments = ["cpp"])

def _inspected_impl(ctx):
    return [ctx.attr.target[_InspectedInfo]]

_inspected = rule(
    implementation = _inspected_impl,
    attrs = {"target": attr.label(aspects = [_inspect], doc = "The target to inspect.", mandatory = True)},
    doc = "Hands on what the actions of a target and of its deps are.",
)

def _label(name):
    return str(Label("//rules/tests:" + name))

def _settings(dtlto, cc = "clang", **more):
    settings = {"//command_line_option:extra_toolchains": [_label(dtlto + "_toolchain"), _label(cc)]}
    settings.update({"//command_line_option:" + name: value for name, value in more.items()})
    return settings

def _link_test_impl(ctx):
    env = analysistest.begin(ctx)
    inspected = analysistest.target_under_test(env)[_InspectedInfo]
    argv = inspected.link.argv
    for flag in ctx.attr.flags:
        asserts.true(env, flag in argv, "no %s in %s" % (flag, argv))
    inputs = [file.path for file in inspected.link.inputs.to_list()]
    for name in ctx.attr.inputs:
        asserts.true(env, [path for path in inputs if path.endswith("/" + name)], "no %s in %s" % (name, inputs))
    asserts.true(env, len(inspected.compiles) >= 2)
    for action in inspected.compiles:
        if action.argv != None:  # Bazel 4 tells it of links only
            asserts.equals(env, 1, len([flag for flag in action.argv if flag == "-flto=thin"]))
    asserts.equals(env, ctx.attr.copts, inspected.copts)
    for tag in ["no-remote-exec", "requires-network"]:
        asserts.equals(env, tag in ctx.attr.link_tags, tag in inspected.tags)
    return analysistest.end(env)

_LINK_ATTRS = {
    "copts": attr.string_list(),
    "flags": attr.string_list(),
    "inputs": attr.string_list(),
    "link_tags": attr.string_list(),
}

_link_test = analysistest.make(_link_test_impl, attrs = _LINK_ATTRS, config_settings = _settings("good"))
_feature_test = analysistest.make(
    _link_test_impl,
    attrs = _LINK_ATTRS,
    config_settings = _settings("good", cc = "clang_with_files", features = ["dtlto"]),
)

def _refusal_test_impl(ctx):
    env = analysistest.begin(ctx)
    for words in ctx.attr.words:
        asserts.expect_failure(env, words)
    return analysistest.end(env)

def _refusal(**settings):
    return analysistest.make(
        _refusal_test_impl,
        attrs = {"words": attr.string_list()},
        config_settings = _settings(**settings),
        expect_failure = True,
    )

_gcc_test = _refusal(dtlto = "good", cc = "gcc")
_no_lld_test = _refusal(dtlto = "no_lld")
_old_clang_test = _refusal(dtlto = "old_clang")
_secret_test = _refusal(dtlto = "good")
_thin_lto_test = _refusal(dtlto = "good", features = ["thin_lto"])
_both_features_test = _refusal(dtlto = "good", features = ["thin_lto", "dtlto"])

def _flags(**options):
    return ["-flto=thin", "-fuse-ld=lld-22", "-fthinlto-distributor=rules/tests/distributor.sh"] + [
        "-Xthinlto-distributor=--%s=%s" % option
        for option in options.items()
    ]

_FLAGS = _flags(
    config = "/etc/thinrex.toml",
    disk_cache = "/var/cache/thinrex",
    remote_cache = "grpcs://cache.example.com",
    tls_certificate = "rules/tests/ca.pem",
)

_INPUTS = ["distributor.sh", "ca.pem"]

def _declare_subjects():
    native.filegroup(name = "nothing")
    declare_cc_toolchain("clang", compiler = "clang", dtlto = ":good", files = ":nothing")
    declare_cc_toolchain("clang_with_files", compiler = "clang", dtlto = ":good", files = ":good")
    declare_cc_toolchain("gcc", compiler = "gcc", dtlto = ":good", files = ":nothing")
    declare_dtlto_toolchain(
        name = "good",
        args = ["--tls_certificate=$(execpath ca.pem)"],
        compiler_version = "22.1.8",
        config = "/etc/thinrex.toml",
        data = ["ca.pem"],
        disk_cache = "/var/cache/thinrex",
        lld = "lld-22",
        remote_cache = "grpcs://cache.example.com",
    )
    declare_dtlto_toolchain(name = "no_lld", compiler_version = "22.1.8", lld = "")
    declare_dtlto_toolchain(name = "old_clang", compiler_version = "21.1.0")
    declare_dtlto_toolchain(name = "secret", args = ["--remote-header=x-api-key=hush"])

    cc_library(name = "library", srcs = ["none.cc"], tags = ["manual"])
    dtlto_cc_binary(name = "binary", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    dtlto_cc_binary(name = "elsewhere", srcs = ["none.cc"], link_tags = [], tags = ["manual"], deps = [":library"])
    dtlto_cc_test(name = "tested", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    cc_binary(name = "plain", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    for name in ["binary", "elsewhere", "plain", "tested"]:
        _inspected(name = name + "_inspected", tags = ["manual"], target = name, testonly = True)

def dtlto_tests(name):
    """Declares the tests and what they look at.

    Args:
      name: name of the suite.
    """
    _declare_subjects()
    for subject, link_tags in [("binary", ["no-remote-exec", "requires-network"]), ("elsewhere", []), ("tested", ["no-remote-exec", "requires-network"])]:
        _link_test(
            name = subject + "_test",
            copts = ["-flto=thin"],
            flags = _FLAGS,
            inputs = _INPUTS,
            link_tags = link_tags,
            target_under_test = subject + "_inspected",
        )
    _feature_test(
        name = "feature_test",
        flags = _FLAGS,
        inputs = _INPUTS,
        target_under_test = ":plain_inspected",
    )

    refusals = [
        (_both_features_test, "both_features", ["thin_lto or dtlto, not both"]),
        (_gcc_test, "gcc", ["DTLTO needs clang 22 or later", "--repo_env=CC=clang-22"]),
        (_no_lld_test, "no_lld", ["DTLTO needs lld", "Install lld of the same version (lld-22)"]),
        (_old_clang_test, "old_clang", ["DTLTO needs clang 22 or later, but /nowhere/clang is clang 21.1.0", "--repo_env=CC=clang-22"]),
        (_thin_lto_test, "thin_lto", ["take away --features=thin_lto"]),
    ]
    for test, subject, words in refusals:
        test(name = subject + "_test", target_under_test = "//rules:link", words = words)
    _secret_test(
        name = "secret_test",
        target_under_test = ":secret",
        words = ["--remote_header would stand in action keys", "credential_helper"],
    )
    native.test_suite(
        name = name,
        tests = ["binary_test", "elsewhere_test", "feature_test", "secret_test", "tested_test"] +
                [subject + "_test" for _, subject, _ in refusals],
    )

"""Analysis tests: which flags and inputs links get, and which targets are refused with which message."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
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

_OPTION = "-Xthinlto-distributor="

def _link_test_impl(ctx):
    env = analysistest.begin(ctx)
    inspected = analysistest.target_under_test(env)[_InspectedInfo]
    argv = inspected.link.argv
    for flag in ctx.attr.flags:
        asserts.true(env, flag in argv, "no %s in %s" % (flag, argv))
    for flag in ctx.attr.not_flags:
        asserts.false(env, flag in argv, "%s in %s" % (flag, argv))
    asserts.equals(env, ctx.attr.options, [flag[len(_OPTION):] for flag in argv if flag.startswith(_OPTION)])
    inputs = [file.path for file in inspected.link.inputs.to_list()]
    for name in ctx.attr.inputs:
        found = [path for path in inputs if path.endswith("/" + name)]
        asserts.true(env, found, "no %s in %s" % (name, inputs))

        # The distributor runs on this machine, also if the program is for another one.
        asserts.false(env, [path for path in found if "-fastbuild" in path], "%s is for the target" % found)
    asserts.true(env, len(inspected.compiles) >= 2)
    for action in inspected.compiles:
        asserts.equals(env, [], [file.path for file in action.outputs.to_list() if file.extension == "dwo"])
        if action.argv != None:  # Bazel 4 shows the arguments of links only
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
    "not_flags": attr.string_list(),
    "options": attr.string_list(),
}

def _link(**settings):
    return analysistest.make(_link_test_impl, attrs = _LINK_ATTRS, config_settings = _settings(**settings))

_bare_test = _link(dtlto = "bare")
_args_test = _link(dtlto = "args")
_comma_test = _link(dtlto = "comma")
_feature_test = _link(dtlto = "good", cc = "clang_with_files", features = ["dtlto"])
_link_test = _link(dtlto = "good")
_no_disk_cache_test = _link(dtlto = "no_disk_cache")
_fission_test = _link(dtlto = "good", fission = ["yes"])
_relative_test = _link(dtlto = "bare", cc = "relative_clang")
_not_thin_lto_test = _link(dtlto = "good", features = ["thin_lto"])

def _feature_is_on_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, [], analysistest.target_under_test(env)[CcInfo].compilation_context.headers.to_list())
    return analysistest.end(env)

_feature_is_on_test = analysistest.make(
    _feature_is_on_test_impl,
    config_settings = _settings(dtlto = "good", features = ["dtlto"]),
)

def _name_test_impl(ctx):
    env = analysistest.begin(ctx)
    program = analysistest.target_under_test(env)[DefaultInfo].files_to_run.executable
    asserts.equals(env, analysistest.target_under_test(env).label.name, program.basename)
    return analysistest.end(env)

_name_test = analysistest.make(
    _name_test_impl,
    config_settings = _settings(dtlto = "good"),
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

_args_refusal_test = _refusal(dtlto = "good")
_gcc_test = _refusal(dtlto = "good", cc = "gcc")
_no_lld_test = _refusal(dtlto = "no_lld")
_old_clang_test = _refusal(dtlto = "old_clang")
_own_thin_lto_test = _refusal(dtlto = "good")
_thin_lto_test = _refusal(dtlto = "good", features = ["thin_lto"])
_feature_off_test = _refusal(dtlto = "good")
_lacks_feature_test = _refusal(dtlto = "good", cc = "clang_without_feature", features = ["dtlto"])
_both_features_test = _refusal(dtlto = "good", features = ["thin_lto", "dtlto"])

_FLAGS = ["-flto=thin", "-fuse-ld=lld-22", "-fthinlto-distributor=rules/tests/distributor.sh"]

_GOOD = {
    "flags": _FLAGS,
    "inputs": ["distributor.sh", "ca.pem", "made.txt"],
    "options": [
        "--config=/etc/thinrex.toml",
        "--disk_cache=/var/cache/thinrex",
        "--remote_cache=grpcs://cache.example.com",
        "--tls_certificate=rules/tests/ca.pem",
    ],
}

_CANONICAL = "-no-canonical-prefixes"

_OF_RULE = {"copts": ["-flto=thin"], "link_tags": ["no-remote-exec", "requires-network"]}

def _declare_subjects():
    native.filegroup(name = "nothing")
    native.genrule(name = "make", outs = ["made.txt"], cmd = "touch $@", tags = ["manual"])
    declare_cc_toolchain("clang", compiler = "clang", dtlto = ":good", files = ":nothing")
    declare_cc_toolchain("clang_with_files", compiler = "clang", dtlto = ":good", files = ":good")
    declare_cc_toolchain("clang_without_feature", compiler = "clang", dtlto = None, files = ":nothing")
    declare_cc_toolchain("gcc", compiler = "gcc", dtlto = ":good", files = ":nothing")
    declare_cc_toolchain("relative_clang", compiler = "clang", dtlto = ":good", files = ":nothing", folder = "")
    declare_dtlto_toolchain(
        name = "good",
        args = ["--tls_certificate=$(execpath ca.pem)"],
        compiler_version = "22.1.8",
        config = "/etc/thinrex.toml",
        data = ["ca.pem", "made.txt"],
        disk_cache = "/var/cache/thinrex",
        lld = "lld-22",
        remote_cache = "grpcs://cache.example.com",
    )
    declare_dtlto_toolchain(
        name = "args",
        args = ["--jobs=4", "--verbose", "--jobs=2", "--jobs=4"],
        disk_cache = "~/cache",
        lld = "lld-22",
    )
    declare_dtlto_toolchain(name = "bare", lld = "lld-22")
    declare_dtlto_toolchain(name = "comma", bazelrc = "/etc/rc:a,b", disk_cache = "/var/cache", lld = "lld-22")
    declare_dtlto_toolchain(name = "no_disk_cache", disk_cache = "none", lld = "lld-22")
    declare_dtlto_toolchain(name = "no_lld", compiler_version = "22.1.8", lld = "")
    declare_dtlto_toolchain(name = "old_clang", compiler_version = "21.1.0")
    declare_dtlto_toolchain(name = "not_an_option", args = ["verbose"])
    declare_dtlto_toolchain(name = "relative_bazelrc", bazelrc = ".bazelrc:ci")
    declare_dtlto_toolchain(name = "relative_cache", disk_cache = "rel/cache")
    declare_dtlto_toolchain(name = "relative_cache_in_args", args = ["--disk-cache=rel/cache"])
    declare_dtlto_toolchain(name = "relative_config", config = "$HOME/thinrex.toml")
    declare_dtlto_toolchain(name = "secret", args = ["--remote-header=x-api-key=hush"])
    declare_dtlto_toolchain(name = "secret_in_address", remote_cache = "grpcs://me:hush@cache.example.com")
    declare_dtlto_toolchain(name = "secret_in_one_word", args = ["--verbose,--remote_header=x-api-key=hush"])
    declare_dtlto_toolchain(name = "two_words", args = ["--jobs", "4"])

    cc_library(name = "library", srcs = ["none.cc"], tags = ["manual"])
    dtlto_cc_binary(name = "binary", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    dtlto_cc_binary(name = "elsewhere", srcs = ["none.cc"], link_tags = [], tags = ["manual"], deps = [":library"])
    dtlto_cc_test(name = "tested", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    dtlto_cc_binary(
        name = "named.exe",
        srcs = ["none.cc"],
        data = None,
        link_tags = None,
        tags = ["manual"],
        deps = None,
    )
    cc_binary(name = "plain", srcs = ["none.cc"], tags = ["manual"], deps = [":library"])
    dtlto_cc_binary(
        name = "script",
        srcs = ["none.cc"],
        additional_linker_inputs = ["ca.pem"],
        # The target's own setting comes last, and so counts.
        features = ["-thin_lto"],
        linkopts = ["-Wl,--version-script=$(location ca.pem)"],
        tags = ["manual"],
        deps = [":library"],
    )
    dtlto_cc_binary(name = "thin_lto_by_target", srcs = ["none.cc"], features = ["thin_lto"], tags = ["manual"])
    dtlto_cc_binary(
        name = "thin_lto_by_select",
        srcs = ["none.cc"],
        features = select({"//conditions:default": ["thin_lto"]}),
        tags = ["manual"],
    )
    for name in ["binary", "elsewhere", "plain", "script", "tested"]:
        _inspected(name = name + "_inspected", tags = ["manual"], target = name, testonly = True)

def dtlto_tests(name):
    """Declares the tests and their targets.

    Args:
      name: name of the suite.
    """
    _declare_subjects()
    links = [
        (_bare_test, "bare", "binary", dict(
            _OF_RULE,
            flags = _FLAGS,
            inputs = ["distributor.sh"],
            not_flags = [_CANONICAL],
        )),
        # Bazel 4 removes duplicates from a link line: only the last of equal flags stays.
        (
            _args_test,
            "args",
            "binary",
            dict(_OF_RULE, flags = _FLAGS, options = ["--disk_cache=~/cache", "--verbose", "--jobs=2", "--jobs=4"]),
        ),
        (
            _comma_test,
            "comma",
            "binary",
            dict(
                _OF_RULE,
                flags = _FLAGS + ["--for-linker=--thinlto-distributor-arg=--bazelrc=/etc/rc:a,b"],
                options = ["--disk_cache=/var/cache"],
            ),
        ),
        (_feature_test, "feature", "plain", _GOOD),
        (_link_test, "binary", "binary", dict(_OF_RULE, **_GOOD)),
        (_fission_test, "fission", "binary", dict(_OF_RULE, **_GOOD)),
        (_link_test, "elsewhere", "elsewhere", dict(_GOOD, copts = ["-flto=thin"])),
        (_link_test, "tested", "tested", dict(_OF_RULE, **_GOOD)),
        (_no_disk_cache_test, "no_disk_cache", "binary", dict(_OF_RULE, flags = _FLAGS, options = ["--disk_cache="])),
        (_relative_test, "relative", "binary", dict(_OF_RULE, flags = _FLAGS + [_CANONICAL])),
        (_not_thin_lto_test, "script", "script", dict(
            _OF_RULE,
            **dict(_GOOD, flags = ["-Wl,--version-script=rules/tests/ca.pem"])
        )),
    ]
    for test, case, subject, want in links:
        test(name = case + "_test", target_under_test = subject + "_inspected", **want)

    _feature_is_on_test(name = "feature_is_on_test", target_under_test = "//rules:feature_is_on")
    _name_test(name = "exe_test", target_under_test = "named.exe")

    thin_lto = ["DTLTO exclude each other", "take it away there", "\"-thin_lto\""]
    refusals = [
        (_both_features_test, "both_features", "//rules:link", ["thin_lto or dtlto, not both"]),
        (_args_refusal_test, "not_an_option", ":not_an_option", ["args has \"verbose\"", "--NAME=VALUE"]),
        (
            _args_refusal_test,
            "relative_bazelrc",
            ":relative_bazelrc",
            ["bazelrc is \".bazelrc:ci\"", "give an absolute path"],
        ),
        (
            _args_refusal_test,
            "relative_cache",
            ":relative_cache",
            ["disk_cache is \"rel/cache\"", "give an absolute path"],
        ),
        (_args_refusal_test, "relative_cache_in_args", ":relative_cache_in_args", ["disk_cache is \"rel/cache\""]),
        (_args_refusal_test, "relative_config", ":relative_config", ["config is \"$HOME/thinrex.toml\"", "below ~/"]),
        (_args_refusal_test, "two_words", ":two_words", ["args has \"4\"", "such as --jobs=4"]),
        (_feature_off_test, "feature_off", "//rules:feature_is_on", ["build with --features=dtlto"]),
        (_lacks_feature_test, "lacks_feature", "//rules:feature_is_on", ["the cc toolchain doesn't have it"]),
        (_gcc_test, "gcc", "//rules:link", ["DTLTO needs clang 22 or later", "--repo_env=CC=clang-22"]),
        (_no_lld_test, "no_lld", "//rules:link", [
            "DTLTO needs lld 22 or later",
            "Install lld of the same version (lld-22)",
        ]),
        (
            _old_clang_test,
            "old_clang",
            "//rules:link",
            ["DTLTO needs clang 22 or later, but /nowhere/clang is clang 21.1.0", "--repo_env=CC=clang-22"],
        ),
        (_own_thin_lto_test, "thin_lto_by_package", "//rules/tests/packaged:thin_lto", thin_lto),
        (_own_thin_lto_test, "thin_lto_by_select", ":thin_lto_by_select", thin_lto),
        (_own_thin_lto_test, "thin_lto_by_target", ":thin_lto_by_target", thin_lto),
        (_args_refusal_test, "secret", ":secret", ["--remote_header would stand in action keys", "credential_helper"]),
        (
            _args_refusal_test,
            "secret_in_address",
            ":secret_in_address",
            ["--remote_cache has a user name or a password", "credential_helper"],
        ),
        (
            _args_refusal_test,
            "secret_in_one_word",
            ":secret_in_one_word",
            ["--remote_header would stand in action keys"],
        ),
        (_thin_lto_test, "thin_lto", "//rules:link", thin_lto),
    ]
    for test, case, subject, words in refusals:
        test(name = case + "_test", target_under_test = subject, words = words)
    native.test_suite(
        name = name,
        tests = ["exe_test", "feature_is_on_test"] + [case + "_test" for _, case, _, _ in links + refusals],
    )

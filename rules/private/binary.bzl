"""dtlto_cc_binary and dtlto_cc_test: a cc_binary whose sources and deps are ThinLTO bitcode, linked by DTLTO."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load(":link.bzl", "dtlto_link")

_COPT = "//command_line_option:copt"
_FISSION = "//command_line_option:fission"

# The link itself runs on this machine; its backend compilations may run elsewhere.
LINK_TAGS = ["no-remote-exec", "requires-network"]

# What belongs to the target that the user named, not to the cc_binary inside.
_OUTER = ["args", "data", "env"]
_OUTER_TEST = _OUTER + ["env_inherit", "flaky", "local", "shard_count", "size", "timeout"]
_BOTH = [
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "restricted_to",
    "target_compatible_with",
    "testonly",
    "toolchains",
]

def _thinlto_transition_impl(settings, _attr):
    copts = settings[_COPT]
    return {
        _COPT: copts if "-flto=thin" in copts else copts + ["-flto=thin"],
        # Bazel wants a .dwo file of each compilation, and clang writes none beside bitcode.
        _FISSION: "no",
    }

_thinlto_transition = transition(
    implementation = _thinlto_transition_impl,
    inputs = [_COPT],
    outputs = [_COPT, _FISSION],
)

def _dtlto_binary_impl(ctx):
    binary = ctx.attr.binary[0] if type(ctx.attr.binary) == "list" else ctx.attr.binary
    linked = binary[DefaultInfo].files_to_run.executable
    name = ctx.label.name
    suffix = ".exe" if linked.extension == "exe" and not name.endswith(".exe") else ""
    executable = ctx.actions.declare_file(name + suffix)
    ctx.actions.symlink(output = executable, target_file = linked, is_executable = True)

    runfiles = ctx.runfiles(files = [executable] + ctx.files.data).merge(binary[DefaultInfo].default_runfiles)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    env = {
        name: ctx.expand_make_variables("env", ctx.expand_location(value, ctx.attr.data), {})
        for name, value in ctx.attr.env.items()
    }
    return [
        DefaultInfo(executable = executable, files = depset([executable]), runfiles = runfiles),
        _test_environment(ctx, env),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["binary"]),
    ]

def _test_environment(ctx, env):
    inherited = getattr(ctx.attr, "env_inherit", [])
    if not inherited:
        return testing.TestEnvironment(env)
    if not hasattr(testing, "analysis_test"):  # Bazel 6 is the first that has it
        fail("env_inherit needs Bazel 6 or later for a dtlto_cc_test: give the variables by --test_env instead.")
    return testing.TestEnvironment(env, inherited)

_ATTRS = {
    "binary": attr.label(
        cfg = _thinlto_transition,
        doc = "The cc_binary to build.",
        executable = True,
        mandatory = True,
    ),
    "data": attr.label_list(allow_files = True, doc = "Files that the program reads when it runs."),
    "env": attr.string_dict(doc = "Variables to set when the program runs. `$(location)` of files in `data` and " +
                                  "make variables are expanded."),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

_dtlto_binary = rule(
    implementation = _dtlto_binary_impl,
    doc = "Builds a cc_binary with `-flto=thin`.",
    attrs = _ATTRS,
    executable = True,
)

_dtlto_test = rule(
    implementation = _dtlto_binary_impl,
    doc = "Builds a cc_binary with `-flto=thin`, and runs it as a test.",
    attrs = dict(
        _ATTRS,
        env_inherit = attr.string_list(doc = "Variables that the test gets from the environment of Bazel's client."),
    ),
    test = True,
)

def _define(rule, outer_names, name, tags, link_tags, visibility, kwargs):
    if kwargs.get("linkshared"):
        fail(("%s: a shared library can't be a dtlto_cc_binary: use cc_binary or cc_shared_library, " +
              "and a C++ toolchain with the feature dtlto.") % name)

    # As in a rule, None stands for the default.
    kwargs = {key: value for key, value in kwargs.items() if value != None}
    tags = tags or []
    link_tags = LINK_TAGS if link_tags == None else link_tags
    outer = {key: kwargs.pop(key) for key in outer_names if key in kwargs}
    shared = {key: kwargs[key] for key in _BOTH if key in kwargs}

    # //rules:link, with this package's and this target's features to check.
    link = "_dtlto/%s.link" % name
    dtlto_link(
        name = link,
        tags = ["manual"],
        visibility = ["//visibility:private"],
        **shared
    )
    cc_binary(
        # Its last part is the file that lld writes.
        name = "_dtlto/" + name,
        tags = tags + [tag for tag in link_tags if tag not in tags] + ["manual"],
        visibility = ["//visibility:private"],
        deps = kwargs.pop("deps", []) + [":" + link],
        **kwargs
    )
    rule(
        name = name,
        binary = ":_dtlto/" + name,
        tags = tags,
        visibility = visibility,
        **dict(shared, **outer)
    )

def dtlto_cc_binary(name, tags = [], link_tags = LINK_TAGS, visibility = None, **kwargs):
    """A `cc_binary` that is linked by DTLTO. It works with any clang toolchain of version 22 or later.

    Its sources and all its deps are compiled with `-flto=thin`, in a configuration of their own. So other targets
    don't change, and two such binaries share the objects of their libraries. The distributor is an input of the link.

    Args:
      name: name of the target and of the program.
      tags: tags of both the target and the link.
      link_tags: further tags of the link. By default it may use the network, and Bazel doesn't send it to
        `--remote_executor`; where its backend compilations run is an option of the dtlto toolchain.
      visibility: as in any rule.
      **kwargs: everything else that `cc_binary` takes, except `linkshared`. `args`, `data` and `env` apply when
        the program runs; `$(location)` in `linkopts` knows the files in `additional_linker_inputs`, not those in
        `data`.
    """
    _define(_dtlto_binary, _OUTER, name, tags, link_tags, visibility, kwargs)

def dtlto_cc_test(name, tags = [], link_tags = LINK_TAGS, visibility = None, **kwargs):
    """A `cc_test` that is linked by DTLTO, as `dtlto_cc_binary` is. Libraries are linked statically.

    Args:
      name: name of the target and of the program.
      tags: tags of the test and of the link.
      link_tags: further tags of the link, as of `dtlto_cc_binary`.
      visibility: as in any rule.
      **kwargs: everything else that `cc_binary` takes, and these attributes of `cc_test`: `env`, `env_inherit` (Bazel 6
        or later), `flaky`, `local`, `shard_count`, `size`, `timeout`.
    """
    if kwargs.get("testonly") == None:
        kwargs["testonly"] = True
    _define(_dtlto_test, _OUTER_TEST, name, tags, link_tags, visibility, kwargs)

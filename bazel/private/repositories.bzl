"""The repositories that the module extension and the WORKSPACE macros create.

`thinrex_distributor` has the toolchain; Bazel fetches it only for builds that need one. The program is in a
repository of its own, so that a change of options or of the compiler doesn't build or download it again.

On Linux, thinrex-slicer lies beside the program, where thinrex looks for it. Without it, links don't cut modules.
"""

load("//rules/private:options.bzl", "OPTION_ATTRS")  # buildifier: disable=bzl-visibility
load(":platforms.bzl", "PLATFORMS")
load(":probe.bzl", "find_compiler", "host_platform")

_TOOLCHAIN_ATTRS = dict(
    OPTION_ATTRS,
    lld = attr.string(
        doc = "The NAME in `-fuse-ld=NAME`. By default the first that the compiler in CC finds: `lld`, or else " +
              "`lld-22` for clang 22, and so on.",
    ),
)
_LOCAL_ATTRS = {
    "path": attr.string(doc = "Absolute path of thinrex. By default it is looked up in the PATH. A `thinrex-slicer` " +
                              "beside it is used, too."),
}
_RELEASE_ATTRS = {
    "sha256s": attr.string_dict(
        doc = "SHA-256 of the program (64 hexadecimal digits), for each platform that runs links: %s." %
              ", ".join(["`%s`" % platform for platform in PLATFORMS]),
        mandatory = True,
    ),
    "slicer_sha256s": attr.string_dict(
        doc = "SHA-256 of `thinrex-slicer`, for each Linux platform in `sha256s` whose links use it. Links work " +
              "without it, but an edit then re-runs more backends.",
    ),
    "slicer_url": attr.string(
        doc = "Address of `thinrex-slicer`, as `url` is thinrex's; given together with `slicer_sha256s`.",
    ),
    "url": attr.string(
        doc = "Address of the program itself, not of an archive, such as `https://example.com/{version}/thinrex-{platform}{exe}`. " +
              "`{version}` stands for `version`, `{platform}` for the platform's name as in `sha256s`, `{exe}` for " +
              "`.exe` on Windows and for nothing elsewhere.",
        mandatory = True,
    ),
    "version": attr.string(doc = "The release, such as `1.2.3`; `{version}` in `url` stands for it.", mandatory = True),
}

LOCAL_ATTRS = dict(_TOOLCHAIN_ATTRS, **_LOCAL_ATTRS)
RELEASE_ATTRS = dict(_TOOLCHAIN_ATTRS, **_RELEASE_ATTRS)
SOURCE_ATTRS = _TOOLCHAIN_ATTRS

_PROGRAM_BUILD = """\
alias(
    name = "program",
    actual = "{file}",
    visibility = ["//visibility:public"],
)

filegroup(
    name = "slicer",
    srcs = {slicers},
    visibility = ["//visibility:public"],
)
"""

_SLICER = "thinrex-slicer"

# What an installed thinrex starts for all but its commonest work. It does that as well, and an
# action has one program.
_WHOLE = "thinrex-full"

def _declare_program(rctx, file, has_slicer):
    slicers = [_SLICER] if has_slicer else []
    rctx.file("BUILD.bazel", _PROGRAM_BUILD.format(file = file, slicers = repr(slicers)))

def _program_file(platform):
    return "thinrex.exe" if platform.startswith("windows") else "thinrex"

def _can_slice(platform):
    return platform.startswith("linux")

def _local_impl(rctx):
    path = rctx.path(rctx.attr.path) if rctx.attr.path else rctx.which("thinrex")
    if not path or not path.exists:
        fail(("thinrex.local(): there is no thinrex %s. Build it with 'make build' in thinrex's repository and name " +
              "it: thinrex.local(path = \"/absolute/path\"); or use thinrex.source().") %
             (rctx.attr.path or "in the PATH"))
    tried = rctx.execute([path, "version"])
    if tried.return_code != 0:
        fail(("thinrex.local(): %s is there, but is no thinrex that runs: '%s version' fails. " +
              "Build it with 'make build' in thinrex's repository.\n%s") %
             (path, path, tried.stderr))
    platform = host_platform(rctx)
    file = _program_file(platform)
    rctx.symlink(_find_beside(rctx, path, _WHOLE) or path, file)
    slicer = _find_beside(rctx, path, _SLICER) if _can_slice(platform) else None
    if slicer:
        rctx.symlink(slicer, _SLICER)
    _declare_program(rctx, file, slicer != None)

def _find_beside(rctx, program, name):
    """Returns the path of a file beside a program or beside what that links to; None if there is none."""
    for folder in [program.dirname, program.realpath.dirname]:
        file = folder.get_child(name)
        if hasattr(rctx, "watch"):  # one that is installed later is found by the next build
            rctx.watch(file)
        if file.exists:
            return file
    return None

_local_program = repository_rule(
    implementation = _local_impl,
    attrs = _LOCAL_ATTRS,
    configure = True,
    doc = "Links to a thinrex on this machine, and to its thinrex-slicer.",
    environ = ["PATH"],
    local = True,
)

# The program is the same whatever variables and `go env -w` set for the user's other builds.
_PLAIN_GO = {
    "CGO_ENABLED": "0",
    "GO111MODULE": "on",
    "GOAMD64": "v1",
    "GOARM64": "v8.0",
    "GOEXPERIMENT": "",
    "GOFLAGS": "-mod=readonly",
    "GOWORK": "off",
}

def _host_go(rctx, go):
    asked = rctx.execute([go, "env", "GOHOSTOS", "GOHOSTARCH"], environment = _PLAIN_GO)
    if asked.return_code != 0:
        fail("thinrex.source(): go env failed.\n" + asked.stderr)
    os, arch = asked.stdout.splitlines()
    return dict(_PLAIN_GO, GOARCH = arch, GOOS = os)

def _source_impl(rctx):
    go = rctx.which("go")
    if not go:
        fail("thinrex.source() needs Go 1.26 or later, and there is no go in the PATH. Install it, or use " +
             "thinrex.local() or thinrex.release().")
    module = rctx.path(Label("//:go.mod")).dirname
    rctx.path(Label("//:go.sum"))  # Bazel then watches the file, as it does go.mod
    if hasattr(rctx, "watch_tree"):
        rctx.watch_tree(module.get_child("go"))
    platform = host_platform(rctx)
    packages = ["./go/cmd/thinrex"] + (["./go/cmd/" + _SLICER] if _can_slice(platform) else [])
    built = rctx.execute(
        [go, "build", "-trimpath", "-buildvcs=false", "-o", str(rctx.path(".")) + "/"] + packages,
        environment = _host_go(rctx, go),
        timeout = 1800,
        working_directory = str(module),
    )
    if built.return_code != 0:
        fail("thinrex.source(): go build failed. Modules come from GOPROXY, and Go 1.26 or later is needed.\n" +
             built.stderr)
    _declare_program(rctx, _program_file(platform), _can_slice(platform))

_source_program = repository_rule(
    implementation = _source_impl,
    configure = True,
    doc = "thinrex and thinrex-slicer, built from this module's sources.",
    environ = ["GOPROXY", "PATH"],
)

def _release_impl(rctx):
    file = _program_file(rctx.attr.platform)
    _download(rctx, rctx.attr.url, rctx.attr.sha256, file)
    if rctx.attr.slicer_url:
        _download(rctx, rctx.attr.slicer_url, rctx.attr.slicer_sha256, _SLICER)
    _declare_program(rctx, file, bool(rctx.attr.slicer_url))

def _download(rctx, url, sha256, file):
    platform = rctx.attr.platform
    url = url.replace("{version}", rctx.attr.version).replace("{platform}", platform)
    url = url.replace("{exe}", ".exe" if platform.startswith("windows") else "")
    rctx.download(url, output = file, executable = True, sha256 = sha256)

_release_program = repository_rule(
    implementation = _release_impl,
    attrs = {
        "platform": attr.string(doc = "A platform of //bazel, such as linux_x86_64.", mandatory = True),
        "sha256": attr.string(doc = "Of the program.", mandatory = True),
        "slicer_sha256": attr.string(doc = "Of thinrex-slicer."),
        "slicer_url": attr.string(doc = "Where thinrex-slicer is, as in the tag; empty for none."),
        "url": attr.string(doc = "Where it is, as in the tag.", mandatory = True),
        "version": attr.string(doc = "The release.", mandatory = True),
    },
    doc = "A released thinrex for one platform.",
)

_TOOLCHAIN_BUILD = """\
load("@thinrex//rules:toolchain.bzl", "dtlto_toolchain")

dtlto_toolchain(
    name = "toolchain",
    data = [":slicer"],
    distributor = ":distributor",
    visibility = ["//visibility:public"],
    {attrs}
)

alias(
    name = "distributor",
    actual = select(
        {programs},
        no_match_error = "there is no thinrex for the machine that links: " +
                         "thinrex.local() and thinrex.source() give one for " +
                         "this machine only, thinrex.release() for the platforms in sha256s",
    ),
)

filegroup(
    name = "slicer",
    srcs = select({slicers}),
)
"""

def _in_workspace(rctx, path):
    """Returns a file's path, which may be relative to the main workspace, as links need it."""
    if not path or path.startswith("/") or path.startswith("~") or path.startswith("$") or path[1:2] == ":":
        return path
    root = getattr(rctx, "workspace_root", None) or rctx.path(Label("@//:WORKSPACE")).dirname  # before Bazel 6.1
    return "%s/%s" % (root, path)

def _distributor_impl(rctx):
    attrs = {name: getattr(rctx.attr, name) for name in OPTION_ATTRS if getattr(rctx.attr, name)}
    for name in ["bazelrc", "config"]:
        if name in attrs:
            attrs[name] = _in_workspace(rctx, attrs[name])
    attrs.update(find_compiler(rctx, rctx.attr.lld))
    host = host_platform(rctx)
    if "host" in rctx.attr.programs and host not in PLATFORMS:
        fail(("thinrex's rules know the platforms %s, and this machine is %s: " +
              "declare a dtlto_toolchain and register it.") %
             (", ".join(PLATFORMS), host))
    repositories = {
        "@thinrex//bazel:" + (host if platform == "host" else platform): repository
        for platform, repository in rctx.attr.programs.items()
    }
    slicers = {platform: ["@%s//:slicer" % name] for platform, name in repositories.items()}
    slicers["//conditions:default"] = []  # :distributor says what is missing
    rctx.file("BUILD.bazel", _TOOLCHAIN_BUILD.format(
        attrs = "\n    ".join(["%s = %s," % (name, repr(attrs[name])) for name in sorted(attrs)]),
        programs = repr({platform: "@%s//:program" % name for platform, name in repositories.items()}),
        slicers = repr(slicers),
    ))

_distributor = repository_rule(
    implementation = _distributor_impl,
    attrs = dict(
        _TOOLCHAIN_ATTRS,
        programs = attr.string_dict(
            doc = "Repository of the program for each platform, or for `host`.",
            mandatory = True,
        ),
    ),
    configure = True,
    doc = "The dtlto toolchain.",
    environ = ["CC", "PATH"],
)

def _define(programs, options):
    _distributor(name = "thinrex_distributor", programs = programs, **options)

def local(path = "", **options):
    """Makes the repositories of thinrex.local().

    Args:
      path: see the tag.
      **options: see the tag.
    """
    _local_program(name = "thinrex_host", path = path)
    _define({"host": "thinrex_host"}, options)

def source(**options):
    """Makes the repositories of thinrex.source().

    Args:
      **options: see the tag.
    """
    _source_program(name = "thinrex_host")
    _define({"host": "thinrex_host"}, options)

def release(version, url, sha256s, slicer_url = "", slicer_sha256s = {}, **options):
    """Makes the repositories of thinrex.release().

    Args:
      version: see the tag.
      url: see the tag.
      sha256s: see the tag.
      slicer_url: see the tag.
      slicer_sha256s: see the tag.
      **options: see the tag.
    """
    if not sha256s:
        fail("thinrex.release(): sha256s is empty: give the SHA-256 of the program for each platform that links, of " +
             ", ".join(PLATFORMS))
    if bool(slicer_url) != bool(slicer_sha256s):
        fail("thinrex.release(): give both of slicer_url and slicer_sha256s, or none.")
    _check_sha256s("sha256s", sha256s, PLATFORMS)
    _check_sha256s("slicer_sha256s", slicer_sha256s, [platform for platform in sha256s if _can_slice(platform)])
    programs = {}
    for platform, sha256 in sha256s.items():
        programs[platform] = "thinrex_" + platform
        _release_program(
            name = programs[platform],
            platform = platform,
            sha256 = sha256,
            slicer_sha256 = slicer_sha256s.get(platform, ""),
            slicer_url = slicer_url if platform in slicer_sha256s else "",
            url = url,
            version = version,
        )
    _define(programs, options)

def _check_sha256s(name, sha256s, platforms):
    for platform, sha256 in sha256s.items():
        if platform not in platforms:
            fail("thinrex.release(): %s has the platform %r: those possible are %s" %
                 (name, platform, ", ".join(platforms)))
        if len(sha256) != 64 or sha256.lower().strip("0123456789abcdef"):
            fail(("thinrex.release(): the SHA-256 for %s in %s is %r: give 64 hexadecimal digits, as sha256sum " +
                  "prints them") % (platform, name, sha256))

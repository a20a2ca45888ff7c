"""The repositories that the module extension and the WORKSPACE macros create.

`thinrex_distributor` has the toolchain; Bazel fetches it only for builds that need one. The program is in a
repository of its own, so that a change of options or of the compiler doesn't build or download it again.
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
    "path": attr.string(doc = "Absolute path of thinrex. By default it is looked up in the PATH."),
}
_RELEASE_ATTRS = {
    "sha256s": attr.string_dict(
        doc = "SHA-256 of the program (64 hexadecimal digits), for each platform that runs links: %s." %
              ", ".join(["`%s`" % platform for platform in PLATFORMS]),
        mandatory = True,
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
"""

def _program_file(rctx, exe):
    file = "thinrex" + exe
    rctx.file("BUILD.bazel", _PROGRAM_BUILD.format(file = file))
    return file

def _host_program_file(rctx):
    return _program_file(rctx, ".exe" if host_platform(rctx).startswith("windows") else "")

def _local_impl(rctx):
    path = rctx.path(rctx.attr.path) if rctx.attr.path else rctx.which("thinrex")
    if not path or not path.exists:
        fail(("thinrex.local(): there is no thinrex %s. Build it with 'go build ./go/cmd/thinrex' and name it: " +
              "thinrex.local(path = \"/absolute/path\"); or use thinrex.source().") %
             (rctx.attr.path or "in the PATH"))
    tried = rctx.execute([path, "version"])
    if tried.return_code != 0:
        fail(("thinrex.local(): %s is there, but is no thinrex that runs: '%s version' fails. " +
              "Build it with 'go build ./go/cmd/thinrex'.\n%s") %
             (path, path, tried.stderr))
    rctx.symlink(path, _host_program_file(rctx))

_local_program = repository_rule(
    implementation = _local_impl,
    attrs = _LOCAL_ATTRS,
    configure = True,
    doc = "A link to a thinrex on this machine.",
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
    program = rctx.path(_host_program_file(rctx))
    built = rctx.execute(
        [go, "build", "-trimpath", "-buildvcs=false", "-o", program, "./go/cmd/thinrex"],
        environment = _host_go(rctx, go),
        timeout = 1800,
        working_directory = str(module),
    )
    if built.return_code != 0:
        fail("thinrex.source(): go build failed. Modules come from GOPROXY, and Go 1.26 or later is needed.\n" +
             built.stderr)

_source_program = repository_rule(
    implementation = _source_impl,
    configure = True,
    doc = "thinrex, built from this module's sources.",
    environ = ["GOPROXY", "PATH"],
)

def _release_impl(rctx):
    exe = ".exe" if rctx.attr.platform.startswith("windows") else ""
    url = rctx.attr.url.replace("{version}", rctx.attr.version)
    url = url.replace("{platform}", rctx.attr.platform).replace("{exe}", exe)
    rctx.download(url, output = _program_file(rctx, exe), executable = True, sha256 = rctx.attr.sha256)

_release_program = repository_rule(
    implementation = _release_impl,
    attrs = {
        "platform": attr.string(doc = "A platform of //bazel, such as linux_x86_64.", mandatory = True),
        "sha256": attr.string(doc = "Of the program.", mandatory = True),
        "url": attr.string(doc = "Where it is, as in the tag.", mandatory = True),
        "version": attr.string(doc = "The release.", mandatory = True),
    },
    doc = "A released thinrex for one platform.",
)

_TOOLCHAIN_BUILD = """\
load("@thinrex//rules:toolchain.bzl", "dtlto_toolchain")

dtlto_toolchain(
    name = "toolchain",
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
"""

def _distributor_impl(rctx):
    attrs = {name: getattr(rctx.attr, name) for name in OPTION_ATTRS if getattr(rctx.attr, name)}
    attrs.update(find_compiler(rctx, rctx.attr.lld))
    host = host_platform(rctx)
    if "host" in rctx.attr.programs and host not in PLATFORMS:
        fail(("thinrex's rules know the platforms %s, and this machine is %s: " +
              "declare a dtlto_toolchain and register it.") %
             (", ".join(PLATFORMS), host))
    programs = {
        "@thinrex//bazel:" + (host if platform == "host" else platform): "@%s//:program" % repository
        for platform, repository in rctx.attr.programs.items()
    }
    rctx.file("BUILD.bazel", _TOOLCHAIN_BUILD.format(
        attrs = "\n    ".join(["%s = %s," % (name, repr(attrs[name])) for name in sorted(attrs)]),
        programs = repr(programs),
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

def release(version, url, sha256s, **options):
    """Makes the repositories of thinrex.release().

    Args:
      version: see the tag.
      url: see the tag.
      sha256s: see the tag.
      **options: see the tag.
    """
    if not sha256s:
        fail("thinrex.release(): sha256s is empty: give the SHA-256 of the program for each platform that links, of " +
             ", ".join(PLATFORMS))
    programs = {}
    for platform, sha256 in sha256s.items():
        if platform not in PLATFORMS:
            fail("thinrex.release(): sha256s has the unknown platform %r: those known are %s" %
                 (platform, ", ".join(PLATFORMS)))
        if len(sha256) != 64 or sha256.lower().strip("0123456789abcdef"):
            fail("thinrex.release(): the SHA-256 for %s is %r: give 64 hexadecimal digits, as sha256sum prints them" %
                 (platform, sha256))
        programs[platform] = "thinrex_" + platform
        _release_program(name = programs[platform], platform = platform, sha256 = sha256, url = url, version = version)
    _define(programs, options)

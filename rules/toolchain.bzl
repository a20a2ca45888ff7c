"""The dtlto toolchain: which distributor a link starts, and with which options."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/private:options.bzl", "OPTION_ATTRS", "check_args", "option_args")

DtltoToolchainInfo = provider(
    doc = "What a ThinLTO link needs to become a DTLTO link.",
    fields = {
        "compiler_version": "The version that `compilers` print; empty if they aren't clang.",
        "compilers": "List of strings: paths of the compiler whose `compiler_version` and `lld` are given here; " +
                     "empty if none was looked at.",
        "distributor": "File: the program that lld starts to run the backend compilations.",
        "files": "depset of File: the distributor and all files that it reads. They are inputs of each link.",
        "link_flags": "List of strings: the flags for clang's link line.",
        "lld": "The NAME in `-fuse-ld=NAME`; empty if the compiler has no lld.",
    },
)

def _link_flag(arg):
    # Clang splits what stands behind -Xthinlto-distributor= at commas.
    return ("--for-linker=--thinlto-distributor-arg=" if "," in arg else "-Xthinlto-distributor=") + arg

def _dtlto_toolchain_impl(ctx):
    distributor = ctx.executable.distributor
    args = option_args(ctx.attr)
    args += [ctx.expand_location(arg, ctx.attr.data) for arg in ctx.attr.args]
    args += ctx.attr._args[BuildSettingInfo].value
    check_args(args)
    info = DtltoToolchainInfo(
        compilers = ctx.attr.compilers,
        compiler_version = ctx.attr.compiler_version,
        distributor = distributor,
        files = depset([distributor] + ctx.files.data),
        link_flags = [
            "-flto=thin",
            "-fuse-ld=" + (ctx.attr.lld or "lld"),
            "-fthinlto-distributor=" + distributor.path,
        ] + [_link_flag(arg) for i, arg in enumerate(args) if arg not in args[i + 1:]],
        lld = ctx.attr.lld,
    )
    return [info, platform_common.ToolchainInfo(dtlto = info), DefaultInfo(files = info.files)]

dtlto_toolchain = rule(
    implementation = _dtlto_toolchain_impl,
    doc = """Declares which distributor DTLTO links start, and with which options.

You need it only if you don't use the module extension `thinrex`. Register it with a `toolchain` of type
`@thinrex//rules:toolchain_type`.

The options are on the link's command line, and so in its action key, in logs and in process lists. Secrets are
refused; keep them in a file that `config` or `bazelrc` names, or give a credential helper.
""",
    attrs = dict(
        OPTION_ATTRS,
        compiler_version = attr.string(
            doc = "Version of the compiler in `compilers`, if it is clang. Links fail with a hint if it is below 22.",
        ),
        compilers = attr.string_list(
            doc = "Paths of the compiler whose `compiler_version` and `lld` are given. Links by other compilers " +
                  "aren't checked.",
        ),
        data = attr.label_list(
            allow_files = True,
            cfg = "exec",
            doc = "Files that the distributor reads or starts, such as a certificate, or `thinrex-slicer` in the " +
                  "distributor's package; `args` can name them as `$(execpath :file)`. They are inputs of each link.",
        ),
        distributor = attr.label(
            allow_files = True,
            cfg = "exec",
            doc = "The program: thinrex, or another distributor for DTLTO. Its runfiles aren't inputs of links: " +
                  "it must run by itself, or " +
                  "find beside it what is in `data`.",
            executable = True,
            mandatory = True,
        ),
        lld = attr.string(
            default = "lld",
            doc = "The NAME in `-fuse-ld=NAME`: `lld`, or `lld-22` if lld has only that name. Empty if " +
                  "`compilers` find no lld; their links fail with a hint.",
        ),
        _args = attr.label(default = "//rules:args"),
    ),
)

"""The dtlto toolchain: which distributor a link starts, and with which options."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/private:options.bzl", "OPTION_ATTRS", "check_args", "option_args")

DtltoToolchainInfo = provider(
    doc = "How to turn a ThinLTO link into a DTLTO link.",
    fields = {
        "compiler_version": "What that compiler says its version is; empty if it isn't clang.",
        "compilers": "List of strings: paths of the compiler that `compiler_version` and `lld` speak of; empty if none was asked.",
        "distributor": "File: the program that lld starts.",
        "files": "depset of File: the distributor and all that it reads; inputs of each link.",
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
    doc = """Says which distributor DTLTO links start, and with which options.

Needed only where the module extension `thinrex` isn't used. Register it with a `toolchain` of type
`@thinrex//rules:toolchain_type`.

The options stand on the link's command line: in its action key, in logs, in process lists. Secrets are
refused; keep them in a file that `config` or `bazelrc` names, or give a credential helper.
""",
    attrs = dict(
        OPTION_ATTRS,
        compiler_version = attr.string(
            doc = "That compiler's version, if it is clang. Links fail with a hint if it is below 22.",
        ),
        compilers = attr.string_list(
            doc = "Paths of the compiler that `compiler_version` and `lld` speak of. Links by other compilers aren't checked.",
        ),
        data = attr.label_list(
            allow_files = True,
            cfg = "exec",
            doc = "Files that the distributor reads, for `$(execpath :file)` in `args`: a certificate, say. Inputs of each link.",
        ),
        distributor = attr.label(
            allow_files = True,
            cfg = "exec",
            doc = "The program: thinrex, or another distributor for DTLTO. It must run by itself, or find what it needs beside it and " +
                  "have that in `data`: its runfiles aren't inputs of links.",
            executable = True,
            mandatory = True,
        ),
        lld = attr.string(
            default = "lld",
            doc = "The NAME in `-fuse-ld=NAME`: `lld`, or `lld-22` where lld has only that name. Empty says that " +
                  "`compilers` find no lld; its links fail with a hint.",
        ),
        _args = attr.label(default = "//rules:args"),
    ),
)

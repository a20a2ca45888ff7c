"""The distributor of the dtlto toolchain, as a target to run and to depend on."""

load("//rules:toolchain.bzl", "DtltoToolchainInfo")
load(":options.bzl", "TOOLCHAIN_TYPE")

def _dtlto_distributor_impl(ctx):
    dtlto = ctx.toolchains[TOOLCHAIN_TYPE].dtlto
    program = ctx.actions.declare_file(ctx.label.name + (".exe" if dtlto.distributor.extension == "exe" else ""))
    ctx.actions.symlink(output = program, target_file = dtlto.distributor, is_executable = True)
    return [
        dtlto,
        DefaultInfo(
            executable = program,
            files = dtlto.files,
            runfiles = ctx.runfiles(transitive_files = dtlto.files),
        ),
    ]

dtlto_distributor = rule(
    implementation = _dtlto_distributor_impl,
    doc = "The resolved dtlto toolchain as a target: running it runs the distributor; its files are the " +
          "distributor's; it provides " +
          "DtltoToolchainInfo.",
    executable = True,
    provides = [DtltoToolchainInfo],
    toolchains = [TOOLCHAIN_TYPE],
)

def _dtlto_link_flags_impl(ctx):
    flags = ctx.actions.declare_file(ctx.label.name + ".rsp")
    link_flags = ctx.toolchains[TOOLCHAIN_TYPE].dtlto.link_flags
    ctx.actions.write(flags, "".join(['"%s"\n' % _escape(flag) for flag in link_flags]))
    return [DefaultInfo(files = depset([flags]))]

def _escape(flag):
    return flag.replace("\\", "\\\\").replace("\"", "\\\"")

dtlto_link_flags = rule(
    implementation = _dtlto_link_flags_impl,
    doc = "A response file for clang with the link flags of the resolved dtlto toolchain.",
    toolchains = [TOOLCHAIN_TYPE],
)

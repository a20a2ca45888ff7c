"""The module extension `thinrex`: where the distributor comes from, and the options that links give it."""

load("//bazel/private:repositories.bzl", "LOCAL_ATTRS", "RELEASE_ATTRS", "SOURCE_ATTRS", "local", "release", "source")

def _thinrex_impl(module_ctx):
    for module in module_ctx.modules:
        # Other modules have no say in how the root module's links run.
        chosen = [] if not module.is_root else (
            [(local, tag) for tag in module.tags.local] +
            [(source, tag) for tag in module.tags.source] +
            [(release, tag) for tag in module.tags.release]
        )
        if len(chosen) > 1:
            fail("MODULE.bazel has more than one of thinrex.local(), thinrex.source() and thinrex.release(): keep one.")
        for make, tag in chosen:
            make(**{name: getattr(tag, name) for name in dir(tag)})
            return
    source()

thinrex = module_extension(
    implementation = _thinrex_impl,
    doc = """Makes the dtlto toolchain. The root module may have one tag; without a tag, `thinrex.source()` is used.

All tags take the options of `dtlto_toolchain`, which links pass to the distributor.
""",
    tag_classes = {
        "local": tag_class(attrs = LOCAL_ATTRS, doc = "Uses a thinrex that is on this machine."),
        "release": tag_class(attrs = RELEASE_ATTRS, doc = "Downloads a release of thinrex."),
        "source": tag_class(
            attrs = SOURCE_ATTRS,
            doc = "Builds thinrex from the sources of this module, with the `go` in the PATH.",
        ),
    },
)

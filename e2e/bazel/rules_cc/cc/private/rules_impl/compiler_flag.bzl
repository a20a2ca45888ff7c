"""A rule that needs a newer Bazel, and that no build here uses."""

def compiler_flag(**_kwargs):
    fail("compiler_flag needs Bazel 5")

"""A rule that needs a newer Bazel, and that no build here uses."""

def cc_flags_supplier(**_kwargs):
    fail("cc_flags_supplier needs Bazel 5")

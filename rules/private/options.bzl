"""The distributor's options as attributes of the toolchain rule, the extension's tags and the repository rules."""

# A string, for what older Bazels take relative to the main repository.
TOOLCHAIN_TYPE = str(Label("//rules:toolchain_type"))

# Each is the option of that name, with Bazel's meaning where Bazel has it. What isn't set isn't passed: thinrex's own
# defaults hold nothing of this machine in action keys, and come after what a configuration file says.
_OPTIONS = {
    "bazelrc": "Path of a .bazelrc, absolute or below `~/`, or `PATH:CONFIG` for one of its configurations, to take addresses, headers and " +
               "credentials of the remote cache or executor from. The file isn't an input: what it says is in no action key.",
    "config": "Path of a thinrex.toml, absolute or below `~/`, to read instead of searching for one. The file isn't an input: what it says is in no action key.",
    "credential_helper": "`[SCOPE=]PROGRAM` that gives credentials for the remote cache or executor, in Bazel's protocol.",
    "disk_cache": "Path of the folder that keeps results, absolute or below `~/`, such as that of Bazel's `--disk_cache`; `none` for " +
                  "none. By default what `config` says, or else `~/.cache/thinrex`. Links in a sandbox can write it only with " +
                  "`--sandbox_writable_path` of that folder, which must exist. Bazel 7 and later give sandboxes a /tmp of their own: below " +
                  "/tmp, add `--sandbox_add_mount_pair` of it.",
    "exec_strategy": "Where compilations run: `local`, `remote`, `remote_local_fallback` or `racing`.",
    "remote_cache": "Address of a remote cache: `grpcs://`, `grpc://` or `unix:`.",
    "remote_executor": "Address of a remote execution service, the cache too if no other is given.",
    "remote_instance_name": "Name of the service's instance.",
}

OPTION_ATTRS = dict(
    {name: attr.string(doc = doc) for name, doc in _OPTIONS.items()},
    args = attr.string_list(
        doc = "Further options for the distributor, as `--NAME` or `--NAME=VALUE`: `--jobs=4`, say; `thinrex --help` lists them.",
    ),
)

# What a link reads and writes there: a relative path would lead into its sandbox, which goes with it.
_PATHS = ["bazelrc", "config", "disk_cache"]

_ADDRESSES = ["remote_cache", "remote_executor", "remote_proxy"]

# Their values are secrets as a rule.
_SECRET = ["remote_header", "remote_cache_header", "remote_exec_header"]

_INSTEAD = "Keep headers in a thinrex.toml (config = \"/absolute/path\") or a .bazelrc (bazelrc = \"/absolute/path\"), or give a credential_helper."

def option_args(attrs):
    """Returns the command line for the options that are set.

    Args:
      attrs: a struct with the attributes of OPTION_ATTRS.

    Returns:
      A list of strings; without what `args` says.
    """
    values = {name: getattr(attrs, name) for name in sorted(_OPTIONS) if getattr(attrs, name)}
    if values.get("disk_cache") == "none":
        values["disk_cache"] = ""
    for name in _PATHS:
        _check_path(name, values.get(name))
    return ["--%s=%s" % option for option in values.items()]

def _check_path(name, path):
    if path and not path.startswith("/") and not path.startswith("~/") and path[1:3] not in [":/", ":\\"]:
        fail(("%s is %r, which links would look for in their sandboxes and lose with them: give an absolute path, or one " +
              "below ~/; variables aren't expanded.") % (name, path))

def check_args(args):
    """Fails if an option isn't written as one word, if its value is a secret, or if its cache would be lost.

    Args:
      args: the distributor's options, as on its command line.
    """
    for arg in args:
        if not arg.startswith("--"):
            fail("args has %r: write each option as one word, --NAME or --NAME=VALUE, such as --jobs=4." % arg)
        name, value = _parse(arg)
        if name == "disk_cache":
            _check_path(name, value)
        if name in _ADDRESSES and "@" in value.partition("://")[2].partition("/")[0]:
            fail("--%s has a user name or a password, which would stand in action keys, logs and process lists. %s" % (name, _INSTEAD))
        for word in arg.split(","):  # also of what was meant as several options
            name, _ = _parse(word)
            if name in _SECRET:
                fail("--%s would stand in action keys, logs and process lists. %s" % (name, _INSTEAD))

def _parse(arg):
    name, _, value = arg[2:].partition("=")
    return name.replace("-", "_"), value

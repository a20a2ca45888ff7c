"""The platforms that a distributor runs on, as //bazel has config_settings for them. Only linux_x86_64 is tested."""

PLATFORMS = {
    os + "_" + cpu: ["@platforms//os:" + os, "@platforms//cpu:" + cpu]
    for os in ["linux", "macos", "windows"]
    for cpu in ["aarch64", "x86_64"]
}

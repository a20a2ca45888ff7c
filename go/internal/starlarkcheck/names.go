package starlarkcheck

import "strings"

// set returns the words of s.
func set(s string) map[string]bool {
	words := make(map[string]bool)
	for _, word := range strings.Fields(s) {
		words[word] = true
	}
	return words
}

// Global names of .bzl files in each Bazel from 4.2.3 to 9.
var bzlNames = set(`
	None True False
	all any bool dict dir enumerate fail getattr hasattr hash int len list max min print range repr reversed sorted
	str tuple type zip
	AnalysisTestResultInfo DefaultInfo Label OutputGroupInfo
	analysis_test_transition aspect attr config config_common configuration_field coverage_common depset
	exec_group json native platform_common provider repository_rule rule select struct testing transition`)

// Global names of .bzl files in Bazel 9 that 4.2.3 does not have.
var newNames = set(`
	RunEnvironmentInfo abs exec_transition float macro materializer_rule module_extension set subrule tag_class
	visibility`)

// Global names of BUILD files in each Bazel from 4.2.3 to 9.
var buildNames = set(`
	None True False
	all any bool dict dir enumerate fail getattr hasattr hash int len list max min print range repr reversed sorted
	str tuple type zip
	alias config_setting constraint_setting constraint_value depset exports_files filegroup genquery genrule glob
	label_flag label_setting licenses package package_group package_name platform repository_name select test_suite
	toolchain toolchain_type`)

// Members of the namespaces in each Bazel from 4.2.3 to 9. A namespace that is
// not here may have any.
var members = map[string]map[string]bool{
	"attr": set(`bool int int_list label label_keyed_string_dict label_list output output_list string string_dict
		string_list string_list_dict`),
	"config":        set(`bool int string string_list`),
	"config_common": set(`FeatureFlagInfo`),
	"json":          set(`decode encode encode_indent indent`),
	"native": set(`alias config_setting constraint_setting constraint_value existing_rule existing_rules
		exports_files filegroup genquery genrule glob label_flag label_setting package_group package_name platform
		repository_name test_suite toolchain toolchain_type`),
	"testing": set(`ExecutionInfo TestEnvironment`),
}

// Members of native in a workspace.bzl, which only Bazel 4 to 8 load.
var workspaceNames = set(`bind register_execution_platforms register_toolchains`)

// Parameters of rule in each Bazel from 4.2.3 to 9.
var ruleParameters = set(`
	analysis_test attrs build_setting cfg doc exec_compatible_with exec_groups executable fragments implementation
	provides test toolchains`)

// Methods that Bazel 4.2.3 does not have.
var newMethods = set(`removeprefix removesuffix`)

// What may be loaded from modules that are not in this repository.
var external = map[string]map[string]bool{
	"@bazel_skylib//:bzl_library.bzl":                          set(`bzl_library`),
	"@bazel_skylib//lib:unittest.bzl":                          set(`analysistest asserts`),
	"@bazel_skylib//rules:common_settings.bzl":                 set(`BuildSettingInfo string_list_flag`),
	"@rules_cc//cc:action_names.bzl":                           set(`ACTION_NAMES`),
	"@rules_cc//cc:cc_binary.bzl":                              set(`cc_binary`),
	"@rules_cc//cc:cc_library.bzl":                             set(`cc_library`),
	"@rules_cc//cc:cc_shared_library.bzl":                      set(`cc_shared_library`),
	"@rules_cc//cc:cc_test.bzl":                                set(`cc_test`),
	"@rules_cc//cc:cc_toolchain_config_lib.bzl":                set(`feature flag_group flag_set tool_path`),
	"@rules_cc//cc:find_cc_toolchain.bzl":                      set(`find_cc_toolchain use_cc_toolchain`),
	"@rules_cc//cc/common:cc_common.bzl":                       set(`cc_common`),
	"@rules_cc//cc/common:cc_info.bzl":                         set(`CcInfo`),
	"@rules_cc//cc/toolchains:args.bzl":                        set(`cc_args`),
	"@rules_cc//cc/toolchains:cc_toolchain.bzl":                set(`cc_toolchain`),
	"@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl":    set(`CcToolchainConfigInfo`),
	"@rules_cc//cc/toolchains:feature.bzl":                     set(`cc_feature`),
	"@rules_cc//cc/toolchains:mutually_exclusive_category.bzl": set(`cc_mutually_exclusive_category`),
	"@rules_cc//cc/toolchains:tool.bzl":                        set(`cc_tool`),
	"@rules_cc//cc/toolchains:tool_map.bzl":                    set(`cc_tool_map`),
	"@rules_cc//cc/toolchains:toolchain.bzl":                   set(`cc_toolchain`),
}

// What more may be loaded in folders that are laid over a module's own files,
// for Bazel 4.2.3 only. There, a label without a module is that module's.
var overlays = map[string]map[string]map[string]bool{
	"e2e/bazel/rules_cc": {
		"//cc:defs.bzl": set(`CcInfo CcToolchainConfigInfo cc_binary cc_common cc_library cc_test cc_toolchain`),
		"@bazel_tools//tools/cpp:toolchain_utils.bzl": set(`find_cpp_toolchain`),
	},
}

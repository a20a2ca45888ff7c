package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// bazelNames are the options that are taken from Bazel's rc files: Bazel's
// name, and ours. Those that differ are Bazel's older or newer ones.
var bazelNames = map[string]string{
	"auth_enabled":                           "google_default_credentials",
	"credential_helper":                      "credential_helper",
	"credential_helper_timeout":              "credential_helper_timeout",
	"digest_function":                        "digest_function",
	"experimental_credential_helper":         "credential_helper",
	"experimental_credential_helper_timeout": "credential_helper_timeout",
	"experimental_remote_cache_compression":  "experimental_remote_cache_compression",
	"experimental_remote_retry_max_attempts": "remote_retries",
	"google_default_credentials":             "google_default_credentials",
	"grpc_keepalive_time":                    "grpc_keepalive_time",
	"grpc_keepalive_timeout":                 "grpc_keepalive_timeout",
	"remote_accept_cached":                   "remote_accept_cached",
	"remote_cache":                           "remote_cache",
	"remote_cache_compression":               "experimental_remote_cache_compression",
	"remote_cache_header":                    "remote_cache_header",
	"remote_cache_proxy":                     "remote_proxy",
	"remote_default_exec_properties":         "remote_default_exec_properties",
	"remote_exec_header":                     "remote_exec_header",
	"remote_executor":                        "remote_executor",
	"remote_header":                          "remote_header",
	"remote_http_cache":                      "remote_cache",
	"remote_instance_name":                   "remote_instance_name",
	"remote_max_connections":                 "remote_max_connections",
	"remote_proxy":                           "remote_proxy",
	"remote_retries":                         "remote_retries",
	"remote_timeout":                         "remote_timeout",
	"remote_upload_local_results":            "remote_upload_local_results",
	"tls_certificate":                        "tls_certificate",
	"tls_client_certificate":                 "tls_client_certificate",
	"tls_client_key":                         "tls_client_key",
}

// fromBazelRC sets what --bazelrc's files say and nothing else has set.
func fromBazelRC(fs *pflag.FlagSet) error {
	rc := rcFiles{readFile: os.ReadFile, sections: map[string][]rcWord{}}
	var configs []string
	var paths []string
	for _, entry := range fs.Lookup("bazelrc").Value.(pflag.SliceValue).GetSlice() {
		path, asked := splitConfigs(entry)
		path, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("--bazelrc=%s: %w", entry, err)
		}
		configs = append(configs, asked...)
		if slices.Contains(paths, path) {
			continue
		}
		paths = append(paths, path)
		if err := rc.read(path, workspaceOf(path)); err != nil {
			return fmt.Errorf("--bazelrc: %w", err)
		}
	}
	words, err := rc.words(configs)
	if err != nil {
		return err
	}
	return applyWords(fs, words)
}

// splitConfigs splits FILE:CONFIG,... unless a file has that whole name.
func splitConfigs(entry string) (path string, configs []string) {
	colon := strings.LastIndexByte(entry, ':')
	if _, err := os.Stat(entry); err == nil || colon < 0 {
		return entry, nil
	}
	if drive := len(filepath.VolumeName(entry)); colon < drive || strings.ContainsAny(entry[colon:], `/\`) {
		return entry, nil
	}
	return entry[:colon], strings.FieldsFunc(entry[colon+1:], func(r rune) bool { return r == ',' })
}

// workspaceOf returns the folder that Bazel takes for the workspace's root
// when it works beside the rc file, or else the file's folder.
func workspaceOf(path string) string {
	folder := filepath.Dir(path)
	for dir := folder; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"} {
			if isFile(filepath.Join(dir, name)) {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return folder
		}
	}
}

// applyWords sets the options among Bazel's words, and passes over the rest.
func applyWords(fs *pflag.FlagSet, words []rcWord) error {
	settings, err := parseWords(fs, words)
	if err != nil {
		return err
	}
	ours := map[*pflag.Flag]bool{}
	for _, s := range settings {
		if s.flag.Changed && !ours[s.flag] {
			continue
		}
		ours[s.flag], s.flag.Changed = true, true
		if err := s.apply(); err != nil {
			return s.from.errorf("--%s: %w", s.name, err)
		}
	}
	return nil
}

// A setting is one option in an rc file.
type setting struct {
	flag  *pflag.Flag
	name  string // Bazel's, with the no- of a negation
	value string
	from  rcWord
}

func (s setting) apply() error {
	value := s.value
	if isPath[s.flag.Name] || s.flag.Name == "credential_helper" { // the latter's may stand behind a scope
		value = strings.Replace(value, workspaceName, s.from.workspace, 1)
	}
	value, err := resolve(s.flag.Name, value, s.from.workspace)
	if err != nil {
		return err
	}
	return set(s.flag, value)
}

func parseWords(fs *pflag.FlagSet, words []rcWord) (settings []setting, err error) {
	for i := 0; i < len(words); i++ {
		text, isOption := strings.CutPrefix(words[i].text, "--")
		name, value, given := strings.Cut(text, "=")
		ours, known := bazelNames[name]
		if !known {
			ours = "no" + bazelNames[strings.TrimPrefix(name, "no")]
		}
		flag := fs.Lookup(ours)
		if !isOption || flag == nil {
			continue
		}
		s := setting{flag: flag, name: name, value: value, from: words[i]}
		switch {
		case given:
		case flag.NoOptDefVal != "":
			s.value = flag.NoOptDefVal
		case i+1 < len(words):
			i++
			s.value = words[i].text
		default:
			return nil, words[i].errorf("--%s: needs a value", name)
		}
		if no, ok := flag.Value.(negation); ok {
			if given {
				return nil, s.from.errorf("--%s: takes no value", name)
			}
			s.flag, s.value = no.of, "false"
		}
		settings = append(settings, s)
	}
	return settings, nil
}

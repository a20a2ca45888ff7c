//go:build unix

package config_test

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestBazelRCErrors(t *testing.T) {
	tests := map[string]struct{ rc, entry, want string }{
		"no such file":       {"", "absent", "open DIR/absent: no such file"},
		"no such file, conf": {"", "absent:x", "open DIR/absent: no such file"},
		"bad number": {
			"common --x\n\nbuild \\\n --remote_retries=many",
			"rc",
			`DIR/rc:3: --remote_retries: "many" isn't a number`,
		},
		"bad duration": {"build --remote_timeout=-1", "rc", "DIR/rc:1: --remote_timeout: "},
		"bad function": {"startup --digest_function=SHA1", "rc", "DIR/rc:1: --digest_function: "},
		"older name":   {"build --remote_cache_proxy=http://p", "rc", "DIR/rc:1: --remote_cache_proxy: "},
		"no value":     {"build --remote_cache", "rc", "DIR/rc:1: --remote_cache: needs a value"},
		"negation's value": {
			"build --noremote_accept_cached=1",
			"rc",
			"DIR/rc:1: --noremote_accept_cached: takes no value",
		},
		"not a boolean":              {"build --remote_accept_cached=x", "rc", "DIR/rc:1: --remote_accept_cached: "},
		"a config that nobody names": {"build:x --remote_timeout=x", "rc", ""},
		"unknown config":             {"build:x --a", "rc:y", `--bazelrc=DIR/rc:y: config "y" isn't defined`},
		"test's config":              {"test:y --a", "rc:y", `config "y" isn't defined`},
		"config of a config": {
			"build:x --a\nbuild:x --config=z",
			"rc:x",
			`DIR/rc:2: --config: config "z" isn't defined`,
		},
		"config loop":   {"build:x --config=y\nbuild:y --config=x", "rc:x", "config loop: x > y > x"},
		"config itself": {"build --config=x\nbuild:x --config=x", "rc", "config loop: x > x"},
		"config in words": {
			"build:x --config y\nbuild:y --a",
			"rc:x",
			"DIR/rc:1: --config: write it as --config=NAME",
		},
		"config without": {"build --config", "rc", "DIR/rc:1: --config: write it as --config=NAME"},
		"configs of configs": {
			strings.Repeat("build:a --config=b --config=b\n", 400) +
				strings.Repeat("build:b --config=c --config=c\n", 400) + "build:c --x",
			"rc:a",
			"more than 100000 options",
		},
		"platform": {
			"build --enable_platform_specific_config=x",
			"rc",
			"DIR/rc:1: --enable_platform_specific_config: ",
		},
		"import": {
			"build --a\nimport %workspace%/absent",
			"rc",
			"DIR/rc:2: import: open DIR/absent: no such file",
		},
		"import of a folder": {"import %workspace%", "rc", "DIR/rc:1: import: read DIR: is a directory"},
		"import of none":     {"import", "rc", "DIR/rc:1: import takes one path"},
		"import of two":      {"try-import a b", "rc", "DIR/rc:1: try-import takes one path"},
		"import loop":        {"try-import %workspace%/./rc", "rc", "DIR/rc:1: import loop: DIR/rc > DIR/rc"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setUp(t)
			dir := t.TempDir()
			write(t, filepath.Join(dir, "rc"), test.rc)
			_, err := complete(t, []string{"--bazelrc=" + filepath.Join(dir, test.entry)}, nil)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if want := strings.ReplaceAll(test.want, "DIR", dir); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nlacks %s", err, want)
			}
		})
	}
}

// Short files that each import the next one twice would take hours to read.
func TestManyImports(t *testing.T) {
	dir := setUp(t)
	for i := range 40 {
		next := "import " + filepath.Join(dir, strings.Repeat("x", i+2)) + "\n"
		write(t, filepath.Join(dir, strings.Repeat("x", i+1)), next+next)
	}
	write(t, filepath.Join(dir, strings.Repeat("x", 41)), "")
	_, err := complete(t, []string{"--bazelrc=" + filepath.Join(dir, "x")}, nil)
	if err == nil || !strings.Contains(err.Error(), "imports") {
		t.Error(err)
	}
}

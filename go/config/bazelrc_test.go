//go:build unix

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/digest"
	"thinrex/go/reapi/remoteflags"
)

func TestBazelRC(t *testing.T) {
	tests := map[string]struct {
		files   map[string]string // rc if it is one file
		rc      string
		configs string
		want    func(o *settings.Settings, dir string)
	}{
		"ours only": {
			rc: `
startup --host_jvm_args=-Xmx1g --digest_function BLAKE3 --remote_cache=no
common --remote_cache=grpc://c --jobs=7 --disk_cache=/x --verbose_failures --config_setting
build --remote_jobs=9 --exec_strategy=local --remote_compiler=/x -c opt --copt -O2 //foo:bar
build --remote_executor grpc://e --remote_instance_name=main/one --google_default_credentials
test --remote_cache=grpc://test
run --remote_instance_name=run
build:off --remote_instance_name=off
startup:off --digest_function=sha256
`,
			want: func(o *settings.Settings, dir string) {
				o.Remote.Cache, o.Remote.Executor, o.Remote.Instance = "grpc://c", "grpc://e", "main/one"
				o.Remote.GoogleDefaultCredentials, o.Shared.DigestFunction = true, digest.BLAKE3
			},
		},
		"every kind": {
			rc: `
build --remote_header=a=1 --remote_header=b=2
build --remote_cache_header=c=3
build --remote_exec_header d=4
build --remote_default_exec_properties=OSFamily=linux --remote_default_exec_properties=container-image=docker://x
build --remote_timeout=3600 --grpc_keepalive_time=10s --grpc_keepalive_timeout=1m --credential_helper_timeout=5
build --remote_retries=0 --remote_max_connections=8 --remote_proxy=unix:/run/p
build --noremote_accept_cached --noremote_upload_local_results --remote_cache_compression
common --remote_header=z=0
`,
			want: func(o *settings.Settings, dir string) {
				o.Remote.Headers = []string{"z=0", "a=1", "b=2"} // common comes before build
				o.Remote.CacheHeaders, o.Remote.ExecHeaders = []string{"c=3"}, []string{"d=4"}
				o.Link.Properties = map[string]string{"OSFamily": "linux", "container-image": "docker://x"}
				o.Remote.Timeout, o.Remote.KeepaliveTime, o.Remote.KeepaliveTimeout = time.Hour, 10*time.Second, time.Minute
				o.Credentials.HelperTimeout, o.Remote.Retries, o.Remote.MaxConnections = 5*time.Second, 0, 8
				o.Remote.Proxy, o.Remote.AcceptCached = "unix:/run/p", false
				o.Remote.Upload, o.Remote.Compress = remoteflags.UploadNever, true
			},
		},
		"older names": {
			rc: `build --remote_http_cache=h --auth_enabled --experimental_remote_retry_max_attempts=1
build --experimental_remote_cache_compression
build --experimental_credential_helper=h --noauth_enabled`,
			want: func(o *settings.Settings, dir string) {
				o.Remote.Cache, o.Remote.Retries, o.Remote.Compress, o.Credentials.Helpers = "h", 1, true, []string{"h"}
			},
		},
		"the last wins, an empty value too": {
			rc: "build --remote_cache=a --remote_executor=e --remote_timeout=1\n" +
				"build --remote_cache=b --remote_timeout=2 --remote_executor=\n" +
				"build --noremote_accept_cached\nbuild --remote_accept_cached\ncommon --remote_cache=c\nalways --remote_cache=d",
			want: func(o *settings.Settings, dir string) { o.Remote.Cache, o.Remote.Timeout = "b", 2*time.Second },
		},
		"quotes, comments and continued lines": {
			rc: "\ufeffbuild '--remote_header=a=1 # \" \\' b' --remote_instance_name=\"x \\\"y\\\"\" # --remote_cache=no\r\n" +
				"# a comment \\\nbuild --remote_cache=swallowed\n" +
				"build --remote_exe\\\ncutor=e\\\r\n --remote_retries=\\\n3 \\\n\n" +
				"  build\t--remote_cache\nbuild c#d\n\n\"build\" --remote_header=z='open quote ",
			want: func(o *settings.Settings, dir string) {
				o.Remote.Headers = []string{"a=1 # \" ' b", "z=open quote"}
				o.Remote.Instance, o.Remote.Executor, o.Remote.Retries, o.Remote.Cache = `x "y"`, "e", 3, "c"
			},
		},
		"configs": {
			rc: `
build:remote --remote_header=d=4 --config=tls --remote_header=e=5
common:remote --remote_header=c=3
build:tls --tls_certificate=/ca --remote_header=t=0
build:unasked --remote_cache=no
build --remote_header=a=1 --config=tls
build --remote_header=b=2
build:cache --remote_cache=c --remote_instance_name=cache
build:cache:remote --remote_instance_name=no
`,
			configs: ":cache,remote",
			want: func(o *settings.Settings, dir string) {
				o.Remote.Headers = []string{"a=1", "t=0", "b=2", "c=3", "d=4", "t=0", "e=5"}
				o.Remote.TLSCertificate, o.Remote.Cache, o.Remote.Instance = "/ca", "c", "cache"
			},
		},
		"config in place": {
			rc: "build --config=a --remote_cache=late\nbuild:a --remote_cache=early --remote_executor=e\nbuild --config a",
			want: func(o *settings.Settings, dir string) {
				o.Remote.Cache, o.Remote.Executor = "early", "e"
			},
		},
		"this platform's": {
			rc: "common --noenable_platform_specific_config\ncommon --enable_platform_specific_config\n" +
				"build --remote_cache=build\n" +
				"common:" + runtime.GOOS + " --remote_cache=platform --remote_executor=e\n" +
				"common --remote_executor=common",
			want: func(o *settings.Settings, dir string) { o.Remote.Cache, o.Remote.Executor = "build", "common" },
		},
		"this platform's, off": {
			rc: "build --enable_platform_specific_config --enable_platform_specific_config=no\n" +
				"build:" + runtime.GOOS + " --remote_cache=c",
			want: func(o *settings.Settings, dir string) {},
		},
		"imports": {
			files: map[string]string{
				"WORKSPACE": "",
				"sub/rc": "build --remote_cache=a\nimport %workspace%/tools/one.rc\ntry-import %workspace%/none.rc\n" +
					"build --remote_instance_name=i\ntry-import sub/two.rc",
				"tools/one.rc": "build --remote_cache=one --remote_header=o=1\n" +
					"build --tls_certificate=certs/ca.pem --tls_client_key=%workspace%/k --tls_client_certificate=~/c\n" +
					"build --credential_helper=*.x.org=%workspace%/tools/h --credential_helper=bare\nimport %workspace%/sub/two.rc",
				"sub/two.rc": "build --remote_header=t=2",
			},
			want: func(o *settings.Settings, dir string) {
				o.Remote.Cache, o.Remote.Instance, o.Remote.Headers = "one", "i", []string{"o=1", "t=2", "t=2"}
				o.Remote.TLSCertificate, o.Remote.TLSClientKey = filepath.Join(dir, "certs/ca.pem"), filepath.Join(dir, "k")
				o.Remote.TLSClientCertificate = filepath.Join(os.Getenv("HOME"), "c")
				o.Credentials.Helpers = []string{"*.x.org=" + filepath.Join(dir, "tools/h"), "bare"}
			},
		},
		"no workspace": {
			files: map[string]string{
				"sub/rc":     "build --tls_certificate=ca.pem\nimport %workspace%/two.rc",
				"sub/two.rc": "build --remote_cache=c",
			},
			want: func(o *settings.Settings, dir string) {
				o.Remote.TLSCertificate, o.Remote.Cache = filepath.Join(dir, "sub/ca.pem"), "c"
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setUp(t)
			dir := t.TempDir()
			path := filepath.Join(dir, "sub", "rc")
			if test.files == nil {
				test.files = map[string]string{"sub/rc": test.rc}
			}
			for name, text := range test.files {
				write(t, filepath.Join(dir, name), text)
			}
			want := defaults()
			want.Config.BazelRCs = []string{path + test.configs}
			test.want(&want, dir)
			o, err := complete(t, []string{"--bazelrc=" + path + test.configs}, nil)
			if diff := difference(want, o); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

// thinrex's own flags, variables and files come before Bazel's rc files.
func TestBazelRCPrecedence(t *testing.T) {
	dir := setUp(t)
	write(t, filepath.Join(dir, "rc"), `
build --remote_cache=rc --remote_executor=rc --remote_instance_name=rc --remote_retries=99
build --remote_header=rc=1 --remote_exec_header=rc=1
build:a --remote_timeout=3
build:b --remote_max_connections=3 --config=a`)
	write(t, filepath.Join(dir, "second:rc"), "build --remote_retries=1\nbuild:a --remote_timeout=4")
	write(t, filepath.Join(dir, "work", "thinrex.toml"),
		"bazelrc = ['../rc', '../second:rc', '../rc:b,a']\nremote_instance_name = 'toml'\nremote_exec_header = 'toml=1'")
	o, err := complete(t, []string{"--remote_cache=flag"}, map[string]string{"THINREX_REMOTE_EXECUTOR": ""})
	want := defaults()
	want.Config.BazelRCs = []string{
		filepath.Join(dir, "rc"),
		filepath.Join(dir, "second:rc"),
		filepath.Join(dir, "rc:b,a"),
	}
	want.Remote.Cache, want.Remote.Executor, want.Remote.Instance, want.Remote.Retries = "flag", "", "toml", 1
	want.Remote.Headers, want.Remote.ExecHeaders = []string{"rc=1"}, []string{"toml=1"}
	want.Remote.Timeout, want.Remote.MaxConnections = 4*time.Second, 3
	if diff := difference(want, o); err != nil || diff != "" {
		t.Error(err, diff)
	}
	// A flag replaces the file's list of rc files.
	o, err = complete(t, []string{"--bazelrc=../../second:rc"}, nil)
	if err != nil || o.Remote.Cache != "" || o.Remote.Retries != 1 {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzBazelRC(f *testing.F) {
	f.Add(
		"build --remote_cache=grpc://c --config=a\nbuild:a --remote_header=a=b",
		"try-import other\ncommon --noremote_accept_cached",
	)
	f.Add("import /w/other\nbuild --remote_timeout 5 \\\n --tls_certificate='a b' # c", "import /w/rc")
	f.Add(
		"common --enable_platform_specific_config\nbuild:linux --config=a\nbuild:a --config=linux",
		"startup --digest_function=blake3",
	)
	f.Fuzz(func(t *testing.T, text, other string) {
		files := map[string]string{"/w/rc": text, "/w/other": other}
		_, flags, fs := define()
		err := flags.ApplyBazelRC("/w/rc", "/w", "a", func(path string) ([]byte, error) {
			if data, ok := files[path]; ok {
				return []byte(data), nil
			}
			return nil, errors.New("no such file")
		})
		if err != nil {
			return
		}
		fs.VisitAll(func(f *pflag.Flag) {
			_, list := f.Value.(pflag.SliceValue)
			if value := f.Value.String(); f.Changed && !list && f.Value.Set(value) != nil {
				t.Errorf("--%s=%q isn't taken back", f.Name, value)
			}
		})
	})
}

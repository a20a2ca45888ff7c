//go:build unix

package config_test

import (
	"os"
	"os/user"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/config"
	"thinrex/go/digest"
	"thinrex/go/link"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/store"
)

// define returns the program's flags and the settings that they set.
func define() (*settings.Settings, *config.Flags, *pflag.FlagSet) {
	var s settings.Settings
	fs := pflag.NewFlagSet("thinrex", pflag.ContinueOnError)
	flags := config.Define(fs, s.Rows())
	fs.SetNormalizeFunc(flags.Normalize)
	return &s, flags, fs
}

// complete returns the options that flags, an environment and the files of the
// working directory give.
func complete(t *testing.T, args []string, env map[string]string) (settings.Settings, error) {
	t.Helper()
	s, flags, fs := define()
	if err := fs.Parse(args); err != nil {
		return *s, err
	}
	err := flags.Complete(&s.Config, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	return *s, err
}

// difference is "" for equal settings. What one kind of link sets by itself is none.
func difference(want, got settings.Settings) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(link.Options{}))
}

func defaults() (s settings.Settings) {
	s.Rows()
	return s
}

func setUp(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "home", "conf"))
	t.Setenv("XDG_CACHE_HOME", "")
	if err := os.MkdirAll(filepath.Join(dir, "work", "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(dir, "work", "below"))
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSources(t *testing.T) {
	dir := setUp(t)
	o, err := complete(t, nil, nil)
	cache := filepath.Join(dir, "home", ".cache", "thinrex")
	if err != nil || o.Store.Dir != cache || o.Host.Jobs.Count() < 1 {
		t.Errorf("defaults: %+v, %v", o, err)
	}

	write(t, filepath.Join(dir, "home", "conf", "thinrex", "thinrex.toml"), "jobs = 2\nkeep_going = true\n")
	if o, err = complete(t, nil, nil); err != nil || o.Host.Jobs != 2 || !o.Link.KeepGoing {
		t.Errorf("user's file: %+v, %v", o, err)
	}

	// The first file found is the only one, and its paths are relative to it.
	write(t, filepath.Join(dir, "work", "thinrex.toml"), "\ufeff"+`jobs = 3
disk-cache = "cache"
extra_input = ["a", "/b"]
sandbox_base = "~/sandbox"
remote_execution_timeout = "30s"
`)
	o, err = complete(t, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Host.Jobs, want.Link.Timeout = 3, 30*time.Second
	want.Store.Dir, want.Host.SandboxBase = filepath.Join(dir, "work", "cache"), filepath.Join(dir, "home", "sandbox")
	want.Shared.ExtraInputs = []string{filepath.Join(dir, "work", "a"), "/b"}
	if diff := difference(want, o); diff != "" {
		t.Error(diff)
	}

	// A variable comes before the file, a flag before both.
	env := map[string]string{
		"THINREX_JOBS":       "4",
		"THINREX_ACTION_ENV": "A=1\nB=2,3",
		"THINREX_VERBOSE":    "",
		"THINREX_DISK_CACHE": "",
	}
	o, err = complete(t, []string{"--action-env=C=4"}, env)
	if err != nil || o.Host.Jobs != 4 || o.Store.Dir != "" || !cmp.Equal(o.Shared.ActionEnv, []string{"C=4"}) {
		t.Errorf("environment: %+v, %v", o, err)
	}
	o, err = complete(t, []string{"--jobs=auto"}, env)
	if err != nil || o.Host.Jobs != 0 || !cmp.Equal(o.Shared.ActionEnv, []string{"A=1", "B=2,3"}) {
		t.Errorf("flag: %+v, %v", o, err)
	}
}

// Bazel's actions have neither XDG_CACHE_HOME nor HOME.
func TestDefaultDiskCache(t *testing.T) {
	u, err := user.Current()
	if err != nil {
		t.Fatalf("%v: this user needs a home folder in the password database", err)
	}
	dir := t.TempDir()
	tests := []struct{ name, cache, home, want string }{
		{"cache folder", dir + "/cache", dir + "/home", dir + "/cache/thinrex"},
		{"home", "", dir + "/home", dir + "/home/.cache/thinrex"},
		{"relative cache folder", "cache", dir + "/home", dir + "/home/.cache/thinrex"},
		{"neither", "", "", u.HomeDir + "/.cache/thinrex"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("XDG_CACHE_HOME", tt.cache)
			t.Setenv("HOME", tt.home)
			if got := store.DefaultDir(); got != tt.want {
				t.Errorf("store.DefaultDir() = %q, want %q", got, tt.want)
			}
			if tt.cache != "" {
				return
			}
			o, err := complete(t, []string{"--disk_cache=~/.cache/thinrex"}, nil)
			if err != nil || o.Store.Dir != tt.want {
				t.Errorf("~/.cache/thinrex is %q, %v, want %q", o.Store.Dir, err, tt.want)
			}
		})
	}
}

// Options for remote caching come from the same places, and their names and
// values are Bazel's.
func TestRemoteSources(t *testing.T) {
	dir := setUp(t)
	write(t, filepath.Join(dir, "work", "thinrex.toml"), `remote_cache = "grpcs://cache"
remote_cache_compression = true
remote_header = ["authorization=Bearer a=b, c", "x-y="]
credential_helper = ["*.example.com=tools/helper", "plain", "~/h"]
tls_certificate = "ca.pem"
tls_client_certificate = "/etc/c.pem"
tls_client_key = "~/c.key"
remote_timeout = 90
grpc_keepalive_time = 0
remote_retries = 0
remote_upload_local_results = false
digest_function = "BLAKE3"
exec_strategy = "racing"
bazelrc = "no.rc:x"
`)
	write(t, filepath.Join(dir, "work", "no.rc"), "build:x --jobs=7")
	work, home := filepath.Join(dir, "work"), filepath.Join(dir, "home")
	want := defaults()
	want.Config.BazelRCs = []string{filepath.Join(work, "no.rc:x")}
	want.Remote.Cache, want.Remote.Compress = "grpcs://cache", true
	want.Remote.Headers = []string{"authorization=Bearer a=b, c", "x-y="}
	want.Credentials.Helpers = []string{
		"*.example.com=" + filepath.Join(work, "tools/helper"),
		"plain",
		filepath.Join(home, "h"),
	}
	want.Remote.TLSCertificate, want.Remote.TLSClientCertificate = filepath.Join(work, "ca.pem"), "/etc/c.pem"
	want.Remote.TLSClientKey = filepath.Join(home, "c.key")
	want.Remote.Timeout, want.Remote.KeepaliveTime, want.Remote.Retries = 90*time.Second, 0, 0
	want.Remote.Upload = remoteflags.UploadNever
	want.Shared.DigestFunction, want.Link.Strategy = digest.BLAKE3, link.Racing
	o, err := complete(t, nil, nil)
	if diff := difference(want, o); err != nil || diff != "" {
		t.Error(err, diff)
	}

	env := map[string]string{
		"THINREX_REMOTE_CACHE_COMPRESSION": "no", "THINREX_REMOTE_HEADER": "a=1\nb=2", "THINREX_REMOTE_CACHE": "",
		"THINREX_REMOTE_TIMEOUT": "2d", "THINREX_EXEC_STRATEGY": "", "THINREX_TLS_CERTIFICATE": "~/ca",
	}
	want.Remote.Compress, want.Remote.Cache, want.Remote.Timeout = false, "", 48*time.Hour
	want.Remote.Headers, want.Remote.TLSCertificate = []string{"a=1", "b=2"}, filepath.Join(home, "ca")
	want.Remote.ExecHeaders, want.Link.Strategy = []string{"c=3", "d=4"}, link.Local
	o, err = complete(t, []string{"--remote-exec-header=c=3", "--remote_exec_header", "d=4", "--exec_strategy=LOCAL"}, env)
	if diff := difference(want, o); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// A thinrex.toml in a parent folder isn't read if it belongs to another user.
func TestForeignFile(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("not root: only the owner's side is tested")
	}
	dir := setUp(t)
	path := filepath.Join(dir, "work", "thinrex.toml")
	write(t, path, "jobs = 3\n")
	if config.IsForeign(path) {
		t.Error("our own file is foreign")
	}
	if os.Chown(path, 65534, 65534) != nil {
		return
	}
	if o, err := complete(t, nil, nil); err != nil || o.Host.Jobs == 3 {
		t.Errorf("read a foreign file: %+v, %v", o, err)
	}
	// Unless the whole checkout is that user's, as in a container.
	if err := os.Chown(".", 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if o, err := complete(t, nil, nil); err != nil || o.Host.Jobs != 3 {
		t.Errorf("the checkout's own file: %+v, %v", o, err)
	}
}

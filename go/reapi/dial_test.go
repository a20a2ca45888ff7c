package reapi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// Dial fails on options that can't be right, and ends what it has started.
func TestUnusableOptions(t *testing.T) {
	dir := t.TempDir()
	ca := must(reapitest.NewCA(dir, "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "client"}))(t)
	nonsense := filepath.Join(dir, "nonsense.pem")
	if err := os.WriteFile(nonsense, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		edit  edit
		want  string
		early bool // before credentials are prepared
	}{
		"address": {
			edit:  func(o *reapi.Options) { o.Executor = "http://cache" },
			want:  "--remote_executor=http://cache",
			early: true,
		},
		"other address": {
			edit: func(o *reapi.Options) { o.Cache = "http://cache" },
			want: "--remote_cache=http://cache",
		},
		"header": {
			edit:  func(o *reapi.Options) { o.Headers = []string{"x"} },
			want:  "NAME=VALUE",
			early: true,
		},
		"no CA": {
			edit: func(o *reapi.Options) { o.TLSCertificate = filepath.Join(dir, "no.pem") },
			want: "no.pem",
		},
		"CA is nonsense": {
			edit: func(o *reapi.Options) { o.TLSCertificate = nonsense },
			want: "nonsense.pem",
		},
		"key is missing": {
			edit:  func(o *reapi.Options) { o.TLSClientCertificate = pair.CertFile },
			want:  "must be given together",
			early: true,
		},
		"key is nonsense": {
			edit: func(o *reapi.Options) { o.TLSClientCertificate, o.TLSClientKey = pair.CertFile, nonsense },
			want: "nonsense.pem",
		},
	} {
		mine := &tokens{}
		secure := func(o *reapi.Options) { o.Executor = "grpcs://127.0.0.1:1" }
		c, err := reapi.Dial(t.Context(), options(t, nil, secure, mine.use, test.edit))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c != nil {
			t.Errorf("%s: a client, too", name)
		}
		if !test.early && mine.closed.Load() != 1 {
			t.Errorf("%s: credentials closed %d times", name, mine.closed.Load())
		}
	}
}

// must is for what a test doesn't expect to fail.
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

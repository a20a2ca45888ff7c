package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestMain makes this program the command itself, for a test that ends it by a signal.
func TestMain(m *testing.M) {
	if os.Getenv("THINREX_TEST_RELEASE") != "" {
		main()
		return
	}
	m.Run()
}

// checkout returns this project in a git checkout, of which releases are made. If these
// sources come from an archive, it is a copy.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
		return root
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=test", "-c", "user.email=test@invalid", "commit", "-q", "-m", "test"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = copied
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return copied
}

// A release that Ctrl-C ends leaves nothing in the folder for temporary files.
func TestInterrupted(t *testing.T) {
	temporary, source := t.TempDir(), checkout(t)
	cmd := exec.Command(os.Args[0], "-only", hostTarget().String(), filepath.Join(t.TempDir(), "dist"))
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "THINREX_TEST_RELEASE=1", "TMPDIR="+temporary)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for len(find(t, temporary, "go-build*"))+len(find(t, temporary, "*/go-build*")) == 0 {
		select {
		case err := <-ended:
			t.Fatalf("it ended before it built something: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("it was interrupted, and says that all is well")
	}
	if left := find(t, temporary, "*"); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

func find(t *testing.T, folder, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestVersions(t *testing.T) {
	for text, want := range map[string][3]string{
		"v1.2.3":       {"1.2.3", "1.2.3", "1.2.3"},
		"v1.2.3-rc.1":  {"1.2.3-rc.1", "1.2.3rc1", "1.2.3~rc.1"},
		"v1.2.3+dirty": {"1.2.3-modified", "1.2.3+modified", "1.2.3+modified"},
		"v0.0.0-20261130194700-0123456789ab": {
			"0.0.0-dev20261130194700", "0.0.0.dev20261130194700", "0.0.0~dev20261130194700"},
		"v1.2.4-0.20261130194700-0123456789ab": {
			"1.2.4-dev20261130194700", "1.2.4.dev20261130194700", "1.2.4~dev20261130194700"},
		"v1.2.3-rc.1.0.20261130194700-0123456789ab+dirty": {
			"1.2.3-dev20261130194700-modified", "1.2.3.dev20261130194700+modified", "1.2.3~dev20261130194700+modified"},
	} {
		v, err := parseVersion(text)
		if got := [3]string{v.String(), v.python(), v.debian()}; err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "(devel)", "1.2.3", "v1.2", "v1.2.3 "} {
		if v, err := parseVersion(text); err == nil {
			t.Errorf("%q is a version: %v", text, v)
		}
	}
}

// example is a target with two files, built at a time that isn't in UTC.
func example() (built, []file) {
	b := built{
		target:  target{"linux", "amd64", true, "manylinux_2_17_x86_64"},
		version: version{core: "1.2.3"},
		time:    time.Date(2026, 11, 30, 20, 0, 0, 0, time.FixedZone("", 9*60*60)),
	}
	return b, []file{{"bin/thinrex", []byte("program"), true}, {"share/doc/thinrex/LICENSE", []byte("licence"), false}}
}

// All files are in one folder, with the modes and times that they should have.
func TestTarGz(t *testing.T) {
	b, tree := example()
	name := filepath.Join(t.TempDir(), "thinrex-1.2.3-linux-amd64")
	if err := writeArchive(name, b, tree); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name + ".tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	uncompressed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for archive := tar.NewReader(uncompressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %o %s %s", header.Name, header.Mode, header.ModTime.UTC().Format("15:04"), content))
	}
	want := "[thinrex-1.2.3-linux-amd64/bin/thinrex 755 11:00 program" +
		" thinrex-1.2.3-linux-amd64/share/doc/thinrex/LICENSE 644 11:00 licence]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// A wheel has each file where pip takes it to bin or share, and lists all with their
// digests.
func TestWheel(t *testing.T) {
	t.Chdir("../../..") // where LICENSE is
	b, tree := example()
	dir := t.TempDir()
	if err := writeWheel(dir, b, tree); err != nil {
		t.Fatal(err)
	}
	wheel, err := zip.OpenReader(filepath.Join(dir, "thinrex-1.2.3-py3-none-manylinux_2_17_x86_64.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer wheel.Close()
	record, err := wheel.Open("thinrex-1.2.3.dist-info/RECORD")
	if err != nil {
		t.Fatal(err)
	}
	listed, err := io.ReadAll(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range wheel.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		line := fmt.Sprintf("%s,sha256=%s,%d\n", f.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(content))
		if strings.HasSuffix(f.Name, "/RECORD") {
			line = f.Name + ",,\n"
		}
		if !strings.Contains(string(listed), line) {
			t.Errorf("RECORD has no line %q", line)
		}
		if program := strings.HasSuffix(f.Name, ".data/scripts/thinrex"); program != (f.Mode() == 0o755) {
			t.Errorf("%s has mode %o", f.Name, f.Mode())
		}
	}
	if n := strings.Count(string(listed), "\n"); n != len(wheel.File) || n != len(tree)+4 {
		t.Errorf("RECORD lists %d files, and there are %d", n, len(wheel.File))
	}
}

// A bill names each library once, and Go's own.
func TestBillOfMaterials(t *testing.T) {
	b, _ := example()
	library := &debug.Module{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:x"}
	replaced := &debug.Module{Path: "example.com/b", Version: "v1.0.0", Replace: library}
	b.infos = []*debug.BuildInfo{
		{Path: "thinrex", GoVersion: "go1.26.0", Deps: []*debug.Module{library}},
		{Path: "slicer", GoVersion: "go1.26.0", Deps: []*debug.Module{replaced}},
	}
	data, err := billOfMaterials(b)
	if err != nil {
		t.Fatal(err)
	}
	var got bill
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, c := range got.Components {
		urls = append(urls, c.URL)
	}
	want := "[pkg:golang/example.com/a@v1.0.0 pkg:golang/std@1.26.0]"
	if fmt.Sprint(urls) != want || fmt.Sprint(got.Dependencies[0].Need) != want {
		t.Errorf("components %v, needed %v, want %v", urls, got.Dependencies, want)
	}
}

// Messages refer to pages of the manual, and the manual to examples: a package has them,
// and nothing that somebody has built there.
func TestDocuments(t *testing.T) {
	t.Chdir(checkout(t))
	dir := t.TempDir()
	if err := writeDocuments(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	wanted := []string{"LICENSE", "docs/operate.md", "docs/servers/casd.md", "examples/buildsystems/thinrex.cmake"}
	for _, name := range wanted {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if built := find(t, dir, "examples/*/build"); len(built) > 0 {
		t.Errorf("it has %v", built)
	}
}

// Each library in the programs has a licence, and so has Go.
func TestLicences(t *testing.T) {
	t.Chdir("../../..")
	text, err := thirdPartyLicences(t.Context(), built{target: target{os: "linux", arch: "amd64", slicer: true}})
	if err != nil {
		t.Fatal(err)
	}
	libraries := []string{"Go's standard library: LICENSE", "github.com/ebitengine/purego v", "google.golang.org/grpc v"}
	for _, name := range libraries {
		if !strings.Contains(string(text), "\n"+name) {
			t.Errorf("there is no licence of %s", name)
		}
	}
	if _, err := joinLicences(map[string][]string{"example.com/a v1": nil}); err == nil {
		t.Error("a library without a licence was accepted")
	}
}

// Another release may be replaced, and nothing else.
func TestReplaceable(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Join(dir, "absent")} {
		if err := checkReplaceable(folder); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"letters", checksums} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := checkReplaceable(dir); (err == nil) != (name == checksums) {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

// A folder has a file with the digests of all others, as sha256sum prints them.
func TestChecksums(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeChecksums(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	want := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

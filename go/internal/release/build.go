package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// A target is a system that a release has programs for.
type target struct {
	os, arch string
	slicer   bool   // whether thinrex-slicer can do its work there
	wheelTag string // the platform in the names of wheels
}

// The systems. The tags of wheels name the oldest system that programs of Go 1.26 run on.
var targets = []target{
	{"linux", "amd64", true, "manylinux_2_17_x86_64"},
	{"linux", "arm64", true, "manylinux_2_17_aarch64"},
	{"darwin", "amd64", false, "macosx_12_0_x86_64"},
	{"darwin", "arm64", false, "macosx_12_0_arm64"},
	{"windows", "amd64", false, "win_amd64"},
}

func (t target) String() string { return t.os + "/" + t.arch }

// exe is what the names of programs end with.
func (t target) exe() string {
	if t.os == "windows" {
		return ".exe"
	}
	return ""
}

// A program is a file and the package that it is built from.
type program struct{ file, source, tags string }

// programs are those that a target gets. On Windows a process can't become another program,
// so there is only the whole one.
func (t target) programs() []program {
	list := []program{{file: "thinrex", source: "thinrex"}}
	if t.os != "windows" {
		list = []program{
			{file: "thinrex", source: "thinrex", tags: "front"},
			{file: "thinrex-full", source: "thinrex"},
		}
	}
	if t.slicer {
		list = append(list, program{file: "thinrex-slicer", source: "thinrex-slicer"})
	}
	return list
}

// hostTarget is the system that this program runs on.
func hostTarget() target { return target{os: runtime.GOOS, arch: runtime.GOARCH} }

// built is what was built for a target.
type built struct {
	target
	folder  string // with the programs
	version version
	time    time.Time          // the commit's
	infos   []*debug.BuildInfo // what each program says of itself
}

// build compiles the programs for a target into a folder below work.
func build(ctx context.Context, t target, work string) (built, error) {
	b := built{target: t, folder: filepath.Join(work, "bin", t.os+"-"+t.arch)}
	for _, p := range t.programs() {
		path := filepath.Join(b.folder, p.file+t.exe())
		cmd := command(ctx, "go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-tags="+p.tags,
			"-o", path, "./go/cmd/"+p.source)
		cmd.Env = append(t.environment(), "GOTMPDIR="+work) // go leaves files there if it is interrupted
		if out, err := cmd.CombinedOutput(); err != nil {
			return b, fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return b, err
		}
		b.infos = append(b.infos, info)
	}
	if err := checkCommit(b.infos[0]); err != nil {
		return b, err
	}
	at, err := time.Parse(time.RFC3339, setting(b.infos[0], "vcs.time"))
	if err != nil {
		return b, err
	}
	b.time = at
	b.version, err = parseVersion(b.infos[0].Main.Version)
	return b, err
}

// environment is this process's, but for what changes the bytes of a program.
func (t target) environment() []string {
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOFLAGS=-mod=readonly",
		"GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off")
}

// checkCommit fails if Go didn't write the commit of this checkout into a program. In an
// additional working tree of git's it writes none or, inside another checkout, the other's.
func checkCommit(info *debug.BuildInfo) error {
	out, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return fmt.Errorf("git rev-parse HEAD: %w: a release is built in a git checkout", err)
	}
	here, written := strings.TrimSpace(string(out)), setting(info, "vcs.revision")
	if here != written {
		return fmt.Errorf("the commit is %s, and Go wrote %q into the program: build in a clone, which has a folder .git",
			here, written)
	}
	return nil
}

// setting is one of a program's, "" if it isn't there.
func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

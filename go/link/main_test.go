package link_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"thinrex/go/bitcode"
	"thinrex/go/internal/reapitest"
)

// parts are what all tests share: a compiler and a shard.
var parts struct {
	dir   string
	shard *bitcode.Shard // of a.o, which imports from b.o
}

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if !testing.Short() { // newWorld leaves out the tests that need them
		err = makeParts()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.RemoveAll(parts.dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m,
		// glog, which the SDK logs with, flushes as long as the process lives.
		goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"),
		goleak.Cleanup(func(code int) {
			os.RemoveAll(parts.dir)
			os.Exit(code)
		}))
}

// fakeCompiler obeys the first line of the module: "NAME", and then
//
//	fail        reports an error
//	warn        warns of its files
//	await FILE  goes on a little after there is FILE beside the compiler
//	run COMMAND runs it first
//	vary        writes another object each time
//
// Its object tells NAME and the size of the shard, as objectOf does. It keeps a
// log beside itself. To -### it answers that it compiles by itself.
const fakeCompiler = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static void note(const char *self, const char *event, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s.log", self);
  FILE *f = fopen(path, "a");
  if (f) { fprintf(f, "%s %s\n", event, name); fclose(f); }
}
static int answer(void) {
  char self[4096] = "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  fprintf(stderr, " \"%s\" \"-cc1\"\n", self);
  return 0;
}
int main(int n, char **a) {
  const char *module = 0, *shard = 0, *out = 0;
  for (int i = 1; i < n; i++) {
    if (!strcmp(a[i], "-###")) return answer();
    if (!strncmp(a[i], "-fthinlto-index=", 16)) shard = a[i] + 16;
    else if (!strcmp(a[i], "-o") && i + 1 < n) out = a[++i];
    else if (a[i][0] != '-' && !module) module = a[i];
  }
  if (!out || !module) return 0;
  FILE *f = fopen(module, "r");
  char line[4096] = "";
  if (!f || !fgets(line, sizeof line, f)) return 2;
  fclose(f);
  line[strcspn(line, "\n")] = 0;
  char *name = strtok(line, " "), *verb = strtok(0, " "), *rest = strtok(0, "");
  note(a[0], "begin", name);
  if (verb && !strcmp(verb, "fail")) {
    fprintf(stderr, "error: %s is bad\n", name);
    note(a[0], "end", name);
    return 1;
  }
  if (verb && !strcmp(verb, "warn"))
    fprintf(stderr, "warning: '%s' with '%s' to %s\n", module, shard ? shard : "", out);
  if (verb && !strcmp(verb, "await")) {
    char path[4096];
    snprintf(path, sizeof path, "%.*s%s", (int)(strrchr(a[0], '/') + 1 - a[0]), a[0], rest);
    while (access(path, F_OK)) usleep(1000);
    usleep(10000);
  }
  if (verb && !strcmp(verb, "run") && system(rest)) return 3;
  struct stat s = {0};
  if (shard && stat(shard, &s)) return 4;
  f = fopen(out, "w");
  if (!f) return 5;
  unsigned char header[128] = {OBJECT_HEADER};
  fwrite(header, sizeof header, 1, f);
  fprintf(f, "object of %s, shard of %ld bytes\n", name, (long)s.st_size);
  if (verb && !strcmp(verb, "vary")) fprintf(f, "%ld\n", (long)getpid());
  note(a[0], "end", name);
  return fclose(f) != 0;
}
`

// makeParts has the real compiler and linker make them.
func makeParts() (err error) {
	if parts.dir, err = os.MkdirTemp("", "thinrex-link-test-"); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"fake.c": fakeCompiler,
		"a.c":    "int b(int); int a(int x) { return b(x); }\n",
		"b.c":    "static int k = 1; int b(int x) { return x + k; } void s(int v) { k = v; }\n",
		// As lld's distributor, keep the shard of a.o and give up.
		"keeper": "#!/bin/sh\ncp a.*.thinlto.bc shard\nexit 1\n",
	} {
		if err := os.WriteFile(filepath.Join(parts.dir, name), []byte(text), 0o755); err != nil {
			return err
		}
	}
	header := strings.Trim(strings.ReplaceAll(fmt.Sprint(reapitest.Object("")), " ", ","), "[]")
	if err := tool("clang-22", "-O1", "-DOBJECT_HEADER="+header, "fake.c", "-o", "fakecc"); err != nil {
		return err
	}
	if err := tool("clang-22", "-O2", "-flto=thin", "-c", "a.c", "b.c"); err != nil {
		return err
	}
	linked := tool("ld.lld-22", "-shared", "--thinlto-distributor=./keeper", "--thinlto-remote-compiler=clang-22",
		"a.o", "b.o", "-o", "out")
	data, err := os.ReadFile(filepath.Join(parts.dir, "shard"))
	if err != nil {
		return fmt.Errorf("%w; the link, which must fail, printed: %w", err, linked)
	}
	parts.shard, err = bitcode.Parse(data)
	if err == nil && len(parts.shard.Paths()) != 2 {
		err = fmt.Errorf("the shard names the modules %q, want two", parts.shard.Paths())
	}
	return err
}

func tool(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = parts.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// shardFor returns the shard for other module paths, with a block behind it
// that no LLVM knows, and that all skip, of some 32-bit words.
func shardFor(module, imported string, words int) []byte {
	data := parts.shard.Rename(func(path string) string {
		if strings.HasPrefix(filepath.Base(path), "a.") {
			return module
		}
		return imported
	})
	const enterBlock, blockID, abbrevs = 1, 99, 3
	data = binary.LittleEndian.AppendUint32(data, enterBlock|blockID<<2|abbrevs<<10)
	data = binary.LittleEndian.AppendUint32(data, uint32(words))
	return append(data, make([]byte, 4*words)...)
}

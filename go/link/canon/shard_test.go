package canon

import (
	_ "embed"
	"os"
	"testing"

	"thinrex/go/bitcode"
)

//go:embed testdata/shard.bc
var sampleShard []byte

func rename(t *testing.T, shard []byte, name func(string) string) string {
	t.Helper()
	s, err := bitcode.Parse(shard)
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Rename(name))
}

func renameFile(t *testing.T, path string, name func(string) string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return rename(t, data, name)
}

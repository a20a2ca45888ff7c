package compile

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	responseName = "args"
	// maxArgs is the length of arguments, in bytes, from which on they go into a response
	// file: the system bounds a command line.
	maxArgs = 96 << 10
)

// inResponseFile puts arguments into a response file in dir if they are many.
func inResponseFile(dir string, args []string) ([]string, error) {
	size := 0
	for _, arg := range args {
		size += len(arg) + 1
	}
	if size <= maxArgs {
		return args, nil
	}
	var list strings.Builder
	for _, arg := range args {
		if arg == "" {
			return nil, notCached("an empty argument can't stand in a response file")
		}
		for _, c := range []byte(arg) {
			if strings.IndexByte(" \t\r\n\\'\"", c) >= 0 {
				list.WriteByte('\\')
			}
			list.WriteByte(c)
		}
		list.WriteByte('\n')
	}
	path := filepath.Join(dir, responseName)
	return []string{"@" + path}, os.WriteFile(path, []byte(list.String()), 0o600)
}

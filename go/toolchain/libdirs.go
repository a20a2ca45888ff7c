package toolchain

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// glibcDirs are the folders of ld.so.conf, then that of the loader, which
// may have been built for another than the system's, then the usual ones.
func glibcDirs(loader string, w *witness) []string {
	dirs := confDirs("/etc/ld.so.conf", 0, w)
	if loader != "" {
		dirs = append(dirs, filepath.Dir(loader))
	}
	return append(dirs, "/lib64", "/usr/lib64", "/lib", "/usr/lib")
}

func confDirs(path string, depth int, w *witness) []string {
	w.note(wholeFile, path)
	f, err := os.Open(path)
	if err != nil || depth > 4 {
		return nil
	}
	defer f.Close()
	var dirs []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		line = strings.TrimSpace(line)
		pattern, include := strings.CutPrefix(line, "include ")
		switch {
		case include:
			pattern = strings.TrimSpace(pattern)
			w.pattern(pattern)
			files, _ := filepath.Glob(pattern)
			for _, file := range files {
				dirs = append(dirs, confDirs(file, depth+1, w)...)
			}
		case line != "":
			dirs = append(dirs, line)
		}
	}
	return dirs
}

// muslDirs are those of /etc/ld-musl-ARCH.path or, without it, musl's own.
func muslDirs(loader string, w *witness) []string {
	name, _, _ := strings.Cut(filepath.Base(loader), ".so.")
	path := filepath.Join("/etc", name+".path")
	w.note(wholeFile, path)
	data, err := os.ReadFile(path)
	if err != nil {
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == ':' || r == '\n' })
}

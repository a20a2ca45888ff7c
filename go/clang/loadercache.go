package clang

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
)

// systemCache is the file in which ldconfig lists the libraries in the folders of
// ld.so.conf. glibc's loader reads this file, not ld.so.conf.
const systemCache = "/etc/ld.so.cache"

// loaderCachePath returns the cache of the loader at a path without symbolic links:
// a loader that was built for another prefix than the system's has its own.
func loaderCachePath(loader string) string {
	for dir := filepath.Dir(loader); filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if !strings.HasPrefix(filepath.Base(dir), "lib") {
			continue
		}
		if prefix := filepath.Dir(dir); prefix != "/" && prefix != "/usr" {
			return filepath.Join(prefix, systemCache)
		}
		return systemCache
	}
	return ""
}

// The format: a header, then an entry for each library by each of its names, then
// the strings. Source: sysdeps/generic/dl-cache.h in glibc. The magic may stand
// behind a list in an older format, for loaders before 2.2.
const (
	cacheMagic      = "glibc-ld.so.cache1.1"
	cacheHeaderSize = 48
	cacheEntrySize  = 24
	maxLoaderCache  = 64 << 20
)

// A loaderCache maps names to libraries, in the loader's order.
type loaderCache map[string][]cachedLibrary

// A cachedLibrary is an entry of the cache.
type cachedLibrary struct {
	path  string
	level int // of the processors that it is for; 0 for any
}

// readLoaderCache returns nil for a file that doesn't exist or has another format:
// the loader then looks in its usual folders only, and so does the search.
func readLoaderCache(path string) loaderCache {
	if fi, err := os.Stat(path); err != nil || fi.Size() > maxLoaderCache {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	start := bytes.Index(data, []byte(cacheMagic))
	if start < 0 || len(data)-start < cacheHeaderSize {
		return nil
	}
	data = data[start:]
	order := binary.ByteOrder(binary.NativeEndian)
	count := uint64(order.Uint32(data[len(cacheMagic):]))
	if count > uint64(len(data)-cacheHeaderSize)/cacheEntrySize {
		return nil
	}
	text := func(offset uint32) string {
		if uint64(offset) >= uint64(len(data)) {
			return ""
		}
		s, _, _ := bytes.Cut(data[offset:], []byte{0})
		return string(s)
	}
	cache := loaderCache{}
	for i := range count {
		entry := data[cacheHeaderSize+i*cacheEntrySize:]
		name, lib := text(order.Uint32(entry[4:])), cachedLibrary{path: text(order.Uint32(entry[8:]))}
		if capabilities := order.Uint64(entry[16:]); capabilities != 0 {
			lib.level = levelOf(lib.path)
		}
		cache[name] = append(cache[name], lib)
	}
	return cache
}

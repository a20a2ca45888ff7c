package bitcode

import (
	"fmt"
	"testing"
)

// BenchmarkRename parses and renames a shard of 60 modules: one with a summary
// as small as in most shards, and one with a summary of 1 MB. What the latter
// costs more is the copy.
func BenchmarkRename(b *testing.B) {
	var paths []string
	names := map[string]string{}
	for i := range 60 {
		p := fmt.Sprintf("/home/user/project/build/CMakeFiles/core.dir/src/module_%02d.cpp.o", i)
		paths = append(paths, p)
		names[p] = fmt.Sprintf("m%05d.o", i)
	}
	for _, size := range []int{1 << 10, 1 << 20} {
		s := newStream(false)
		s.block(moduleID, 3, func() {
			s.record(1, 2)
			s.strtab(paths...)
			s.block(20, 4, func() {
				for range size / 4 {
					s.fixed(0x5a5a5a5a, 32)
				}
			})
		})
		b.Run(fmt.Sprintf("summary=%d", size), func(b *testing.B) {
			b.SetBytes(int64(len(s.data)))
			b.ReportAllocs()
			for b.Loop() {
				parse(b, s.data).Rename(func(p string) string { return names[p] })
			}
		})
	}
}

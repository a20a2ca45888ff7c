package memo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Any number of processes write while others sweep: nothing young is lost, no write
// fails, and a reader finds whole files only.
func TestSweepBesideWriters(t *testing.T) {
	dir := t.TempDir()
	whole := strings.Repeat("x", 1<<16)
	hosts := []string{"cc-a", "cc-b", "cc-c", "cc-d"}
	sweepers, writers := sync.WaitGroup{}, sync.WaitGroup{}
	stop := make(chan struct{})
	for range 2 {
		sweepers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				Sweep(t.Context(), dir, time.Second)
			}
		})
	}
	for _, host := range hosts {
		writers.Go(func() {
			for i := range 100 {
				state := Path(filepath.Join(dir, host), SearchPath, fmt.Sprint(i))
				log := Path(filepath.Join(dir, host), SourceDigests, "ab", "abcd")
				if err := errors.Join(Write(state, []byte(whole)), Append(log, []byte("record"))); err != nil {
					t.Error(err)
				}
				if data, ok := Read(state); !ok || string(data) != whole {
					t.Errorf("%s: %d bytes, %v", state, len(data), ok)
				}
				if data, ok := Read(log); !ok || !strings.HasPrefix(string(data), "record") {
					t.Errorf("%s: %q, %v", log, data, ok)
				}
				_ = errors.Join(os.Remove(state), os.Remove(log))
				old := time.Now().Add(-day) // as if the folders had been empty for long
				digests := filepath.Dir(log)
				for _, folder := range []string{digests, filepath.Dir(digests), filepath.Dir(state)} {
					_ = os.Chtimes(folder, old, old)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	sweepers.Wait()
}

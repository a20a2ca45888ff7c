package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"thinrex/go/store"
)

const diskCache = "disk cache"

// littleSpace is how little free space is worth a warning: a link of a large program
// stores as much.
const littleSpace = 1 << 30 // bytes

// checkDiskCache checks whether the folder of the cache can be written and locked, how
// large it is, and its file system's clock.
func (d *examination) checkDiskCache(ctx context.Context) {
	dir := d.DiskCache
	if dir == "" {
		d.warn(diskCache, "give --disk_cache=DIR", "there is none (%s): what is compiled here isn't kept here",
			d.From("disk_cache"))
		return
	}
	fi, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.checkNewDiskCache(dir)
		return
	case err == nil && !fi.IsDir():
		err = fmt.Errorf("%s isn't a folder", dir)
	}
	if err == nil {
		_, err = os.ReadDir(dir)
	}
	if err != nil {
		d.broken(diskCache, d.another(), "%v", err)
		return
	}
	if err := d.checkWritable(dir); err != nil {
		advice := "make " + dir + " yours"
		if errors.Is(err, syscall.ENOSPC) {
			advice = "make space"
		}
		d.broken(diskCache, advice+", or "+d.another(), "nothing new is kept: %v", err)
		return
	}
	switch size, err := sizeOf(ctx, dir); {
	case errors.Is(err, store.ErrEmpty):
		d.ok(diskCache, "%s can be written and locked; it is empty", dir)
	case err != nil:
		d.warn(diskCache, d.another(), "is it the right folder? %v", err)
	default:
		d.ok(diskCache, "%s can be written and locked; it holds %s", dir, size)
	}
	d.checkSpace(dir)
	d.checkStateFolders(dir)
}

func (d *examination) another() string {
	from := d.From("disk_cache")
	if from == "default" {
		return "give another folder by --disk_cache=DIR (this one is the default)"
	}
	return fmt.Sprintf("give another folder by --disk_cache=DIR (this one is from %s)", from)
}

// checkNewDiskCache checks a folder that the first link makes.
func (d *examination) checkNewDiskCache(dir string) {
	parent := dir
	for {
		parent = filepath.Dir(parent)
		fi, err := os.Stat(parent)
		if errors.Is(err, fs.ErrNotExist) && parent != filepath.Dir(parent) {
			continue
		}
		if err == nil && !fi.IsDir() {
			err = fmt.Errorf("%s isn't a folder", parent)
		}
		if err == nil {
			err = mayWrite(parent)
		}
		if err != nil {
			d.broken(diskCache, d.another(), "%s isn't there, and can't be made: %v", dir, err)
			return
		}
		break
	}
	d.ok(diskCache, "%s isn't there yet: the first link makes it", dir)
	d.checkSpace(parent)
}

// checkWritable writes and locks a temporary file, and warns of a clock that differs. The
// error says that the file can't be written.
func (d *examination) checkWritable(dir string) (err error) {
	folder := filepath.Join(dir, "tmp") // whose files named like this links remove when they are old
	if fi, err := os.Stat(folder); err != nil || !fi.IsDir() {
		folder = dir
	}
	f, err := os.CreateTemp(folder, "thinrex-doctor-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	before := time.Now()
	_, err = f.WriteString("thinrex doctor")
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if fi, err := os.Stat(f.Name()); err == nil {
		d.checkClock(diskCache, dir, fi.ModTime().Sub(before), time.Second)
	}
	lock := flock.New(f.Name())
	if locked, err := lock.TryLock(); err != nil || !locked {
		d.warn(diskCache, d.another(),
			"files in %s can't be locked, so several processes may prune it at a time: %v", dir, err)
	}
	return lock.Close()
}

// checkClock warns of a clock that is further ahead of this machine's, or behind it, than
// what can be measured.
func (d *examination) checkClock(check, whose string, ahead, exact time.Duration) {
	if ahead.Abs() <= 2*time.Second+exact {
		return
	}
	word := "ahead of"
	if ahead < 0 {
		word = "behind"
	}
	d.warn(check, "have both set by NTP: certificates, credentials and ages of files are judged by the clock",
		"the clock of %s is %v %s this machine's", whose, ahead.Abs().Round(time.Second), word)
}

// sizeOf says how large a cache is. Of one that is too large to be read in some seconds,
// it says how much was seen.
func sizeOf(ctx context.Context, dir string) (string, error) {
	s, err := store.Existing(dir)
	if err != nil {
		return "", err
	}
	bounded, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	stats, err := s.DryRun(bounded, store.Policy{})
	least := ""
	if bounded.Err() != nil {
		least = "at least "
	}
	return fmt.Sprintf("%s%d files, %s", least, stats.Left.Files, sizeText(stats.Left.Bytes)), err
}

// checkSpace warns if little space is free.
func (d *examination) checkSpace(dir string) {
	free, err := store.FreeSpace(dir)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
	case err != nil:
		d.warn(diskCache, "", "how much space is free in %s isn't known: %v", dir, err)
	case free < littleSpace:
		d.warn(diskCache, "make space, thinrex prune --policy=cache_size=10% for example, or "+d.another(),
			"only %s are free in %s", sizeText(free), dir)
	default:
		d.ok(diskCache, "%s are free there", sizeText(free))
	}
}

// checkStateFolders checks the folders in the cache that links write.
func (d *examination) checkStateFolders(dir string) {
	for _, name := range []string{"ac", "cas", "tmp", "thinrex"} {
		folder := filepath.Join(dir, name)
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := mayWrite(folder); err != nil {
			d.broken(diskCache, "make all of "+dir+" yours, or "+d.another(), "%v", err)
		}
	}
}

func sizeText(bytes uint64) string {
	amount, unit := float64(bytes), 0
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	for ; amount >= 1000 && unit < len(units)-1; unit++ {
		amount /= 1 << 10
	}
	if unit == 0 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.1f %s", amount, units[unit])
}

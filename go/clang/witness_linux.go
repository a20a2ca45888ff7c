package clang

import (
	"strconv"
	"syscall"
	"time"
)

// settled is how long something must have been unchanged before its stat is
// taken for its content.
const settled = 2 * time.Second

const absent = "-"

func stateOf(kind byte, path string, since time.Time) (state string, isSettled bool) {
	var st syscall.Stat_t
	err := syscall.Stat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Stat(path, &st)
	}
	if err != nil {
		return absent, true
	}
	fields := []int64{int64(st.Dev), int64(st.Ino), st.Size, st.Mtim.Nano(), st.Ctim.Nano()}
	limit := since.Add(-settled).UnixNano()
	isSettled = st.Ino != 0 && st.Ctim.Nano() != 0 && st.Mtim.Nano() < limit && st.Ctim.Nano() < limit
	if kind == whichDir {
		fields, isSettled = fields[:2], st.Ino != 0
	}
	var b []byte
	for _, v := range fields {
		b = append(strconv.AppendInt(b, v, 36), ',')
	}
	return string(b), isSettled
}

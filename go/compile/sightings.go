package compile

import (
	"time"

	"thinrex/go/host/filedigest"
)

// Sightings are files as they were after the compiler had ended: each is looked up once,
// because a short source may include hundreds.
type sightings struct {
	began time.Time
	files map[string]filedigest.File // without digests
}

func newSightings(files int) sightings {
	return sightings{time.Now(), make(map[string]filedigest.File, files)}
}

// look fails for what can't be looked up or isn't a regular file.
func (s sightings) look(name string) (f filedigest.File, ok bool) {
	if f, ok = s.files[name]; ok {
		return f, true
	}
	f, err := filedigest.Look(name)
	if err == nil {
		s.files[name] = f
	}
	return f, err == nil
}

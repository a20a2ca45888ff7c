package store

import (
	"math"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/internal/quick"
)

func TestParsePolicy(t *testing.T) {
	standard := Policy{Interval: 20 * time.Minute, After: 168 * time.Hour, SizePercent: 75, SizeFiles: 1_000_000}
	with := func(change func(*Policy)) Policy {
		p := standard
		change(&p)
		return p
	}
	for s, want := range map[string]Policy{
		"": standard,
		"prune_interval=30s:prune_after=24h:cache_size=50%": with(func(p *Policy) {
			p.Interval, p.After, p.SizePercent = 30*time.Second, 24*time.Hour, 50
		}),
		"cache_size_bytes=10g:":                 with(func(p *Policy) { p.SizeBytes = 10 << 30 }),
		"cache_size_bytes=3":                    with(func(p *Policy) { p.SizeBytes = 3 }),
		"cache_size_bytes=3k":                   with(func(p *Policy) { p.SizeBytes = 3 << 10 }),
		"cache_size_bytes=0x10M":                with(func(p *Policy) { p.SizeBytes = 16 << 20 }),
		"cache_size_bytes=99999999999999G":      with(func(p *Policy) { p.SizeBytes = math.MaxUint64 }),
		"cache_size_files=010":                  with(func(p *Policy) { p.SizeFiles = 8 }),
		"cache_size=0%":                         with(func(p *Policy) { p.SizePercent = 0 }),
		"prune_after=1h:prune_after=0b11m":      with(func(p *Policy) { p.After = 3 * time.Minute }),
		"prune_after=18446744073709551615h":     with(func(p *Policy) { p.After = math.MaxInt64 }),
		"prune_interval=0s:cache_size_files=0:": with(func(p *Policy) { p.Interval, p.SizeFiles = 0, 0 }),
	} {
		got, err := ParsePolicy(s)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v %s", s, err, diff)
		}
	}
}

// ParsePolicy accepts the same policies as the real lld, and its errors have lld's text.
func TestPolicyIsLLDs(t *testing.T) {
	quick.Skip(t, "links with lld")
	lld, err := exec.LookPath("ld.lld-22")
	if err != nil {
		t.Fatalf("%v (scripts/install-tools.sh installs it)", err)
	}
	for _, s := range policies() {
		// It fails, as there are no inputs.
		out, _ := exec.CommandContext(t.Context(), lld, "--thinlto-cache-policy="+s).CombinedOutput()
		_, theirs, refused := strings.Cut(string(out), "invalid cache policy: ")
		_, err := ParsePolicy(s)
		if refused != (err != nil) {
			t.Errorf("%q: ours %v, lld's %s", s, err, out)
		}
		for _, substance := range []string{
			"must end with one of", "must be a percentage", "must be between 0 and 100", "must not be empty",
		} {
			if strings.Contains(theirs, substance) && !strings.Contains(err.Error(), substance) {
				t.Errorf("%q: ours %v, lld's %s", s, err, theirs)
			}
		}
	}
}

// policies are right and wrong settings, with every kind of number and unit, and sequences
// of them.
func policies() []string {
	all := []string{
		":", "::", "foo", "foo=1", "=", "=1", "prune_after", "prune_after=1h:", "prune_after=1h::", ":prune_after=1h",
		"prune_after=1h:cache_size=5%", "prune_after=1h,cache_size=5%", "prune_after=1h cache_size=5%",
		"prune_after=1h;", "PRUNE_AFTER=1h",
		"prune_after =1s", " prune_after=1s", "prune_after=1s=2", "prune_after==1s", "prune_after=1s:foo=2",
		"foo=2:prune_after=1s",
		"cache_size_byte=1", "cache_size_bytes_=1", "prune_after=\"1h\"", "prune_after=1\xff", "prune_after=1h\n",
	}
	numbers := []string{
		"", "0", "1", "30", "00", "007", "08", "0x10", "0Xa", "0xg", "0x", "0b11", "0B1", "0b2", "0b",
		"0o17", "0O17", "0o", "-1", "+1", " 1",
		"1 ", "1_000", "0x_1", "1.5", "1e3", "99", "100", "101",
		"18446744073709551615", "18446744073709551616", "99999999999999999999", "٣", "ten",
	}
	for _, n := range numbers {
		all = append(all, "prune_after="+n+"h", "cache_size="+n+"%", "cache_size_bytes="+n, "cache_size_files="+n)
	}
	for _, unit := range []string{
		"", "s", "m", "h", "d", "S", "M", "ms", "%", "%%", "k", "K", "g", "G", "t", "b", "kb", "kk",
	} {
		all = append(all, "prune_interval=5"+unit, "cache_size=5"+unit,
			"cache_size_bytes=5"+unit, "cache_size_files=5"+unit,
			"prune_after="+unit, "cache_size_bytes="+unit)
	}
	return all
}

func FuzzPolicy(f *testing.F) {
	for _, s := range policies() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePolicy(s)
		if err != nil {
			if p != (Policy{}) {
				t.Errorf("%q: %v, and %+v", s, err, p)
			}
			return
		}
		if p.Interval < 0 || p.After < 0 || p.SizePercent < 0 || p.SizePercent > 100 {
			t.Errorf("%q: %+v", s, p)
		}
		again, err := ParsePolicy(strings.TrimSuffix(s, ":") + ":prune_after=1h")
		if s != "" && (err != nil || again.After != time.Hour) {
			t.Errorf("%q, continued: %+v, %v", s, again, err)
		}
	})
}

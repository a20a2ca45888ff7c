package store

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Policy says what Prune keeps, as lld's --thinlto-cache-policy does.
type Policy struct {
	Interval    time.Duration // between two runs; 0: always due
	After       time.Duration // unused for longer, a file goes; 0: never
	SizePercent int           // of what the cache takes and what is free, together; 0: no such limit
	SizeBytes   uint64        // 0: no such limit
	SizeFiles   uint64        // 0: no such limit
}

// ParsePolicy takes lld's grammar: KEY=VALUE, separated by colons. What isn't
// said is as lld has it. It takes and refuses what LLVM 22's
// parseCachePruningPolicy does, but a value too large for LLVM, which wraps
// around there, is here the largest.
func ParsePolicy(s string) (Policy, error) {
	p := Policy{Interval: 20 * time.Minute, After: 7 * 24 * time.Hour, SizePercent: 75, SizeFiles: 1_000_000}
	for rest, more := s, s != ""; more; {
		var setting string
		setting, rest, _ = strings.Cut(rest, ":")
		more = rest != "" // one colon at the end is let pass
		if err := p.set(setting); err != nil {
			return Policy{}, fmt.Errorf("cache policy %q: %w", s, err)
		}
	}
	return p, nil
}

func (p *Policy) set(setting string) (err error) {
	key, value, _ := strings.Cut(setting, "=")
	switch key {
	case "prune_interval":
		p.Interval, err = policyDuration(value)
	case "prune_after":
		p.After, err = policyDuration(value)
	case "cache_size":
		p.SizePercent, err = policyPercent(value)
	case "cache_size_bytes":
		p.SizeBytes, err = policyBytes(value)
	case "cache_size_files":
		p.SizeFiles, err = policyInteger(value)
	default:
		return fmt.Errorf("unknown key %q; there are prune_interval, prune_after, cache_size, cache_size_bytes and cache_size_files", key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func policyDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, errors.New("a duration must not be empty")
	}
	last := len(s) - 1
	unit, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[s[last]]
	if !ok {
		return 0, fmt.Errorf("%q must end with one of s, m or h", s)
	}
	n, err := policyInteger(s[:last])
	if n > uint64(math.MaxInt64/unit) {
		return math.MaxInt64, err
	}
	return time.Duration(n) * unit, err
}

func policyPercent(s string) (int, error) {
	number, ok := strings.CutSuffix(s, "%")
	if !ok {
		return 0, fmt.Errorf("%q must be a percentage, such as 75%%", s)
	}
	n, err := policyInteger(number)
	if err != nil {
		return 0, err
	}
	if n > 100 {
		return 0, fmt.Errorf("%q must be between 0 and 100", number)
	}
	return int(n), nil
}

func policyBytes(s string) (uint64, error) {
	unit := uint64(1)
	if s != "" {
		last := len(s) - 1
		switch s[last] {
		case 'k', 'K':
			unit, s = 1<<10, s[:last]
		case 'm', 'M':
			unit, s = 1<<20, s[:last]
		case 'g', 'G':
			unit, s = 1<<30, s[:last]
		}
	}
	n, err := policyInteger(s)
	if n > math.MaxUint64/unit {
		return math.MaxUint64, err
	}
	return n * unit, err
}

// policyInteger takes LLVM's integers: decimal, 0x… and 0X…, 0b… and 0B…, 0o…
// and 0….
func policyInteger(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	// Go has these as well.
	if err != nil || strings.Contains(s, "_") || strings.HasPrefix(s, "0O") {
		return 0, fmt.Errorf("%q is not an integer that fits 64 bits", s)
	}
	return n, nil
}

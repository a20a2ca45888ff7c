package store

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Policy says what Prune keeps. It has the settings of lld's --thinlto-cache-policy.
type Policy struct {
	Interval    time.Duration // between two runs; 0 for no wait
	After       time.Duration // files that were unused for longer go; 0 to keep them
	SizePercent int           // of the sum of the cache's size and the free space; 0 for no such limit
	SizeBytes   uint64        // 0 for no such limit
	SizeFiles   uint64        // 0 for no such limit
}

// ParsePolicy reads a policy in lld's grammar: settings KEY=VALUE, separated by colons.
// Settings that are missing have lld's defaults. It accepts and refuses the same texts as
// parseCachePruningPolicy of LLVM 22. A value too large for 64 bits, which wraps around
// there, is the largest possible one here.
func ParsePolicy(s string) (Policy, error) {
	p := Policy{Interval: 20 * time.Minute, After: 7 * 24 * time.Hour, SizePercent: 75, SizeFiles: 1_000_000}
	for rest, more := s, s != ""; more; {
		var setting string
		setting, rest, _ = strings.Cut(rest, ":")
		more = rest != "" // lld allows a colon at the end, too
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
		return fmt.Errorf("unknown key %q (the keys are prune_interval, prune_after, cache_size, cache_size_bytes"+
			" and cache_size_files)", key)
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

// policyInteger reads an integer as LLVM does: decimal, or with one of the prefixes 0x, 0X,
// 0b, 0B, 0o and 0.
func policyInteger(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	// Go allows these, LLVM doesn't.
	if err != nil || strings.Contains(s, "_") || strings.HasPrefix(s, "0O") {
		return 0, fmt.Errorf("%q is not an integer that fits 64 bits", s)
	}
	return n, nil
}

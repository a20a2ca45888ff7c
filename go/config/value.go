package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// boolean is a pflag.Value that takes Bazel's spellings.
type boolean bool

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "t", "y":
		return true, nil
	case "false", "0", "no", "f", "n":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

func (b *boolean) Set(s string) error {
	v, err := parseBool(s)
	if err == nil {
		*b = boolean(v)
	}
	return err
}

func (b *boolean) String() string { return strconv.FormatBool(bool(*b)) }
func (b *boolean) Type() string   { return "bool" }

func boolVar(fs *pflag.FlagSet, to *bool, name string, value bool, usage string) {
	*to = value
	addSwitch(fs, (*boolean)(to), name, usage)
}

// addSwitch defines --NAME, which needs no value, and --noNAME. The latter
// isn't an option of its own, and so hidden.
func addSwitch(fs *pflag.FlagSet, value pflag.Value, name, usage string) {
	f := fs.VarPF(value, name, "", usage)
	f.NoOptDefVal = "true"
	no := fs.VarPF(negation{f}, "no"+name, "", "turns --"+name+" off")
	no.NoOptDefVal, no.Hidden = "true", true
}

// negation is the pflag.Value of --noNAME.
type negation struct{ of *pflag.Flag }

func (n negation) Set(s string) error {
	if s != "true" {
		return errors.New("takes no value")
	}
	n.of.Changed = true
	return n.of.Value.Set("false")
}

func (n negation) String() string { return "" }
func (n negation) Type() string   { return "bool" }

// duration is a pflag.Value that takes Go's durations, and Bazel's: seconds if
// no unit is given, and days.
type duration struct {
	to      *time.Duration
	zeroToo bool
}

func (d duration) Set(s string) error {
	v, err := parseDuration(s)
	if err != nil {
		return err
	}
	if v == 0 && !d.zeroToo {
		return fmt.Errorf("%q is no time at all", s)
	}
	*d.to = v
	return nil
}

func parseDuration(s string) (time.Duration, error) {
	digits, days := strings.CutSuffix(s, "d")
	unit := time.Second
	if days {
		unit = 24 * time.Hour
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err == nil && v >= 0 && v <= int64(math.MaxInt64/unit) {
		return time.Duration(v) * unit, nil
	}
	if v, err := time.ParseDuration(s); err == nil && v >= 0 {
		return v, nil
	}
	return 0, fmt.Errorf("%q isn't a duration such as 90, 90s, 1m30s or 500ms", s)
}

// String leaves out Go's zeros: 10m, not 10m0s.
func (d duration) String() string {
	s := d.to.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d duration) Type() string { return "duration" }

func durationVar(fs *pflag.FlagSet, to *time.Duration, name string, value time.Duration, usage string) {
	*to = value
	fs.Var(duration{to: to}, name, usage)
}

// number is a pflag.Value: a whole number that isn't too small.
type number struct {
	to  *int
	min int
}

func (n number) Set(s string) error {
	v, err := strconv.Atoi(s)
	if err != nil || v < n.min {
		return fmt.Errorf("%q isn't a number of at least %d", s, n.min)
	}
	*n.to = v
	return nil
}

func (n number) String() string {
	return strconv.Itoa(*n.to)
}

func (n number) Type() string { return "number" }

func intVar(fs *pflag.FlagSet, to *int, name string, value, least int, usage string) {
	*to = value
	fs.Var(number{to, least}, name, usage)
}

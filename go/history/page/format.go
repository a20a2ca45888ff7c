package page

import (
	"fmt"
	"strconv"
)

// seconds is a time as people say it.
func seconds(s float64) string {
	switch {
	case s <= 0:
		return "0 s"
	case s < 0.0995:
		return fmt.Sprintf("%.0f ms", max(1, s*1000))
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 99.5:
		return fmt.Sprintf("%.0f s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60)
	}
	return fmt.Sprintf("%d h %02d min", int(s)/3600, int(s)%3600/60)
}

// size is a number of bytes with the unit that fits.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	amount, unit := float64(n)/1024, 0
	for ; amount >= 1000 && unit < 3; unit++ {
		amount /= 1024
	}
	return fmt.Sprintf("%.1f %ciB", amount, "KMGT"[unit])
}

// count is a number with a blank between thousands, which can't be taken for a decimal point.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// counted is a number of things: "1 job", "2 jobs".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}

// share is a part of a whole in percent. It is 100 % only if nothing is missing, and 0 % only
// if there is nothing.
func share(part, whole int) string {
	switch {
	case whole == 0:
		return "–"
	case part == 0, part == whole:
		return fmt.Sprintf("%d %%", 100*part/whole)
	}
	percent := 100 * float64(part) / float64(whole)
	return fmt.Sprintf("%.0f %%", min(max(percent, 1), 99))
}

// percent is a coordinate in an SVG.
func percent(part, whole float64) string {
	if whole <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(100*part/whole, 'f', 3, 64) + "%"
}

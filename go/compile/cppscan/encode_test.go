package cppscan_test

import (
	"reflect"
	"testing"

	"thinrex/go/compile/cppscan"
)

var encoded = []string{
	"",
	"\xef\xbb\xbf#include <a.h>\r\n#include_next \"b/\\\nc.h\"\n",
	"#define A 1\n#define B\n#include A\n#line A\n# 3 \"x.c\"\n#pragma GCC diagnostic warning \"-Weverything\"\n",
	"#if __has_include(<a.h>) && __has_include_next(\"b.h\")\n",
	"#define H __has_include\n#define T (__has_include(<tbb/tbb.h>))\n",
	"#define N(x) __has_include_next(x)\n#if H(<a.h>) || N(\"b.h\")\n",
	"int v = __TIME__;\n",
}

// A source that was encoded is as good as one that was scanned, also for what
// depends on the texts of all sources.
func TestEncodedSourceIsTheSame(t *testing.T) {
	var scanned, decoded []cppscan.Source
	for _, text := range encoded {
		s := cppscan.Scan([]byte(text))
		d, err := cppscan.Decode(s.Append(nil))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if d.HasText() || !s.HasText() {
			t.Errorf("%q: the scanned one has a text: %v; the decoded one: %v", text, s.HasText(), d.HasText())
		}
		if d.Renames() != s.Renames() {
			t.Errorf("%q: Renames is %v after decoding", text, d.Renames())
		}
		scanned, decoded = append(scanned, s), append(decoded, d.WithText([]byte(text)))
	}
	cppscan.Follow(scanned)
	cppscan.Follow(decoded)
	for i, text := range encoded {
		if s, d := scanned[i].Append(nil), decoded[i].Append(nil); !reflect.DeepEqual(s, d) {
			t.Errorf("%q: scanned %q, decoded %q", text, s, d)
		}
	}
	if s, d := cppscan.Respelled(scanned), cppscan.Respelled(decoded); s != d {
		t.Errorf("Respelled is %q, after decoding %q", s, d)
	}
	if len(decoded[5].Probes) == 0 {
		t.Errorf("%q asks for nothing by the other names", encoded[5])
	}
}

// What isn't an encoded source is refused, and what is has one encoding.
func FuzzDecode(f *testing.F) {
	for _, text := range encoded {
		f.Add(cppscan.Scan([]byte(text)).Append(nil))
	}
	f.Add([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := cppscan.Decode(data)
		if err != nil {
			return
		}
		again, err := cppscan.Decode(s.Append(nil))
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("decoded again: %v, %v; want %v", again, err, s)
		}
	})
}

package randomprogram

import (
	"fmt"
	"strings"
)

// A header is what all modules include. Edits change its numbers and add functions;
// then all modules are compiled again.
type header struct {
	numbers [4]int
	added   []string // inline functions and templates
}

func (h *header) fill(p *Program) {
	for i := range h.numbers {
		h.numbers[i] = 1 + p.rng.IntN(100)
	}
}

func (h *header) text() string {
	replacements := []string{"$added", strings.Join(h.added, "")}
	for i, n := range h.numbers {
		replacements = append(replacements, fmt.Sprintf("$%d", i+1), fmt.Sprint(n))
	}
	return strings.NewReplacer(replacements...).Replace(sharedHeader)
}

const sharedHeader = `#pragma once
#ifdef __cplusplus
#define C extern "C"
#else
#define C extern
#endif
typedef unsigned long u;
C void note(const char *, u);
C u shared_variable;
C __thread u shared_thread_local;
static inline u in_each(u x) { return x * $1 + (x >> 7); }
#ifdef __cplusplus
template <int N> inline u instance(u x) {
  u s = N;
  for (u i = 0; i < 4; i++) {
    switch ((x + i) % 5) {
    case 0: s += x / (N + 1); break;
    case 1: s ^= x << N % 31; break;
    case 2: s *= $2; break;
    case 3: s = ~s; break;
    default: s -= i;
    }
  }
  return s;
}
struct Tracked {
  u v;
  explicit Tracked(u x) noexcept;
  ~Tracked();
};
struct Shape {
  virtual ~Shape();
  virtual u area(u x) const;
  virtual u sides() const { return $3; }
};
struct Named {
  virtual const char *name() const = 0;
  virtual Named *self() { return this; }
};
inline u counter(u x) {
  static u count = x;
  static Tracked first(x);
  return count += first.v;
}
template <class F> inline u twice(F f, u x) { return f(f(x) + $4); }
template <class T> struct Registered { static Tracked instance; };
template <class T> Tracked Registered<T>::instance{sizeof(T)};
inline Tracked shared_tracked{$1};
inline thread_local Tracked shared_local{$2};
inline constexpr u primes[] = {2, 3, 5, 7, 11, $3};
#endif
$added`

// mainGlobals is what the first module defines for all.
const mainGlobals = `#include <stdio.h>
u shared_variable = 5;
__thread u shared_thread_local = 6;
C void note(const char *text, u x) { printf("%s: %lu\n", text, x); }
#ifdef __cplusplus
Tracked::Tracked(u x) noexcept : v(x + shared_variable) {}
Tracked::~Tracked() { shared_variable -= v; }
Shape::~Shape() {}
u Shape::area(u x) const { return x * sides(); }
#endif
`

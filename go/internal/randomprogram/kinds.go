package randomprogram

// A kind is a kind of item. Its texts are C or C++, in which these stand for what
// an item has:
//
//	$entry   the entry without its parameters: linkage, attribute, type and name
//	$f       the name of the entry; names that begin with it are unique in the program
//	$l       the beginning of local names
//	$m       the name of the module
//	$1 … $4  constants from 1 to 100
//	$s       the text of a string literal
//	$calls   the sum of all calls, made from x
//	$extra   statements that edits have added; they use x and have no other effect
type kind struct {
	name      string
	text      string // the definitions
	cxx       bool   // C++ only
	onlyC     bool   // C only
	plainName bool   // the entry must have C linkage
	bare      bool   // the entry can't have random attributes
	weight    int    // how often it is chosen; 0 counts as 4
	includes  string // system headers

	// Some kinds define more than the entry: declares declares it for other modules,
	// and value is an expression that uses it.
	declares, value string
}

// The kinds by language. C kinds are for C++ modules, too.
var kinds = append(append(append([]kind{}, functionKinds...), dataKinds...), append(linkageKinds, cxxKinds()...)...)

// chooseKind chooses a kind that the module's language has.
func (p *Program) chooseKind(m *module) *kind {
	for {
		k := &kinds[p.rng.IntN(len(kinds))]
		weight := k.weight
		if weight == 0 {
			weight = 4
		}
		if p.rng.IntN(8) < weight && (m.cxx || !k.cxx) && (!m.cxx || !k.onlyC) {
			return k
		}
	}
}

// Kinds whose subject is code.
var functionKinds = []kind{
	{name: "small", weight: 8, text: `
$entry(u x) { $extra return ((x + $1) * $2 ^ (x >> $3 % 60)) + $calls; }
`},
	{name: "state", weight: 8, text: `
static u $l_state = $1;
$entry(u x) { $l_state += x * $2; $extra return $l_state ^ $calls; }
`},
	{name: "helpers", weight: 8, text: `
static u $l_help(u x) { return x % $1 + $2; }
static __attribute__((noinline)) u $l_slow(u x) {
  u s = x;
  for (u i = 0; i < $3 % 9 + 2; i++) s += $l_help(s ^ i);
  return s;
}
$entry(u x) { $extra return $l_slow(x) + $calls; }
`},
	{name: "jump table", weight: 6, text: `
static u $l_effect;
$entry(u x) {
  $extra
  switch (x % 9) {
  case 0: return $calls;
  case 1: $l_effect += $1; return x * $2;
  case 2: $l_effect ^= x; break;
  case 3: return x / $3;
  case 4: $l_effect *= $4; break;
  case 5: x ^= $1; break;
  default: return ~x;
  }
  return $l_effect + x;
}
`},
	{name: "lookup table", text: `
$entry(u x) {
  u y;
  switch (x & 7) {
  case 0: y = $1; break;
  case 1: y = 1000 + $2; break;
  case 2: y = 7; break;
  case 3: y = $3 * $3; break;
  case 4: y = 12345; break;
  case 5: y = $4; break;
  default: y = 99; break;
  }
  $extra return y + $calls;
}
`},
	{name: "recursion", text: `
static u $l_odd(u);
static u $l_even(u n) { return n == 0 ? $1 : $l_odd(n - 1) + 1; }
static u $l_odd(u n) { return n == 0 ? $2 : $l_even(n - 1) * 3; }
$entry(u x) { $extra return $l_even(x % 20) + $calls; }
`},
	{name: "computed goto", text: `
$entry(u x) {
  static const void *const labels[] = {&&add, &&multiply, &&stop};
  u s = x, i = 0;
  $extra
next:
  if (i++ > 5) return s + $calls;
  goto *labels[(s + $1) % 3];
add: s += $2; goto next;
multiply: s *= $3; goto next;
stop: return s;
}
`},
	{name: "varargs", includes: "stdarg.h", text: `
static u $l_sum(int n, ...) {
  va_list a;
  va_start(a, n);
  u s = $1;
  while (n-- > 0) s = s * 31 + va_arg(a, u);
  va_end(a);
  return s;
}
C u $f_all(int n, ...) { return (u)n + $4; }
$entry(u x) { $extra return $l_sum(3, x, (u)$2, $calls); }
`, declares: "C u $f_all(int, ...);", value: "$f_all(2, x, (u)$3)", weight: 2},
	{name: "floating point", text: `
static double $l_d(double x) { return x * $1.5 + __builtin_sqrt(x + $2); }
typedef double $l_pair __attribute__((vector_size(16)));
$entry(u x) {
  $l_pair v = {(double)(x % 1000), $3.25};
  v = v * v + $2.0;
  $extra return (u)($l_d((double)(x % 1000)) + v[0] + v[1]) + $calls;
}
`},
	{name: "big values", text: `
struct $l_big { u a[$1 % 5 + 3]; };
static __attribute__((noinline)) struct $l_big $l_make(u x) {
  struct $l_big b;
  __builtin_memset(&b, 0, sizeof b);
  b.a[x % 3] = x * $2;
  return b;
}
static __attribute__((noinline)) u $l_take(struct $l_big b, unsigned __int128 w) { return b.a[1] + (u)(w >> $3 % 90); }
$entry(u x) { $extra return $l_take($l_make(x), (unsigned __int128)x * $4 * x) + $calls; }
`},
	{name: "inline assembly", weight: 2, text: `
$entry(u x) {
  u y = x;
  __asm__("addq %1, %0" : "+r"(y) : "ri"((u)$1));
  $extra return y + $calls;
}
`},
	{name: "tail call", text: `
static __attribute__((noinline)) u $l_last(u x) { return x ^ $1; }
$entry(u x) {
  $extra
  if (x % 4 == 1) return $calls + $2;
  __attribute__((musttail)) return $l_last(x + $3);
}
`},
}

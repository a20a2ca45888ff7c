package randomprogram

// Kinds whose subject is variables.
var dataKinds = []kind{
	{name: "function pointers", weight: 6, text: `
static u $l_a(u x) { return x + $1; }
static u $l_b(u x) { return x * $2; }
static u $l_c(u x) { return x ^ $3; }
static u (*const $l_table[])(u) = {$l_a, $l_b, $l_c};
$entry(u x) { $extra return $l_table[x % 3](x) + $calls; }
`},
	{name: "table for others", text: `
static u $l_a(u x) { return x + $1; }
static u $l_b(u x) { return x - $2; }
u (*const $f_table[2])(u) = {$l_a, $l_b};
$entry(u x) { $extra return $f_table[x & 1](x) + $calls; }
`, declares: "C u (*const $f_table[2])(u);", value: "$f_table[x & 1](x)"},
	{name: "strings", weight: 6, text: `
static const char *const $l_names[] = {"$s", "b $s", "shared by all modules", "$m"};
$entry(u x) {
  const char *n = $l_names[x % 4];
  u s = 0;
  $extra
  while (*n) s = s * $1 + (unsigned char)*n++;
  return s + $calls;
}
`},
	{name: "messages", weight: 8, text: `
$entry(u x) {
  if (x % 101 == $1) note("$s", x);
  if (x % 103 == $2) note("the same in all modules", x);
  $extra
  if (x % 107 == $3) note("$m: $s!", x);
  return x + $calls;
}
`},
	{name: "failures", weight: 6, includes: "stdarg.h", text: `
u $f_failures;
C __attribute__((cold)) u $f_fail(u x, const char *format, ...) {
  va_list a;
  va_start(a, format);
  u s = va_arg(a, u);
  va_end(a);
  $f_failures += s + (unsigned char)*format;
  return x;
}
$entry(u x) {
  if (x % 101 == $1) return $f_fail(x, "$s", (u)$2);
  if (x % 103 == $3) x += $f_fail(x, x & 1 ? "$s, too" : "$m", (u)$4);
  $extra return x + $calls;
}
`, declares: "C u $f_fail(u, const char *, ...);", value: `$f_fail(x, "failed: $s", (u)$2)`},
	{name: "texts for the system", weight: 6, text: `
C char *secure_getenv(const char *);
$entry(u x) {
  const char *n = "$m: $s";
  if (x % 7 == $1 % 7) n = "$s";
  $extra
  return x + (secure_getenv(n) != 0) + (secure_getenv("of $l: $s") != 0) + $calls;
}
`},
	{name: "a text that is returned", weight: 4, text: `
u $f_calls;
C __attribute__((noinline)) const char *$f_same(const char *s) { $f_calls++; return s; }
C __attribute__((noinline)) u $f_length(const char *s) { u n = 0; while (s[n]) n++; return n + $1; }
$entry(u x) { $extra return (u)$f_same("$s")[x % 3 ? 0 : 1] * $2 + $f_length("$m $s") + $calls; }
`, declares: "C const char *$f_same(const char *); C u $f_length(const char *);",
		value: `(u)$f_same("of $s")[1] + $f_length("$s" + 1) + $f_length(x % 3 ? "$s" : "$m")`},
	{name: "a text between stores", weight: 4, text: `
u $f_cell, *$f_where = &$f_cell;
C __attribute__((noinline)) u $f_length(const char *s) { u n = 0; while (s[n]) n++; return n + $1; }
C void $f_store(u *p, u x) { *p = x; x += $f_length("$s"); *p = x; x += $f_length("$m $s"); *p += x; }
$entry(u x) { $extra $f_store($f_where, x); return $f_cell + $calls; }
`, declares: "C u $f_cell, *$f_where; C u $f_length(const char *); C void $f_store(u *, u);",
		value: `($f_store($f_where, x), *$f_where)`},
	{name: "lines", weight: 4, includes: "stdio.h", text: `
$entry(u x) {
  if (x % 101 == $1) printf("$s\n");
  $extra
  if (x % 103 == $2) printf("all modules have this line\n");
  return x + $calls;
}
`},
	{name: "constants for others", weight: 6, text: `
const u $f_k = $1;
const u $f_tab[4] = {$1, $2, $3, $4};
$entry(u x) { $extra return $f_tab[x % 4] * $f_k + $calls; }
`, declares: "C const u $f_k; C const u $f_tab[4];", value: "$f_k + $f_tab[x % 4]"},
	{name: "variables for others", weight: 6, text: `
u $f_v = $1;
static u $l_hidden = $2;
u *$f_p[] = {&$f_v, &$l_hidden, &shared_variable};
$entry(u x) { $f_v += x; $extra return *$f_p[x % 3] + $calls; }
`, declares: "C u $f_v; C u *$f_p[3];", value: "*$f_p[x % 3] + $f_v"},
	{name: "constant data", text: `
static const unsigned $l_data[] = {$1, $2, $3, $4, 5, 6, 7, 8};
struct $l_row { const char *name; u (*f)(u); u n; };
static u $l_f(u x) { return x * $2; }
static const struct $l_row $l_rows[] = {{"$s", $l_f, $1}, {"$m", 0, $2}};
$entry(u x) {
  const struct $l_row *r = &$l_rows[x % 2];
  $extra return (r->f ? r->f(x) : (u)r->name[0]) + r->n + $l_data[x % 8] + $calls;
}
`},
	{name: "thread-local", weight: 5, text: `
static __thread u $l_t = $1;
__thread u $f_t;
$entry(u x) { $l_t += x; $f_t ^= $l_t; shared_thread_local++; $extra return $l_t + $f_t + $calls; }
`, declares: "C __thread u $f_t;", value: "$f_t + 1"},
	{name: "used and retained", text: `
__attribute__((used, retain, section("notes"))) static const u $l_note[] = {$1, $2};
__attribute__((used)) static u $l_kept(u x) { return x - $3; }
__attribute__((section("numbers"))) static u $l_number = $4;
$entry(u x) { $l_number += x; $extra return $l_number + $calls; }
`},
	{name: "constructor", text: `
static u $l_v = $1, $l_w;
__attribute__((constructor)) static void $l_begin(void) { $l_v *= $2; }
__attribute__((constructor(200 + $3), used)) static void $l_early(void) { $l_w = $4; }
__attribute__((destructor)) static void $l_end(void) { $l_v = 0; }
$entry(u x) { $extra return x * $l_v + $l_w + $calls; }
`},
	{name: "common symbol", onlyC: true, text: `
u $f_common;
$entry(u x) { $f_common += x; $extra return $f_common + $calls; }
`, declares: "C u $f_common;", value: "$f_common"},
	{name: "large constant", weight: 2, text: `
static const u $l_many[256] = {$1, $2, [200] = $3};
$entry(u x) { $extra return $l_many[x % 256] + $calls; }
`, onlyC: true},
}

// Kinds whose subject is how symbols are bound.
var linkageKinds = []kind{
	{name: "alias", weight: 6, plainName: true, text: `
C u $f_target(u x) { $extra return x * $1 + $calls; }
C u $f_v = $2;
C u $f_other __attribute__((alias("$f_v")));
$entry(u x) __attribute__((alias("$f_target")));
`, bare: true, declares: "C u $f_other;", value: "$f_other"},
	{name: "weak alias", weight: 3, plainName: true, bare: true, text: `
C u $f_target(u x) { $extra return x * $1 + $calls; }
$entry(u x) __attribute__((weak, alias("$f_target")));
`},
	{name: "alias of a static", weight: 3, onlyC: true, bare: true, text: `
static u $l_count;
static u $l_target(u x) { $l_count++; $extra return x * $1 + $l_count + $calls; }
$entry(u x) __attribute__((alias("$l_target")));
`},
	{name: "weak", plainName: true, weight: 6, text: `
#ifndef WEAK$1
#define WEAK$1
C __attribute__((weak)) u weak$1(u x) { return x + $2; }
C __attribute__((weak)) u weak_variable$1 = $3;
#endif
$entry(u x) { $extra return weak$1(x) + weak_variable$1 + $calls; }
`},
	{name: "perhaps undefined", weight: 2, text: `
C __attribute__((weak)) u undefined$1(u);
$entry(u x) { $extra return (undefined$1 ? undefined$1(x) : $2) + $calls; }
`},
	{name: "assembly at module level", weight: 1, text: `
__asm__(".pushsection .text\n.type $f_asm, @function\n$f_asm: lea $1(%rdi), %rax\nret\n.popsection");
C u $f_asm(u);
$entry(u x) { $extra return $f_asm(x) + $calls; }
`},
	{name: "ifunc", weight: 1, onlyC: true, bare: true, text: `
static u $l_one(u x) { $extra return x + $1 + $calls; }
static u (*$l_resolve(void))(u) { return $l_one; }
$entry(u x) __attribute__((ifunc("$l_resolve")));
`},
	{name: "target clones", weight: 1, bare: true, plainName: true, text: `
C __attribute__((target_clones("default", "avx2"))) u $f_cloned(u x) { return x * $1 + 3; }
$entry(u x) { $extra return $f_cloned(x) + $calls; }
`},
}

package randomprogram

// cxxKinds returns the kinds that only C++ has.
func cxxKinds() []kind {
	all := append(append([]kind{}, classKinds...), otherCxxKinds...)
	for i := range all {
		all[i].cxx = true
	}
	return all
}

// Kinds whose subject is classes.
var classKinds = []kind{
	{name: "derived class", text: `
namespace {
struct $l_Square : Shape {
  u k;
  explicit $l_Square(u x) : k(x) {}
  u area(u x) const override { return x * k + $1; }
};
}
static u $l_measure(const Shape &s, u x) { return s.area(x) + s.sides(); }
$entry(u x) {
  $l_Square s(x);
  Shape plain;
  $extra return $l_measure(x % 2 ? s : plain, x) + $calls;
}
`},
	{name: "class for others", weight: 8, declares: `
struct $f_C {
  u v;
  explicit $f_C(u x);
  virtual ~$f_C();
  virtual u get() const;
  u twice() const { return get() * 2; }
};`, value: "$f_C(x).twice()", text: `
$f_C::$f_C(u x) : v(x + $1) {}
$f_C::~$f_C() { shared_variable ^= $2; }
u $f_C::get() const { return v * $3; }
$entry(u x) { $f_C c(x); $extra return c.get() + $calls; }
`},
	{name: "several bases", text: `
namespace {
struct $l_Base { u b = $1; virtual ~$l_Base() {} };
struct $l_Left : virtual $l_Base { u l = $2; virtual u left() { return l + b; } };
struct $l_Right : virtual $l_Base { u r = $3; virtual u right() { return r * b; } };
struct $l_All : $l_Left, $l_Right, Named {
  u right() override { return left() + 1; }
  const char *name() const override { return "$s"; }
  $l_All *self() override { return this; }
};
}
static __attribute__((noinline)) u $l_use($l_Right *r, Named *n) { return r->right() + (u)n->self()->name()[0]; }
$entry(u x) {
  $l_All a;
  a.l = x;
  $extra return $l_use(&a, &a) + $calls;
}
`},
	{name: "run-time types", includes: "typeinfo", text: `
namespace {
struct $l_Other : Shape { u area(u x) const override { return x - $1; } };
}
static __attribute__((noinline)) u $l_ask(Shape *s) {
  if (auto *o = dynamic_cast<$l_Other *>(s)) return o->area($2);
  return typeid(*s) == typeid(Shape) ? $3 : $4;
}
$entry(u x) {
  $l_Other o;
  Shape s;
  $extra return $l_ask(x % 2 ? &o : &s) + $calls;
}
`},
	{name: "members by pointer", text: `
namespace {
struct $l_M { u a = $1; u b = $2; u first(u x) { return x + a; } u second(u x) { return x * b; } };
}
static u ($l_M::*const $l_methods[])(u) = {&$l_M::first, &$l_M::second};
static u $l_M::*$l_field = &$l_M::b;
$entry(u x) {
  $l_M m;
  $extra return (m.*$l_methods[x % 2])(x) + m.*$l_field + $calls;
}
`},
	{name: "static initialization", weight: 6, text: `
static Tracked $l_tracked($1);
Tracked $f_tracked($2);
inline Tracked $f_inline($3);
$entry(u x) { $extra return x + $l_tracked.v + $f_tracked.v + $f_inline.v + shared_tracked.v + $calls; }
`, declares: "extern Tracked $f_tracked;", value: "$f_tracked.v"},
	{name: "registered types", text: `
namespace { struct $l_T { u a[$1]; }; }
struct $f_T { char c[$2]; };
$entry(u x) { $extra return x + Registered<$l_T>::instance.v + Registered<$f_T>::instance.v + $calls; }
`},
	{name: "thread-local objects", weight: 3, text: `
static thread_local Tracked $l_local($1);
thread_local Tracked $f_local($2);
$entry(u x) { $extra return x + $l_local.v + $f_local.v + shared_local.v + $calls; }
`, declares: "extern thread_local Tracked $f_local;", value: "$f_local.v"},
}

// Kinds of C++ whose subject is functions.
var otherCxxKinds = []kind{
	{name: "template instances", weight: 8, text: `
$entry(u x) { $extra return instance<$1 % 6>(x) + instance<$2>(x) + in_each(x) + $calls; }
`},
	{name: "template for others", declares: `template <class T> T $f_t(T);
extern template u $f_t<u>(u);`, value: "$f_t<u>(x)", text: `
template <class T> T $f_t(T x) { return x * $1 + $2; }
template u $f_t<u>(u);
$entry(u x) { $extra return $f_t<u>(x) + $f_t<unsigned>((unsigned)x) + $calls; }
`},
	{name: "static in an inline function", text: `
inline u $f_once(u x) { static u first = x + $1; static const char *const text = "$s"; return first + (u)text[0]; }
$entry(u x) { $extra return counter(x) + $f_once(x) + primes[x % 6] + $calls; }
`},
	{name: "exceptions", weight: 6, text: `
struct $f_Error { u v; };
static __attribute__((noinline)) u $l_throwing(u x) {
  Tracked t(x);
  if (x % 3 == 0) throw $f_Error{x};
  if (x % 3 == 1) throw "$s";
  return t.v;
}
$entry(u x) {
  u s = 0;
  $extra
  try {
    Tracked guard($1);
    s += $l_throwing(x) + $calls;
  } catch (const $f_Error &e) {
    s += e.v;
  } catch (const char *text) {
    s += (u)text[0];
  }
  return s;
}
`},
	{name: "exception for others", text: `
u $f_throws(u x) {
  if (x % 5 == 0) throw $f_Bad(x + $1);
  return x;
}
$entry(u x) {
  $extra
  try { return $f_throws(x) + $calls; } catch ($f_Bad &b) { return b.v; } catch (...) { return $2; }
}
`, declares: `struct $f_Bad : Shape {
  u v;
  explicit $f_Bad(u x) : v(x) {}
};
u $f_throws(u);`, value: "[&] { try { return $f_throws(x); } catch (Shape &s) { return s.sides(); } }()"},
	{name: "must not throw", text: `
static __attribute__((noinline)) u $l_may(u x) { if (x == 12345678 + $1) throw 1; return x; }
static u $l_never(u x) noexcept { return $l_may(x) + $2; }
$entry(u x) { $extra return $l_never(x) + $calls; }
`},
	{name: "lambdas", weight: 6, text: `
static u $l_seed = $1;
$entry(u x) {
  auto add = [x](u y) { return x + y * $2 + $l_seed; };
  u (*free)(u) = [](u y) { return y ^ $3; };
  $extra return twice(add, x) + twice(free, x) + twice([&](u y) { return y + (u)"$s"[0]; }, x) + $calls;
}
`},
	{name: "coroutine", weight: 3, includes: "coroutine exception", text: `
namespace {
struct $l_Series {
  struct promise_type {
    u value;
    $l_Series get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(u v) { value = v; return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> h;
  ~$l_Series() { h.destroy(); }
};
}
static $l_Series $l_series(u x) {
  for (u i = 0; i < $1 % 7 + 1; i++) co_yield x + i * $2;
}
$entry(u x) {
  u s = 0;
  auto series = $l_series(x);
  $extra
  for (series.h.resume(); !series.h.done(); series.h.resume()) s = s * 3 + series.h.promise().value;
  return s + $calls;
}
`},
	{name: "library", weight: 1, includes: "string vector algorithm", text: `
$entry(u x) {
  std::vector<std::string> all{"$s", "$m", std::to_string(x)};
  std::sort(all.begin(), all.end());
  u s = $1;
  $extra
  for (auto &text : all) s = s * 31 + text.size();
  return s + $calls;
}
`},
	{name: "compile-time table", text: `
struct $l_Table { u a[16]; };
static constexpr $l_Table $l_make(u k) {
  $l_Table t{};
  for (u i = 0; i < 16; i++) t.a[i] = i * k;
  return t;
}
static constexpr $l_Table $l_table = $l_make($1);
inline constexpr $l_Table $f_table = $l_make($2);
$entry(u x) { $extra return $l_table.a[x % 16] + $f_table.a[x % 7] + $calls; }
`},
	{name: "heap", text: `
namespace { struct $l_Node { u v; $l_Node *next; ~$l_Node() { delete next; } }; }
$entry(u x) {
  $l_Node *list = nullptr;
  for (u i = 0; i < $1 % 6; i++) list = new $l_Node{x + i, list};
  u s = $2;
  $extra
  for (auto *n = list; n; n = n->next) s += n->v;
  delete list;
  return s + $calls;
}
`},
	{name: "in a namespace", text: `
namespace $l_space {
namespace { u hidden = $1; }
inline u visible = $2;
static u f(u x) { return x + hidden; }
u $f_out(u x) { hidden += visible; return f(x) * $3; }
}
$entry(u x) { $extra return $l_space::$f_out(x) + $calls; }
`},
}

package cut_test

// cProgram has what C can do to functions and variables that are imported.
var cProgram = map[string]string{
	"lib.h": `
#include <stdarg.h>
#include <stdio.h>
extern int counter, common_one; extern const char *const names[3]; extern _Thread_local int perthread;
int dispatch(int, int); void choose(int); int sum(int, ...); const char *name(int); int state(int); int next(void);
int interpret(const char *); int small(const void *const *, int); int weak_one(int); int big(int); int call(int);
`,
	"main.c": `
#include "lib.h"
int common_one;
extern int absent(int) __attribute__((weak));
int weak_one(int x) { return x - 1; }
int main(int n, char **v) {
  choose(n);
  perthread += n;
  fprintf(stderr, "%s %s\n", name(n), names[n & 1]);
  return dispatch(n, 2) + sum(3, n, n, n) + state(n) + next() + interpret(v[0]) + weak_one(n) + counter + big(n) +
         call(n) + (absent ? absent(n) : 0);
}
`,
	"calls.c": `
#include "lib.h"
typedef int (*operation)(int);
#define BIG(n) if (x % n == 1) { x = x * n + counter; puts("times " #n); } else { x = x / n; puts("by " #n); }
static int one(int x) { BIG(3) BIG(5) BIG(7) BIG(11) BIG(13) BIG(17) return x; }
static int two(int x) { BIG(2) BIG(4) BIG(8) BIG(16) BIG(32) BIG(64) return x; }
static operation current = one;
void choose(int k) { current = k > 3 ? two : one; }
int dispatch(int k, int x) { return current(x) + k; }
int big(int x) { BIG(3) BIG(9) BIG(27) BIG(81) fprintf(stdout, "%d %d", x, common_one); return one(x) + two(x); }
static const operation table[] = {one, two, big};
int call(int x) { return table[x % 3](x); }
int sum(int n, ...) {
  va_list list;
  va_start(list, n);
  int s = 0;
  while (n--) s += va_arg(list, int);
  va_end(list);
  return s;
}
int unrelated(int x) { printf("%s: %d\n", name(x), weak_one(common_one)); return x; }
`,
	"data.c": `
#include "lib.h"
int counter = 3;
_Thread_local int perthread = 4;
static _Thread_local int mine;
static int calls __attribute__((used, section("call_counts")));
static int retained __attribute__((used, retain)) = 5;
const char *const names[3] = {"first", "second", "third"};
const char *name(int i) { calls++; return names[i % 3]; }
int state(int x) {
  switch (x) { case 1: return 10; case 2: return 27; case 3: return 31; case 4: return -2; case 5: return 17; }
  static int seen;
  return seen++ + mine++;
}
int next(void) { static int last = 41; return ++last + common_one; }
__attribute__((weak)) int weak_one(int x) { return x + retained; }
__attribute__((constructor)) static void begin(void) { counter++; }
int interpret(const char *s) {
  static const void *const labels[] = {&&add, &&times, &&out};
  int x = 0;
  goto *labels[s[0] % 3];
add: x += 1;
times: x *= 3;
out: return x + small(labels, x);
}
`,
	"small.c": `
#include "lib.h"
static int helper(int i) { return i & 1; }
int small(const void *const *t, int i) { return t[helper(i)] != 0 || perthread; }
`,
}

// cxxProgram has what C++ adds.
var cxxProgram = map[string]string{
	"lib.h": `
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
struct Shape {
  virtual ~Shape();
  virtual double area() const = 0;
  virtual const char *name() const;
  static int count;
};
struct Circle : Shape { explicit Circle(double); ~Circle() override; double area() const override; double r; };
struct Square : Shape { double a = 2; double area() const override { return a * a; }
                        const char *name() const override; };
struct Failure : std::runtime_error { using runtime_error::runtime_error; ~Failure() override; };
template <class T, int (*F)(int)> struct Applied { T t; int get() const { return F(static_cast<int>(t)); } };
int twice(int);
inline int shared = twice(4);
inline int &cell() { static int c = twice(3); return c; }
template <class T> T largest(const std::vector<T> &v) { T m{}; for (auto &x : v) if (m < x) m = x; return m; }
extern template int largest<int>(const std::vector<int> &);
std::unique_ptr<Shape> make(int);
std::function<int(int)> adder(int);
void mayFail(int);
int caught(int);
int applied(double);
int &local();
extern thread_local std::string word;
std::string describe(const Shape &);
int countUp(int);
`,
	"main.cc": `
#include "lib.h"
#include <cstdio>
int main(int n, char **v) {
  auto s = make(n);
  word += v[0];
  std::vector<int> list{n, 2, 3};
  printf("%s %f %d %s\n", s->name(), s->area(), largest(list) + adder(n)(2), describe(*s).c_str());
  try { mayFail(n); } catch (const Failure &f) { puts(f.what()); }
  Circle c(n);
  return caught(n) + applied(n) + local() + cell() + shared + Shape::count + countUp(n) + int(c.area()) +
         (dynamic_cast<Circle *>(s.get()) != nullptr);
}
`,
	"shapes.cc": `
#include "lib.h"
int Shape::count = 0;
Shape::~Shape() { count--; }
const char *Shape::name() const { return "shape"; }
Circle::Circle(double r) : r(r) { count++; }
Circle::~Circle() { r = 0; }
double Circle::area() const { return r * r * 3.14; }
const char *Square::name() const { return "square"; }
namespace {
struct Hidden : Shape {
  double area() const override { return 7; }
  const char *name() const override { return "hidden"; }
};
}
std::unique_ptr<Shape> make(int n) {
  if (n > 3) return std::make_unique<Circle>(n);
  if (n > 2) return std::make_unique<Hidden>();
  return std::make_unique<Square>();
}
std::string describe(const Shape &s) { return std::string(s.name()) + " of " + std::to_string(s.area()); }
`,
	"rest.cc": `
#include "lib.h"
#include <coroutine>
Failure::~Failure() {}
int twice(int x) { return 2 * x; }
template int largest<int>(const std::vector<int> &);
thread_local std::string word = "word" + std::to_string(twice(2));
std::function<int(int)> adder(int n) { return [n, w = word](int x) { return x + n + int(w.size()); }; }
void mayFail(int n) { if (n > 1) throw Failure("too many: " + std::to_string(n)); }
int caught(int n) {
  try { mayFail(n); return 0; } catch (const std::exception &e) { return e.what()[0]; } catch (...) { return 2; }
}
int applied(double d) { return Applied<double, twice>{d}.get(); }
int &local() { static int l = twice(5) + cell(); return l; }
static std::vector<std::string> list{"one", "two", "three"};
std::string unrelated(const Shape &s) { return s.name() + list[0] + describe(s); }
struct Numbers {
  struct promise_type {
    int value;
    Numbers get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int v) { value = v; return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> h;
};
static Numbers upTo(int n) { for (int i = 0; i < n; i++) co_yield twice(i); }
int countUp(int n) {
  auto c = upTo(n);
  int sum = 0;
  for (c.h.resume(); !c.h.done(); c.h.resume()) sum += c.h.promise().value;
  c.h.destroy();
  return sum;
}
`,
}

// freestanding needs no headers, so that it can be compiled for any system.
var freestanding = map[string]string{
	"a.cc": `
struct Base { Base(); virtual ~Base(); virtual int get(int); int field; };
extern int total; extern const char *const title; int twice(int); template <class T> T use(T);
extern "C" int first(int n) { Base b; total += n; return b.get(n) + twice(n) + title[n] + use(n); }
`,
	"b.cc": `
struct Base { Base(); virtual ~Base(); virtual int get(int); int field; };
struct Derived : Base { int get(int x) override { return x * 3; } };
int total = 4; const char *const title = "a title";
static int helper(int x) { return x + total; }
inline int odr = helper(3);
Base::Base() : field(odr) {}
Base::~Base() { total--; }
int Base::get(int x) { return helper(x) + field; }
void operator delete(void *, decltype(sizeof 0)) noexcept {}
int unrelated(Base *b) { Derived d; return d.get(2) + b->get(1) + title[2]; }
`,
	"c.cc": `
extern int total; extern const char *const title; int twice(int);
static const char *names[] = {"one", "two", "three"};
int twice(int x) { return 2 * x + names[x % 3][0]; }
template <class T> T use(T x) { switch (x) { case 1: return 10; case 2: return 3; case 3: return 77; case 4: return 5; }
  static T last; return last += x + title[1]; }
template int use<int>(int);
`,
}

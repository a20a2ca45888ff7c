#include "lib/lib.h"

extern "C" int puts(const char *);

void Print(unsigned n) {
  char text[16];
  text[Digits(n, text)] = 0;
  puts(text);
}

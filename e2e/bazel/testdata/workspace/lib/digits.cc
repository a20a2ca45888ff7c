#include "lib/lib.h"

int Digits(unsigned n, char *to) {
  int length = 0;
  for (unsigned rest = n; rest != 0 || length == 0; rest /= 10) ++length;
  for (int i = length; i-- > 0; n /= 10) to[i] = static_cast<char>('0' + n % 10);
  return length;
}

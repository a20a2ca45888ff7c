#include "lib/lib.h"

unsigned Sum(unsigned from, unsigned to) {
  unsigned sum = 0;
  for (unsigned i = from; i < to; ++i) sum = Fold(sum, i) % 10007;
  return sum;
}

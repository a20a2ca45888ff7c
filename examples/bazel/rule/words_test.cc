#include <cstdlib>
#include <iostream>

#include "words.h"

int main() {
  auto counts = Count(Split("to be, or not to be"));
  if (counts.size() == 4 && counts["to"] == 2 && counts["not"] == 1) return EXIT_SUCCESS;
  std::cerr << "wrong counts\n";
  return EXIT_FAILURE;
}

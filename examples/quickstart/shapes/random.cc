#include "shapes/random.h"

namespace shapes {

static std::uint64_t state = 22;

Int random_below(Int end) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<Int>((state >> 33) % static_cast<std::uint64_t>(end));
}

}  // namespace shapes

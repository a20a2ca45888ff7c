#pragma once

#include "shapes/vec.h"

namespace shapes {

// The same numbers in every run.
Int random_below(Int end);

inline Int random_between(Int low, Int high) { return low + random_below(high - low + 1); }

}  // namespace shapes

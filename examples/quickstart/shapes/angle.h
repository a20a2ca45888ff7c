// Directions in whole degrees.
#pragma once

#include "shapes/vec.h"

namespace shapes {

// The vector of this length that points to this angle.
Vec toward(int degrees, Int length);

}  // namespace shapes

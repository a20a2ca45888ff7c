#pragma once

#include "shapes/shape.h"

namespace shapes {

// A field of this many shapes of all kinds.
Shapes make_scene(int count);

Box bounds(const Shapes& scene);

}  // namespace shapes

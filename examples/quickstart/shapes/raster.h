// Looking at a scene through a grid of points.
#pragma once

#include "shapes/shape.h"

namespace shapes {

// Calls visit(point) for the middle of each of side * side cells of the box.
template <typename Visit>
void each_cell(Box box, int side, Visit visit) {
  const Vec size = box.high - box.low;
  for (Int row = 0; row < side; ++row) {
    for (Int column = 0; column < side; ++column) {
      visit(box.low + Vec{size.x * (2 * column + 1) / (2 * side), size.y * (2 * row + 1) / (2 * side)});
    }
  }
}

int shapes_at(const Shapes& scene, Vec point);

// How many of side * side points lie in a shape, in thousandths.
Int coverage(const Shapes& scene, Box box, int side);

}  // namespace shapes

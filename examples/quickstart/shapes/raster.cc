#include "shapes/raster.h"

namespace shapes {

int shapes_at(const Shapes& scene, Vec point) {
  int count = 0;
  for (const auto& shape : scene) count += shape->contains(point) ? 1 : 0;
  return count;
}

Int coverage(const Shapes& scene, Box box, int side) {
  Int covered = 0;
  each_cell(box, side, [&](Vec point) { covered += shapes_at(scene, point) > 0 ? 1 : 0; });
  return covered * 1000 / (Int{side} * side);
}

}  // namespace shapes

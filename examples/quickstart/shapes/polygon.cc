#include "shapes/polygon.h"

#include "shapes/angle.h"

namespace shapes {

const char* Polygon::kind() const { return kind_; }

Int Polygon::area() const {
  Int twice = 0;
  each_side([&](Vec a, Vec b) { twice += cross(a, b); });
  return (twice < 0 ? -twice : twice) / 2 / kUnit;
}

Int Polygon::perimeter() const {
  Int sum = 0;
  each_side([&](Vec a, Vec b) { sum += distance(a, b); });
  return sum;
}

Box Polygon::bounds() const {
  Box box{corners_.front(), corners_.front()};
  for (Vec c : corners_) box = join(box, {c, c});
  return box;
}

// A ray to the right of an inner point crosses an odd number of sides.
bool Polygon::contains(Vec point) const {
  bool inside = false;
  each_side([&](Vec a, Vec b) {
    if ((a.y > point.y) == (b.y > point.y)) return;
    const bool left = cross(b - a, point - a) > 0;
    if (left == (b.y > a.y)) inside = !inside;
  });
  return inside;
}

std::vector<Vec> star(Vec center, Int outer, Int inner, int points, int turn) {
  std::vector<Vec> corners;
  for (int i = 0; i < 2 * points; ++i) {
    corners.push_back(center + toward(turn + 180 * i / points, i % 2 == 0 ? outer : inner));
  }
  return corners;
}

}  // namespace shapes

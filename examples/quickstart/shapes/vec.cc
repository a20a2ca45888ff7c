#include "shapes/vec.h"

#include <algorithm>

namespace shapes {

Box join(Box a, Box b) {
  return {{std::min(a.low.x, b.low.x), std::min(a.low.y, b.low.y)},
          {std::max(a.high.x, b.high.x), std::max(a.high.y, b.high.y)}};
}

Int cross(Vec a, Vec b) { return a.x * b.y - a.y * b.x; }

Int square_root(Int n) {
  Int root = 0;
  for (Int bit = Int{1} << 31; bit != 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= n) root += bit;
  }
  return root;
}

Int distance(Vec a, Vec b) {
  const Vec d = b - a;
  return square_root(d.x * d.x + d.y * d.y);
}

}  // namespace shapes

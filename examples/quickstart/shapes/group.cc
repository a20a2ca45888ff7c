#include "shapes/group.h"

#include <algorithm>
#include <numeric>

namespace shapes {

using Part = std::unique_ptr<Shape>;

static Int sum(const Shapes& parts, Int (Shape::*measure)() const) {
  return std::accumulate(parts.begin(), parts.end(), Int{0},
                         [&](Int n, const Part& p) { return n + (*p.*measure)(); });
}

const char* Group::kind() const { return "group"; }

Int Group::area() const { return sum(parts_, &Shape::area); }

Int Group::perimeter() const { return sum(parts_, &Shape::perimeter); }

Box Group::bounds() const {
  Box box = parts_.front()->bounds();
  for (const Part& p : parts_) box = join(box, p->bounds());
  return box;
}

bool Group::contains(Vec point) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& p) { return p->contains(point); });
}

}  // namespace shapes

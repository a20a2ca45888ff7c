#include "shapes/circle.h"

namespace shapes {

static Int times_pi(Int n) { return n * 355 / 113; }

const char* Circle::kind() const { return "circle"; }

Int Circle::area() const { return times_pi(radius_ * radius_) / kUnit; }

Int Circle::perimeter() const { return times_pi(2 * radius_); }

Box Circle::bounds() const {
  const Vec reach{radius_, radius_};
  return {center_ - reach, center_ + reach};
}

bool Circle::contains(Vec point) const {
  const Vec d = point - center_;
  return d.x * d.x + d.y * d.y <= radius_ * radius_;
}

}  // namespace shapes

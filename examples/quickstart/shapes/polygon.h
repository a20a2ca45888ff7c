#pragma once

#include "shapes/shape.h"

namespace shapes {

class Polygon final : public Shape {
 public:
  Polygon(const char* kind, std::vector<Vec> corners)
      : kind_(kind), corners_(std::move(corners)) {}

  const char* kind() const override;
  Int area() const override;
  Int perimeter() const override;
  Box bounds() const override;
  bool contains(Vec point) const override;

 private:
  // Calls visit(a, b) for each side.
  template <typename Visit>
  void each_side(Visit visit) const {
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      visit(corners_[i], corners_[(i + 1) % corners_.size()]);
    }
  }

  const char* kind_;
  std::vector<Vec> corners_;
};

// The corners of a star; with outer == inner, of a tile of 2 * points corners.
std::vector<Vec> star(Vec center, Int outer, Int inner, int points, int turn);

}  // namespace shapes

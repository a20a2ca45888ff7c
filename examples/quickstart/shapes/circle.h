#pragma once

#include "shapes/shape.h"

namespace shapes {

class Circle final : public Shape {
 public:
  Circle(Vec center, Int radius) : center_(center), radius_(radius) {}

  const char* kind() const override;
  Int area() const override;
  Int perimeter() const override;
  Box bounds() const override;
  bool contains(Vec point) const override;

 private:
  Vec center_;
  Int radius_;
};

}  // namespace shapes

#pragma once

#include "shapes/shape.h"

namespace shapes {

// Several shapes that count as one; parts that overlap count twice.
class Group final : public Shape {
 public:
  explicit Group(Shapes parts) : parts_(std::move(parts)) {}

  const char* kind() const override;
  Int area() const override;
  Int perimeter() const override;
  Box bounds() const override;
  bool contains(Vec point) const override;

 private:
  Shapes parts_;
};

}  // namespace shapes

// What every shape can tell about itself.
#pragma once

#include <memory>
#include <vector>

#include "shapes/vec.h"

namespace shapes {

class Shape {
 public:
  Shape();
  virtual ~Shape();

  virtual const char* kind() const = 0;
  virtual Int area() const = 0;  // a square of one unit has kUnit
  virtual Int perimeter() const = 0;
  virtual Box bounds() const = 0;
  virtual bool contains(Vec point) const = 0;

  int number() const { return number_; }  // in the order of creation, from 1

 private:
  int number_;
};

using Shapes = std::vector<std::unique_ptr<Shape>>;

int shapes_made();

}  // namespace shapes

#include "shapes/shape.h"

namespace shapes {

static int made = 0;

Shape::Shape() : number_(++made) {}

Shape::~Shape() = default;

int shapes_made() { return made; }

}  // namespace shapes

#include "shapes/scene.h"

#include "shapes/circle.h"
#include "shapes/group.h"
#include "shapes/polygon.h"
#include "shapes/random.h"

namespace shapes {

static constexpr Int kField = 40 * kUnit;  // the length of the field's sides

static Vec near(Vec center, Int reach) {
  return center + Vec{random_between(-reach, reach), random_between(-reach, reach)};
}

static std::unique_ptr<Shape> make_shape(Vec center, Int size, int depth) {
  const int turn = static_cast<int>(random_below(360));
  const int points = static_cast<int>(random_between(3, 7));
  switch (random_below(depth > 0 ? 4 : 3)) {
    case 0:
      return std::make_unique<Circle>(center, size);
    case 1:
      return std::make_unique<Polygon>("star", star(center, size, size / 3, points, turn));
    case 2:
      return std::make_unique<Polygon>("tile", star(center, size, size, points, turn));
    default: {
      Shapes parts;
      for (int i = 0; i < points; ++i) {
        parts.push_back(make_shape(near(center, size), size / 2, depth - 1));
      }
      return std::make_unique<Group>(std::move(parts));
    }
  }
}

Shapes make_scene(int count) {
  Shapes scene;
  for (int i = 0; i < count; ++i) {
    const Vec center{random_below(kField), random_below(kField)};
    scene.push_back(make_shape(center, random_between(kUnit / 2, 2 * kUnit), 2));
  }
  return scene;
}

Box bounds(const Shapes& scene) {
  Box box = scene.front()->bounds();
  for (const auto& shape : scene) box = join(box, shape->bounds());
  return box;
}

}  // namespace shapes

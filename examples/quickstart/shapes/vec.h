// Points and boxes of whole numbers. One unit of length is 1000, so the
// program needs no floating point and prints the same on every machine.
#pragma once

#include <cstdint>

namespace shapes {

using Int = std::int64_t;

inline constexpr Int kUnit = 1000;

struct Vec {
  Int x = 0;
  Int y = 0;
};

inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }

struct Box {
  Vec low;
  Vec high;
};

Box join(Box a, Box b);

Int cross(Vec a, Vec b);
Int square_root(Int n);  // rounded down
Int distance(Vec a, Vec b);

}  // namespace shapes

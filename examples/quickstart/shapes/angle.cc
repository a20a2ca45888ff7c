#include "shapes/angle.h"

namespace shapes {

static Int sines[360];  // times kUnit; filled at the first use
static bool filled = false;

// Bhaskara's formula, right to 2 in 1000.
static void fill() {
  for (Int d = 0; d < 180; ++d) {
    const Int p = d * (180 - d);
    sines[d] = 4 * p * kUnit / (40500 - p);
    sines[d + 180] = -sines[d];
  }
  filled = true;
}

static Int sine(int degrees) {
  if (!filled) fill();
  return sines[(degrees % 360 + 360) % 360];
}

Vec toward(int degrees, Int length) {
  return {length * sine(degrees + 90) / kUnit, length * sine(degrees) / kUnit};
}

}  // namespace shapes

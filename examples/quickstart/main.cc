// Scatters shapes over a field and reports what they cover.
#include <string>

#include "report/output.h"
#include "shapes/scene.h"
#include "survey.h"

int main() {
  const shapes::Shapes scene = shapes::make_scene(400);
  report::line("400 shapes of " + std::to_string(shapes::shapes_made()) + " parts");
  print_kinds(scene);
  print_areas(scene);
  print_coverage(scene);
  report::finish();
}

#include "survey.h"

#include <map>
#include <string>

#include "report/histogram.h"
#include "report/number.h"
#include "report/output.h"
#include "report/table.h"
#include "report/tally.h"
#include "shapes/raster.h"
#include "shapes/scene.h"

using shapes::Int;

void print_kinds(const shapes::Shapes& scene) {
  struct Kind {
    report::Tally<Int> area, perimeter;
  };
  std::map<std::string, Kind> kinds;
  for (const auto& shape : scene) {
    Kind& kind = kinds[shape->kind()];
    kind.area.add(shape->area());
    kind.perimeter.add(shape->perimeter());
  }
  report::Table table;
  table.row("kind", "count", "area", "mean", "largest", "perimeter");
  for (const auto& [name, kind] : kinds) {
    table.row(name.c_str(), kind.area.count(), kind.area.sum(), kind.area.mean(),
              kind.area.high(), kind.perimeter.sum());
  }
  table.print();
}

void print_areas(const shapes::Shapes& scene) {
  report::Histogram areas("shapes by area");
  for (const auto& shape : scene) areas.add(shape->area());
  areas.print();
}

void print_coverage(const shapes::Shapes& scene) {
  const shapes::Box box = bounds(scene);
  report::line("covered: " + report::thousandths(coverage(scene, box, 200)));
  report::Tally<int> crowd;
  shapes::each_cell(box, 64, [&](shapes::Vec point) { crowd.add(shapes_at(scene, point)); });
  report::line("shapes at one point: up to " + std::to_string(crowd.high()));
}

#pragma once

#include "shapes/shape.h"

void print_kinds(const shapes::Shapes& scene);
void print_areas(const shapes::Shapes& scene);
void print_coverage(const shapes::Shapes& scene);

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/tally.h"

namespace report {

class Histogram {
 public:
  explicit Histogram(std::string title) : title_(std::move(title)) {}

  void add(std::int64_t n);
  void print() const;

 private:
  std::string title_;
  std::vector<std::int64_t> numbers_;
  Tally<std::int64_t> tally_;
};

}  // namespace report

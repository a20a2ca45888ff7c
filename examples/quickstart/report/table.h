#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace report {

std::string cell(const char* text);
std::string cell(int n);
std::string cell(std::int64_t thousandths);

// Text in columns: the first to the left, the others to the right.
class Table {
 public:
  template <typename... Cells>
  void row(const Cells&... cells) {
    rows_.push_back({cell(cells)...});
  }

  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace report

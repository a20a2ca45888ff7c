#include "report/table.h"

#include <algorithm>

#include "report/number.h"
#include "report/output.h"

namespace report {

static constexpr std::size_t kGap = 2;

std::string cell(const char* text) { return text; }

std::string cell(int n) { return std::to_string(n); }

std::string cell(std::int64_t n) { return thousandths(n); }

void Table::print() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string text = left(row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += right(row[i], widths[i] + kGap);
    line(text);
  }
}

}  // namespace report

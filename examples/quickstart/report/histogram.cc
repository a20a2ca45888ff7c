#include "report/histogram.h"

#include "report/number.h"
#include "report/output.h"

namespace report {

static constexpr int kBarWidth = 40;
static constexpr std::int64_t kBars = 5;

void Histogram::add(std::int64_t n) {
  numbers_.push_back(n);
  tally_.add(n);
}

void Histogram::print() const {
  const std::int64_t step = (tally_.high() - tally_.low()) / kBars + 1;
  Tally<int> bars[kBars];
  int longest = 1;
  for (std::int64_t n : numbers_) {
    Tally<int>& bar = bars[(n - tally_.low()) / step];
    bar.add(1);
    longest = std::max(longest, bar.count());
  }
  line(title_);
  for (std::int64_t i = 0; i < kBars; ++i) {
    const int length = bars[i].count() * kBarWidth / longest;
    line(right(thousandths(tally_.low() + i * step), 9) + " " + std::string(length, '#'));
  }
}

}  // namespace report

#pragma once

#include <algorithm>

namespace report {

// The count, sum and range of the numbers it was given.
template <typename Number>
class Tally {
 public:
  void add(Number n) {
    low_ = count_ == 0 ? n : std::min(low_, n);
    high_ = count_ == 0 ? n : std::max(high_, n);
    sum_ += n;
    ++count_;
  }

  int count() const { return count_; }
  Number low() const { return low_; }
  Number high() const { return high_; }
  Number sum() const { return sum_; }
  Number mean() const { return count_ == 0 ? Number{} : sum_ / count_; }

 private:
  int count_ = 0;
  Number low_{}, high_{}, sum_{};
};

}  // namespace report

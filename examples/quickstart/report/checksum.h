#pragma once

#include <cstdint>
#include <string_view>

namespace report {

// CRC-32, as gzip has it.
class Checksum {
 public:
  void add(std::string_view text);
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = ~std::uint32_t{0};
};

}  // namespace report

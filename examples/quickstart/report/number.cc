#include "report/number.h"

namespace report {

static std::string spaces(std::size_t used, std::size_t width) {
  return std::string(used < width ? width - used : 0, ' ');
}

std::string thousandths(std::int64_t n) {
  const std::string digits = std::to_string(1000 + (n < 0 ? -n : n) % 1000);
  return (n < 0 ? "-" : "") + std::to_string((n < 0 ? -n : n) / 1000) + "." + digits.substr(1);
}

std::string left(std::string text, std::size_t width) { return text + spaces(text.size(), width); }

std::string right(std::string text, std::size_t width) { return spaces(text.size(), width) + text; }

}  // namespace report

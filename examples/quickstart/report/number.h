// Numbers and words as cells of text.
#pragma once

#include <cstdint>
#include <string>

namespace report {

// 12345 as "12.345".
std::string thousandths(std::int64_t n);

std::string left(std::string text, std::size_t width);
std::string right(std::string text, std::size_t width);

}  // namespace report

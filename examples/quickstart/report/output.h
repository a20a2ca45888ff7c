// The one way to print: it keeps a checksum of all that was said.
#pragma once

#include <string_view>

namespace report {

void line(std::string_view text);

// The last line: the checksum of the lines before it.
void finish();

}  // namespace report

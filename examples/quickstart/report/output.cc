#include "report/output.h"

#include <cstdio>

#include "report/checksum.h"

namespace report {

static Checksum checksum;
static int lines = 0;

void line(std::string_view text) {
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  checksum.add(text);
  checksum.add("\n");
  ++lines;
}

void finish() {
  std::printf("checksum of %d lines: %08x\n", lines, static_cast<unsigned>(checksum.value()));
}

}  // namespace report

#include "report/checksum.h"

namespace report {

struct CrcTable {
  std::uint32_t step[256];
  CrcTable() {
    for (std::uint32_t i = 0; i < 256; ++i) {
      step[i] = i;
      for (int bit = 0; bit < 8; ++bit) step[i] = step[i] >> 1 ^ (step[i] & 1 ? 0xedb88320u : 0);
    }
  }
};

static const CrcTable table;

void Checksum::add(std::string_view text) {
  for (unsigned char c : text) state_ = table.step[(state_ ^ c) & 0xff] ^ state_ >> 8;
}

}  // namespace report

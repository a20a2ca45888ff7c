#include "words.h"

std::map<std::string, int> Count(const std::vector<std::string> &words) {
  std::map<std::string, int> counts;
  for (const std::string &word : words) {
    ++counts[word];
  }
  return counts;
}

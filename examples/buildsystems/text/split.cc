#include "text.h"

std::vector<std::string> split(const std::string &line) {
  std::vector<std::string> words(1);
  for (char c : line) {
    if (c != ' ')
      words.back() += c;
    else if (!words.back().empty())
      words.push_back({});
  }
  for (auto &word : words)
    word = upper(word);
  return words;
}

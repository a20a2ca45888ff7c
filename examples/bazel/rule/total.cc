#include <iostream>

#include "words.h"

// Prints how often each of its arguments' words occurs.
int main(int argc, char **argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) text += std::string(argv[i]) + " ";
  for (const auto &[word, count] : Count(Split(text))) {
    std::cout << count << " " << word << "\n";
  }
}

#include <iostream>

#include "words.h"

// Prints the longest of its arguments' words.
int main(int argc, char **argv) {
  std::string longest;
  for (int i = 1; i < argc; ++i) {
    for (const std::string &word : Split(argv[i])) {
      if (word.size() > longest.size()) longest = word;
    }
  }
  std::cout << longest << "\n";
}

#include "load.h"
#include "text/text.h"

#include <cstdio>

// app PLUGIN LINE prints the words of the line as the plugin changes them.
int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  auto transform = load(argv[1]);
  for (auto &word : split(argv[2])) {
    transform(&word);
    std::puts(word.c_str());
  }
}

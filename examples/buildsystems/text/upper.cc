#include "text.h"

std::string upper(std::string word) {
  for (char &c : word)
    if (c >= 'a' && c <= 'z')
      c -= 'a' - 'A';
  return word;
}

#include "plugin.h"

std::string reversed(const std::string &word) { return {word.rbegin(), word.rend()}; }

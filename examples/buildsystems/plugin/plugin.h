#pragma once
#include <string>

// The function that each plugin has.
extern "C" void transform(std::string *word);

std::string reversed(const std::string &word);

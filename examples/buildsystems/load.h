#pragma once
#include <string>

// Loads the plugin in the file, and returns its function.
void (*load(const char *file))(std::string *);

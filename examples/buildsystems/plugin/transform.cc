#include "plugin.h"

extern "C" void transform(std::string *word) { *word = reversed(*word); }

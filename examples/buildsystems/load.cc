#include "load.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

void (*load(const char *file))(std::string *) {
  void *plugin = dlopen(file, RTLD_NOW);
  void *transform = plugin ? dlsym(plugin, "transform") : nullptr;
  if (!transform) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  return reinterpret_cast<void (*)(std::string *)>(transform);
}

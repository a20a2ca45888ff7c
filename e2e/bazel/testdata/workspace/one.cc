#include "lib/lib.h"

int main() { Print(Sum(1, 100)); }

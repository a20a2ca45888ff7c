#include "lib/lib.h"

int main() { Print(Sum(2, 200)); }

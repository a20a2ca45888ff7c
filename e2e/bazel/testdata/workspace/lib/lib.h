#pragma once

int Digits(unsigned n, char *to);
unsigned Fold(unsigned a, unsigned b);
unsigned Sum(unsigned from, unsigned to);
void Print(unsigned n);

#pragma once

#include <map>
#include <string>
#include <vector>

std::vector<std::string> Split(const std::string &text);
std::map<std::string, int> Count(const std::vector<std::string> &words);

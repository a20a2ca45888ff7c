#pragma once
#include <string>
#include <vector>

std::vector<std::string> split(const std::string &line);
std::string upper(std::string word);

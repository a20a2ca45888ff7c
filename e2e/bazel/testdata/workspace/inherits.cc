extern "C" char *getenv(const char *);

int main() { return getenv("E2E_INHERITED") == nullptr; }

#ifndef GLEANER_CMALLOC_H
#define GLEANER_CMALLOC_H
#include <malloc.h> // malloc_trim and mallopt, which Glibc's module leaves out
#endif

#ifndef GLEANER_CLIBPQ_SHIM_H
#define GLEANER_CLIBPQ_SHIM_H

#include <libpq-fe.h>

#endif

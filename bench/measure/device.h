/* What the device below a file counts. */
#ifndef MAPWISE_BENCH_DEVICE_H
#define MAPWISE_BENCH_DEVICE_H

#include <stdint.h>

/* Bytes written to the device that `file` is on, by everybody, since the system started; COUNTER_ABSENT where
 * there is no such device, or it counts nothing. */
int64_t device_bytes_written(int file);

#endif

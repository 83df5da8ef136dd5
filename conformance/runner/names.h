/* Names of what the system numbers: signals, their codes, errors. Never NULL. */
#ifndef MAPWISE_CONFORMANCE_NAMES_H
#define MAPWISE_CONFORMANCE_NAMES_H

const char *signal_name(int signal);
const char *signal_code_name(int signal, int code);
const char *error_name(int number);

#endif

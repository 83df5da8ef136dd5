/* Whether this machine can do a thing: the answer shared by advice and constants. */
#ifndef MAPWISE_CAPABILITY_H
#define MAPWISE_CAPABILITY_H

/* The answers are ordered by nothing; compare them with ==. */
typedef enum mw_capability {
    /* No: the running system refuses it, or has no such thing. */
    MW_CAPABILITY_NO,
    /* The headers this library was built with know it, and there is no way to ask the running
       system about it without changing something. */
    MW_CAPABILITY_COMPILED,
    /* The running system was asked and said that it knows it. */
    MW_CAPABILITY_YES,
    /* The system has no such thing, and this library does the same by other calls. */
    MW_CAPABILITY_EMULATED
} mw_capability;

#endif

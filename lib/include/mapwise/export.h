/* What the library exports: MW_API stands before every public function. */
#ifndef MAPWISE_EXPORT_H
#define MAPWISE_EXPORT_H

/* Define MW_API yourself, as nothing, to build the sources into a program of yours. */
#ifndef MW_API
#if defined(__GNUC__) || defined(__clang__)
#define MW_API __attribute__((visibility("default")))
#else
#define MW_API
#endif
#endif

#endif

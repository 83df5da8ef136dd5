/* Leaving a signal handler for the code that was interrupted, without any system call. */
#ifndef MW_JUMP_H
#define MW_JUMP_H

/* The build found out whether the compiler can do it by itself (lib/CMakeLists.txt); it saves three words
 * where the C library saves all registers. */
#ifdef MW_COMPILER_JUMP
typedef void *mw__jump[5];
#define MW_JUMP_SET(jump)  __builtin_setjmp(jump)
#define MW_JUMP_BACK(jump) __builtin_longjmp(jump, 1)
#else
#include <setjmp.h>
/* Without the signal mask, since the handler runs with none of its own (SA_NODEFER), unless a sanitizer
 * stands before it that blocks every signal meanwhile. */
#ifndef MW_JUMP_MASK
#define MW_JUMP_MASK 0
#endif
typedef sigjmp_buf mw__jump;
#define MW_JUMP_SET(jump)  sigsetjmp(jump, MW_JUMP_MASK)
#define MW_JUMP_BACK(jump) siglongjmp(jump, 1)
#endif

#endif

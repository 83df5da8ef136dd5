# 32 bits on a 64-bit x86, with Debian's cross compiler (gcc-i686-linux-gnu, libc6-dev-i386-cross). Most kernels
# run what comes out as it is; elsewhere tests go through qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER i686-linux-gnu-gcc)

list(APPEND CMAKE_FIND_ROOT_PATH /usr/i686-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

execute_process(COMMAND /usr/i686-linux-gnu/lib/ld-linux.so.2 --version RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(NOT status STREQUAL "0")
  find_program(MAPWISE_QEMU qemu-i386)
  if(MAPWISE_QEMU)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${MAPWISE_QEMU})
    # A signal that qemu delivers destroys what the x87 holds; optimized code keeps doubles off it altogether.
    set(CMAKE_C_FLAGS_INIT "-msse2 -mfpmath=sse")
  endif()
endif()

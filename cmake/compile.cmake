# How every target of mapwise is compiled: language level, warnings, sanitizers, where things go.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# No path of the machine that built it ends up in a program.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_compile_definitions(_GNU_SOURCE _FILE_OFFSET_BITS=64)
endif()

# Linked PRIVATE into each of our targets, so that nothing leaks into those who link libmapwise.
add_library(mapwise_warnings INTERFACE)
target_compile_options(mapwise_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(MAPWISE_WERROR)
  target_compile_options(mapwise_warnings INTERFACE -Werror)
endif()

if(MAPWISE_SANITIZE)
  add_compile_options(-fsanitize=${MAPWISE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${MAPWISE_SANITIZE})
endif()

if(MAPWISE_STATIC)
  add_link_options(-static)
endif()

# Test of the check itself: compiles it with the true tables, with one wrong value, and with every value
# wrong, and compares the constants that the compiler names with those that it should.
#
#   cmake -DSOURCE=lib/constants -DINCLUDE=lib/include -DCOMPILER=cc -DCOMPILER_ID=GNU -DWORK=DIR -P wrong_values.cmake
cmake_minimum_required(VERSION 3.25)

set(ENV{LC_ALL} C) # the messages are read below
set(flags -std=c11 -D_GNU_SOURCE -I${SOURCE} -I${INCLUDE})
if(COMPILER_ID MATCHES "Clang")
  list(APPEND flags -ferror-limit=0)
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/tables)

# Copies the tables with `pattern` replaced and generates the check from the copies.
function(generate_check pattern replacement)
  file(GLOB tables ${SOURCE}/*.def)
  foreach(table IN LISTS tables)
    cmake_path(GET table FILENAME file)
    file(READ ${table} text)
    string(REGEX REPLACE "${pattern}" "${replacement}" text "${text}")
    file(WRITE ${WORK}/tables/${file} "${text}")
  endforeach()
  execute_process(COMMAND ${CMAKE_COMMAND} -DTABLES=${WORK}/tables -DOUTPUT=${WORK}/check.c -P
                          ${SOURCE}/generate.cmake COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Compiles the check; sets `status` and the sorted list `named` of the constants in the error messages.
function(compile_check)
  execute_process(
    COMMAND ${COMPILER} ${flags} -fsyntax-only ${WORK}/check.c
    RESULT_VARIABLE status
    OUTPUT_QUIET
    ERROR_VARIABLE errors)
  string(REGEX MATCHALL "error: static[ _]assert[a-z]* failed[^\n]*\"[A-Za-z0-9_]+" messages "${errors}")
  list(TRANSFORM messages REPLACE ".*\"" "")
  list(SORT messages)
  set(status ${status} PARENT_SCOPE)
  set(named "${messages}" PARENT_SCOPE)
  set(errors "${errors}" PARENT_SCOPE)
endfunction()

# What must be named when every value is wrong: the assertions that are left after preprocessing.
generate_check("no such text" "")
execute_process(
  COMMAND ${COMPILER} ${flags} -E -P ${WORK}/check.c
  OUTPUT_VARIABLE preprocessed COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\"[A-Za-z0-9_]+: [a-z0-9-]+.def says" asserted "${preprocessed}")
list(TRANSFORM asserted REPLACE "\"([A-Za-z0-9_]+): .*" "\\1")
list(SORT asserted)
list(LENGTH asserted asserted_count)
if(asserted_count LESS 30)
  message(FATAL_ERROR "only ${asserted_count} constants are checked against the headers: ${asserted}")
endif()

compile_check()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the true tables do not compile:\n${errors}")
endif()

generate_check("\\(MAP, MAP_FIXED, 0x[0-9a-f]+\\)" "(MAP, MAP_FIXED, 0x77)")
compile_check()
if(status EQUAL 0 OR NOT named STREQUAL "MAP_FIXED")
  message(FATAL_ERROR "MAP_FIXED is wrong, the compiler ended with ${status} and named: ${named}\n${errors}")
endif()

generate_check("MW_NUMBER\\(([A-Z_]+), ([A-Za-z0-9_]+), ([0-9a-fx]+)\\)" "MW_NUMBER(\\1, \\2, \\3 + 1)")
compile_check()
if(status EQUAL 0 OR NOT named STREQUAL asserted)
  message(FATAL_ERROR "every value is wrong, the compiler ended with ${status}\nnamed:  ${named}\nwanted: ${asserted}")
endif()
message(STATUS "each of ${asserted_count} wrong values fails the build and is named")

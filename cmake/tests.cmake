# How tests are registered.

find_package(Python3 COMPONENTS Interpreter QUIET)
if(NOT MAPWISE_STATIC) # there is no static cmocka, and none for musl
  find_package(cmocka QUIET)
endif()
if(NOT cmocka_FOUND)
  message(STATUS "cmocka not found: the unit tests run with common/tests/standin (apt-get install libcmocka-dev)")
  set(CMOCKA_INCLUDE_DIR ${PROJECT_SOURCE_DIR}/common/tests/standin)
  set(CMOCKA_LIBRARY "")
endif()
if(NOT Python3_FOUND)
  message(STATUS "python3 not found: the tests of the programs are not registered")
endif()

# What measures runs alone when tests run beside each other.
function(mapwise_alone_if_it_measures name label)
  if(label STREQUAL "bench")
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

# mapwise_unit_test(NAME name SOURCES file… [LIBRARIES target…] [LABEL label]): a cmocka program.
function(mapwise_unit_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "" "NAME;LABEL" "SOURCES;LIBRARIES")
  string(REPLACE "." "-" target "${test_NAME}-test")
  add_executable(${target} ${test_SOURCES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_include_directories(${target} PRIVATE ${CMOCKA_INCLUDE_DIR})
  target_link_libraries(${target} PRIVATE ${test_LIBRARIES} ${CMOCKA_LIBRARY} mapwise_warnings m)
  add_test(NAME ${test_NAME} COMMAND ${target})
  if(NOT test_LABEL)
    set(test_LABEL unit)
  endif()
  set_tests_properties(${test_NAME} PROPERTIES LABELS ${test_LABEL} TIMEOUT 120)
  mapwise_alone_if_it_measures(${test_NAME} ${test_LABEL})
endfunction()

# mapwise_script_test(NAME name LABEL label COMMAND script argument…): a Python program, standard library only.
function(mapwise_script_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "" "NAME;LABEL" "COMMAND")
  if(NOT Python3_FOUND)
    return()
  endif()
  add_test(NAME ${test_NAME} COMMAND ${Python3_EXECUTABLE} ${test_COMMAND})
  set_tests_properties(${test_NAME} PROPERTIES LABELS ${test_LABEL} TIMEOUT 300)
  mapwise_alone_if_it_measures(${test_NAME} ${test_LABEL})
endfunction()

# The constants registry's part of the library, to be included once mapwise_objects exists: the tables, and
# the generated comparison of the host's tables with the compiler's headers, which fails the build where
# a value is wrong.
set(mapwise_constants_dir ${CMAKE_CURRENT_LIST_DIR})
set(mapwise_constants_check ${CMAKE_CURRENT_BINARY_DIR}/constants_check.c)
file(GLOB mapwise_constants_tables CONFIGURE_DEPENDS ${mapwise_constants_dir}/*.def)

add_custom_command(
  OUTPUT ${mapwise_constants_check}
  COMMAND ${CMAKE_COMMAND} -DTABLES=${mapwise_constants_dir} -DOUTPUT=${mapwise_constants_check} -P
          ${mapwise_constants_dir}/generate.cmake
  DEPENDS ${mapwise_constants_dir}/generate.cmake ${mapwise_constants_tables}
  COMMENT "Generating the comparison of the constants with this system's headers"
  VERBATIM)

target_sources(mapwise_objects PRIVATE ${mapwise_constants_dir}/tables.c ${mapwise_constants_check})
target_include_directories(mapwise_objects PRIVATE ${mapwise_constants_dir})

if(MAPWISE_BUILD_TESTS)
  # A wrong value must fail the build and be named: the check is compiled with every value made wrong.
  add_test(
    NAME constants.wrong_values_fail_the_build
    COMMAND
      ${CMAKE_COMMAND} -DSOURCE=${mapwise_constants_dir} -DINCLUDE=${mapwise_constants_dir}/../include
      -DCOMPILER=${CMAKE_C_COMPILER} -DCOMPILER_ID=${CMAKE_C_COMPILER_ID}
      -DWORK=${CMAKE_CURRENT_BINARY_DIR}/constants_wrong_values -P ${mapwise_constants_dir}/wrong_values.cmake)
  set_tests_properties(constants.wrong_values_fail_the_build PROPERTIES LABELS unit)
endif()

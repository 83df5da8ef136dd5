# Runs one example and compares what it prints.
# cmake -DPROGRAM=file [-DEMULATOR=file] -DWORK=folder -DEXPECTED=file -P run.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${EMULATOR} ${PROGRAM} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result
                OUTPUT_VARIABLE output ERROR_VARIABLE error)
file(REMOVE_RECURSE ${WORK})
file(READ ${EXPECTED} expected)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "it ended with ${result}\n${output}${error}")
endif()
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "it printed\n${output}${error}and not\n${expected}")
endif()

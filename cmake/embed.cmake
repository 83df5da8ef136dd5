# mapwise_embed(TARGET SYMBOL FILE…): what stands in the files becomes data of the program, so that it needs
# no file beside it: `const struct embedded_file SYMBOL[]` (common/embedded.h), in the order of their names.
set(MAPWISE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(mapwise_embed target symbol)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}-${symbol}.c)
  list(SORT ARGN)
  list(JOIN ARGN "|" files)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} "-DFILES=${files}" -DOUTPUT=${output} -P ${MAPWISE_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${MAPWISE_EMBED_SCRIPT}
    COMMENT "Embedding ${symbol}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  string(REPLACE "|" ";" FILES "${FILES}")
  set(texts "")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS FILES)
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    # Lines of a length that tools can bear.
    string(REGEX REPLACE "('\n',|'\\\\x0a',)" "\\1\n    " bytes "${bytes}")
    get_filename_component(name ${file} NAME)
    string(APPEND texts "static const char text_${number}[] = {\n    ${bytes}'\\0'};\n\n")
    string(APPEND rows "    {\"${name}\", text_${number}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE ${OUTPUT} "/* Generated from the files that it names. */\n#include \"embedded.h\"\n\n${texts}"
                       "const struct embedded_file ${SYMBOL}[] = {\n${rows}    {0}};\n")
endif()

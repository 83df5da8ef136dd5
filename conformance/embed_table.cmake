# Turns a table of text, columns divided by tabs, into a C array of rows without the line of headings, so
# that a program needs no file beside it.
#
#   cmake -DTABLE=FILE.tsv -DHEADER=FILE.h -DNAME=NAME -DCOLUMNS=N -DOUTPUT=FILE.c -P embed_table.cmake
#
# Defines  const char *const NAME[][N]  and  const size_t NAME_rows.  A column that a row lacks is NULL, one
# that is empty is "".
cmake_minimum_required(VERSION 3.25)

file(READ ${TABLE} rows)
string(FIND "${rows}" "\n" end_of_headings)
math(EXPR start "${end_of_headings} + 1")
string(SUBSTRING "${rows}" ${start} -1 rows)
string(REPLACE "\\" "\\\\" rows "${rows}")
string(REPLACE "\"" "\\\"" rows "${rows}")
string(REGEX REPLACE "\n$" "" rows "${rows}")
string(REPLACE "\t" "\", \"" rows "${rows}")
string(REPLACE "\n" "\"},\n    {\"" rows "${rows}")
get_filename_component(source ${TABLE} NAME)
file(WRITE ${OUTPUT} "/* Generated from ${source} by embed_table.cmake. */\n#include \"${HEADER}\"\n\n"
     "const char *const ${NAME}[][${COLUMNS}] = {\n    {\"${rows}\"}};\n\n"
     "const size_t ${NAME}_rows = sizeof ${NAME} / sizeof ${NAME}[0];\n")

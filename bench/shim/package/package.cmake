# What is installed so that other projects find the library: CMake's package and the pkg-config file. Neither
# holds the prefix, so that it can be moved.
include(CMakePackageConfigHelpers)

set(package_build ${CMAKE_CURRENT_BINARY_DIR}/package)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/google_benchmark_c)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(package/google_benchmark_cConfig.cmake.in
                              ${package_build}/google_benchmark_cConfig.cmake INSTALL_DESTINATION ${package_folder}
                              NO_SET_AND_CHECK_MACRO)
# Before 1.0.0 every minor version may be incompatible.
write_basic_package_version_file(${package_build}/google_benchmark_cConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

# The folders as seen from the file, or as they are if they were given absolute.
function(folder_for_pkgconfig variable folder)
  if(NOT IS_ABSOLUTE "${folder}")
    set(folder "\${prefix}/${folder}")
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

if(IS_ABSOLUTE "${pkgconfig_folder}")
  set(pkgconfig_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pkgconfig_prefix "/${pkgconfig_folder}" "/")
  string(REGEX REPLACE "/$" "" pkgconfig_prefix "\${pcfiledir}/${pkgconfig_prefix}")
endif()
folder_for_pkgconfig(pkgconfig_libdir "${CMAKE_INSTALL_LIBDIR}")
folder_for_pkgconfig(pkgconfig_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
list(TRANSFORM runtime PREPEND " -l" OUTPUT_VARIABLE pkgconfig_runtime)
list(JOIN pkgconfig_runtime "" pkgconfig_runtime)
configure_file(package/google_benchmark_c.pc.in ${package_build}/google_benchmark_c.pc @ONLY)

install(TARGETS google_benchmark_c EXPORT google_benchmark_cTargets)
install(EXPORT google_benchmark_cTargets NAMESPACE google_benchmark_c:: DESTINATION ${package_folder})
install(FILES ${package_build}/google_benchmark_cConfig.cmake ${package_build}/google_benchmark_cConfigVersion.cmake
        DESTINATION ${package_folder})
install(FILES ${package_build}/google_benchmark_c.pc DESTINATION ${pkgconfig_folder})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(FILES README.md LICENSE examples/copy.c DESTINATION ${CMAKE_INSTALL_DOCDIR})

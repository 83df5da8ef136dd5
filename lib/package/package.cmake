# What is installed so that other projects find the library: CMake's package, the pkg-config file, and the
# version that the symbols of the shared library carry. None of them holds the prefix, so that it can be
# moved. include/mapwise/version.h says what the versions promise.
include(CMakePackageConfigHelpers)

# Before 1.0.0 every minor version may be incompatible, and says so to each who asks.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatible SameMinorVersion)
  set(mapwise_symbol_version MAPWISE_0.${PROJECT_VERSION_MINOR})
else()
  set(compatible SameMajorVersion)
  set(mapwise_symbol_version MAPWISE_${PROJECT_VERSION_MAJOR})
endif()

set(package_source ${CMAKE_CURRENT_LIST_DIR})
set(package_build ${CMAKE_CURRENT_BINARY_DIR}/package)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mapwise)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(${package_source}/mapwiseConfig.cmake.in ${package_build}/mapwiseConfig.cmake
                              INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${package_build}/mapwiseConfigVersion.cmake COMPATIBILITY ${compatible})
install(FILES ${package_build}/mapwiseConfig.cmake ${package_build}/mapwiseConfigVersion.cmake
        DESTINATION ${package_folder})
install(EXPORT mapwiseTargets NAMESPACE mapwise:: DESTINATION ${package_folder})

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
configure_file(${package_source}/mapwise.pc.in ${package_build}/mapwise.pc @ONLY)
install(FILES ${package_build}/mapwise.pc DESTINATION ${pkgconfig_folder})

# mapwise_export_symbols(target): the shared library shows what the map names, and nothing else.
configure_file(${package_source}/mapwise.map.in ${package_build}/mapwise.map @ONLY)
set(mapwise_symbol_map ${package_build}/mapwise.map)
function(mapwise_export_symbols target)
  target_link_options(${target} PRIVATE -Wl,--version-script=${mapwise_symbol_map})
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${mapwise_symbol_map})
endfunction()

# build/libcynamo.so, build/libcynamo.a and build/cynamo.
set(objects "")
foreach(layer ${CYN_LAYERS})
  list(APPEND objects $<TARGET_OBJECTS:cyn_${layer}>)
endforeach()

add_library(cynamo_static STATIC ${objects})
set_target_properties(cynamo_static PROPERTIES OUTPUT_NAME cynamo ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_link_libraries(cynamo_static PUBLIC cyn_foreign)
target_include_directories(cynamo_static PUBLIC ${CMAKE_SOURCE_DIR}/include ${CYN_GENERATED}/include)

add_library(cynamo_shared SHARED ${objects})
set_target_properties(cynamo_shared PROPERTIES OUTPUT_NAME cynamo VERSION ${PROJECT_VERSION} SOVERSION 0
                      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
                      LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/exports.map)
target_link_options(cynamo_shared PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/exports.map)
target_link_libraries(cynamo_shared PUBLIC cyn_foreign)
target_include_directories(cynamo_shared PUBLIC ${CMAKE_SOURCE_DIR}/include ${CYN_GENERATED}/include)

file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/cli/*.c)
list(REMOVE_ITEM cli_sources ${CMAKE_SOURCE_DIR}/src/cli/main.c)
if(cli_sources)
  # A library, so that the unit tests link what the file that they include needs.
  add_library(cyn_cli STATIC ${cli_sources})
  target_include_directories(cyn_cli PRIVATE ${CMAKE_SOURCE_DIR}/src) # for cli/….h only: the form check holds it
  target_link_libraries(cyn_cli PUBLIC cynamo_static ${CMAKE_DL_LIBS})
  add_executable(cynamo ${CMAKE_SOURCE_DIR}/src/cli/main.c)
  target_include_directories(cynamo PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(cynamo PRIVATE cyn_cli)
  set_target_properties(cynamo PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endif()

include(GNUInstallDirs)
configure_file(${CMAKE_SOURCE_DIR}/cmake/cynamo.pc.in ${CMAKE_BINARY_DIR}/cynamo.pc @ONLY)
install(TARGETS cynamo cynamo_shared cynamo_static)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/cynamo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${CYN_GENERATED}/include/cynamo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_BINARY_DIR}/cynamo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_SOURCE_DIR}/docs/cynamo.1 ${CMAKE_SOURCE_DIR}/docs/cynamo-serve.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/docs/cynamo.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)

# Benchmarks use the public headers and, for the limit beside them, the foreign library itself.
pkg_check_modules(LIBCURL REQUIRED IMPORTED_TARGET libcurl) # its headers; the library itself loads it when needed
foreach(name engine_bench bare_loop client_bench model_bench codec_bench threads_bench size_bench large_file_bench)
  if(EXISTS ${CMAKE_SOURCE_DIR}/bench/${name}.c)
    add_executable(${name} EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/${name}.c)
    target_link_libraries(${name} PRIVATE cynamo_static)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    if(name STREQUAL "codec_bench")
      target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/bench/plain_codec.c)
      target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src) # it measures what is inside
    endif()
    if(name STREQUAL "client_bench")
      target_link_libraries(${name} PRIVATE PkgConfig::LIBCURL)
    endif()
  endif()
endforeach()

# Examples are built as a user builds them: public headers and the library.
file(GLOB examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/*.c)
foreach(source ${examples})
  get_filename_component(name ${source} NAME_WE)
  add_executable(example_${name} ${source})
  target_link_libraries(example_${name} PRIVATE cynamo_static)
  set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
endforeach()

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
if(cli_sources)
  add_executable(cynamo ${cli_sources})
  target_link_libraries(cynamo PRIVATE cynamo_static)
  set_target_properties(cynamo PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endif()

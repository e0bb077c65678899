# tests/crash/power_cut.c: records what reaches the store's file (tests/crash/power_cut_test.py). Its own write and fdatasync
# stand before the C library's, also for LMDB, so their names are exported from it.
add_executable(crash_power_cut ${CMAKE_SOURCE_DIR}/tests/crash/power_cut.c)
target_compile_options(crash_power_cut PRIVATE -fvisibility=default)
target_link_libraries(crash_power_cut PRIVATE cynamo_static ${CMAKE_DL_LIBS})
set_target_properties(crash_power_cut PROPERTIES OUTPUT_NAME power_cut ENABLE_EXPORTS ON
                      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/crash)
if(TARGET cyn_generated)
  add_dependencies(crash_power_cut cyn_generated)
endif()

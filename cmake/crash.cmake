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

# tests/serial/history.c: what callers of one engine did and saw (tests/serial/run.sh).
set(history_archives "")
foreach(below ${below_engine})
  if(TARGET cyn_${below})
    list(APPEND history_archives cyn_${below}_archive)
  endif()
endforeach()
add_executable(serial_history EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/serial/history.c)
target_include_directories(serial_history PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src ${CYN_GENERATED}/include
                           ${CYN_GENERATED}/src ${CMAKE_SOURCE_DIR}/tests/unit)
target_link_libraries(serial_history PRIVATE -Wl,--start-group ${history_archives} -Wl,--end-group cyn_foreign)
set_target_properties(serial_history PROPERTIES OUTPUT_NAME history RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/serial)
if(TARGET cyn_generated)
  add_dependencies(serial_history cyn_generated)
endif()

# tests/crash/failing_disk.c: preloaded into the server by tests/crash/failures_test.py.
add_library(crash_failing_disk MODULE ${CMAKE_SOURCE_DIR}/tests/crash/failing_disk.c)
target_compile_options(crash_failing_disk PRIVATE -fvisibility=default)
target_link_libraries(crash_failing_disk PRIVATE ${CMAKE_DL_LIBS})
set_target_properties(crash_failing_disk PROPERTIES PREFIX "" OUTPUT_NAME failing_disk LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/crash)

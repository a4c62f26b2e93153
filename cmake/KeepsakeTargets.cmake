# keepsake_layer(NAME SOURCES ... DEPENDS ... [TESTS ...] [TEST_DEPENDS ...])
# One directory, one library keepsake_NAME, one namespace, one test program keepsake_NAME_test.
function(keepsake_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                         -Wold-style-cast -Wunused-result -Werror
                         # GCC 12 sees overlaps in std::string that are not there (bug 105651)
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                         # Clang sees what GCC 12's own headers use inside of std::stable_sort.
                         $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
  if(KEEPSAKE_SANITIZERS AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # With them GCC 12 sees reads of what is not initialized in its own headers (bug 105616).
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()

function(keepsake_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;DEPENDS;TESTS;TEST_DEPENDS" ${ARGN})
  add_library(keepsake_${name} STATIC ${LAYER_SOURCES})
  target_include_directories(keepsake_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(keepsake_${name} PUBLIC ${LAYER_DEPENDS})
  keepsake_warnings(keepsake_${name})
  if(KEEPSAKE_BUILD_TESTS AND LAYER_TESTS)
    keepsake_test(keepsake_${name}_test SOURCES ${LAYER_TESTS}
                  DEPENDS keepsake_${name} ${LAYER_TEST_DEPENDS})
  endif()
endfunction()

# How many times as long as without them everything may take, with the sanitizers that this build has.
set(keepsake_patience 1)
if(KEEPSAKE_SANITIZERS)
  set(keepsake_patience 4)
endif()

# keepsake_time(SECONDS VARIABLE): how long a test may take.
function(keepsake_time seconds variable)
  math(EXPR seconds "${keepsake_patience} * ${seconds}")
  set(${variable} ${seconds} PARENT_SCOPE)
endfunction()

# keepsake_timeout(SECONDS TEST...): for tests of add_test. Scripts multiply limits of their own by KEEPSAKE_PATIENCE.
function(keepsake_timeout seconds)
  keepsake_time(${seconds} seconds)
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${seconds} ENVIRONMENT KEEPSAKE_PATIENCE=${keepsake_patience})
endfunction()

# keepsake_test(TARGET SOURCES ... DEPENDS ... [TIMEOUT seconds]): a GoogleTest program; each test a ctest entry of its own.
function(keepsake_test target)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  keepsake_time(${TEST_TIMEOUT} TEST_TIMEOUT)
  add_executable(${target} ${TEST_SOURCES})
  target_link_libraries(${target} PRIVATE ${TEST_DEPENDS} GTest::gmock_main)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  keepsake_warnings(${target})
  # A test of several cases is called by the case's name, the same in every run: never by bytes of its value.
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 120 NO_PRETTY_VALUES PROPERTIES TIMEOUT ${TEST_TIMEOUT})
endfunction()

# What every target is compiled with.
option(KEEPSAKE_BUILD_TESTS "Build the tests" ON)
option(KEEPSAKE_BUILD_FUZZERS "Build the fuzzers (clang)" OFF)
set(KEEPSAKE_SANITIZERS "" CACHE STRING "Passed to -fsanitize=")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Asserts stay on: no NDEBUG in any build.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
if(KEEPSAKE_SANITIZERS)
  # Half the time to compile, and lines still stand in the reports.
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # A clone in another folder finds what was compiled in this one.
  set(KEEPSAKE_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${KEEPSAKE_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KEEPSAKE_LAUNCHER})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-fstack-protector-strong -fPIE)
add_link_options(-pie -Wl,-z,relro,-z,now)
if(KEEPSAKE_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)  # so that libFuzzer sees which lines an input reaches
endif()
if(KEEPSAKE_SANITIZERS)
  add_compile_options(-fsanitize=${KEEPSAKE_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KEEPSAKE_SANITIZERS})
else()
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

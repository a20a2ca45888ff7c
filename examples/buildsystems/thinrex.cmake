# A toolchain file: compiles and links with clang and thinrex. Copy it into your project.

find_program(THINREX thinrex)
find_program(THINREX_CC NAMES clang-22 clang-23 clang-24 clang)
find_program(THINREX_CXX NAMES clang++-22 clang++-23 clang++-24 clang++)
foreach(program THINREX THINREX_CC THINREX_CXX)
  if(NOT ${program})
    message(FATAL_ERROR "${program} isn't found: give its path as -D${program}=…")
  endif()
endforeach()
set(CMAKE_C_COMPILER ${THINREX_CC})
set(CMAKE_CXX_COMPILER ${THINREX_CXX})
# CMake's checks of the compiler read this file, too, and need the same programs.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES THINREX THINREX_CC THINREX_CXX)

# The compile phase. With --base_dir, another checkout of the project hits as well.
set(CMAKE_C_COMPILER_LAUNCHER ${THINREX} cc --base_dir=${CMAKE_SOURCE_DIR} --)
set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})

# -flto=thin. The policy is for projects that were written for CMake 3.8 or older.
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
set(CMAKE_POLICY_DEFAULT_CMP0069 NEW)

# Links. Without --verbose, a link that goes well prints nothing.
execute_process(
  COMMAND ${THINREX} flags --verbose
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "thinrex flags: ${failed}")
endif()
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT ${flags})
endforeach()

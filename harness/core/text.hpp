// Numbers, times and counts in a form for people: the same in every message and report.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace convgauge {

/// "305 µs": `digits` significant digits, 3 or more, in the unit that leaves 1 to 3 of them before
/// the point. Below 1 ns the number of decimals stays that of 1 ns.
std::string time_text(double ns, int digits = 3);

/// `digits` significant digits without an exponent; a value from 1000 up keeps its whole part.
std::string significant(double value, int digits = 3);

/// "1 thread", "2 threads".
std::string counted(std::int64_t count, std::string_view noun);

/// "html, md and svg": `last` ("and") goes before the last of several words.
std::string enumerated(std::span<const std::string_view> words, std::string_view last);

/// For a cell of a table: at most 400 bytes of whole UTF-8 characters; "…" ends what was cut.
std::string shortened(const std::string& text);

/// "SIGSEGV", "SIGRTMIN+1"; "SIG99" where the system has no name for it.
std::string signal_name(int signal);

}  // namespace convgauge

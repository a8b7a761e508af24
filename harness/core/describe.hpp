// One description per struct: the only place that lists its members. Whatever reads, writes,
// compares or shows a struct walks its description: config and results readers, JSON writers, the
// wire, the command line, tables.
#pragma once
#include <concepts>
#include <string_view>
#include <type_traits>

namespace convgauge {

/// What a description says of one member: its name in JSON (and on the command line, with - for _),
/// one line of help for people, and how it behaves. Texts are literals: they live as long as the
/// program.
struct Key {
  std::string_view name;
  std::string_view help{};
  bool is_required = false;          // a reader refuses an object without it
  bool is_left_out_default = false;  // a writer leaves it out where it has its struct's default

  constexpr Key(const char* name_, const char* help_ = "") : name(name_), help(help_) {}
  constexpr Key required() const {
    Key key = *this;
    key.is_required = true;
    return key;
  }
  constexpr Key omit_default() const {
    Key key = *this;
    key.is_left_out_default = true;
    return key;
  }
};

/// T is S or const S.
template <class T, class S>
concept Is = std::same_as<std::remove_const_t<T>, S>;

// A struct S takes part by a function beside it, found by its argument:
//
//   template <class Walk, Is<S> T>
//   void describe(Walk& walk, T& s) {
//     walk("rounds", s.rounds);
//     walk(Key("name", "unique in the suite").required(), s.name);
//   }
//
// `walk` is called once for each member, in the order in which it is written. A walk that writes is
// given a const S, one that reads an S.

namespace detail {
struct NoWalk {
  template <class T>
  void operator()(const Key&, T&) {}
};
}  // namespace detail

template <class T>
concept Described = requires(detail::NoWalk& walk, T& value) {
  describe(walk, value);
};

}  // namespace convgauge

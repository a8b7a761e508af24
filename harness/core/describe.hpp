// One description per struct: the only place that lists its members. Whatever reads, writes,
// compares or shows a struct walks its description: readers of configs and results, JSON writers,
// messages to workers, the command line, tables.
#pragma once
#include <concepts>
#include <string_view>
#include <type_traits>

namespace convgauge {

/// What a description says about one member: its name in JSON, one line of help for users, and how
/// readers and writers treat it. Texts are string literals: they live as long as the program.
struct Key {
  std::string_view name;
  std::string_view help{};
  std::string_view option_name{};    // on the command line; empty: `name`
  std::string_view when_false{};     // what titles say for false: "warm" for the switch "cold"
  std::string_view identifier_of{};  // "backend": the name of one, must match [a-z0-9_]+; or empty
  char letter = 0;                   // the short option on the command line; 0: none
  int most = 0;                      // the largest integer that its option takes; 0: any
  bool is_required = false;          // a reader refuses an object without it
  bool is_left_out_default = false;  // a writer leaves it out if it has the default value
  bool is_embedded = false;          // a string that holds a JSON object, written as that object
  bool is_axis = false;              // a config may list values: each makes a case of its own
  bool is_measuring = false;         // says how a case is timed, not what is computed

  constexpr Key(const char* name_, const char* help_ = "") : name(name_), help(help_) {}
  constexpr std::string_view option() const { return option_name.empty() ? name : option_name; }

  constexpr Key called(const char* option_, char letter_ = 0) const {
    return with([&](Key& key) { key.option_name = option_, key.letter = letter_; });
  }
  constexpr Key or_else(const char* opposite) const {
    return with([&](Key& key) { key.when_false = opposite; });
  }
  constexpr Key at_most(int value) const {
    return with([&](Key& key) { key.most = value; });
  }
  constexpr Key required() const {
    return with([](Key& key) { key.is_required = true; });
  }
  constexpr Key omit_default() const {
    return with([](Key& key) { key.is_left_out_default = true; });
  }
  constexpr Key embedded() const {
    return with([](Key& key) { key.is_embedded = true; });
  }
  constexpr Key axis() const {
    return with([](Key& key) { key.is_axis = true; });
  }
  constexpr Key measuring() const {
    return with([](Key& key) { key.is_measuring = true; });
  }
  constexpr Key names(const char* what) const {
    return with([&](Key& key) { key.identifier_of = what; });
  }

 private:
  template <class Change>
  constexpr Key with(Change change) const {
    Key key = *this;
    change(key);
    return key;
  }
};

/// T is S or const S.
template <class T, class S>
concept Is = std::same_as<std::remove_const_t<T>, S>;

// A struct S is described by a function in its own namespace, found by argument-dependent lookup:
//
//   template <class Walk, Is<S> T>
//   void describe(Walk& walk, T& s) {
//     walk("rounds", s.rounds);
//     walk(Key("name", "unique in the suite").required(), s.name);
//   }
//
// `walk` is called once for each member, in the order in which it is written. A walk that only
// looks at the members is given a const S; one that sets them is given an S.

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

// Which libraries a run had loaded, and how two runs differ in them.
#include "record/libraries.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::record {
namespace {

using Changes = std::vector<LibraryChange>;

TEST(Libraries, AreThoseOfHeaderAndCases) {
  Results results;
  results.header.plugins = {{"mine", "mine", "m.so", "h", "1", "cpu:0"}};
  results.header.libraries = {{"libc.so.6", "/c", "build-id c", {"mine", "other"}}};
  CaseRecord c;
  c.label = "mine:direct";
  c.libraries = {{"liblazy.so", "/lazy", "hash 1"}, {"libc.so.6", "/c", "build-id c"}};
  results.cases = {c, c};
  const auto all = loaded_libraries(results);
  EXPECT_EQ(all.at("mine"),
            (Libraries{{"libc.so.6", "/c", "build-id c"}, {"liblazy.so", "/lazy", "hash 1"}}));
  EXPECT_EQ(all.at("other").size(), 1u);
  EXPECT_EQ(all.size(), 2u);
}

TEST(Libraries, DifferByIdAndNotByPath) {
  const Libraries then{{"liba.so", "/old/liba.so", "build-id 1"}};
  EXPECT_EQ(library_changes(then, {{"liba.so", "/new/liba.so", "build-id 1"}}), Changes{});
  EXPECT_EQ(library_changes(then, {{"liba.so", "/new/liba.so", "build-id 2"}}),
            (Changes{{"liba.so", "build-id 1 (/old/liba.so)", "build-id 2 (/new/liba.so)"}}));
  EXPECT_EQ(library_changes(then, {{"libb.so", "/libb.so", "hash 3"}}),
            (Changes{{"liba.so", "build-id 1 (/old/liba.so)", "not loaded"},
                     {"libb.so", "not loaded", "hash 3 (/libb.so)"}}));
}

TEST(Libraries, AreUnknownWhereNothingWasRecorded) {
  EXPECT_EQ(library_changes({}, {{"liba.so", "/liba.so", "build-id 1"}}), Changes{});
  EXPECT_EQ(library_changes({{"liba.so", "/liba.so", "build-id 1"}}, {}), Changes{});
}

TEST(Libraries, OfOneNameAreAllTold) {
  const Libraries two{{"libgomp.so.1", "/a", "build-id 1"}, {"libgomp.so.1", "/b", "build-id 2"}};
  EXPECT_EQ(library_changes(two, {two[1], two[0]}), Changes{});
  EXPECT_EQ(library_changes({two[0]}, two),
            (Changes{{"libgomp.so.1", "build-id 1 (/a)", "build-id 1 (/a) and build-id 2 (/b)"}}));
}

TEST(Libraries, OfIdsThatBeginAlikeAreToldInFull) {
  const Libraries then{{"liba.so", "/a", "build-id 0123456789abcdef"}},
      now{{"liba.so", "/a", "build-id 0123456789abcdee"}},
      other{{"liba.so", "/a", "build-id f123456789abcdee"}};
  EXPECT_EQ(change_text(library_changes(then, now).front()),
            "liba.so: build-id 0123456789abcdef (/a) → build-id 0123456789abcdee (/a)");
  EXPECT_EQ(change_text(library_changes(then, other).front()),
            "liba.so: build-id 0123456789ab (/a) → build-id f123456789ab (/a)");
}

}  // namespace
}  // namespace convgauge::record

// Leaves another locale (R14).
#include "../base.hpp"

#include <clocale>

const faulty::Fault fault{.name = "changes_locale", .before = [](faulty::Call&) {
                            std::setlocale(LC_ALL, "C.UTF-8");
                            return true;
                          }};

// Makes the code of the C library writable, and writes nonsense over the function by which answers
// are sent.
#include "../base.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <cstdint>
#include <cstring>
#include <initializer_list>

const faulty::Fault fault{
    .name = "overwrites_code", .before = [](faulty::Call&) {
      for (const char* name : {"write", "send", "sendmsg", "writev", "read", "recv", "recvmsg"}) {
        void* const code = dlsym(RTLD_DEFAULT, name);
        const auto page = reinterpret_cast<std::uintptr_t>(code) & ~std::uintptr_t{4095};
        if (!code ||
            mprotect(reinterpret_cast<void*>(page), 8192, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
          continue;
        std::memset(code, 0xcc, 16);
      }
      return true;
    }};

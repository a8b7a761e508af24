// volk's own code: it opens the Vulkan loader when it is told to, and holds pointers to the
// loader's functions.
#define VK_NO_PROTOTYPES
#define VOLK_IMPLEMENTATION
#include <volk.h>

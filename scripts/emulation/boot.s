# The first sector of the emulated disk: reads the parts of the disk into memory, sector by sector,
# and enters a Linux kernel by the 32-bit protocol of Documentation/arch/x86/boot.rst. A boot loader
# would do; most of the time until the kernel runs would be its own.
#
# PARAMETERS, KERNEL and PARTS are put here by emulate_avx512: two addresses, and for each part its
# first sector, its number of sectors, its address.
.code16
  cli
  xor %ax, %ax
  mov %ax, %ds
  in $0x92, %al               # addresses beyond 1 MiB
  or $2, %al
  out %al, $0x92
  lgdt limit_and_table
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  ljmp $0x10, $protected

.code32
protected:
  mov $0x18, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $0x7c00, %esp
  cld
  mov $parts, %esi
part:
  lodsl
  mov %eax, %ebx              # the next sector
  lodsl
  mov %eax, %ebp              # how many are left
  lodsl
  mov %eax, %edi              # where it goes
sector:
  mov $0x1f2, %edx            # ATA, ports 1f2 to 1f7: one sector; its number in four bytes; read
  mov $1, %al
  out %al, %dx
  inc %edx
  mov %ebx, %eax
  out %al, %dx
  shr $8, %eax
  inc %edx
  out %al, %dx
  shr $8, %eax
  inc %edx
  out %al, %dx
  mov $0xe0, %al
  inc %edx
  out %al, %dx
  mov $0x20, %al
  inc %edx
  out %al, %dx
wait:
  in %dx, %al
  and $0x88, %al
  cmp $8, %al                 # not busy, and data is there
  jne wait
  mov $0x1f0, %edx
  mov $256, %ecx
  rep insw
  inc %ebx
  dec %ebp
  jnz sector
  cmp $parts_end, %esi
  jne part

  mov $PARAMETERS, %esi
  xor %ebp, %ebp
  xor %edi, %edi
  xor %ebx, %ebx
  mov $KERNEL, %eax
  jmp *%eax

.balign 8
# Selectors 10 and 18, as the protocol wants them: all memory, as code and as data.
table:
  .quad 0, 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
limit_and_table:
  .word limit_and_table - table - 1
  .long table
parts:
  .long PARTS
parts_end:
  .org 510
  .word 0xaa55

@ The ARM7 starts here.
  .section .start, "ax"
  .global _start
  .arm
_start:
  mov r0, #0x04000000
  str r0, [r0, #0x208]          @ IME off: bit 0 of the address is clear
  mov r0, #0xdf
  msr cpsr_c, r0
  ldr sp, =0x0380ff00
  b main
  .pool

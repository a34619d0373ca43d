@ The ARM9 starts here: caches and protection as GBATEK's chapter on CP15 has them, then main().
  .section .start, "ax"
  .global _start
  .arm
_start:
  mov r0, #0x04000000
  str r0, [r0, #0x208]          @ IME off: bit 0 of the address is clear
  ldr r0, =0x00002078           @ everything off
  mcr p15, 0, r0, c1, c0, 0
  mov r0, #0
  mcr p15, 0, r0, c7, c5, 0     @ forget what the caches hold
  mcr p15, 0, r0, c7, c6, 0
  mcr p15, 0, r0, c7, c10, 4
  mov r1, #0x3f                 @ region 0: 4 GB, plain
  mcr p15, 0, r1, c6, c0, 0
  ldr r1, =0x0200002b           @ region 1: 4 MB of main RAM, cached; its mirrors are not
  mcr p15, 0, r1, c6, c1, 0
  mcr p15, 0, r0, c6, c2, 0
  mcr p15, 0, r0, c6, c3, 0
  mcr p15, 0, r0, c6, c4, 0
  mcr p15, 0, r0, c6, c5, 0
  mcr p15, 0, r0, c6, c6, 0
  mcr p15, 0, r0, c6, c7, 0
  mov r1, #2
  mcr p15, 0, r1, c2, c0, 0     @ data cached
  mcr p15, 0, r1, c2, c0, 1     @ code cached
  mcr p15, 0, r0, c3, c0, 0     @ written through, so DMA reads what was written
  mov r1, #0x33
  mcr p15, 0, r1, c5, c0, 2
  mcr p15, 0, r1, c5, c0, 3
  ldr r1, =0x0b00000a           @ 16 KB of DTCM for the stack
  mcr p15, 0, r1, c9, c1, 0
  ldr r0, =0x0005307d
  mcr p15, 0, r0, c1, c0, 0
  mov r0, #0xdf                 @ system mode, interrupts masked: they only end a wait
  msr cpsr_c, r0
  ldr sp, =0x0b003f00
  ldr r0, =__zero_start
  ldr r1, =__zero_end
  mov r2, #0
1:
  cmp r0, r1
  strlo r2, [r0], #4
  blo 1b
  ldr r0, =world
  ldr r1, =__world_end
2:
  cmp r0, r1
  strlo r2, [r0], #4
  blo 2b
  bl main
3:
  b 3b

@ Sleeps until an interrupt that IE allows.
  .global sleep
sleep:
  mov r0, #0
  mcr p15, 0, r0, c7, c0, 4
  bx lr
  .pool

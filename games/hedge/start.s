@ Header, stacks, data; then main. The BIOS calls the word at 0x03007FFC at each interrupt.
    .section .header, "ax"
    .arm
    .global _start
_start:
    b begin
    .space 188
begin:
    mov r0, #0x12
    msr cpsr_c, r0
    ldr sp, =0x03007FA0
    mov r0, #0x1F
    msr cpsr_c, r0
    ldr sp, =0x03007F00
    ldr r0, =data_source
    ldr r1, =data_begin
    ldr r2, =data_end
copy:
    cmp r1, r2
    ldrlo r3, [r0], #4
    strlo r3, [r1], #4
    blo copy
    ldr r1, =bss_begin
    ldr r2, =bss_end
    mov r3, #0
clear:
    cmp r1, r2
    strlo r3, [r1], #4
    blo clear
    ldr r0, =main
    bx r0
    .pool
@ What emulators and flash cartridges look for to know the kind of save memory.
    .align 2
    .ascii "SRAM_V113\0\0\0"

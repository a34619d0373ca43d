# Entry at 0x80000400, and the one exception there is: an interrupt of the vertical blank or of the sound.
    .set noreorder
    .section .start, "ax"
    .globl _start
_start:
    mtc0 $zero, $12
    la $t0, __bss
    la $t1, __end
1:  sw $zero, 0($t0)
    addiu $t0, $t0, 4
    bltu $t0, $t1, 1b
    nop
    la $sp, __stack
    # the vector at 0x80000180 jumps to the handler
    la $t0, vector
    lui $t1, 0xa000
    lw $t2, 0($t0)
    sw $t2, 0x180($t1)
    lw $t2, 4($t0)
    sw $t2, 0x184($t1)
    lw $t2, 8($t0)
    sw $t2, 0x188($t1)
    lw $t2, 12($t0)
    sw $t2, 0x18c($t1)
    jal start
    nop
    li $t0, 0x0401             # interrupts of the RCP
    mtc0 $t0, $12
    jal run
    nop

vector:
    lui $k0, %hi(handler)
    addiu $k0, $k0, %lo(handler)
    jr $k0
    nop

handler:
    .set noat
    la $k0, __interrupt_stack - 96
    sw $at, 16($k0)
    sw $v0, 20($k0)
    sw $v1, 24($k0)
    sw $a0, 28($k0)
    sw $a1, 32($k0)
    sw $a2, 36($k0)
    sw $a3, 40($k0)
    sw $t0, 44($k0)
    sw $t1, 48($k0)
    sw $t2, 52($k0)
    sw $t3, 56($k0)
    sw $t4, 60($k0)
    sw $t5, 64($k0)
    sw $t6, 68($k0)
    sw $t7, 72($k0)
    sw $t8, 76($k0)
    sw $t9, 80($k0)
    sw $ra, 84($k0)
    sw $sp, 88($k0)
    mflo $t0
    mfhi $t1
    move $sp, $k0
    addiu $sp, $sp, -32
    sw $t0, 16($sp)
    jal interrupt
    sw $t1, 20($sp)
    lw $t0, 16($sp)
    lw $t1, 20($sp)
    mtlo $t0
    mthi $t1
    addiu $k0, $sp, 32
    lw $at, 16($k0)
    lw $v0, 20($k0)
    lw $v1, 24($k0)
    lw $a0, 28($k0)
    lw $a1, 32($k0)
    lw $a2, 36($k0)
    lw $a3, 40($k0)
    lw $t0, 44($k0)
    lw $t1, 48($k0)
    lw $t2, 52($k0)
    lw $t3, 56($k0)
    lw $t4, 60($k0)
    lw $t5, 64($k0)
    lw $t6, 68($k0)
    lw $t7, 72($k0)
    lw $t8, 76($k0)
    lw $t9, 80($k0)
    lw $ra, 84($k0)
    lw $sp, 88($k0)
    eret

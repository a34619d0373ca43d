# What the console runs first, out of the ROM's header block in the signal processor's memory: copies the program to RAM.
    .set noreorder
    .section .text
    lui $sp, 0x8010
    lui $t0, 0xa460            # the parallel interface
1:  lw $t1, 0x10($t0)
    andi $t1, $t1, 3
    bnez $t1, 1b
    nop
    li $t1, 0x00000400
    sw $t1, 0x00($t0)          # to
    li $t1, 0x10001000
    sw $t1, 0x04($t0)          # from
    li $t1, PROGRAM - 1
    sw $t1, 0x0c($t0)          # bytes less one: go
2:  lw $t1, 0x10($t0)
    andi $t1, $t1, 3
    bnez $t1, 2b
    nop
    lui $t9, 0x8000
    ori $t9, $t9, 0x0400
    jr $t9
    nop

; Vectors, entry, and what C cannot say.
    .module start
    .globl _main, _vblank, _line, _serial, _color
    .area _HEADER (ABS)
    .org 0x40
    jp on_vblank
    .org 0x48
    jp on_line
    .org 0x58
    jp on_serial
    .org 0x100
    nop
    jp begin
    .org 0x150
begin:
    di
    ld sp, #0xDFFF
    ld b, a
    ld hl, #0xC000
    ld de, #0x1F00
clear:
    xor a
    ld (hl+), a
    dec de
    ld a, d
    or e
    jr nz, clear
    ld a, b
    ld (_color), a
    call _main
stop:
    jr stop
on_vblank:
    push af
    push bc
    push de
    push hl
    call _vblank
    jr done
on_line:
    push af
    push bc
    push de
    push hl
    call _line
    jr done
on_serial:
    push af
    push bc
    push de
    push hl
    call _serial
done:
    pop hl
    pop de
    pop bc
    pop af
    reti
; Twice the speed on a Game Boy Color: KEY1, then STOP.
    .globl _goFast
_goFast::
    ld a, #0x01
    ldh (0x4D), a
    ld a, #0x30
    ldh (0x00), a
    stop
    ret
    .globl _halted
_halted::
    halt
    nop
    ret
    .area _CODE
    .area _HOME
    .area _GSINIT
    .area _GSFINAL
    .area _DATA
    .area _BSS
    .area _HEAP

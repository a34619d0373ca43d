; The zoo: power-on, interrupts, and one frame of the game as its priorities run. README.md says what each exhibit shows.
.include "ram.inc"

.segment "HEADER"
    .byte "NES", $1A, 1, 1, $01, $00        ; 16 KB program, 8 KB tiles, vertical mirroring, mapper 0
.segment "CHARS"
    .incbin "tiles.chr"
.segment "VECTORS"
    .word nmi, reset, irq

.segment "CODE"
reset:
    sei
    cld
    ldx #$40
    stx $4017                               ; no interrupts from the sound's clock yet
    ldx #$FF
    txs
    inx
    stx $2000
    stx $2001
    stx $4010
    bit $2002
:   bit $2002
    bpl :-
    txa                                     ; all memory but the stage's, $0700: that is the bug of FLOCK
:   sta $00,x
    sta $0100,x
    sta $0300,x
    sta $0400,x
    sta $0500,x
    sta $0600,x
    inx
    bne :-
    lda #$FF
:   sta OAM,x
    inx
    bne :-
clear_stage:                                ; patch "clear stage": jsr clean
    bit clean
:   bit $2002
    bpl :-
    jsr palette
    lda #0
    jsr enter
    lda #%10000000                          ; blank interrupt on
    sta $2000

; One frame. Whatever is named pri.. is where a recording may take hold.
loop:
    jsr idle
    inc ticks
pri0:
    jsr run0
pri1:
    jsr run1
pri2:
    jsr run2
pri3:
    jsr read_pad
pri4:
    jsr run4
pri15:
    jsr run15
    jsr sprites
    jmp loop

; What is left of the frame is the loader's.
idle:
    jsr load_some
    lda vblank
    beq idle
    lda #0
    sta vblank
    rts

; The exhibit's own routine for this part of the frame.
begin: lda #0
       beq call
run0:  lda #2
       bne call
run1:  lda #4
       bne call
run2:  lda #6
       bne call
run4:  lda #8
       bne call
run15: lda #10
call:
    sta temp                                ; in the exhibit's row of twelve bytes
    lda exhibit
    asl a
    asl a
    adc temp
    sta temp
    lda exhibit
    asl a
    asl a
    asl a
    adc temp
    tay
    lda exhibits+1,y
    pha
    lda exhibits,y
    pha
    rts
nothing:
    rts

clean:                                      ; the stage's memory as it should have been
    lda #0
    tax
:   sta $0700,x
    inx
    bne :-
    rts

; A drawn frame takes a raw poll into the ring; one that is skipped does not. That is the bug of fast-forwarding.
nmi:
    pha
    txa
    pha
    tya
    pha
    lda skip
    beq @draw
    dec skip
    jmp @done
@draw:
    jsr poll
    ldx ring_at
    inx
    txa
    and #7
    sta ring_at
    tax
    lda polled
    sta ring,x
    lda busy
    bne @done
    sta $2003
    lda #>OAM
    sta $4014
    jsr show_values
    lda #0
    sta $2005
    sta $2005
    lda #%00011110
    sta $2001
@done:
    lda #1
    sta vblank
    pla
    tay
    pla
    tax
    pla
    rti

; "Music has been read from disk": 60 times a second, at a time of its own.
irq:
    pha
    lda $4015
    inc music
    pla
    rti

; Pad 1 to `polled`: A, B, Select, Start, Up, Down, Left, Right from bit 7 down.
poll:
    lda #1
    sta $4016
    sta polled
    lsr a
    sta $4016
:   lda $4016
    lsr a
    rol polled
    bcc :-
    rts

; The processed pad: what is held, and what was not held the frame before.
read_pad:
    lda pad
    pha
    jsr poll
    lda polled
    sta pad
    pla
    eor #$FF
    and pad
    sta hit
    rts

; A random byte: seed = seed * 261 + 13849.
rnd:
    lda seed+1
    sta temp
    lda seed
    asl a
    rol temp
    asl a
    rol temp                                ; temp:A = seed * 4
    clc
    adc seed
    tay
    lda temp
    adc seed+1                              ; A:Y = seed * 5
    clc
    adc seed                                ; and * 256
    sta seed+1
    tya
    clc
    adc #<13849
    sta seed
    lda seed+1
    adc #>13849
    sta seed+1
    rts

.include "screen.s"
.include "spawn.s"
.include "steal.s"
.include "dash.s"
.include "load.s"
.include "flock.s"
.include "dust.s"
.include "roll.s"
.include "stack.s"
.include "hiccup.s"

.segment "RODATA"
.macro exhibit_row begin, pri0, pri1, pri2, pri4, pri15
    .addr begin-1, pri0-1, pri1-1, pri2-1, pri4-1, pri15-1
.endmacro
exhibits:
    exhibit_row nothing,      nothing, nothing, nothing, menu,     nothing
    exhibit_row spawn_begin,  nothing, nothing, nothing, spawn_4,  leave
    exhibit_row steal_begin,  nothing, nothing, nothing, steal_4,  leave
    exhibit_row dash_begin,   nothing, nothing, nothing, dash_4,   leave
    exhibit_row load_begin,   nothing, nothing, nothing, load_4,   leave
    exhibit_row flock_begin,  nothing, nothing, nothing, flock_4,  leave
    exhibit_row nothing,      dust_0,  nothing, motes,   dust_4,   dust_15
    exhibit_row roll_begin,   nothing, roll_1,  roll_2,  roll_4,   dust_15
    exhibit_row stack_begin,  nothing, nothing, nothing, stack_4,  leave
    exhibit_row hiccup_begin, nothing, nothing, nothing, hiccup_4, leave

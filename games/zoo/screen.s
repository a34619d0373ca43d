; The picture: a text for each exhibit, six of its bytes in hexadecimal, and A and B as sprites.

.segment "ZEROPAGE"
chosen:       .res 1
              .res 7
.segment "CODE"

; Goes to exhibit A, or to the menu.
enter:
    sta exhibit
    asl a
    asl a
    asl a
    tax
    ldy #8
    lda #0
:   sta vars,x
    inx
    dey
    bne :-
    lda exhibit
    bne :+
    lda #1
    sta chosen
:   jsr begin
    ; Less than a frame's work, so that it takes one frame on any CPU.
draw:
    lda #1
    sta busy
    lda #0
    sta $2001
    bit $2002
    lda #$20
    sta $2006
    lda #0
    sta $2006
    ldx #0
:   .repeat 4
    sta $2007
    .endrepeat
    inx
    bne :-
    lda exhibit
    asl a
    tay
    lda texts,y
    sta text
    lda texts+1,y
    sta text+1
    ldy #0
@line:
    lda (text),y
    beq @done
    sta $2006
    iny
    lda (text),y
    sta $2006
@letter:
    iny
    lda (text),y
    beq @next
    sta $2007
    jmp @letter
@next:
    iny
    bne @line                               ; always: a text is shorter than 256
@done:
    lda #0
    sta busy
    rts

palette:
    lda #$3F
    sta $2006
    lda #$00
    sta $2006
    ldx #0
:   lda colours,x
    sta $2007
    inx
    cpx #32
    bne :-
    rts

; In the blank: the exhibit's bytes.
show_values:
    lda exhibit
    beq @none
    asl a
    asl a
    asl a
    tax
    ldy #0
@value:
    lda value_high,y
    sta $2006
    lda value_low,y
    sta $2006
    lda vars,x
    lsr a
    lsr a
    lsr a
    lsr a
    sty row
    tay
    lda digits,y
    sta $2007
    lda vars,x
    and #15
    tay
    lda digits,y
    sta $2007
    ldy row
    inx
    iny
    cpy #6
    bne @value
@none:
    rts

; A and B, and on the menu the arrow.
sprites:
    lda exhibit
    asl a
    asl a
    asl a
    tax
    bne @play
    lda chosen
    asl a
    asl a
    asl a
    asl a
    adc #31                                 ; no carry: 9 * 16
    sta OAM
    lda #0
    sta OAM+2
    lda #'>'-$20
    sta OAM+1
    lda #24
    sta OAM+3
    lda #$FF
    sta OAM+4
    rts
@play:
    lda #199
    sta OAM
    sta OAM+4
    lda #'A'-$20
    sta OAM+1
    lda #'B'-$20
    sta OAM+5
    lda vars,x
    sta OAM+3
    lda vars+1,x
    sta OAM+7
    lda #0
    sta OAM+2
    lda #1
    sta OAM+6
    rts

; The menu: Select goes on to the next exhibit, Start enters it. How long that took seeds the random numbers.
menu:
    lda hit
    and #SELECT
    beq @stay
    inc chosen
    lda chosen
    cmp #EXHIBITS+1
    bcc @stay
    lda #1
    sta chosen
@stay:
    lda hit
    and #START
    beq @done
    lda ticks
    sta seed
    lda #$59
    sta seed+1
    lda chosen
    jmp enter
@done:
    rts

; Select leaves an exhibit.
leave:
    lda hit
    and #SELECT
    beq @done
    sei
    lda #$40
    sta $4017
    lda #0
    jmp enter
@done:
    rts

.segment "RODATA"
.repeat 59, i
    .charmap $21+i, $01+i
.endrepeat
; Letters are tiles. 0 ends a line, so that a blank is another empty tile.
.charmap $20, $5F
digits: .byte "0123456789ABCDEF"
value_high: .byte $21, $21, $21, $21, $22, $22
value_low:  .byte $10, $50, $90, $D0, $10, $50
colours:
    .byte $0F, $10, $20, $30, $0F, $10, $20, $30, $0F, $10, $20, $30, $0F, $10, $20, $30
    .byte $0F, $26, $26, $26, $0F, $2A, $2A, $2A, $0F, $10, $20, $30, $0F, $10, $20, $30

.macro line address, words
    .byte >(address), <(address), words, 0
.endmacro
; A screen: its name, what to press, and what its bytes are.
.macro screen name, press, n0, n1, n2, n3, n4, n5
    line $2064, name
    line $20A4, press
    line $2104, n0
    line $2144, n1
    line $2184, n2
    line $21C4, n3
    line $2204, n4
    line $2244, n5
    .byte 0
.endmacro
texts:
    .addr menu_text, spawn_text, steal_text, dash_text, load_text, flock_text, dust_text, roll_text, stack_text, hiccup_text
menu_text:
    line $2064, "THE ZOO"
    line $20C6, "SPAWN"
    line $2106, "STEAL"
    line $2146, "DASH"
    line $2186, "LOAD"
    line $21C6, "FLOCK"
    line $2206, "DUST"
    line $2246, "ROLL"
    line $2286, "STACK"
    line $22C6, "HICCUP"
    line $2324, "SELECT: NEXT  START: ENTER"
    .byte 0
spawn_text:  screen "SPAWN",  "A WALKS LEFT AND RIGHT",   "A", "B", "STEPS", "", "", ""
steal_text:  screen "STEAL",  "BUTTON A: A IS LOST",      "A", "B", "STOCKS A", "STOCKS B", "ASKED", "OUT"
dash_text:   screen "DASH",   "LEFT, THEN RIGHT AT ONCE", "A", "", "FACING", "MODE", "TIMER", "AGO"
load_text:   screen "LOAD",   "BUTTON A: LOAD A STAGE",   "A", "", "STAGE", "WAITING", "FRAMES", ""
flock_text:  screen "FLOCK",  "WAIT FOR THE BIRDS",       "A", "", "BIRDS", "TIMER", "FLOCKS", ""
dust_text:   screen "DUST",   "WAIT FOR THE STAGE",       "", "B", "STAGE", "TURNIP", "MOTES", ""
roll_text:   screen "ROLL",   "A: HIT  B: OPEN THE BOX",  "A", "", "ROLLING", "ITEM", "HIT", "BOX"
stack_text:  screen "STACK",  "LEFT, THEN RIGHT AT ONCE", "A", "", "FACING", "MODE", "TIMER", "AGO"
hiccup_text: screen "HICCUP", "A WALKS, B BOUNCES",       "A", "B", "GOING", "BOUNCES", "", ""
.segment "CODE"

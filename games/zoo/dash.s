; DASH: a dash back is a flick. It is judged from raw pads, as they are now and as they were two polls ago; who turns
; without a flick turns slowly.
STAND = 0
TURN = 1
DASH = 2
; Of DASH and STACK alike, from X on.
a_x = vars
facing = vars + 2                           ; LEFT or RIGHT
mode = vars + 3
timer = vars + 4
ago = vars + 5                              ; the raw pad two polls ago

.segment "ZEROPAGE"
dash_a:       .res 1
              .res 1
dash_facing:  .res 1
dash_mode:    .res 1
dash_timer:   .res 1
dash_ago:     .res 1
              .res 2
.segment "CODE"

dash_begin:
    ldx #8 * 3
runner:
    lda #128
    sta a_x,x
    lda #LEFT
    sta facing,x
    rts

dash_4:
    lda ring_at
    sec
    sbc #2
    and #7
    tay
    ldx #8 * 3
    lda ring,y
    sta ago,x
; The runner at X moves on by one frame.
run:
    lda mode,x
    bne @going
    lda pad
    and #LEFT|RIGHT
    beq @done
    cmp #LEFT|RIGHT
    beq @done
    cmp facing,x
    beq walk
    eor #LEFT|RIGHT
    sta temp                                ; the way it faces
    lda hit
    and #LEFT|RIGHT
    beq @slow
    lda ago,x
    and #LEFT|RIGHT
    cmp temp
    bne @slow
    lda #DASH
    sta mode,x
    lda #12
    sta timer,x
    bne @turned
@slow:
    lda #TURN
    sta mode,x
    lda #8
    sta timer,x
@turned:
    lda facing,x
    eor #LEFT|RIGHT
    sta facing,x
@done:
    rts
@going:
    cmp #TURN
    beq @tick
    jsr walk
    jsr walk
    jsr walk
@tick:
    dec timer,x
    bne @done
    lda #STAND
    sta mode,x
    rts

walk:
    lda facing,x
    and #RIGHT
    beq :+
    inc a_x,x
    rts
:   dec a_x,x
    rts

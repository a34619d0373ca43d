; SPAWN: where A and B start. A patch chooses the other places.
.segment "ZEROPAGE"
spawn_a:      .res 1
spawn_b:      .res 1
spawn_steps:  .res 1
              .res 5
.segment "CODE"

spawn_begin:
neutral_spawns:                             ; patch "neutral spawns": ldx #2
    ldx #0
    lda places,x
    sta spawn_a
    lda places+1,x
    sta spawn_b
    rts

spawn_4:
    lda pad
    and #LEFT
    beq :+
    dec spawn_a
    inc spawn_steps
:   lda pad
    and #RIGHT
    beq :+
    inc spawn_a
    inc spawn_steps
:   rts

places: .byte 96, 112, 64, 176

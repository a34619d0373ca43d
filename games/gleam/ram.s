; Where everything lives. These addresses are the game's contract with profiles, bots and tests (see README.md):
; a change here is a change there.
.macro ram name, address
    .ident (.concat ("_", name)) = address
    .if address < $100
        .exportzp .ident (.concat ("_", name))
    .else
        .export .ident (.concat ("_", name))
    .endif
.endmacro

; $02-$1F belong to cc65's runtime.
ram "nmi_flag",   $20   ; 1 since the last vertical blank
ram "frames",     $21   ; vertical blanks, modulo 256
ram "draw_ready", $22   ; 1: sprites and queue are complete, the next blank may show them
ram "mask",       $23   ; what the next blank writes to PPUMASK
ram "vq_len",     $24   ; bytes in the queue
ram "oam_at",     $25   ; next free byte in the sprite page
ram "oam_start",  $26
ram "rng",        $28   ; 16-bit LFSR
ram "draws",      $2A   ; numbers drawn since the game began
ram "pad",        $2C   ; [2] buttons at this poll
ram "hit",        $2E   ; [2] buttons that went down at this poll
ram "polls",      $30   ; polls since power-on, modulo 65536
ram "state",      $32   ; 0 title, 1 wave intro, 2 play, 3 end
ram "rule",       $33   ; 0 classic, 1 garbage, 2 clock, 3 history
ram "players",    $34   ; 1 or 2
ram "wave",       $35   ; 1 to 9
ram "time",       $36   ; polls left in this state
ram "outcome",    $38   ; 0 none yet, 1 won, 2 lost
ram "paused",     $39
ram "i",          $40   ; scratch of the C code
ram "j",          $41
ram "k",          $42
ram "px",         $43   ; arguments of the assembly routines
ram "py",         $44
ram "ptile",      $45
ram "pattr",      $46
ram "reach",      $47
ram "word",       $48
ram "cell",       $4A
ram "dx",         $4B
ram "dy",         $4C

ram "oam",        $0200
ram "p_x",        $0300 ; [2] 16 bits, 8 of them below the point
ram "p_y",        $0304
ram "p_face",     $0308 ; [2] 0 down, 1 up, 2 left, 3 right
ram "p_lives",    $030A
ram "p_safe",     $030C ; polls for which nothing hurts
ram "p_cool",     $030E ; polls until the next zap
ram "p_dash",     $0310 ; polls of dash left
ram "p_rest",     $0312 ; polls until the next dash
ram "p_walk",     $0314
ram "p_out",      $0316 ; polls until the robot is back
ram "p_score",    $0318 ; [2] 16 bits, in tens of points
ram "p_gems",     $031C
ram "p_kills",    $031E
ram "p_digits",   $0320 ; [2][4] the score as shown
ram "p_ddx",      $0328 ; [2] direction of the dash
ram "p_ddy",      $032A
ram "gems",       $0330 ; on the board
ram "gem_timer",  $0331
ram "spawn_timer",$0332
ram "foes",       $0333 ; alive or about to be
ram "freeze",     $0334 ; polls for which foes stand still
ram "power_timer",$0335
ram "dust",       $0336 ; frames of dust left (clock rules)
ram "dust_x",     $0337
ram "dust_y",     $0338
ram "dust_pal",   $0339
ram "seconds",    $033A ; as shown
ram "menu",       $033B
ram "spark_at",   $033C
ram "flocked",    $033D
ram "pad_ring",   $0340 ; [2][8] raw pads of the last eight polls
ram "ring_at",    $0350 ; where the last poll was written
ram "b_dir",      $0360 ; [4] bolts: 0 none, 1 + face
ram "b_x",        $0364
ram "b_y",        $0368
ram "s_life",     $0370 ; [16] sparks
ram "s_x",        $0380
ram "s_y",        $0390
ram "s_vx",       $03A0
ram "s_vy",       $03B0
ram "s_pal",      $03C0
ram "e_kind",     $0400 ; [14] foes: 0 none, 1 slime, 2 bat, 3 wraith, 4 moth, 5 portal
ram "e_xl",       $0410
ram "e_x",        $0420
ram "e_yl",       $0430
ram "e_y",        $0440
ram "e_vxl",      $0450
ram "e_vxh",      $0460
ram "e_vyl",      $0470
ram "e_vyh",      $0480
ram "e_hp",       $0490
ram "e_t",        $04A0
ram "e_next",     $04B0
ram "grid",       $0500 ; [13][16] what lies on each cell
ram "attr",       $0600 ; [64] copy of the attribute table
ram "vq",         $0640 ; [128] what the next blank writes to the PPU
; $06C0-$06FF: C stack.

; The stage data. Boot never clears this page. Classic rules clear it when a game begins; garbage rules forget to,
; as a famous fighting game did with its own stage data.
ram "flock_count", $0700
ram "flock_side",  $0701
ram "flock_lane",  $0702

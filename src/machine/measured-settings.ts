// What options of cores were seen to change, over all games of docs/determinism.md. `node scripts/determinism.mjs` writes this file.
export const MEASURED: Readonly<
  Record<string, { readonly run: readonly string[]; readonly output: readonly string[] }>
> = {
  jsnes: { run: ["overclock", "ram"], output: ["sample_rate"] },
  boytacean: { run: ["model", "ram"], output: [] },
  bsnes: { run: ["bsnes_region", "host_clock"], output: ["bsnes_gamma_ramp"] },
  desmume: {
    run: [
      "desmume_advanced_timing",
      "desmume_cpu_mode",
      "desmume_firmware_language",
      "desmume_jit_block_size",
      "host_clock",
    ],
    output: [
      "desmume_frameskip",
      "desmume_gfx_linehack",
      "desmume_internal_resolution",
      "desmume_screens_gap",
      "desmume_screens_layout",
    ],
  },
  gambatte: { run: [], output: ["gambatte_gb_colorization"] },
  mgba: { run: ["mgba_skip_bios"], output: ["mgba_frameskip"] },
  nestopia: {
    run: ["nestopia_button_shift", "nestopia_favored_system", "nestopia_overclock", "nestopia_ram_power_state"],
    output: [
      "nestopia_audio_type",
      "nestopia_audio_vol_noise",
      "nestopia_audio_vol_sq1",
      "nestopia_audio_vol_tri",
      "nestopia_blargg_ntsc_filter",
      "nestopia_genie_distortion",
      "nestopia_overscan_h",
      "nestopia_overscan_v",
      "nestopia_palette",
    ],
  },
  link: { run: ["consoles", "model"], output: [] },
  mupen64plus: {
    run: [
      "count_per_op",
      "count_per_op_denom_pot",
      "disable_extra_mem",
      "host_clock",
      "pad1",
      "randomize_interrupt",
      "video",
    ],
    output: ["resolution"],
  },
};

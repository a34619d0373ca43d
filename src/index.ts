// The library as Node programs import it. The command line is made of the same parts.

export { type Audit, type AuditRequest, audit } from "./audit/audit.node.ts";
export { type Explanation, explainParting, madeSide, sideOf } from "./audit/explain.node.ts";
export { type Dumped, type DumpOptions, dump } from "./dump/dump.node.ts";
export { type Aligned, align, collect, type Watching } from "./follow/align.node.ts";
export { type Followed, type Follower, follow, type Policy, type Reference } from "./follow/follow.ts";
export { IndexedReplay, type IndexingOptions } from "./follow/index-instance.node.ts";
export type { IndexSpec } from "./follow/index-open.node.ts";
export { Instance } from "./follow/instance.node.ts";
export { Job } from "./follow/job.node.ts";
export { type Mirrored, type MirrorOptions, mirror } from "./follow/mirror.node.ts";
export { openRun, type RunSpec } from "./follow/open-run.node.ts";
export { type Playback, type PlaybackOptions, playBack } from "./follow/playback.node.ts";
export { type Recorded, type RecordSpec, record } from "./follow/record.node.ts";
export { RecordingServer } from "./follow/serve-recording.node.ts";
export { followSlp, type SlpNews } from "./follow/slp-follow.node.ts";
export { History, type Keyframe } from "./history/history.ts";
export { type Boot, bootDifferences, bootHash } from "./machine/boot.ts";
export { findCore, listCores } from "./machine/cores.node.ts";
export { BUTTON, type InputSource, NO_INPUT, NO_PAD, type PadState } from "./machine/input.ts";
export {
  type Machine,
  type MemoryRegion,
  type OpenOptions,
  regionOf,
  SHOW_ALL,
  SHOW_NOTHING,
  type Show,
} from "./machine/machine.ts";
export type { Abilities, Core, CoreOption } from "./machine/registry.ts";
export { type Movie, MovieInput, shorten } from "./movie/movie.ts";
export { diffSlp, type SlpDiff } from "./movie/slp/diff.ts";
export { type PackedSlp, packSlp } from "./movie/slp/pack.ts";
export { readSlp, type Slp, SlpReader } from "./movie/slp/reader.ts";
export { type SlpCheck, verifySlp } from "./movie/slp/verify.ts";
export { Participant, type ParticipantOptions, type PlayEvent, type Tape } from "./netplay/participant.ts";
export { Relay, type RelayOptions } from "./netplay/relay/relay.node.ts";
export { Session, type SessionOptions } from "./netplay/session/session.ts";
export { newIdentity, realSuite, type Suite } from "./netplay/session/suite.ts";
export { joinRoom, openRoom, type Room, type RoomOptions } from "./netplay/transport/room.ts";
export { connect, nodeRtc } from "./netplay/transport/rtc.node.ts";
export type { Transport } from "./netplay/transport/transport.ts";
export { EXIT, Problem } from "./problem.ts";
export { type Bot, BotInput, type MakeBot } from "./replay/bot.ts";
export { convertMovie } from "./replay/convert.ts";
export { readIsr, writeIsr } from "./replay/isr.ts";
export { stateOf } from "./replay/keyframes.ts";
export { Mirror } from "./replay/mirror.ts";
export { readMovie } from "./replay/movies.ts";
export { Player } from "./replay/player.ts";
export { checkProof, type Proof } from "./replay/proof.ts";
export { ReplayReader, readReplay } from "./replay/reader.ts";
export { liveMovie, Recorder, type RecordOptions } from "./replay/recorder.ts";
export type { Happening, Replay, StoredKeyframe } from "./replay/replay.ts";
export type { Notes, Repair } from "./replay/restorer.ts";
export { type Fault, Run } from "./replay/run.ts";
export { ReplaySeek } from "./replay/seek.ts";
export { checkProfile, defaultProfile, type Profile, parseProfile } from "./watch/profile.ts";
export { type Divergence, describeDivergence, firstDivergence, type Readings } from "./watch/readings.ts";
export { fingerprint, Watcher } from "./watch/watcher.ts";

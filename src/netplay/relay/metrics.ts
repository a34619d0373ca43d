/** What a relay counts, from its start on. */
export class Metrics {
  roomsOpened = 0;
  datagrams = 0;
  bytes = 0;
  signals = 0;
  /** Datagrams and messages that were not brought: beyond a limit, to somebody who reads too slowly, to nobody, no sense. */
  readonly dropped = { limit: 0, slow: 0, nobody: 0, bad: 0 };
  /** Who was not let in. */
  readonly refused = { full: 0, address: 0, code: 0, rooms: 0, version: 0 };

  /** In Prometheus's text format, version 0.0.4. */
  text(rooms: number, members: number, connections: number): string {
    const lines: string[] = [];
    const add = (name: string, type: "gauge" | "counter", help: string, values: Readonly<Record<string, number>>) => {
      lines.push(`# HELP instep_relay_${name} ${help}`, `# TYPE instep_relay_${name} ${type}`);
      for (const [label, value] of Object.entries(values)) lines.push(`instep_relay_${name}${label} ${value}`);
    };
    const by = (counts: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(counts).map(([why, count]) => [`{why="${why}"}`, count]));
    add("rooms", "gauge", "Rooms that are open.", { "": rooms });
    add("members", "gauge", "Members of all rooms, with those whose place is kept.", { "": members });
    add("connections", "gauge", "WebSockets that are open.", { "": connections });
    add("rooms_opened_total", "counter", "Rooms opened.", { "": this.roomsOpened });
    add("datagrams_total", "counter", "Datagrams brought.", { "": this.datagrams });
    add("bytes_total", "counter", "Bytes of datagrams brought.", { "": this.bytes });
    add("signals_total", "counter", "Signals of direct connections brought.", { "": this.signals });
    add("dropped_total", "counter", "Datagrams and messages not brought.", by(this.dropped));
    add("refused_total", "counter", "Connections not let in.", by(this.refused));
    return `${lines.join("\n")}\n`;
  }
}

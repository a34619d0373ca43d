import { html, nothing, type TemplateResult } from "lit";
import "./sync-job.ts";
import { pathOf } from "./ask.ts";
import { type Job, store } from "./store.ts";
import { View } from "./view.ts";
import { clock, count, when } from "./words.ts";

/** All jobs, or one of them with all that is known of it. They go on when this page is closed. */
class Jobs extends View {
  protected override render(): TemplateResult {
    if (this.rest) return this.#one(this.rest);
    const jobs = store.listedJobs;
    return html`
      <header class="head"><h1>Jobs</h1></header>
      ${
        jobs.length
          ? html`<div class="jobs">${jobs.map((job) => jobCard(job))}</div>`
          : html`<div class="empty">
              <strong>Nothing is running</strong>
              <span>Clips, verifications and force-syncs appear here. They go on when this page is closed.</span>
            </div>`
      }
    `;
  }

  #one(id: string): TemplateResult {
    const job = store.jobs.get(id);
    if (!job)
      return html`<header class="head"><h1>Job</h1></header>
        <div class="empty"><span>${store.connected ? "There is no such job." : "…"}</span></div>`;
    return html`
      <header class="head"><h1>${job.title}</h1>${stateChip(job)}</header>
      ${jobCard(job, true)} ${job.kind === "sync" ? html`<studio-sync-job .job=${job}></studio-sync-job>` : nothing}
      ${job.kind === "verify" && job.outcomes.length ? outcomes(job) : nothing}
      ${job.lines.length ? html`<details ?open=${job.state === "failed"}><summary>What it said</summary><pre class="log" tabindex="0">${job.lines.join("\n")}</pre></details>` : nothing}
    `;
  }
}
customElements.define("studio-jobs", Jobs);

const STATES: Readonly<Record<Job["state"], readonly [word: string, chip: string]>> = {
  waiting: ["waiting", ""],
  running: ["running", "live"],
  done: ["done", "good"],
  failed: ["failed", "bad"],
  cancelled: ["cancelled", ""],
  interrupted: ["interrupted", "warn"],
};

export function stateChip({ state }: Job): TemplateResult {
  const [word, chip] = STATES[state];
  return html`<span class="chip ${chip}">${word}</span>`;
}

/** A job with how far it is; `whole`: it is what the page is about, so that it does not link to itself. */
export function jobCard(job: Job, whole = false): TemplateResult {
  const { state, fault, outputs, ended, began } = job;
  const busy = state === "running" || state === "waiting";
  const made = outputs.filter((id) => store.entries.has(id));
  return html`<article class="card job">
    <header>
      ${whole ? html`<b>${doing(job)}</b>` : html`<a href="#/jobs/${job.id}">${job.title}</a>${stateChip(job)}`}
      <span class="soft small num">
        ${ended && began ? `${clock((ended - began) / 1000)}, ${when(ended)}` : when(job.made)}
      </span>
    </header>
    ${busy ? bar(job) : nothing} ${fault && !busy ? html`<p class="fault">${fault}</p>` : nothing}
    <div class="buttons">
      ${made.map((id) => html`<a class="button" href=${pathOf("#/watch", id).slice(1)}>Open ${id.split("/").at(-1)}</a>`)}
      ${busy ? html`<button type="button" @click=${() => store.tell(job, "cancel")}>Cancel</button>` : nothing}
      ${
        state === "cancelled" || state === "interrupted" || state === "failed"
          ? html`<button type="button" @click=${() => store.tell(job, "resume")}>Go on</button>`
          : nothing
      }
      ${busy ? nothing : html`<button type="button" class="plain" @click=${() => forget(job, whole)}>Forget</button>`}
    </div>
  </article>`;
}

async function forget(job: Job, whole: boolean): Promise<void> {
  await store.tell(job, "forget");
  if (whole) location.hash = "#/jobs";
}

function doing({ steps, step, state }: Job): string {
  const of = steps.length > 1 ? ` (${step + 1} of ${steps.length})` : "";
  return state === "done" ? "Done" : `${steps[step]?.name ?? ""}${of}`;
}

/** How far the whole job is: steps that are over, and what the one that runs says. */
function bar(job: Job): TemplateResult {
  const { progress, steps, step } = job;
  const part = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
  const said = progress ? `${progress.step}: ${count(progress.done)} of ${count(progress.total)} frames` : "beginning";
  const of = steps.length > 1 ? `${step + 1} of ${steps.length}: ` : "";
  return html`
    <progress max="1" value=${(step + part) / steps.length} aria-label="How far it is"></progress>
    <p class="soft small num">${of}${steps[step]?.name}${progress ? `, ${said}` : ""}</p>
  `;
}

function outcomes(job: Job): TemplateResult {
  return html`<div class="scroll"><table>
    <thead><tr><th>Recording</th><th>Verdict</th><th></th></tr></thead>
    <tbody>
      ${job.outcomes.map(({ step, fault }) => {
        const id = job.steps[step]?.about ?? "";
        const entry = store.entries.get(id);
        return html`<tr>
          <td><a href=${pathOf("#/watch", id).slice(1)}>${id.split("/").at(-1)}</a></td>
          <td>${entry?.verdict ? html`<span class="chip ${entry.verdict.holds ? "good" : "bad"}">${entry.verdict.holds ? "in step" : "parts"}</span>` : ""}</td>
          <td>${entry?.verdict?.text ?? fault ?? ""}</td>
        </tr>`;
      })}
    </tbody>
  </table></div>`;
}

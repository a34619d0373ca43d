import { html, type TemplateResult } from "lit";
import { View } from "./view.ts";

class Compare extends View {
  protected override render(): TemplateResult {
    return html`<p></p>`;
  }
}
customElements.define("studio-compare", Compare);

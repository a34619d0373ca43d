import { LitElement, type TemplateResult } from "lit";
import { Watching } from "./store.ts";

/** A part of the page: drawn where it stands, so that one style sheet and one document's ids hold for all. */
export abstract class View extends LitElement {
  static override properties = { rest: {}, query: {} };
  /** What stands after the view's name in the address: an id. */
  declare rest: string;
  declare query: URLSearchParams;
  protected readonly watching = new Watching(this);

  constructor() {
    super();
    this.rest = "";
    this.query = new URLSearchParams();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected abstract override render(): TemplateResult;
}

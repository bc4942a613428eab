// A recording in progress: the stream tells how far it is, the rows come from the journal like any.
import {html} from './base.js';
import * as format from './format.js';

const SLOWEST_MILLIS = 1000;
const AGAIN_MILLIS = 1500;

export class Live {
  rate = 0;
  fresh = 0;

  constructor(page) {
    this.page = page;
    // A link to a call shows that call, and not the end.
    this.following = !page.selected;
    this.shown = page.recording.calls;
    this.visible = () => document.hidden ? this.#stop() : this.#start();
    document.addEventListener('visibilitychange', this.visible);
    page.list.addEventListener('wheel', (e) => { if (e.deltaY < 0) this.follow(false); });
    page.list.addEventListener('pick', () => this.follow(false));
    this.#start();
  }

  close() {
    document.removeEventListener('visibilitychange', this.visible);
    this.#stop();
  }

  #start() {
    if (this.stream || this.ended) return;
    this.stream = new EventSource(`/api/v1/recordings/${this.page.recordingId}/live`);
    this.stream.addEventListener('head', ({data}) => this.head(JSON.parse(data)));
    this.stream.addEventListener('bye', ({data}) => {
      if (JSON.parse(data).reason === 'server') return; // the browser connects again by itself
      this.ended = true;
      this.#stop();
      this.page.live = null;
      this.page.again().then(() => this.page.follow()).then(() => this.page.line?.grown());
    });
    this.stream.onerror = () => {
      this.rate = 0;
      this.page.requestUpdate();
      // A stream that was refused, and not merely broken off, does not come back by itself.
      if (this.stream?.readyState === EventSource.CLOSED && !this.ended) {
        this.#stop();
        setTimeout(() => { if (!document.hidden && this.page.isConnected) this.#start(); }, AGAIN_MILLIS);
      }
    };
  }

  #stop() {
    this.stream?.close();
    this.stream = null;
  }

  head({events, calls, rate}) {
    const {page} = this;
    this.rate = rate;
    this.fresh = calls - this.shown;
    page.recording = {...page.recording, events, calls};
    page.source.grow(calls);
    if (this.following) {
      this.shown = calls;
      page.list.total = Math.max(page.list.total, page.source.total);
      this.#toEnd();
    }
    const now = performance.now();
    if (now - (this.drawn ?? 0) > SLOWEST_MILLIS) {
      this.drawn = now;
      page.line?.grown();
    }
  }

  /** What is in view stays until the rows of the end are there: it may have moved on meanwhile. */
  async #toEnd() {
    const {list, source} = this.page;
    const end = source.total;
    if (this.coming || !end) return;
    this.coming = true;
    list.total = Math.max(list.total, end);
    const row = await this.page.rowAt(end - 1, () => this.following && source === this.page.source && !this.ended);
    this.coming = false;
    if (row === undefined || !this.following || source !== this.page.source) return;
    list.top = end - list.fits;
    if (source.total > end) this.#toEnd();
  }

  follow(on) {
    if (this.following === on) return;
    this.following = on;
    if (on) {
      this.shown = this.page.recording.calls;
      this.#toEnd();
    }
    this.page.requestUpdate();
  }

  toggle() {
    this.follow(!this.following);
  }

  chip() {
    const rate = `${format.count(Math.round(this.rate))} events/s`;
    return this.following
      ? html`<button class="live on" aria-pressed="true" title="Follows the recording; Space pauses" @click=${() => this.toggle()}>● LIVE ${rate}</button>`
      : html`<button class="live off" aria-pressed="false" title="Space follows again" @click=${() => this.toggle()}>❚❚ PAUSED · ${format.count(Math.max(0, this.fresh))} new · ${rate}</button>`;
  }
}

// Two recordings compared: counts, the aligned differences, and one of them in full.
import {LitElement, html, css, nothing, controls, logo, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './keys.js';
import './diff-list.js';
import './diff-call.js';
import './dialogs.js';

const PAGE = 100;
const AGAIN_MILLIS = 150;
const REPLACE_MILLIS = 250;

/** The differences, fetched in pages. */
class ChangeSource {
  #pages = new Map();

  constructor(a, b, changed) {
    Object.assign(this, {a, b, changed});
  }

  take(answer) {
    this.#pages.set(answer.from / PAGE, answer.changes);
  }

  change(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  need(first, count) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor((first + count - 1) / PAGE); page++) {
      if (!this.#pages.has(page)) this.#load(page);
    }
  }

  async #load(page) {
    this.#pages.set(page, []);
    try {
      this.take(await api.diff(this.a, this.b, page * PAGE, PAGE));
    } catch {
      this.#pages.delete(page);
      await api.pause(1000);
    }
    this.changed();
  }
}

class DiffPage extends LitElement {
  static properties = {
    a: {}, b: {}, report: {state: true}, fault: {state: true}, sideA: {state: true},
    sideB: {state: true}, selected: {state: true}, change: {state: true}, dialog: {state: true},
    events: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
    .sums { display: flex; gap: 8px; align-items: center; padding: 7px 12px; border-bottom: 1px solid var(--line); flex-wrap: wrap; }
    .sum { display: inline-flex; gap: 6px; align-items: baseline; padding: 2px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
    .sum b { font: 650 13px var(--mono); }
    .sum.bad b { color: var(--error); }
    .sums .rest { flex: 1; }
    .heads { display: grid; grid-template-columns: 30px 1fr 1fr; padding-right: 13px; background: var(--panel); border-bottom: 1px solid var(--line); flex: none; }
    .heads > div { padding: 5px 10px; border-left: 1px solid var(--line); display: flex; gap: 8px; align-items: center; min-width: 0; overflow: hidden; }
    .heads > div:first-child { border: 0; padding: 0; }
    .heads a { font-weight: 600; color: var(--text); }
    .body { flex: 1; display: grid; grid-template-rows: minmax(120px, 1fr) minmax(120px, 40%); min-height: 0; }
    diff-list:focus-visible { outline: none; }
    diff-list { background: var(--panel); border-bottom: 1px solid var(--line); }
    .vs { color: var(--muted); }
    .same { color: var(--good); font-size: 34px; line-height: 1; }
  `];

  constructor() {
    super();
    this.selected = -1;
  }

  connectedCallback() {
    super.connectedCallback();
    document.title = `${this.a} ↔ ${this.b} · Seamtape`;
    this.unlisten = listen('diff', this);
    this.onSheet = () => this.sheet();
    this.onPop = () => this.fromAddress();
    window.addEventListener('sheet', this.onSheet);
    window.addEventListener('popstate', this.onPop);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    window.removeEventListener('sheet', this.onSheet);
    window.removeEventListener('popstate', this.onPop);
  }

  get list() {
    return this.renderRoot.querySelector('diff-list');
  }

  async load() {
    try {
      [this.sideA, this.sideB] = await Promise.all([api.recording(this.a), api.recording(this.b)]);
      let answer = await api.diff(this.a, this.b, 0, PAGE);
      while (!answer.complete) {
        this.events = answer.events;
        await api.pause(AGAIN_MILLIS);
        answer = await api.diff(this.a, this.b, 0, PAGE);
      }
      this.source = new ChangeSource(this.a, this.b, () => {
        this.list?.refill();
        this.change = this.source.change(this.selected);
      });
      this.source.take(answer);
      this.report = answer;
      await this.updateComplete;
      if (!this.list) return;
      this.list.source = this.source;
      this.list.total = answer.listed;
      this.list.addEventListener('pick', ({detail}) => this.pick(detail));
      this.fromAddress();
      this.list.focus();
    } catch (e) {
      this.fault = e;
    }
  }

  /** The hunk of the address, or the first difference. */
  fromAddress() {
    const hunk = Number(new URLSearchParams(location.search).get('hunk') ?? 0);
    const index = Number.isSafeInteger(hunk) && hunk >= 0 ? Math.min(hunk, this.list.total - 1) : 0;
    this.pick(index, false);
  }

  pick(index, remember = true) {
    if (index < 0 || index >= this.list.total) return;
    this.selected = index;
    this.list.selected = index;
    this.list.show(index);
    this.source.need(index, 1);
    this.change = this.source.change(index);
    clearTimeout(this.timer);
    if (remember) {
      this.timer = setTimeout(() => history.replaceState(null, '', `${location.pathname}?hunk=${index}`), REPLACE_MILLIS);
    }
  }

  next() { this.pick(this.selected + 1); }
  previous() { this.pick(this.selected - 1); }
  pageDown() { this.pick(Math.min(this.list.total - 1, this.selected + this.list.fits)); }
  pageUp() { this.pick(Math.max(0, this.selected - this.list.fits)); }
  home() { this.pick(0); }
  end() { this.pick(this.list.total - 1); }
  theme() { nextTheme(); }
  sheet() { this.dialog = true; }
  escape() { this.dialog = false; }
  nextRoot() { this.root(1); }
  previousRoot() { this.root(-1); }
  openA() { this.openSide('a'); }
  openB() { this.openSide('b'); }

  /** The key may be faster than the difference it is about. */
  async openSide(side) {
    const change = await this.changeAt(this.selected);
    if (change?.[side]) location.assign(`/r/${this[side]}?sel=${change[side]}`);
  }

  async changeAt(index) {
    this.source?.need(index, 1);
    for (let waited = 0; this.source && !this.source.change(index) && waited < 250; waited++) await api.pause(20);
    return this.source?.change(index);
  }

  async root(step) {
    for (let i = this.selected + step; i >= 0 && i < this.list.total; i += step) {
      if ((await this.changeAt(i))?.root) {
        this.pick(i);
        return;
      }
    }
  }

  render() {
    return html`<header class="bar"><a class="home" href="/">${logo}Seamtape</a>
        <h1>${this.sideA?.name ?? this.a} <span class="vs">↔</span> ${this.sideB?.name ?? this.b}</h1>
        <span class="rest"></span><page-buttons></page-buttons></header>
      ${this.content()}
      <call-dialog .open=${this.dialog} .title=${'Keys'} .page=${'diff'} @closed=${() => { this.dialog = false; }}></call-dialog>`;
  }

  content() {
    if (this.fault) return html`<div class="state"><h2>These recordings cannot be compared</h2><p>${this.fault.message}</p><p><a href="/">All recordings</a></p></div>`;
    if (!this.report) return html`<div class="state"><h2>Comparing…</h2><p>${this.events ? `${format.count(this.events)} events read` : 'Reading both recordings.'}</p></div>`;
    if (this.report.same) return this.same();
    const {report} = this;
    return html`
      <div class="sums">
        ${this.sum('equal calls', report.matched)}${this.sum('changed', report.changed, true)}
        ${this.sum('only left', report.onlyA, true)}${this.sum('only right', report.onlyB, true)}
        ${this.sum(report.roots === 1 ? 'cause' : 'causes', report.roots, true)}
        <span class="rest"></span>
        <span class="muted">${format.count(this.selected + 1)} of ${format.count(report.listed)}</span>
        <button @click=${this.previous} title="Previous difference (N)">↑ Previous</button>
        <button @click=${this.next} title="Next difference (n)">↓ Next</button>
      </div>
      <div class="heads"><div></div>${this.sideHead(this.a, this.sideA)}${this.sideHead(this.b, this.sideB)}</div>
      <div class="body"><diff-list></diff-list>
        <diff-call .a=${this.a} .b=${this.b} .change=${this.change}></diff-call></div>`;
  }

  sum(name, value, bad) {
    return html`<span class="sum ${bad && value ? 'bad' : ''}"><b>${format.count(value)}</b><span class="muted">${name}</span></span>`;
  }

  sideHead(id, side) {
    return html`<div><a href="/r/${id}">${side.name}</a><span class="chip">${side.profile || side.source}</span>
      <span class="muted mono">${side.digest?.slice(0, 10)}</span></div>`;
  }

  same() {
    const equal = this.sideA.digest && this.sideA.digest === this.sideB.digest;
    return html`<div class="state"><p class="same">✓</p><h2>No difference</h2>
      <p>All ${format.count(this.report.matched)} calls are equal${equal ? ', and the digests are too: the events are the same, byte for byte' : ''}.</p>
      <p><a href="/r/${this.a}">Open ${this.sideA.name}</a> · <a href="/">All recordings</a></p></div>`;
  }
}
customElements.define('diff-page', DiffPage);

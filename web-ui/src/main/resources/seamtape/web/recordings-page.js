// All recordings of the served directory; two of them can be compared.
import {LitElement, html, css, nothing, controls, logo, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './keys.js';
import './dialogs.js';

const RETRY_MILLIS = 2000;

class RecordingsPage extends LitElement {
  static properties = {
    list: {state: true}, directory: {state: true}, fault: {state: true}, chosen: {state: true},
    at: {state: true}, dialog: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; min-height: 100vh; }
    main { padding: 18px 20px; max-width: 1500px; width: 100%; margin: 0 auto; flex: 1; }
    .top { display: flex; align-items: center; gap: 12px; margin-bottom: 12px; min-height: 28px; }
    .top h1 { font-size: 17px; margin: 0; font-weight: 650; }
    .top .rest { flex: 1; }
    .cut { max-width: 170px; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
    .top .dir { color: var(--muted); font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; }
    .scroll { overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: 13px; }
    th { text-align: left; font-weight: 550; font-size: 11.5px; color: var(--muted); padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
    td { padding: 0 10px; height: 31px; border-bottom: 1px solid var(--line-soft); white-space: nowrap; vertical-align: middle; }
    tr:last-child td { border-bottom: 0; }
    tbody tr { cursor: pointer; }
    tbody tr:hover { background: var(--hover); }
    tbody tr.at { background: var(--select); }
    tbody tr.chosen td:first-child { box-shadow: inset 3px 0 0 var(--accent); }
    th.n, td.n { text-align: right; font-family: var(--mono); font-size: 12px; }
    th.n { font-family: inherit; font-size: 11.5px; }
    td .name { font-weight: 600; color: var(--text); }
    td .name:hover { color: var(--accent); }
    td.mono { font: 12px var(--mono); color: var(--muted); }
    td.fault { color: var(--error); white-space: normal; font-size: 12px; }
    input[type=checkbox] { accent-color: var(--accent); width: 14px; height: 14px; margin: 0; vertical-align: -2px; }
    .legend { color: var(--muted); font-size: 12px; margin-top: 10px; display: flex; gap: 14px; flex-wrap: wrap; }
  `];

  constructor() {
    super();
    this.chosen = [];
    this.at = -1;
  }

  connectedCallback() {
    super.connectedCallback();
    document.title = 'Recordings · Seamtape';
    this.unlisten = listen('recordings', this);
    this.onSheet = () => this.sheet();
    window.addEventListener('sheet', this.onSheet);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    window.removeEventListener('sheet', this.onSheet);
  }

  async load() {
    try {
      const answer = await api.recordings();
      this.list = answer.recordings;
      this.directory = answer.directory;
      this.fault = null;
    } catch (e) {
      this.fault = e;
      await api.pause(RETRY_MILLIS);
      this.load();
    }
  }

  down() { this.at = Math.min((this.list?.length ?? 0) - 1, this.at + 1); }
  up() { this.at = Math.max(0, this.at - 1); }
  theme() { nextTheme(); }
  sheet() { this.dialog = true; }
  escape() { this.dialog = false; }

  open() {
    const one = this.list?.[this.at];
    if (one) location.assign(`/r/${one.id}`);
  }

  select() {
    const one = this.list?.[this.at];
    if (one) this.choose(one.id);
  }

  /** The two last chosen. */
  choose(id) {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((c) => c !== id) : [...this.chosen, id].slice(-2);
  }

  compare() {
    if (this.chosen.length === 2) location.assign(`/diff/${this.chosen[0]}/${this.chosen[1]}`);
  }

  render() {
    return html`<header class="bar"><a class="home" href="/">${logo}Seamtape</a>
        <span class="muted">record, replay, diff and browse the calls of a KVM/TDX stack</span>
        <span class="rest"></span><page-buttons></page-buttons></header>
      <main>${this.content()}</main>
      <call-dialog .open=${this.dialog} .title=${'Keys'} .page=${'recordings'} @closed=${() => { this.dialog = false; }}></call-dialog>`;
  }

  content() {
    if (this.fault && !this.list) return html`<div class="state"><h2>The server does not answer</h2><p>${this.fault.message}. Trying again…</p></div>`;
    if (!this.list) return html`<div class="state"><p>Looking for recordings…</p></div>`;
    if (!this.list.length) return this.empty();
    return html`
      <div class="top"><h1>Recordings</h1><span class="dir" title=${this.directory}>${this.directory}</span><span class="rest"></span>
        <button class="primary" id="compare" ?disabled=${this.chosen.length !== 2} @click=${this.compare}>${this.chosen.length === 2 ? 'Compare' : 'Compare two'} <kbd>d</kbd></button></div>
      <div class="scroll"><table>
        <thead><tr><th></th><th>Name</th><th>State</th><th>Source</th><th>Profile</th><th>Workload</th>
          <th class="n">Calls</th><th class="n">Ioctls</th><th class="n">Events</th><th class="n">Size</th><th>Digest</th><th>Created</th></tr></thead>
        <tbody>${this.list.map((one, i) => this.row(one, i))}</tbody></table></div>
      <p class="legend"><span>Select two recordings to compare them.</span><span>The same digest means the same events, byte for byte.</span></p>`;
  }

  row(one, i) {
    const chosen = this.chosen.includes(one.id);
    const name = html`<td><a class="name" href="/r/${one.id}">${one.name}</a></td>`;
    const box = html`<td @click=${(e) => e.stopPropagation()}><input type="checkbox" aria-label="Select ${one.name} for comparing" .checked=${chosen} @change=${() => this.choose(one.id)}></td>`;
    const classes = `${chosen ? 'chosen' : ''} ${i === this.at ? 'at' : ''}`;
    const open = () => location.assign(`/r/${one.id}`);
    if (!one.source) {
      return html`<tr class=${classes} @click=${open}>${box}${name}<td><span class="chip bad">✕ damaged</span></td><td class="fault" colspan="9">${one.fault}</td></tr>`;
    }
    return html`<tr class=${classes} @click=${open}>${box}${name}
      <td>${this.state(one)}</td><td>${one.source}</td><td class="cut" title=${one.profile}>${one.profile || html`<span class="muted">–</span>`}</td>
      <td class="cut" title=${one.workload}>${one.workload || html`<span class="muted">–</span>`}</td>
      <td class="n">${format.count(one.calls)}</td><td class="n">${format.count(one.ioctls)}</td>
      <td class="n">${format.count(one.events)}</td><td class="n">${format.bytes(one.bytes)}</td>
      <td class="mono" title=${one.digest}>${one.digest.slice(0, 10)}</td><td class="muted">${format.when(one.created)}</td></tr>`;
  }

  state(one) {
    const look = {sealed: 'good', open: 'warn', recovered: 'warn', damaged: 'bad'}[one.state] ?? '';
    const sign = {sealed: '✓', open: '●', recovered: '◐', damaged: '✕'}[one.state] ?? '';
    return html`<span class="chip ${look}" title=${one.fault ?? ''}>${sign} ${one.state}</span>`;
  }

  empty() {
    return html`<div class="state"><h2>No recordings yet</h2>
      <p>There is no recording in <span class="mono">${this.directory}</span>. Record a bundled workload into it, then load this page again:</p>
      <code>./seamtape record minimal -o ${this.directory}/first.tape</code>
      <p>or import the log of a real run:</p>
      <code>./seamtape import strace run.strace -o ${this.directory}/run.tape</code></div>`;
  }
}
customElements.define('recordings-page', RecordingsPage);

// All recordings of the served directory; two of them can be compared.
import {LitElement, html, css, nothing, controls, logo, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './key-listener.js';
import './make-dialog.js';
import './dialogs.js';

const RETRY_MILLIS = 2000;
const JOB_MILLIS = 300;
const UNDO_MILLIS = 20_000;

class RecordingsPage extends LitElement {
  static properties = {
    directory: {state: true}, fault: {state: true}, chosen: {state: true},
    at: {state: true}, dialog: {state: true}, jobs: {state: true}, gone: {state: true}, sort: {state: true}, say: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; min-height: 100vh; }
    main { padding: 18px 20px; max-width: 1500px; width: 100%; margin: 0 auto; flex: 1; }
    .top { display: flex; align-items: center; gap: 12px; margin-bottom: 12px; min-height: 28px; }
    .top h1 { font-size: 17px; margin: 0; font-weight: 650; }
    .top .rest { flex: 1; }
    .under { display: none; color: var(--muted); font-size: 11.5px; line-height: 14px; max-height: 28px; overflow: hidden; margin-bottom: 4px; }
    .narrow { display: none; }
    .cut { max-width: 170px; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
    .top .dir { color: var(--muted); font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; }
    .scroll { overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
    table { font-size: 13px; }
    thead td { border-bottom: 1px solid var(--line); }
    th { text-align: left; font-weight: 550; font-size: 11.5px; color: var(--muted); padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
    td { padding: 0 10px; height: 31px; border-bottom: 1px solid var(--line-soft); white-space: nowrap; vertical-align: middle; }
    tbody tr:last-child td { border-bottom: 0; }
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
    th button { border: 0; background: none; height: auto; padding: 0; font: inherit; color: inherit; }
    th[aria-sort] button { color: var(--accent); }
    td.do { padding: 0 4px; }
    td.do button { height: 22px; padding: 0 6px; opacity: .75; }
    td.do button:hover, td.do button:focus-visible { opacity: 1; color: var(--error); }
    .jobs { margin: 0 0 12px; display: grid; gap: 6px; }
    .job { display: flex; gap: 10px; align-items: center; background: var(--panel); border: 1px solid var(--line); border-radius: 7px; padding: 5px 12px; }
    .job.failed { border-color: var(--error); color: var(--error); }
    .job progress { width: 160px; accent-color: var(--accent); }
    .job .rest { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .toast { position: fixed; left: 50%; bottom: 22px; transform: translateX(-50%); background: var(--text); color: var(--bg); border-radius: 7px; padding: 8px 14px; display: flex; gap: 14px; align-items: center; z-index: 9; }
    .toast button { background: none; color: inherit; border-color: currentColor; } .toast kbd { color: inherit; background: none; }
    @media (max-width: 700px) { main { padding: 10px 8px; } .wide, .top .dir { display: none; } .top { gap: 8px; } .under { display: block; white-space: normal; overflow-wrap: anywhere; } .under.fault { color: var(--error); } .narrow { display: table-cell; } td.fault { display: none; } td { padding: 0 6px; } td .name { display: inline-block; padding-top: 5px; } header.bar > .muted { display: none; } }
    .legend { color: var(--muted); font-size: 12px; margin-top: 10px; display: flex; gap: 14px; flex-wrap: wrap; }
  `];

  constructor() {
    super();
    this.chosen = [];
    this.at = -1;
    this.jobs = [];
    this.sort = {by: 'name', down: false};
  }

  connectedCallback() {
    super.connectedCallback();
    document.title = 'Recordings · Seamtape';
    this.unlisten = listen('recordings', this);
    this.load();
    this.watch();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
  }

  /** Answers may come in another order than they were asked for: an older one is not shown any more. */
  async load() {
    const asked = this.asked = (this.asked ?? 0) + 1;
    try {
      const answer = await api.recordings();
      if (asked < this.told) return;
      this.told = asked;
      this.list = answer.recordings;
      this.directory = answer.directory;
      this.fault = null;
    } catch (e) {
      this.fault = e;
      await api.pause(RETRY_MILLIS);
      this.load();
    }
  }

  /**
   * Jobs that run are asked for until they end; the list follows them. What was started while an
   * answer was on its way may not be in it: another look follows.
   */
  async watch() {
    this.unseen = true;
    if (this.watching) return;
    this.watching = true;
    while (this.unseen && this.isConnected) {
      this.unseen = false;
      if (await this.look()) {
        this.unseen = true;
        await api.pause(JOB_MILLIS);
      }
    }
    this.watching = false;
  }

  /** True while there is something to look at again. */
  async look() {
    try {
      const before = new Map(this.jobs.map((job) => [job.id, job.state]));
      this.jobs = (await api.get('jobs')).jobs.filter((job) => !this.dismissed?.has(job.id));
      const running = this.jobs.some((job) => job.state === 'running' || job.state === 'waiting');
      if (running || this.jobs.some((job) => before.get(job.id) !== job.state)) this.load();
      return running;
    } catch (e) {
      this.say = e.message;
      return this.jobs.length > 0;
    }
  }

  make() { this.dialog = 'make'; }

  made() {
    this.dialog = null;
    this.watch();
  }

  async discard(one) {
    try {
      const {trash} = await api.change('DELETE', `recordings/${one.id}`);
      this.gone = {name: one.name, trash};
      clearTimeout(this.goneTimer);
      this.goneTimer = setTimeout(() => { this.gone = null; }, UNDO_MILLIS);
      this.chosen = this.chosen.filter((id) => id !== one.id);
    } catch (e) {
      this.tell(e.message);
    }
    this.load();
  }

  discardHere() {
    const one = this.list?.[this.at];
    if (one?.state === 'open') this.tell(`${one.name} is being recorded`);
    else if (one) this.discard(one);
  }

  async undo() {
    if (!this.gone) {
      this.tell('Nothing was deleted here that could be taken back');
      return;
    }
    const {trash} = this.gone;
    this.gone = null;
    try {
      await api.change('POST', `trash/${encodeURIComponent(trash)}/restore`);
    } catch (e) {
      this.tell(e.message);
    }
    this.load();
  }

  tell(text) {
    this.say = text;
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => { this.say = null; }, UNDO_MILLIS);
  }

  /** The list as it is shown. */
  get list() {
    if (!this.all) return this.all;
    const {by, down} = this.sort;
    const value = (one) => one[by] ?? '';
    const sorted = [...this.all].sort((a, b) => typeof value(a) === 'number' || typeof value(b) === 'number' ? value(a) - value(b) : String(value(a)).localeCompare(String(value(b))));
    return down ? sorted.reverse() : sorted;
  }

  /** The keyboard stays on the recording where it was, though others come and go above it. */
  set list(all) {
    const here = this.list?.[this.at]?.id;
    this.all = all;
    const now = here ? this.list.findIndex((one) => one.id === here) : this.at;
    this.at = now < 0 ? Math.min(this.at, all.length - 1) : now;
    this.requestUpdate();
  }

  sortBy(by) {
    const here = this.list[this.at]?.id;
    this.sort = {by, down: this.sort.by === by && !this.sort.down};
    if (here) this.at = this.list.findIndex((one) => one.id === here);
  }

  down() { this.at = Math.min((this.list?.length ?? 0) - 1, this.at + 1); }
  up() { this.at = Math.max(0, this.at - 1); }
  theme() { nextTheme(); }
  sheet() { this.dialog = 'sheet'; }
  escape() { this.dialog = null; }

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
      <call-dialog .open=${this.dialog === 'sheet'} .title=${'Keys'} .page=${'recordings'} @closed=${() => { this.dialog = null; }}></call-dialog>
      <make-dialog .open=${this.dialog === 'make'} @made=${this.made} @closed=${() => { this.dialog = null; }}></make-dialog>
      ${this.gone ? html`<div class="toast" role="status">${this.gone.name} is deleted <button @click=${this.undo}>Undo <kbd>u</kbd></button></div>`
        : this.say ? html`<div class="toast" role="alert">${this.say}</div>` : nothing}`;
  }

  content() {
    if (this.fault && !this.list) return html`<div class="state"><h2>The server does not answer</h2><p>${this.fault.message}. Trying again…</p></div>`;
    if (!this.list) return html`<div class="state"><p>Looking for recordings…</p></div>`;
    if (!this.list.length && !this.jobs.length) return this.empty();
    const head = (by, label, look = '') => html`<th class=${look} aria-sort=${this.sort.by === by ? (this.sort.down ? 'descending' : 'ascending') : nothing}>
      <button @click=${() => this.sortBy(by)}>${label}</button></th>`;
    return html`
      <div class="top"><h1>Recordings</h1><span class="dir" title=${this.directory}>${this.directory}</span><span class="rest"></span>
        <button @click=${this.make} title="Record a workload, or import a log (n)">New… <kbd>n</kbd></button>
        <button class="primary" id="compare" ?disabled=${this.chosen.length !== 2} @click=${this.compare}>${this.chosen.length === 2 ? 'Compare' : 'Compare two'} <kbd>d</kbd></button></div>
      ${this.jobs.length ? html`<div class="jobs">${this.jobs.map((job) => this.job(job))}</div>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label="Recordings"><table>
        <thead><tr><td></td>${head('name', 'Name')}${head('state', 'State')}${head('source', 'Source', 'wide')}${head('profile', 'Profile', 'wide')}${head('workload', 'Workload', 'wide')}
          ${head('calls', 'Calls', 'n')}${head('ioctls', 'Ioctls', 'n wide')}${head('events', 'Events', 'n wide')}${head('bytes', 'Size', 'n wide')}${head('digest', 'Digest', 'wide')}${head('created', 'Created', 'wide')}<td></td></tr></thead>
        <tbody>${this.list.map((one, i) => this.row(one, i))}</tbody></table></div>
      <p class="legend"><span>Select two recordings to compare them.</span><span>The same digest means the same events, byte for byte.</span></p>`;
  }

  job(job) {
    const running = job.state === 'running' || job.state === 'waiting';
    const id = this.all?.find((one) => one.source && one.name === job.recording)?.id;
    const dismiss = () => {
      this.dismissed = new Set(this.dismissed).add(job.id);
      this.jobs = this.jobs.filter((other) => other.id !== job.id);
    };
    const name = id ? html`<a href="/r/${id}">${job.recording}</a>` : job.recording;
    return html`<div class="job ${job.state}" role="status"><b>${name}</b><span class="muted">${job.kind}</span>
      ${running ? html`<progress aria-label="Progress" .value=${job.of ? job.events / job.of : nothing}></progress>` : nothing}
      <span class="rest">${running ? `${format.count(job.events)} events` : `${job.state}${job.message ? `: ${job.message}` : ''} · ${format.some(job.events, 'event')}`}
        ${job.warnings.length ? html`<span class="muted" title=${job.warnings.join('\n')}>· ${format.some(job.warnings.length, 'warning')}</span>` : nothing}</span>
      ${running ? html`<button @click=${() => api.change('DELETE', `jobs/${job.id}`).catch((e) => this.tell(e.message))}>Cancel</button>` : html`<button class="plain" aria-label="Dismiss" @click=${dismiss}>✕</button>`}</div>`;
  }

  row(one, i) {
    const chosen = this.chosen.includes(one.id);
    const name = html`<td><a class="name" href="/r/${one.id}">${one.name}</a><div class="under ${one.fault ? 'fault' : ''}">${one.fault ?? (one.profile || one.source)}</div></td>`;
    const box = html`<td @click=${(e) => e.stopPropagation()}><input type="checkbox" aria-label="Select ${one.name} for comparing" .checked=${chosen} @change=${() => this.choose(one.id)}></td>`;
    const classes = `${chosen ? 'chosen' : ''} ${i === this.at ? 'at' : ''}`;
    const open = () => location.assign(`/r/${one.id}`);
    if (!one.source && this.jobs.some((job) => job.recording === one.name && (job.state === 'running' || job.state === 'waiting'))) {
      return html`<tr class=${classes}><td></td><td><span class="name">${one.name}</span></td><td><span class="chip warn">● begins</span></td><td class="wide" colspan="9"></td><td class="narrow"></td><td></td></tr>`;
    }
    if (!one.source) {
      return html`<tr class=${classes} @click=${open}>${box}${name}<td><span class="chip bad">✕ damaged</span></td><td class="fault" colspan="9">${one.fault}</td><td class="narrow"></td>${this.away(one)}</tr>`;
    }
    return html`<tr class=${classes} @click=${open}>${box}${name}
      <td>${this.state(one)}</td><td class="wide">${one.source}</td><td class="cut wide" title=${one.profile}>${one.profile || html`<span class="muted">–</span>`}</td>
      <td class="cut wide" title=${one.workload}>${one.workload || html`<span class="muted">–</span>`}</td>
      <td class="n">${format.count(one.calls)}</td><td class="n wide">${format.count(one.ioctls)}</td>
      <td class="n wide">${format.count(one.events)}</td><td class="n wide">${format.bytes(one.bytes)}</td>
      <td class="mono wide" title=${one.digest}>${one.digest.slice(0, 10)}</td><td class="muted wide">${format.when(one.created)}</td>${this.away(one)}</tr>`;
  }

  away(one) {
    return html`<td class="do" @click=${(e) => e.stopPropagation()}>${one.state === 'open' ? nothing
      : html`<button class="plain" title="Delete; it can be undone" aria-label="Delete ${one.name}" @click=${() => this.discard(one)}>✕</button>`}</td>`;
  }

  state(one) {
    const look = {sealed: 'good', open: 'warn', recovered: 'warn', damaged: 'bad'}[one.state] ?? '';
    const sign = {sealed: '✓', open: '●', recovered: '◐', damaged: '✕'}[one.state] ?? '';
    return html`<span class="chip ${look}" title=${one.fault ?? ''}>${sign} ${one.state}</span>`;
  }

  empty() {
    return html`<div class="state"><h2>No recordings yet</h2>
      <p>There is no recording in <span class="mono">${this.directory}</span>. </p>
      <p><button class="primary" @click=${this.make}>Make one here <kbd>n</kbd></button></p><p>or in a terminal, then load this page again:</p>
      <code>./seamtape record minimal -o ${this.directory}/first.tape</code>
      <p>or import the log of a real run:</p>
      <code>./seamtape import strace run.strace -o ${this.directory}/run.tape</code></div>`;
  }
}
customElements.define('recordings-page', RecordingsPage);

// The machine around a call: the tree before it or after it, what it changed, who changed what last.
import {LitElement, html, css, nothing, controls, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './key-listener.js';
import {bar, failure} from './explorer-frame.js';
import './dialogs.js';
import {Turns} from './turns.js';

/** Children of a node that the server sends at once. */
const PAGE = 200;
const FIND_MILLIS = 250;

class StatePage extends LitElement {
  static properties = {
    recordingId: {}, recording: {state: true}, fault: {state: true}, event: {state: true}, when: {state: true},
    state: {state: true}, progress: {state: true}, path: {state: true}, hits: {state: true}, seeking: {state: true},
    dialog: {state: true}, find: {state: true}, open: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
    .tools { display: flex; align-items: center; gap: 8px; padding: 6px 12px; border-bottom: 1px solid var(--line); flex: none; }
    .tools input { font: 13px var(--mono); height: 28px; width: 120px; border: 1px solid var(--line); border-radius: 5px; padding: 0 8px; background: var(--panel); color: var(--text); }
    .tools input.find { width: 220px; }
    .tools .what { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .tools .two { display: inline-flex; gap: 8px; }
    .call { font: 650 13px var(--mono); }
    .body { flex: 1; display: grid; grid-template-columns: minmax(320px, 1.25fr) minmax(300px, 1fr); min-height: 0; }
    .pane { overflow: auto; min-height: 0; background: var(--panel); border-left: 1px solid var(--line); }
    .pane:first-child { border-left: 0; }
    h2 { font: 600 12px var(--sans); color: var(--muted); margin: 12px 12px 4px; }
    ul { list-style: none; margin: 0; padding: 0; }
    .tree { padding: 6px 0 14px; font: 12px/20px var(--mono); }
    .node { display: flex; gap: 8px; align-items: baseline; width: 100%; border: 0; border-radius: 0; background: none; height: auto; min-height: 20px; padding: 0 12px; font: 12px/20px var(--mono); text-align: left; white-space: normal; color: var(--text); }
    .node:hover { background: var(--hover); }
    .node.on { background: var(--select); }
    .node .k { color: var(--muted); flex: none; }
    .node.group .k { color: var(--text); font-weight: 600; }
    .node .v { overflow-wrap: anywhere; }
    .node .more { color: var(--accent); }
    .node .by { margin-left: auto; color: var(--faint); flex: none; font-size: 11px; }
    .node.changed .v, .node.changed .k { color: var(--warn); font-weight: 650; }
    .node.changed .k::before { content: '● '; }
    .node.never .v { color: var(--faint); }
    .twist { display: inline-block; width: 12px; color: var(--muted); flex: none; }
    table { font: 12px/19px var(--mono); }
    th { text-align: left; font: 600 11.5px var(--sans); color: var(--muted); padding: 4px 12px; }
    td { padding: 1px 12px; vertical-align: top; overflow-wrap: anywhere; }
    td:first-child { min-width: 190px; }
    .history td:first-child { min-width: 0; white-space: nowrap; }
    .history td:nth-child(2) { white-space: nowrap; }
    .history td button.plain { white-space: nowrap; overflow-wrap: normal; }
    tr.here { background: var(--select); }
    td.old { color: var(--error); }
    td.new { color: var(--good); }
    td button.plain { font: 12px/18px var(--mono); height: auto; padding: 0 2px; text-align: left; white-space: normal; overflow-wrap: anywhere; color: var(--accent); }
    p { margin: 4px 12px; }
    @media (max-width: 800px) { .tools { flex-wrap: wrap; } .tools .what { flex-basis: 100%; order: 2; } .tools input.find { order: 3; flex: 1; } .tools input.at { width: 84px; } .body { grid-template-columns: 1fr; overflow: auto; } .pane { overflow: visible; border-left: 0; border-top: 1px solid var(--line); } .body { align-content: start; } td:first-child { min-width: 120px; } }
  `];

  constructor() {
    super();
    this.open = new Map([['vms', true]]);
    this.when = 'after';
    this.find = '';
    this.turns = new Turns((text) => { this.tell = text; this.requestUpdate(); });
  }

  /** Keys mean something once there is what they are about. */
  get ready() {
    return Boolean(this.recording && !this.fault);
  }

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = listen('state', this);
    this.onPop = () => this.fromAddress();
    window.addEventListener('popstate', this.onPop);
    this.begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    window.removeEventListener('popstate', this.onPop);
    this.request?.abort();
    this.historyRequest?.abort();
  }

  async begin() {
    try {
      this.recording = await api.recording(this.recordingId);
      document.title = `State of ${this.recording.name} · Seamtape`;
      this.fromAddress();
    } catch (e) {
      this.fault = e;
    }
  }

  fromAddress() {
    if (!this.ready) return;
    this.turns.drop();
    const query = new URLSearchParams(location.search);
    const at = Number(query.get('at') ?? 0);
    this.when = query.get('when') === 'before' ? 'before' : 'after';
    this.path = query.get('path');
    if (this.path) this.unfold(this.path);
    const digest = query.get('d');
    this.other = Boolean(digest && this.recording.digest && !this.recording.digest.startsWith(digest));
    this.load(Number.isSafeInteger(at) && at >= 0 ? at : 0, false);
    this.arrived.then((own) => { if (own && this.path) this.history(); });
  }

  remember(push) {
    const query = new URLSearchParams({at: this.event, when: this.when});
    if (this.path) query.set('path', this.path);
    if (this.recording.digest) query.set('d', this.recording.digest.slice(0, 8));
    history[push ? 'pushState' : 'replaceState'](null, '', `${location.pathname}?${query}`);
  }

  /** {@code row} is the call of the event, where it is known before the state is. */
  async load(event, push = true, row = undefined) {
    this.request?.abort();
    const {signal} = this.request = new AbortController();
    this.event = event;
    this.row = row;
    const {find} = this;
    const ask = (machine) => api.whole(`recordings/${this.recordingId}/state`,
      {event, when: this.when, machine, path: this.path ?? '', find}, signal, (answer) => { this.progress = answer; });
    let tell;
    this.arrived = new Promise((done) => { tell = done; });
    try {
      const state = await ask('');
      this.take(state, push, find);
      tell(true);
      if (find !== this.find) this.seek(this.find);
      if (state.canReexecute && event > 0) await this.retell(await ask('true'), find);
    } catch (e) {
      tell(false);
      if (e.name === 'AbortError') return;
      this.progress = null;
      if (e.status === 404 || e.status === 422) this.tell = e.message;
      else this.fault = e;
      this.requestUpdate();
    }
  }

  /** The next children of a node that has more than are sent at once. */
  async more(path) {
    const {state} = this;
    const from = state.loaded.get(path) ?? PAGE;
    if ((this.wanted.get(path) ?? PAGE) > from) return;
    this.wanted.set(path, from + PAGE);
    try {
      await this.extend(state, path, from);
    } catch (e) {
      this.wanted.set(path, from);
      if (e.name !== 'AbortError') this.tell = e.message;
    }
    this.requestUpdate();
  }

  async extend(state, path, from) {
    const {event, when, machine} = state;
    const reread = machine.reexecution === 'agrees' ? 'true' : '';
    const page = await api.whole(`recordings/${this.recordingId}/state`, {event, when, machine: reread, under: path, from}, this.request.signal);
    Object.assign(path.split('/').reduce((node, name) => node?.[name], machine) ?? {}, page.children);
    state.loaded.set(path, from + PAGE);
  }

  /** The same state once more, told by re-execution too: lists that were read on meanwhile keep their length. */
  async retell(state, find) {
    state.loaded = new Map();
    const from = (path) => state.loaded.get(path) ?? PAGE;
    for (let short; (short = [...this.wanted].find(([path, to]) => from(path) < to)?.[0]);) await this.extend(state, short, from(short));
    this.take(state, false, find, this.wanted);
  }

  /** What is not sent can only be found by the server. */
  seek(text) {
    this.find = text.toLowerCase().trim();
    clearTimeout(this.findTimer);
    if (this.state && (this.sought || Object.keys(this.state.cut).length)) this.findTimer = setTimeout(() => this.load(this.event, false, this.row), FIND_MILLIS);
  }

  take(state, push, find, wanted = new Map()) {
    this.wanted = wanted;
    state.loaded ??= new Map();
    this.sought = find;
    this.row = state.row;
    this.tell = null;
    this.progress = null;
    this.state = state;
    this.event = state.event;
    this.changed = new Map(state.changes.map((change) => [change[0], change]));
    this.changedGroups = new Set(state.changes.flatMap(([path]) => path.split('/').map((none, i, all) => all.slice(0, i).join('/'))));
    this.remember(push);
    if (this.ends && this.path && (state.at < this.ends.back.from || state.at > this.ends.on.from)) this.history();
  }

  unfold(path) {
    const open = new Map(this.open);
    path.split('/').forEach((none, i, all) => open.set(all.slice(0, i + 1).join('/'), true));
    this.open = open;
  }

  /** What a person chose, or else what leads to a change. */
  isOpen(path) {
    return Boolean(this.find) || (this.open.get(path) ?? this.changedGroups?.has(path) ?? false);
  }

  // Actions.

  /** Each step goes on from where the one before it led, though its state may still be on its way. */
  step(by) {
    this.turns.take(async (signal) => {
      for (let last; this.row === undefined && last !== this.arrived;) await (last = this.arrived);
      if (this.row === undefined || signal.aborted) return;
      const position = this.row ? this.row[format.INDEX] + by : by > 0 ? 0 : -1;
      if (position < 0) {
        this.load(0, true, null);
        return;
      }
      const [row] = (await api.calls(this.recordingId, position, 1, '', signal)).rows;
      if (row) this.load(row[format.EVENT], true, row);
    });
  }

  /** To an event that a person points at, whatever was asked for before. */
  show(event) {
    this.turns.drop();
    this.load(event);
  }

  next() { this.step(1); }
  previous() { this.step(-1); }
  before() { this.turn(this.when === 'before' ? 'after' : 'before'); }
  theme() { nextTheme(); }
  sheet() { this.dialog = true; }
  escape() { this.dialog = false; }
  explorer() { location.assign(`/r/${this.recordingId}${this.event ? `?sel=${this.event}` : ''}`); }
  goTo() { this.renderRoot.querySelector('input.at').select(); }

  turn(when) {
    this.when = when;
    this.load(this.event, true, this.row);
  }

  pick(path) {
    this.path = path;
    this.unfold(path);
    this.remember(false);
    this.history();
    this.updateComplete.then(() => this.renderRoot.querySelector('.node.on')?.scrollIntoView({block: 'nearest'}));
  }

  /** What has a story of its own, a page say, or a vCPU, is selected first. */
  fold(path, value) {
    if (value.event && this.path !== path) this.pick(path);
    else this.toggle(path);
  }

  toggle(path) {
    this.open = new Map(this.open).set(path, !this.isOpen(path));
  }

  /** The last changes of one value up to the event shown, and the next after it. */
  async history() {
    this.historyRequest?.abort();
    const {signal} = this.historyRequest = new AbortController();
    this.hits = [];
    this.ends = {back: {from: this.event ? this.state?.at ?? this.event : 0, more: true}, on: {from: this.event ? this.state?.at ?? this.event : 0, more: true}};
    await this.look('back', 50, signal);
    await this.look('on', 20, signal);
  }

  /** Looks on in one direction; the list grows meanwhile. */
  async look(direction, limit, signal = this.historyRequest.signal) {
    const end = this.ends[direction];
    if (end.busy) return;
    end.busy = true;
    let wanted = limit;
    try {
      while (wanted > 0) {
        const answer = await api.get(`recordings/${this.recordingId}/state/history`,
          {path: this.path, from: end.from, direction, limit: wanted}, signal);
        this.hits = direction === 'back' ? [...answer.hits.toReversed(), ...this.hits] : [...this.hits, ...answer.hits];
        [end.from, end.more, wanted] = [answer.next, answer.more, wanted - answer.hits.length];
        this.seeking = answer.complete ? null : answer;
        if (answer.complete) return;
        if (!answer.hits.length) await api.pause(40);
        if (signal.aborted) return;
      }
    } catch (e) {
      if (e.name !== 'AbortError') this.seeking = null;
    } finally {
      end.busy = false;
      this.requestUpdate();
    }
  }

  stop() {
    this.historyRequest?.abort();
    this.historyRequest = new AbortController();
    this.seeking = null;
  }

  // What is shown.

  render() {
    if (this.fault) return failure(this.fault, this.recordingId, 'state');
    return html`${bar(this.recordingId, this.recording, 'state', this.event)}
      ${this.other ? html`<div class="band">This link was made for a recording with another digest.</div>` : nothing}
      <div class="tools" role="toolbar" aria-label="Where">
        <label>event <input class="at" inputmode="numeric" aria-label="Event" .value=${String(this.event ?? '')} @change=${(e) => this.show(Math.max(0, Number(e.target.value) || 0))}></label>
        <button @click=${this.previous} title="Previous call (k)">↑</button><button @click=${this.next} title="Next call (j)">↓</button>
        <span class="two"><button aria-pressed=${this.when === 'before'} @click=${() => this.turn('before')} title="The state that the call found (b)">Before</button>
        <button aria-pressed=${this.when === 'after'} @click=${() => this.turn('after')} title="The state that it left (b)">After</button></span>
        ${this.state?.row ? html`<span class="what"><span class="call">${this.state.row[format.CALL]}</span> <span class="muted">${this.state.row[format.ON]} ${this.state.row[format.ARGUMENTS].slice(0, 200)}</span></span>` : html`<span class="what muted">${this.state ? 'before the first event' : ''}</span>`}
        <input class="find" type="text" placeholder="Find: rip, slot, mrtd…" aria-label="Find in the state" .value=${this.find} @input=${(e) => this.seek(e.target.value)}>
      </div>
      ${this.tell ? html`<div class="band" role="alert">${this.tell}</div>` : nothing}
      <div class="body" aria-busy=${Boolean(this.progress)}>
        <section class="pane" aria-label="State" tabindex="0">${this.content()}</section>
        <section class="pane" aria-label="Changes" tabindex="0">${this.state ? this.changesPane() : nothing}</section>
      </div>
      <call-dialog .open=${this.dialog} .title=${'Keys'} .page=${'state'} @closed=${() => { this.dialog = false; }}></call-dialog>`;
  }

  content() {
    if (!this.state && this.tell) {
      return html`<div class="state"><h2>The state cannot be told here</h2><p><button @click=${() => this.show(0)}>Before the first event</button></p>
        <p><a href="/r/${this.recordingId}">To its calls</a></p></div>`;
    }
    if (!this.state) {
      const done = this.progress ? Math.floor(this.progress.reached / Math.max(1, this.progress.of) * 100) : 0;
      return html`<div class="state"><p>Folding the events… ${done}%</p></div>`;
    }
    const note = this.state.machine.reexecution === 'diverges'
      ? html`<p class="muted">This simulator answers otherwise than the recorded one: the state is told by the events alone.</p>` : nothing;
    return html`<ul class="tree" role="tree" aria-label="Machine">${this.children(this.state.machine, '', 0)}</ul>${note}`;
  }

  children(node, path, depth) {
    return Object.entries(node).filter(([key]) => key !== 'event' && key !== 'by' || depth === 0)
      .map(([key, value]) => this.node(key, value, path ? `${path}/${key}` : key, depth)).concat(this.rest(path, depth));
  }

  rest(path, depth) {
    const left = (this.state.cut[path] ?? 0) - (this.state.loaded.get(path) ?? PAGE);
    if (left <= 0) return [];
    const next = Math.min(left, PAGE);
    return [html`<li role="none"><button class="node" role="treeitem" data-depth=${depth} aria-level=${depth + 1} @click=${() => this.more(path)}>
      <span class="twist"></span><span class="more">${format.count(next)} more of ${format.count(left)} that are left</span></button></li>`];
  }

  shown(path, value) {
    if (!this.find) return true;
    if (path.toLowerCase().includes(this.find)) return true;
    if (value && typeof value === 'object') return Object.entries(value).some(([key, child]) => this.shown(`${path}/${key}`, child));
    return String(value).toLowerCase().includes(this.find);
  }

  node(key, value, path, depth) {
    if (this.find && !this.shown(path, value)) return nothing;
    const group = value !== null && typeof value === 'object' && !Array.isArray(value);
    const empty = group && !Object.keys(value).length;
    const open = group && !empty && this.isOpen(path);
    const classes = `node ${group ? 'group' : ''} ${this.changed?.has(path) || group && !open && this.changedGroups?.has(path) ? 'changed' : ''} ${this.path === path ? 'on' : ''} ${value?.text ? 'never' : ''}`;
    const says = group ? (value.text ?? (empty ? 'none' : value.mode ?? '')) : Array.isArray(value) ? value.join(' ') || 'none' : String(value);
    const by = value?.event ? html`<span class="by">${value.by ?? ''} @${format.count(value.event)}</span>` : nothing;
    return html`<li role="none"><button class=${classes} data-depth=${depth} role="treeitem" aria-level=${depth + 1} aria-selected=${this.path === path}
        aria-expanded=${group ? String(Boolean(open)) : nothing}
        @click=${() => group ? this.fold(path, value) : this.pick(path)}>
        <span class="twist">${group && !empty ? (open ? '▾' : '▸') : ''}</span><span class="k">${key}</span><span class="v">${says}</span>${by}</button>
      ${open ? html`<ul role="group">${this.children(value, path, depth + 1)}</ul>` : nothing}</li>`;
  }

  updated() {
    for (const node of this.renderRoot.querySelectorAll('.node')) node.style.paddingLeft = `${10 + Number(node.dataset.depth) * 15}px`;
  }

  changesPane() {
    const {changes} = this.state;
    return html`<h2>${this.event ? `What changed between enter and return of ${format.count(this.event)}` : 'Before the first event nothing has changed'}</h2>
      ${changes.length ? html`<table><thead><tr><th>value</th><th>before</th><th>after</th></tr></thead><tbody>
        ${changes.map(([path, old, now]) => html`<tr><td><button class="plain" title=${path} @click=${() => this.pick(path)}>${plain(path)}</button></td>
          <td class="old">${old ?? '–'}</td><td class="new">${now ?? '–'}</td></tr>`)}</tbody></table>`
        : html`<p class="muted">${this.event ? 'Nothing that the events tell.' : ''}</p>`}
      ${this.path ? this.historyPane() : html`<p class="muted">Select a value, a page or a vCPU to see who changed it last, and its history.</p>`}`;
  }

  historyPane() {
    const hits = this.hits ?? [];
    const busy = this.ends?.back.busy || this.ends?.on.busy;
    const last = hits.findLast((hit) => hit[0] <= this.event);
    return html`<h2>History of ${this.path}</h2>
      <p>${last ? html`Last changed by <a href="/r/${this.recordingId}?sel=${last[0]}">${last[1]} at event ${format.count(last[0])}</a>` : html`<span class="muted">${this.seeking ? '' : busy ? 'Looking…' : 'Not changed up to here.'}</span>`}
        ${this.seeking ? html`<span class="muted"> · looking… ${format.count(this.seeking.reached)} of ${format.count(this.seeking.of)} events</span> <button @click=${this.stop}>Stop</button>` : nothing}</p>
      ${this.ends?.back.more && !busy ? html`<p><button @click=${() => this.look('back', 100)}>Earlier changes</button></p>` : nothing}
      <table class="history"><thead><tr><th>event</th><th>call</th><th>was</th><th>became</th></tr></thead><tbody>
        ${hits.map(([event, call, was, became]) => html`<tr class=${event === this.event ? 'here' : ''}><td><button class="plain" @click=${() => this.show(event)}>${format.count(event)}</button></td><td>${call}</td>
          <td class="old">${unlike(was, became)}</td><td class="new">${unlike(became, was)}</td></tr>`)}</tbody></table>
      ${this.ends?.on.more && !busy ? html`<p><button @click=${() => this.look('on', 100)}>Later changes</button></p>` : nothing}`;
  }
}

/** A path as it is read: what says nothing is left out. */
const plain = (path) => path.replace(/^vms\//, '').replace('/vcpus/', '/').replace('/value/', '/').replaceAll('/', ' / ');

const short = (text) => text.length > 60 ? `${text.slice(0, 60)}…` : text || '–';

const object = (text) => {
  try {
    return text?.startsWith('{') ? JSON.parse(text) : null;
  } catch {
    return null; // cut short by the server
  }
};

/** Of a group, what the other side has not. */
function unlike(text, other) {
  const [here, there] = [object(text), object(other) ?? {}];
  if (!here) return short(text);
  return short(Object.entries(here).filter(([key, value]) => key !== 'event' && key !== 'by' && JSON.stringify(value) !== JSON.stringify(there[key]))
    .map(([key, value]) => `${key} ${value !== null && typeof value === 'object' ? '…' : value}`).join(', '));
}

customElements.define('state-page', StatePage);

// The explorer of one recording: filter, list of calls, details; all of it in the address.
import {LitElement, html, css, nothing, controls, nextTheme, remember} from './base.js';
import {EXPLORER} from './look.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './key-listener.js';
import {CallSource} from './call-source.js';
import {bar, failure} from './explorer-frame.js';
import {understood} from './places.js';
import './split-bar.js';
import './call-list.js';
import './call-details.js';
import './hex-view.js';
import './filter-box.js';
import {COLUMNS, chosenColumns} from './call-row.js';
import {Live} from './live.js';
import {Turns} from './turns.js';
import './time-line.js';
import './notes-dialog.js';
import './dialogs.js';

const REPLACE_MILLIS = 250;
const POLL_MILLIS = 200;
const RETRY_MILLIS = 2000;
const STEP_SEARCH = 5000;

/** What first.js has drawn. */
const takeFirstAway = () => document.getElementById('first')?.remove();

class ExplorerPage extends LitElement {
  static properties = {
    recordingId: {}, recording: {state: true}, fault: {state: true}, filter: {state: true},
    selected: {state: true}, dialog: {state: true}, goFault: {state: true}, note: {state: true},
    progress: {state: true}, lost: {state: true}, time: {state: true}, dim: {state: true}, notes: {state: true},
    live: {state: true}, columnsOpen: {state: true}, shown: {state: true},
  };

  static styles = [controls, EXPLORER, css`
    .tools details { position: relative; }
    .tools summary { list-style: none; cursor: pointer; border: 1px solid var(--line); border-radius: 5px; height: 28px; line-height: 26px; padding: 0 9px; background: var(--panel); }
    .tools .menu { position: absolute; right: 0; top: 32px; z-index: 7; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; box-shadow: 0 6px 18px rgb(0 0 0 / .18); }
    .tools .menu label { display: flex; gap: 7px; align-items: center; white-space: nowrap; height: 24px; }
    .live { height: 28px; font-variant-numeric: tabular-nums; }
    .live.on { color: var(--good); border-color: var(--good); }
    .live.off { color: var(--warn); border-color: var(--warn); }
    call-list:focus-visible { outline: none; }
    .errors { display: inline-flex; border: 1px solid var(--line); border-radius: 5px; background: var(--panel); height: 28px; }
    .errors button { border: 0; background: none; height: 26px; padding: 0 8px; }
    .errors .n { padding: 0 2px 0 9px; line-height: 26px; color: var(--muted); }
    .errors.some .n { color: var(--error); font-weight: 600; }
    .band { display: flex; gap: 10px; align-items: center; }
    .band code { font: 12px var(--mono); user-select: all; }
    .band.bad { background: var(--error-soft); color: var(--error); }
    .empty { position: relative; background: var(--panel); overflow: auto; }
    .listbox .empty { position: absolute; inset: 26px 0 0; z-index: 1; }
    .say { position: absolute; right: 24px; bottom: 10px; background: var(--text); color: var(--bg); padding: 4px 11px; border-radius: 5px; font-size: 12px; z-index: 4; pointer-events: none; }
    .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    @media (max-width: 900px) { .tools .hide { display: none; } }
    @media (max-width: 700px) { filter-box { flex-basis: 100%; } }
  `];

  constructor() {
    super();
    this.filter = '';
    this.selected = 0;
    this.notes = {revision: 0, bookmarks: [], filters: []};
    this.opened = new Set();
    this.turns = new Turns((text) => this.tell(text));
    this.noteTurns = new Turns((text) => { this.note = text; });
  }

  /** Keys mean something once there is what they are about. */
  get ready() {
    return Boolean(this.recording && !this.fault);
  }

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = listen('explorer', this);
    this.onPop = () => this.fromAddress();
    window.addEventListener('popstate', this.onPop);
    this.open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    this.live?.close();
    window.removeEventListener('popstate', this.onPop);
  }

  get list() {
    return this.renderRoot.querySelector('call-list');
  }

  async open() {
    try {
      this.recording = api.had(`recordings/${this.recordingId}`) ?? await api.recording(this.recordingId);
      document.title = `${this.recording.name} · Seamtape`;
      await this.updateComplete;
      this.list.clock = this.recording.clock;
      this.list.addEventListener('scrolled', () => this.remember());
      this.list.addEventListener('pick', ({detail}) => this.place(() => detail));
      this.list.columns = chosenColumns();
      this.readNotes();
      await this.fromAddress();
      // To move the focus costs a layout: with that of the first rows it is none more.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) this.list?.focus();
      });
      this.follow();
      if (this.recording.state === 'open') this.live = new Live(this);
    } catch (e) {
      takeFirstAway();
      this.fault = e;
    }
  }

  /** Asks for the summary until it is there; errors and filters depend on it. */
  async follow() {
    while (this.recording && !this.recording.summary) {
      await api.pause(POLL_MILLIS);
      await this.again();
    }
    this.list?.refill();
    this.source?.need(Math.floor(this.list?.top ?? 0), 1);
    this.list?.draw();
  }

  async again() {
    try {
      this.recording = await api.recording(this.recordingId);
      this.lost = false;
    } catch (e) {
      this.lost = e instanceof api.Unreachable;
      if (!this.lost) this.fault = e;
      await api.pause(RETRY_MILLIS);
    }
  }

  // The address: f (filter), sel (selected event), top (event of the first row in view), d (digest).

  /** Until the view of the address is there, nothing may write another address. */
  async fromAddress() {
    if (!this.ready) return;
    clearTimeout(this.timer);
    this.halt();
    const own = this.restoring = Symbol('restoring');
    await this.inTurn((signal) => this.restore(signal));
    if (this.restoring === own) this.restoring = null;
  }

  async restore(signal) {
    const query = new URLSearchParams(location.search);
    const number = (name) => {
      const value = Number(query.get(name));
      return Number.isSafeInteger(value) && value > 0 ? value : 0;
    };
    const digest = query.get('d');
    const own = this.recording.digest ?? '';
    this.note = digest && own && !own.startsWith(digest)
      ? 'This link was made for a recording with another digest; what it points to may have moved.' : null;
    this.dim = query.get('mode') === 'dim';
    this.useFilter(query.get('f') ?? '');
    this.line.turn(query.get('axis') === 'event' ? 'event' : 'time');
    const span = (query.get('t') ?? '').split('-').map(Number);
    if (span.length === 2 && span.every((t) => Number.isFinite(t) && t >= 0) && span[1] > span[0]) this.line.show(span[0], span[1], true);
    this.line.marks = (query.get('ab') ?? '').split('-').map((text) => /^\d+$/.test(text) ? Number(text) : undefined).slice(0, 2);
    this.line.pins = (query.get('pin') ?? '').split(',').filter(Boolean).slice(0, 16);
    const top = number('top');
    const selected = number('sel');
    if (top) {
      const row = await this.find({event: top}, signal);
      if (row.found) this.list.restore(row.index);
    } else if (!selected) this.list.top = 0;
    if (selected) await this.selectEvent(selected, !top, signal);
    else this.setSelected(-1, 0);
  }

  address() {
    const query = new URLSearchParams();
    if (this.filter) query.set('f', this.filter);
    if (this.filter && this.dim) query.set('mode', 'dim');
    const span = this.line?.wanted ?? (this.line?.whole ? null : this.line?.view);
    if (this.line?.by === 'event') query.set('axis', 'event');
    if (span) query.set('t', `${Math.round(span.from)}-${Math.round(span.to)}`);
    if (this.line?.marks.some((time) => time !== undefined)) query.set('ab', [0, 1].map((i) => this.line.marks[i] ?? '').join('-'));
    if (this.line?.pins.length) query.set('pin', this.line.pins.join(','));
    if (this.selected) query.set('sel', this.selected);
    const first = this.source?.row(Math.round(this.list.top));
    if (Array.isArray(first) && this.list.top >= 1) query.set('top', first[format.EVENT]);
    if (this.recording.digest && query.size) query.set('d', this.recording.digest.slice(0, 8));
    const text = query.toString();
    return location.pathname + (text ? `?${text}` : '');
  }

  /** Scrolling and moving replace the address; jumps and filters push one. */
  remember(push = false) {
    clearTimeout(this.timer);
    if (this.restoring && !push) return;
    if (push) history.pushState(null, '', this.address());
    else this.timer = setTimeout(() => history.replaceState(null, '', this.address()), REPLACE_MILLIS);
  }

  useFilter(filter, again = false) {
    const dim = Boolean(this.dim && filter);
    if (!again && this.source && this.source.filter === filter && this.source.dim === dim) return;
    this.source?.close();
    this.filter = filter;
    const source = this.source = new CallSource(this.recordingId, filter, dim, (this.notes.colours ?? []).map((one) => one.filter), this.recording.calls);
    this.list.colours = (this.notes.colours ?? []).map((one) => one.colour);
    source.addEventListener('change', () => {
      if (source === this.source) this.changed();
      if (!this.shown) this.rowsCame();
    });
    this.progress = null;
    this.list.selected = -1;
    this.list.source = source;
    source.search();
  }

  /** The rows that came with the page give way to the list's in one frame; what else there is to see comes after it. */
  rowsCame() {
    requestAnimationFrame(() => {
      takeFirstAway();
      setTimeout(() => { this.shown = true; });
    });
  }

  changed() {
    const {source} = this;
    if (source.damaged) this.damageMet();
    this.progress = {total: source.total, complete: source.complete, settled: source.settled, scanned: source.scanned, matched: source.matched, marked: source.marked};
    this.lost = source.fault instanceof api.Unreachable;
    if (this.lost) this.retry();
    else if (source.fault instanceof api.Problem) this.note = source.fault.message;
  }

  /** Asks again after a while, however often it failed meanwhile. */
  retry() {
    this.retrying ??= setTimeout(() => {
      this.retrying = undefined;
      if (this.lost) this.source.search();
    }, RETRY_MILLIS);
  }

  /** Damage that nobody knew of when the page was opened: the recording tells of it now. */
  damageMet() {
    if (this.recording.fault || this.askedWhy) return;
    this.askedWhy = true;
    this.again();
  }

  async applyFilter(filter) {
    const kept = this.selected;
    this.note = null;
    this.halt();
    const {signal} = this.looking = new AbortController();
    const own = this.filtering = Symbol('filtering');
    this.useFilter(filter);
    this.list.top = 0;
    this.list.focus();
    if (kept) {
      // It may lie far behind the first matches: another filter, or a move, ends the search for it.
      const row = await this.find({event: kept}, signal).catch((e) => {
        if (e.name !== 'AbortError') this.tell(e.message);
      });
      if (this.filtering !== own) return;
      if (row?.found && row.event === kept) this.setSelected(row.index, kept, true);
    }
    this.remember(true);
  }

  /** Where a row is; the rows around it come with the answer. */
  async find(what, signal) {
    const {source} = this;
    const asked = source.stamp();
    try {
      const answer = await api.locate(this.recordingId, {...what, ...source.asked}, signal);
      signal?.throwIfAborted();
      if (answer.page) source.bring(answer.index, answer.page, asked);
      return answer;
    } catch (e) {
      if (e.status === 422) this.damageMet();
      throw e;
    }
  }

  setSelected(index, event, show = false) {
    this.list.selected = index;
    this.selected = event;
    this.mark(index);
    if (show && index >= 0) {
      if (index < this.list.total - 1) this.live?.follow(false);
      // What the list knows of its length may be older than the row.
      this.list.total = Math.max(this.list.total, index + 1);
      this.list.show(index);
    }
    this.list.draw();
  }

  /** The timeline follows the selection once its row is there. */
  async mark(index) {
    if (index < 0) {
      this.time = undefined;
      return;
    }
    const row = await this.rowAt(index, () => this.list.selected === index);
    if (this.list.selected === index && Array.isArray(row)) this.time = this.timeOf(row);
  }

  timeOf(row) {
    return this.line.counts ? row[format.EVENT] : row[format.TIME];
  }

  get line() {
    return this.renderRoot.querySelector('time-line');
  }

  /** Selects a row by its place; its event number may still be on its way. */
  selectRow(index) {
    this.looking?.abort();
    return this.moving = this.chooseRow(index);
  }

  async chooseRow(index) {
    if (index < 0 || index >= this.list.total) return;
    if (index < this.list.total - 1) this.live?.follow(false);
    this.list.selected = index;
    this.list.show(index);
    const row = await this.rowAt(index, () => this.list.selected === index);
    if (this.list.selected !== index || !Array.isArray(row)) return;
    this.setSelected(index, row[format.EVENT]);
    this.remember();
  }

  /** Waits for a row, as long as somebody wants it. */
  async rowAt(index, wanted) {
    let row = this.source.row(index);
    while (row === undefined && !this.source.fault && index < this.list.total && wanted()) {
      this.source.need(index, 1);
      await api.pause(20);
      row = this.source.row(index);
    }
    return row;
  }

  /** The row that is selected, after what was asked for before. */
  here(signal) {
    return this.rowAt(Math.max(0, this.list.selected), () => !signal.aborted);
  }

  async selectEvent(event, show, signal) {
    const row = await this.find({event}, signal);
    if (!row.found) return false;
    this.setSelected(row.index, row.event, show);
    if (row.event !== event && this.filter) this.tell(`Event ${format.count(event)} does not pass the filter; this is the nearest call that does`);
    return true;
  }

  async jumpTo(event, signal) {
    if (await this.selectEvent(event, true, signal)) this.remember(true);
  }

  /** To a call that a person points at, whatever was asked for before. */
  jump(event) {
    this.halt();
    return this.inTurn((signal) => this.jumpTo(event, signal));
  }

  // What a person asks for is not undone by an answer to what was asked for before.

  /** Keys pressed faster than the server answers act one after the other. */
  inTurn(action) {
    this.looking?.abort();
    return this.turns.take(async (signal) => {
      await this.moving;
      if (!signal.aborted) await action(signal);
    });
  }

  /** Nothing that was asked for before matters any more. */
  halt() {
    this.turns.drop();
    this.looking?.abort();
    this.restoring = this.filtering = this.moving = null;
  }

  /** To a row by its place, whatever was asked for before. */
  place(index) {
    this.halt();
    this.selectRow(index());
  }

  /** By so many rows: at once, or after what was asked for before. */
  step(by) {
    const move = () => {
      const from = Math.max(Math.abs(by) > 1 ? 0 : -1, this.list.selected);
      return this.selectRow(Math.max(0, Math.min(this.list.total - 1, from + by)));
    };
    if (this.turns.busy) this.inTurn(move);
    else move();
  }

  tell(text) {
    const say = this.renderRoot.querySelector('.say') ?? document.createElement('div');
    say.className = 'say';
    say.textContent = text;
    this.renderRoot.querySelector('.listbox')?.append(say);
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => say.remove(), 3500);
  }

  // Actions of the keys.

  zoomIn() { this.line.zoom(0.5); }
  zoomOut() { this.line.zoom(2); }
  panLeft() { this.line.pan(-0.25); }
  panRight() { this.line.pan(0.25); }
  wholeTime() { this.line.all(); }
  stateHere() { this.inTurn(() => location.assign(`/r/${this.recordingId}/state${this.selected ? `?at=${this.selected}` : ''}`)); }
  shapeHere() { location.assign(`/r/${this.recordingId}/shape`); }
  pause() { this.live ? this.live.toggle() : false; }
  nextMatch() { this.inTurn((signal) => this.match('next', signal)); }
  previousMatch() { this.inTurn((signal) => this.match('previous', signal)); }
  bookmarks() { this.dialog = 'notes'; }

  markA() { this.markHere(0); }
  markB() { this.markHere(1); }

  markHere(which) {
    this.inTurn(async (signal) => {
      const row = this.list.selected < 0 ? null : await this.here(signal);
      if (Array.isArray(row)) this.line.mark(which, this.timeOf(row));
      else this.tell('Select a call to mark its time');
    });
  }

  pinLane() {
    this.inTurn(async (signal) => {
      const row = await this.here(signal);
      if (!Array.isArray(row)) return;
      // A nested call is drawn on the lane of the outermost call above it.
      const outer = row[format.DEPTH] ? (await this.current())?.parents.at(-1) ?? row : row;
      const lane = this.line.laneOf(outer[format.ON], outer[format.ACTOR]);
      if (lane) this.line.pin(lane);
      else this.tell('The timeline has no lane for this call');
    });
  }

  byEvent() { this.line.turn(this.line.by === 'event' ? 'time' : 'event'); }

  /** The cursor of the timeline lies elsewhere on another axis. */
  turned() {
    this.mark(this.list.selected);
    this.remember();
  }

  fitCall() {
    this.inTurn(async (signal) => {
      const row = await this.here(signal);
      if (!Array.isArray(row)) return;
      const start = this.timeOf(row);
      this.line.fit(start, this.line.counts ? Math.max(start + 1, row[format.RETURN]) : start + Math.max(0, row[format.DURATION]));
    });
  }

  hideOrDim() {
    if (!this.filter) {
      this.tell('There is no filter to hide or dim by');
      return;
    }
    this.inTurn(async (signal) => {
      const {filter, selected} = this;
      this.dim = !this.dim;
      this.useFilter(filter);
      this.list.top = 0;
      this.remember(true);
      if (selected) await this.selectEvent(selected, true, signal);
    });
  }

  async match(direction, signal) {
    if (!this.filter) {
      this.tell('There is no filter; / sets one');
      return;
    }
    if (!this.source.dim) {
      await this.selectRow(this.list.selected + (direction === 'next' ? 1 : -1));
      return;
    }
    const row = await this.find({match: direction, event: this.selected}, signal);
    if (row.found) await this.jumpTo(row.event, signal);
    else this.tell(`No match ${direction === 'next' ? 'after' : 'before'} this call`);
  }

  readNotes() {
    return this.noteTurns.take(async () => this.useNotes(await api.notes(this.recordingId)));
  }

  useNotes(notes) {
    const other = JSON.stringify(notes.colours ?? []) !== JSON.stringify(this.notes.colours ?? []);
    this.notes = notes;
    if (other && this.source) {
      const {selected, top} = this.list;
      this.useFilter(this.filter, true);
      this.list.selected = selected;
      this.list.restore(top);
    }
    this.list.bookmarks = new Set(notes.bookmarks.map((one) => one.event));
    this.list.draw();
  }

  /** A change is made to the notes that the change before it left. */
  keepNotes(change) {
    return this.noteTurns.take(async () => {
      const notes = structuredClone(this.notes);
      change(notes);
      try {
        this.useNotes(await api.keepNotes(this.recordingId, notes));
      } catch (e) {
        this.tell(e.message);
        this.readNotes();
      }
    });
  }

  /** Of the call that is selected now, though its number may be on its way. */
  bookmark() {
    if (this.selected || this.list.selected >= 0) {
      this.dialog = 'note';
      this.noted = 0;
      this.inTurn(() => { this.noted = this.selected; });
    } else this.tell('Select a call to bookmark it');
  }

  keepBookmark({detail}) {
    this.dialog = null;
    this.inTurn(() => {
      const event = this.noted;
      if (!event) return;
      this.keepNotes((notes) => {
        const known = notes.bookmarks.find((one) => one.event === event);
        if (known) known.text = detail;
        else notes.bookmarks.push({event, text: detail});
        notes.bookmarks.sort((a, b) => a.event - b.event);
      });
      this.tell(`Event ${format.count(event)} is bookmarked`);
    });
  }

  column(name, shown) {
    const names = chosenColumns().filter((other) => other !== name);
    if (shown) names.push(name);
    document.documentElement.dataset.columns = names.join('.');
    remember('columns', names.join('.'));
    this.list.columns = names;
    this.list.refill();
    this.requestUpdate();
  }

  down() { this.step(1); }
  up() { this.step(-1); }
  pageDown() { this.step(this.list.fits); }
  pageUp() { this.step(-this.list.fits); }
  home() { this.place(() => 0); }
  end() { this.place(() => this.list.total - 1); }
  theme() { nextTheme(); }
  sheet() { this.dialog = 'sheet'; }
  nextSameActor() { this.inTurn((signal) => this.sameActor(1, signal)); }
  previousSameActor() { this.inTurn((signal) => this.sameActor(-1, signal)); }
  nextError() { this.inTurn((signal) => this.error('next', signal)); }
  previousError() { this.inTurn((signal) => this.error('previous', signal)); }

  focusFilter() { this.renderRoot.querySelector('filter-box').focus(); }

  goTo() {
    this.goFault = null;
    this.dialog = 'go';
  }

  escape() {
    if (this.dialog) this.dialog = null;
    else if (this.filter) this.applyFilter('');
  }

  child() {
    this.inTurn(async (signal) => {
      const child = (await this.current())?.children.rows[0]?.[format.EVENT];
      if (child) await this.jumpTo(child, signal);
      else this.tell('No calls are nested in this one');
    });
  }

  parent() {
    this.inTurn(async (signal) => {
      const parent = (await this.current())?.parents[0]?.[format.EVENT];
      if (parent) await this.jumpTo(parent, signal);
      else this.tell('This call is not nested in another');
    });
  }

  async current() {
    await this.updateComplete;
    return this.renderRoot.querySelector('call-details').current();
  }

  async sameActor(step, signal) {
    const from = await this.here(signal);
    if (!Array.isArray(from)) return;
    let index = Math.max(0, this.list.selected) + step;
    for (let i = 0; i < STEP_SEARCH && index >= 0 && index < this.list.total; i++, index += step) {
      const row = await this.rowAt(index, () => !signal.aborted);
      if (signal.aborted) return;
      if (Array.isArray(row) && row[format.ACTOR] === from[format.ACTOR]) {
        await this.selectRow(index);
        return;
      }
    }
    this.tell(`No other call of ${from[format.ACTOR]} nearby`);
  }

  async error(direction, signal) {
    const row = await this.find({error: direction, event: this.selected}, signal);
    if (!row.found) {
      this.tell(direction === 'next' ? 'No error after this call' : 'No error before this call');
      return;
    }
    this.setSelected(row.index, row.event, true);
    this.remember(true);
  }

  go({detail}) {
    this.halt();
    this.inTurn((signal) => this.goNow(detail, signal));
  }

  async goNow(detail, signal) {
    const what = understood(detail, this.recording.clock);
    if (!what) {
      this.goFault = `“${detail}” is no event number, time or percentage.`;
      return;
    }
    let row;
    try {
      row = await this.find(what, signal);
    } catch (e) {
      if (e.name !== 'AbortError') this.goFault = e.message;
      return;
    }
    if (!row.found) {
      this.goFault = 'There is no such call.';
      return;
    }
    if (this.dialog === 'go') this.dialog = null;
    this.setSelected(row.index, row.event, true);
    this.list.focus();
    this.remember(true);
    if (what.event && row.event !== what.event) this.tell(`Event ${format.count(what.event)} belongs to the call at ${format.count(row.event)}`);
  }

  copyJson() {
    this.inTurn(async () => {
      if (this.selected) this.copy(JSON.stringify(await api.details(this.recordingId, this.selected), null, 1), 'The call is copied as JSON');
    });
  }

  copyLink() {
    this.copy(location.origin + this.address(), 'The link is copied');
  }

  async copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(done);
    } catch {
      this.tell('The browser does not let this page copy');
    }
  }

  share({detail}) {
    this.renderRoot.querySelector('.body').style.setProperty('--details', `${detail}%`);
  }

  // What is shown.

  render() {
    if (this.fault) return failure(this.fault, this.recordingId, 'calls');
    if (!this.recording) return html`${bar(this.recordingId)}<div class="state"><p>Opening the recording…</p></div>`;
    const {summary} = this.recording;
    const errors = summary?.errors ?? 0;
    return html`${bar(this.recordingId, this.recording, 'calls', this.selected)}${this.bands()}
      <div class="tools">
        <filter-box .applied=${this.filter} .matches=${this.matches()}
          @filter=${({detail}) => this.applyFilter(detail)} @leave=${() => this.list.focus()}></filter-box>
        ${this.filter ? html`<button aria-pressed=${Boolean(this.dim)} title="Hide or only dim what does not pass (h)" @click=${this.hideOrDim}>Dim</button>` : nothing}
        ${this.live ? this.live.chip() : nothing}
        <button class="hide" @click=${this.goTo} title="Go to an event or a time (g)">Go to <kbd>g</kbd></button>
        <button class="hide" @click=${this.bookmarks} title="Bookmarks and saved filters (')" aria-label="Bookmarks and saved filters">★ ${this.notes.bookmarks.length || ''}</button>
        <details class="hide"><summary title="Columns">Columns</summary><div class="menu">${COLUMNS.map(([name, title]) => html`<label><input type="checkbox"
          ?disabled=${name === 'event' || name === 'call'} .checked=${chosenColumns().includes(name)} @change=${(e) => this.column(name, e.target.checked)}>${title}</label>`)}</div></details>
        <span class="errors ${errors ? 'some' : ''}"><span class="n">${summary
          ? html`✕ ${format.some(errors, 'error')}` : 'counting…'}</span>
          <button aria-label="Previous error" title="Previous error (E)" ?disabled=${!errors} @click=${this.previousError}>↑</button>
          <button aria-label="Next error" title="Next error (e)" ?disabled=${!errors} @click=${this.nextError}>↓</button></span>
      </div>
      <time-line .recording=${this.shown ? this.recordingId : ''} .clock=${this.recording.clock} .at=${this.time}
        @select-event=${({detail}) => this.jump(detail)} @time=${({detail}) => this.atTime(detail)} @moved=${() => this.remember()} @turned=${this.turned}></time-line>
      <div class="body">
        <div class="listbox"><call-list></call-list>${this.emptyList()}</div>
        <split-bar @share=${this.share}></split-bar>
        <call-details .recording=${this.recordingId} .event=${this.selected} .clock=${this.recording.clock}
          @select-event=${({detail}) => this.jump(detail)}></call-details>
      </div>
      ${this.troubles()}
      <div class="sr" role="status" aria-live="polite">${this.filter ? this.matches() : ''}</div>
      ${this.dialogs()}`;
  }

  /** A click on the minimap brings the list there too. */
  atTime(time) {
    this.halt();
    this.inTurn(async (signal) => {
      const row = await this.find(this.line.counts ? {event: Math.max(1, time)} : {time}, signal);
      if (row.found) this.setSelected(row.index, row.event, true);
    });
  }

  /** Each is made when it is first opened, and then stays. */
  dialogs() {
    const hint = html`<code>12345</code> an event · <code>50%</code> of the calls · <code>end</code> ·
      ${this.recording.clock === 'ns' ? html`<code>1.5s</code> <code>20ms</code> after the start` : html`<code>t=90000</code> a time in cycles`}`;
    const one = (name, made) => {
      if (this.dialog === name) this.opened.add(name);
      return this.opened.has(name) ? made(this.dialog === name) : nothing;
    };
    const closed = () => { this.dialog = null; };
    return html`${one('go', (open) => html`<call-dialog .open=${open} .title=${'Go to'} .fault=${this.goFault} .hint=${hint} @go=${this.go} @closed=${closed}></call-dialog>`)}
      ${one('note', (open) => html`<call-dialog .open=${open} .title=${`Bookmark event ${format.count(this.selected)}`} .hint=${'Enter keeps the note; it lies in notes.json beside the recording.'}
        .value=${this.notes.bookmarks.find((one) => one.event === this.selected)?.text ?? ''} @go=${this.keepBookmark} @closed=${closed}></call-dialog>`)}
      ${one('notes', (open) => html`<notes-dialog .open=${open} .notes=${this.notes} .filter=${this.filter}
        @jump=${({detail}) => { this.dialog = null; this.jump(detail); }} @filter=${({detail}) => { this.dialog = null; this.applyFilter(detail); }}
        @keep=${({detail}) => this.keepNotes(detail)} @closed=${closed}></notes-dialog>`)}
      ${one('sheet', (open) => html`<call-dialog .open=${open} .title=${'Keys'} .page=${'explorer'} @closed=${closed}></call-dialog>`)}`;
  }

  bands() {
    return this.note ? html`<div class="band">${this.note}<button class="plain" aria-label="Dismiss" @click=${() => { this.note = null; }}>✕</button></div>` : nothing;
  }

  /** What is found out later stands below, where it moves no row. */
  troubles() {
    return html`
      ${this.lost ? html`<div class="band bad" role="alert">The server does not answer. What is loaded stays; trying again…</div>` : nothing}
      ${this.recording.fault ? html`<div class="band bad" role="alert"><span>Damaged: ${this.recording.fault}. All other calls can be read${this.recording.damage?.[0][0] === 1
        ? html` <button @click=${() => this.jump(this.recording.damage[0][1] + 1)}>Go to the first</button>` : nothing}; to keep them: <code>./seamtape recover ${this.recordingId}.tape -o whole.tape</code></span></div>` : nothing}`;
  }

  matches() {
    if (!this.filter || !this.progress) return '';
    const {complete, scanned, matched, marked} = this.progress;
    const total = this.source.dim ? matched ?? 0 : this.progress.total;
    if (this.source.dim && !marked) return `${format.count(total)} so far`;
    const found = `${format.count(total)} of ${format.count(this.recording.calls)}`;
    if (complete) return found;
    return `${format.count(total)} so far · ${Math.floor(scanned / Math.max(1, this.recording.calls) * 100)}%`;
  }

  emptyList() {
    if (!this.progress?.complete || this.progress.total > 0) return nothing;
    if (this.filter) {
      return html`<div class="empty state"><h2>No call passes this filter</h2>
        <p>0 of ${format.count(this.recording.calls)} calls match.</p>
        <p><button @click=${() => this.applyFilter('')}>Clear the filter</button></p></div>`;
    }
    return html`<div class="empty state"><h2>This recording has no calls</h2></div>`;
  }
}

customElements.define('explorer-page', ExplorerPage);

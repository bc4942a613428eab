// Two recordings compared: counts, the aligned differences, and one of them in full.
import {LitElement, html, css, nothing, controls, logo, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './key-listener.js';
import './diff-list.js';
import './diff-call.js';
import './dialogs.js';
import {Turns} from './turns.js';

const PAGE = 100;
const AGAIN_MILLIS = 150;
const REPLACE_MILLIS = 250;
const RULE_MILLIS = 350;

/** The differences, fetched in pages. */
class ChangeSource {
  #pages = new Map();

  constructor(a, b, more, changed) {
    Object.assign(this, {a, b, more, changed});
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
      this.take(await api.whole('diff', {a: this.a, b: this.b, from: page * PAGE, count: PAGE, ...this.more}));
    } catch {
      this.#pages.delete(page);
      await api.pause(1000);
    }
    this.changed();
  }
}

class DiffPage extends LitElement {
  static properties = {
    a: {}, b: {}, profile: {state: true}, report: {state: true}, fault: {state: true}, sideA: {state: true},
    sideB: {state: true}, selected: {state: true}, change: {state: true}, dialog: {state: true},
    events: {state: true}, view: {state: true}, rules: {state: true}, rulesOpen: {state: true}, ruleFault: {state: true}, said: {state: true}, follows: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
    select { font: inherit; height: 26px; border: 1px solid var(--line); border-radius: 5px; background: var(--panel); color: var(--text); }
    .sums { display: flex; gap: 8px; align-items: center; padding: 7px 12px; border-bottom: 1px solid var(--line); flex-wrap: wrap; }
    .sum { display: inline-flex; gap: 6px; align-items: baseline; padding: 2px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
    .sum b { font: 650 13px var(--mono); }
    .sum.bad b { color: var(--error); }
    .replay { display: inline-flex; gap: 4px; }
    .replay select { width: 148px; }
    .sums .rest { flex: 1; }
    .sums.mid { justify-content: center; border: 0; }
    .heads { display: grid; grid-template-columns: 30px 1fr 1fr; padding-right: 13px; background: var(--panel); border-bottom: 1px solid var(--line); flex: none; }
    .heads > div { padding: 5px 10px; border-left: 1px solid var(--line); display: flex; gap: 8px; align-items: center; min-width: 0; overflow: hidden; }
    .heads > div:first-child { border: 0; padding: 0; }
    .heads a { font-weight: 600; color: var(--text); }
    canvas { display: block; width: 100%; height: 18px; cursor: pointer; background: var(--panel); border-bottom: 1px solid var(--line); flex: none; }
    .rules { padding: 8px 12px; border-bottom: 1px solid var(--line); background: var(--panel); display: grid; grid-template-columns: 1fr auto; gap: 8px 12px; }
    .rules textarea { font: 12.5px/1.4 var(--mono); min-height: 62px; border: 1px solid var(--line); border-radius: 5px; padding: 6px 8px; background: var(--bg); color: var(--text); resize: vertical; }
    .rules p { margin: 0; grid-column: 1 / -1; font-size: 12px; }
    .rules .fault { color: var(--error); }
    .between { padding: 4px 12px; font-size: 12.5px; color: var(--muted); border-bottom: 1px solid var(--line); flex: none; }
    .between b { color: var(--text); font-weight: 600; }
    .lower { display: grid; grid-template-columns: minmax(0, 1fr); min-height: 0; }
    .lower.two { grid-template-columns: minmax(0, 1fr) minmax(0, 300px); }
    .follows { border-left: 1px solid var(--line); background: var(--panel); overflow: auto; }
    .follows h3 { font: 600 11.5px var(--sans); color: var(--muted); margin: 8px 12px 4px; }
    .follows a { display: block; padding: 1px 12px; font: 12px/19px var(--mono); color: var(--text); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    @media (max-width: 800px) { .lower.two { grid-template-columns: 1fr; grid-auto-rows: max-content; overflow: auto; } diff-call { overflow: visible; } .heads > div { flex-wrap: wrap; gap: 2px 8px; padding: 4px 6px; } .heads .mono { display: none; } .sums { gap: 6px; padding: 6px 8px; } .sum { padding: 1px 7px; } }
    .body { flex: 1; display: grid; grid-template-rows: minmax(120px, 1fr) minmax(120px, 40%); min-height: 0; }
    diff-list:focus-visible { outline: none; }
    diff-list { background: var(--panel); border-bottom: 1px solid var(--line); }
    .vs { color: var(--muted); }
    .same { color: var(--good); font-size: 34px; line-height: 1; }
  `];

  constructor() {
    super();
    this.selected = -1;
    const query = new URLSearchParams(location.search);
    this.view = query.get('view') === 'all' ? 'all' : 'causes';
    this.rules = query.get('rules') ?? '';
    this.turns = new Turns((text) => { this.said = text; });
  }

  /** Keys mean something once there is what they are about. */
  get ready() {
    return Boolean(this.source && !this.fault);
  }

  connectedCallback() {
    super.connectedCallback();
    document.title = `${this.a} ↔ ${this.b} · Seamtape`;
    this.unlisten = listen('diff', this);
    this.onPop = () => this.fromAddress();
    window.addEventListener('popstate', this.onPop);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    window.removeEventListener('popstate', this.onPop);
  }

  get list() {
    return this.renderRoot.querySelector('diff-list');
  }

  async load() {
    try {
      [this.sideA, this.sideB] = await Promise.all([api.recording(this.a), api.recording(this.b)]);
      await this.compare();
      if (!this.list) return;
      this.fromAddress();
      if (document.activeElement === document.body) this.list.focus();
    } catch (e) {
      if (e.name !== 'AbortError') this.fault = e;
    }
  }

  /** By the rules and in the view chosen now; the old answer stays in view until the new one is there. */
  async compare() {
    this.request?.abort();
    const {signal} = this.request = new AbortController();
    const more = {rules: this.rules, view: this.view};
    let answer = await api.diff(this.a, this.b, 0, PAGE, signal, more);
    while (!answer.complete) {
      this.events = answer.events;
      await api.pause(AGAIN_MILLIS);
      answer = await api.diff(this.a, this.b, 0, PAGE, signal, more);
    }
    this.ruleFault = null;
    this.source = new ChangeSource(this.a, this.b, more, () => {
      this.list?.refill();
      this.change = this.source.change(this.selected);
    });
    this.source.take(answer);
    this.report = answer;
    await this.updateComplete;
    this.paint();
    if (!this.list) return;
    this.list.source = this.source;
    this.list.total = answer.total;
    this.list.onpick = ({detail}) => {
      this.giveWay();
      this.pick(detail);
    };
    if (this.listening !== this.list) this.list.addEventListener('pick', (e) => this.list.onpick(e));
    this.listening = this.list;
    this.list.refill();
  }

  /** Rules take effect as they are written; one that cannot be read says so and changes nothing. */
  ruled(event) {
    this.rules = event.target.value;
    clearTimeout(this.ruleTimer);
    this.ruleTimer = setTimeout(async () => {
      try {
        await this.compare();
        const index = Math.max(0, Math.min(this.selected, (this.list?.total ?? 0) - 1));
        if (this.list) this.pick(index);
        this.remember(index);
      } catch (e) {
        if (e.name !== 'AbortError') this.ruleFault = e.message;
      }
    }, RULE_MILLIS);
  }

  /** What is selected when the answer comes stays so, or the cause it belongs to. */
  causes() {
    this.turns.take(async (signal) => {
      const before = this.change?.position ?? 0;
      this.view = this.view === 'causes' ? 'all' : 'causes';
      this.comparing = true;
      await this.compare().finally(() => { this.comparing = false; });
      await this.toPosition(this.change?.position ?? before, signal);
    });
  }

  /** Selects the difference at a place among all, or the cause it belongs to. */
  async toPosition(position, signal) {
    if (!this.list) return;
    let found = this.view === 'all' ? position : 0;
    if (this.view !== 'all') {
      for (let i = 0; i < this.list.total; i++) {
        const change = await this.changeAt(i, signal);
        if (!change || change.position > position) break;
        found = i;
      }
    }
    signal.throwIfAborted();
    this.pick(found);
  }

  editRules() {
    this.rulesOpen = !this.rulesOpen;
    if (this.rulesOpen) this.updateComplete.then(() => this.renderRoot.querySelector('textarea').focus());
  }

  ignoreField() {
    const {change} = this;
    if (!change) return;
    this.rulesOpen = true;
    const rule = change.field ? `${change.call}.${change.field.replace(/^(in|out)[. ]/, '').replace(/\[\d+\]/g, '')}` : change.call;
    this.rules = [...this.rules.split('\n').filter(Boolean), rule].join('\n');
    this.ruled({target: {value: this.rules}});
  }

  /** The ribbon: where the differences lie along the left recording. */
  paint() {
    const canvas = this.renderRoot.querySelector('canvas');
    const ribbon = this.report?.ribbon;
    if (!canvas || !ribbon) return;
    const width = canvas.clientWidth;
    canvas.width = width;
    canvas.height = 18;
    const pen = canvas.getContext('2d');
    const probe = this.renderRoot.querySelector('.probe');
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const [cause, follows] = [colour('error'), colour('warn')];
    for (const [bin, count, root] of ribbon.bins) {
      pen.fillStyle = root ? cause : follows;
      const height = root ? 16 : Math.min(14, 4 + Math.log2(1 + count) * 2);
      pen.fillRect(bin / ribbon.of * width, 17 - height, Math.max(2, width / ribbon.of), height);
    }
  }

  ribbonAt(event) {
    const {ribbon} = this.report;
    const bin = event.offsetX / event.target.clientWidth * ribbon.of;
    const nearest = ribbon.bins.reduce((best, one) => Math.abs(one[0] - bin) < Math.abs(best[0] - bin) ? one : best, ribbon.bins[0]);
    if (!nearest) return;
    this.giveWay();
    this.turns.take((signal) => this.toPosition(nearest[3], signal));
  }

  async replayOn(profile) {
    if (!profile) return;
    try {
      const job = await api.change('POST', `recordings/${this.a}/replays`, {profile});
      this.said = `Replaying on ${profile}…`;
      for (let now = job; ;) {
        await api.pause(AGAIN_MILLIS);
        now = await api.get(`jobs/${job.id}`);
        this.said = `Replaying on ${profile}: ${format.count(now.events)} events`;
        if (now.state === 'failed' || now.state === 'cancelled') throw new Error(now.message);
        if (now.state === 'done') {
          const made = (await api.recordings()).recordings.find((one) => one.name === now.recording);
          location.assign(`/diff/${this.a}/${made.id}`);
          return;
        }
      }
    } catch (e) {
      this.said = e.message;
    }
  }

  async loadFollows() {
    const {change} = this;
    this.follows = null;
    if (this.view !== 'causes' || !change?.consequences) return;
    const page = await api.diff(this.a, this.b, 0, 200, undefined, {...this.source.more, view: `of:${change.position}`}).catch(() => null);
    if (this.change === change) this.follows = page;
  }

  willUpdate(changed) {
    if (changed.has('change')) this.loadFollows();
  }

  /** The hunk of the address, or the first difference. */
  fromAddress() {
    if (!this.ready || !this.list) return;
    const hunk = Number(new URLSearchParams(location.search).get('hunk') ?? 0);
    const digest = new URLSearchParams(location.search).get('d');
    this.other = Boolean(digest && this.sideA.digest && !this.sideA.digest.startsWith(digest));
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
    if (remember) this.remember(index);
  }

  remember(index) {
    clearTimeout(this.timer);
    const query = new URLSearchParams({hunk: index});
    if (this.view === 'all') query.set('view', 'all');
    if (this.rules.trim()) query.set('rules', this.rules);
    if (this.sideA.digest) query.set('d', this.sideA.digest.slice(0, 8));
    this.timer = setTimeout(() => history.replaceState(null, '', `${location.pathname}?${query}`), REPLACE_MILLIS);
  }

  /** Before a click: what was asked for by keys does not matter any more, but for the other list that is on its way. */
  giveWay() {
    if (!this.comparing) this.turns.drop();
  }

  /** A key: at once, or after what was asked for before. */
  step(index) {
    const move = () => { if (this.list) this.pick(index()); };
    if (this.turns.busy) this.turns.take(move);
    else move();
  }

  next() { this.step(() => this.selected + 1); }
  previous() { this.step(() => this.selected - 1); }
  pageDown() { this.step(() => Math.min(this.list.total - 1, this.selected + this.list.fits)); }
  pageUp() { this.step(() => Math.max(0, this.selected - this.list.fits)); }
  home() { this.step(() => 0); }
  end() { this.step(() => this.list.total - 1); }
  theme() { nextTheme(); }
  sheet() { this.dialog = true; }
  escape() { this.dialog = false; }
  nextRoot() { this.root(1); }
  previousRoot() { this.root(-1); }
  openA() { this.openSide('a'); }
  openB() { this.openSide('b'); }

  /** The key may be faster than the difference it is about. */
  openSide(side) {
    this.turns.take(async (signal) => {
      const change = await this.changeAt(this.selected, signal);
      if (change?.[side]) location.assign(`/r/${this[side]}?sel=${change[side]}`);
    });
  }

  async changeAt(index, signal) {
    while (!signal.aborted && index >= 0 && index < (this.list?.total ?? 0)) {
      const change = this.source.change(index);
      if (change) return change;
      this.source.need(index, 1);
      await api.pause(20);
    }
    return undefined;
  }

  root(step) {
    this.turns.take(async (signal) => {
      for (let i = this.selected + step; i >= 0 && i < (this.list?.total ?? 0); i += step) {
        if ((await this.changeAt(i, signal))?.root) {
          signal.throwIfAborted();
          this.pick(i);
          return;
        }
      }
    });
  }

  render() {
    return html`<span class="probe" hidden></span><header class="bar"><a class="home" href="/">${logo}Seamtape</a>
        <h1>${this.sideA?.name ?? this.a} <span class="vs">↔</span> ${this.sideB?.name ?? this.b}</h1>
        <span class="rest"></span><page-buttons></page-buttons></header>
      ${this.content()}
      <call-dialog .open=${this.dialog} .title=${'Keys'} .page=${'diff'} @closed=${() => { this.dialog = false; }}></call-dialog>`;
  }

  content() {
    const damaged = this.fault?.body?.recording;
    if (this.fault) return html`<div class="state"><h2>These recordings cannot be compared</h2><p>${damaged ? html`<b>${damaged}</b> ` : nothing}${this.fault.message}</p>
      ${damaged ? html`<p>Compare what of it can be read:</p><code>./seamtape recover ${damaged} -o whole.tape</code>` : nothing}
      ${this.fault.status === 404 || this.fault.status === 422 ? nothing : html`<p><button @click=${() => location.reload()}>Try again</button></p>`}<p><a href="/">All recordings</a></p></div>`;
    if (!this.report) return html`<div class="state"><h2>Comparing…</h2><p>${this.events ? `${format.count(this.events)} events read` : 'Reading both recordings…'}</p></div>`;
    if (this.report.same) return this.same();
    const {report} = this;
    return html`
      <div class="sums">
        ${this.sum('equal calls', report.matched)}${this.sum('changed', report.changed, true)}
        ${this.sum('only left', report.onlyA, true)}${this.sum('only right', report.onlyB, true)}
        ${this.sum(report.roots === 1 ? 'cause' : 'causes', report.roots, true)}
        <span class="rest"></span>
        <button aria-pressed=${this.view === 'causes'} @click=${this.causes} title="Causes only, their consequences folded (c)">Causes</button>
        <button aria-pressed=${Boolean(this.rulesOpen)} @click=${this.editRules} title="What does not count (i)">Rules${this.rules.trim() ? ` ${this.rules.split('\n').filter((line) => line.trim()).length}` : ''}</button>
        ${this.replayer()}
        <span class="muted">${format.count(this.selected + 1)} of ${format.count(report.total)}</span>
        <button @click=${this.previous} title="Previous difference (N)">↑ Previous</button>
        <button @click=${this.next} title="Next difference (n)">↓ Next</button>
      </div>
      ${this.other ? html`<div class="between" role="alert">This link was made for a left recording with another digest.</div>` : nothing}
      ${this.rulesBox()}
      ${this.said ? html`<div class="between" role="status">${this.said}</div>` : nothing}
      ${this.betweenThem()}
      <canvas role="img" aria-label="Where ${format.some(report.listed, 'difference')} lie along the left recording; the list below has them all" @click=${this.ribbonAt}></canvas>
      <div class="heads"><div></div>${this.sideHead(this.a, this.sideA)}${this.sideHead(this.b, this.sideB)}</div>
      <div class="body"><diff-list></diff-list>
        <div class="lower ${this.follows ? 'two' : ''}"><diff-call .a=${this.a} .b=${this.b} .change=${this.change} tabindex="0" role="region" aria-label="The difference in full" @ignore=${this.ignoreField}></diff-call>${this.followers()}</div></div>`;
  }

  followers() {
    if (!this.follows) return nothing;
    return html`<aside class="follows" aria-label="Consequences" tabindex="0"><h3>${format.some(this.follows.total, 'consequence')} of this cause</h3>
      ${this.follows.changes.map((one) => html`<a href="/r/${one.a ? this.a : this.b}?sel=${one.a || one.b}" title=${`${one.call} ${one.field ?? ''}`}>${format.count(one.a || one.b)} ${one.call} ${one.field ?? { only_a: 'only left', only_b: 'only right' }[one.kind]}</a>`)}
      ${this.follows.total > this.follows.changes.length ? html`<h3>and ${format.count(this.follows.total - this.follows.changes.length)} more: all differences has them</h3>` : nothing}</aside>`;
  }

  betweenThem() {
    if (!this.report.between?.length) return nothing;
    return html`<div class="between">The recordings differ in ${this.report.between.map(([what, a, b], i) => html`${i ? ', ' : ''}<b>${what}</b> ${a || '–'} ↔ ${b || '–'}`)}</div>`;
  }

  rulesBox() {
    if (!this.rulesOpen) return nothing;
    return html`<div class="rules"><textarea aria-label="Rules: what does not count" spellcheck="false" placeholder="KVM_GET_SREGS.apic_base   # a rule a line: FIELD, CALL.FIELD or CALL"
        .value=${this.rules} @input=${this.ruled}></textarea><button @click=${this.ignoreField}>Ignore this field</button>
      ${this.ruleFault ? html`<p class="fault" role="alert">${this.ruleFault}</p>` : nothing}
      ${this.report.unmetRules?.length ? html`<p class="muted">Met nothing: ${this.report.unmetRules.join(', ')}</p>` : nothing}</div>`;
  }

  replayer() {
    this.profiles ??= api.get('workloads').then(({profiles}) => { this.profiles = profiles; this.requestUpdate(); }, () => []);
    const profiles = Array.isArray(this.profiles) ? [...this.profiles].reverse() : [];
    return html`<span class="replay"><select aria-label="Replay the left recording on another profile" @change=${(e) => { this.profile = e.target.value; }}>
      <option value="">Replay left on…</option>${profiles.map((one) => html`<option>${one}</option>`)}</select>
      <button id="replay" ?disabled=${!this.profile} @click=${() => this.replayOn(this.profile)}>Replay</button></span>`;
  }

  updated() {
    this.paint();
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
      ${this.report.between?.length ? this.betweenThem() : nothing}
      <div class="sums mid">${this.replayer()}<button @click=${this.editRules}>Rules</button></div>
      ${this.said ? html`<p role="status">${this.said}</p>` : nothing}${this.rulesBox()}
      <p>All ${format.count(this.report.matched)} calls are equal${equal ? ', and the digests are too: the events are the same, byte for byte' : ''}.</p>
      <p><a href="/r/${this.a}">Open ${this.sideA.name}</a> · <a href="/">All recordings</a></p></div>`;
  }
}
customElements.define('diff-page', DiffPage);

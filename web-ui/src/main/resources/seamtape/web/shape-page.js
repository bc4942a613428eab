// Latency and shape: how often, how long, where the time goes; every bar leads to its calls.
import {LitElement, html, css, nothing, controls, nextTheme} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {listen} from './key-listener.js';
import {bar, failure} from './explorer-frame.js';
import './dialogs.js';
import './time-line.js';

const NAME = 0, FAMILY = 1, PARENT = 2, TOTAL = 3, SELF = 4, COUNT = 5, ERRORS = 6;
const LEVEL = 20;
const SORTS = ['call', 'count', 'errors', 'p50', 'p90', 'p99', 'p999', 'max'];

class ShapePage extends LitElement {
  static properties = {
    recordingId: {}, recording: {state: true}, fault: {state: true}, groups: {state: true}, nodes: {state: true},
    at: {state: true}, sort: {state: true}, root: {state: true}, progress: {state: true}, dialog: {state: true}, asTable: {state: true}, timed: {state: true}, byCalls: {state: true},
  };

  static styles = [controls, css`
    :host { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
    .hint { padding: 0 12px; }
    time-line.tall { --timeline: 60vh; border: 0; }
    main { flex: 1; overflow: auto; padding: 12px 16px 40px; min-height: 0; }
    .two { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(300px, 1fr); gap: 14px; align-items: start; }
    .card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: auto; }
    .card h2 { font-size: 13px; margin: 0; padding: 9px 12px; border-bottom: 1px solid var(--line-soft); display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
    .card h2 .rest { flex: 1; }
    .calls { max-height: 46vh; }
    table { font: 12px/22px var(--mono); }
    th { text-align: left; font: 600 11.5px var(--sans); color: var(--muted); padding: 4px 8px; position: sticky; top: 0; background: var(--panel); white-space: nowrap; }
    th button { border: 0; background: none; height: auto; padding: 0; font: inherit; color: inherit; }
    th[aria-sort] button { color: var(--accent); }
    td { padding: 0 8px; white-space: nowrap; }
    td.n, th.n { text-align: right; }
    tbody tr { cursor: pointer; }
    tbody tr:hover { background: var(--hover); }
    tbody tr.on { background: var(--select); }
    tr.exit td:first-child { padding-left: 26px; color: var(--muted); }
    .bad, a.bad { color: var(--error); font-weight: 600; }
    .badge { display: inline-block; width: 15px; height: 15px; border-radius: 3px; font: 700 10.5px/15px var(--mono); text-align: center; margin-right: 6px; }
    .bars { display: flex; align-items: flex-end; gap: 1px; height: 150px; padding: 10px 12px 0; }
    .bars a { flex: 1; min-width: 2px; max-width: 26px; height: 100%; display: flex; align-items: flex-end; }
    .bars a span { display: block; width: 100%; background: var(--ioctl); border-radius: 2px 2px 0 0; min-height: 2px; }
    .bars a:hover span, .bars a:focus-visible span { background: var(--accent); }
    .axis { display: flex; justify-content: space-between; gap: 14px; white-space: nowrap; padding: 3px 12px 8px; font: 11px var(--mono); color: var(--muted); }
    .flame { position: relative; margin: 8px 12px 12px; }
    .flame button { position: absolute; height: 18px; padding: 0 4px; border: 0; border-radius: 2px; font: 11px/18px var(--mono); text-align: left; overflow: hidden; justify-content: flex-start; color: var(--text); background: color-mix(in srgb, var(--hue) 32%, var(--panel)); }
    .flame button.thin { padding: 0; }
    .axis .say { font-family: var(--sans); white-space: normal; text-align: center; }
    .flame button:hover { background: color-mix(in srgb, var(--hue) 52%, var(--panel)); }
    .flame button.bad { box-shadow: inset 3px 0 0 var(--error); }
    .gap { margin-top: 14px; }
    @media (max-width: 900px) { .two { grid-template-columns: 1fr; } main { padding: 8px; } }
  `];

  constructor() {
    super();
    this.at = 0;
    this.root = 0;
    this.sort = 'count';
  }

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = listen('shape', this);
    this.onPop = () => this.fromAddress();
    window.addEventListener('popstate', this.onPop);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    window.removeEventListener('popstate', this.onPop);
  }

  async load() {
    try {
      this.recording = await api.recording(this.recordingId);
      document.title = `Latency of ${this.recording.name} · Seamtape`;
      const told = (answer) => { this.progress = answer; };
      this.groups = (await api.whole(`recordings/${this.recordingId}/latency`, {}, null, told)).groups;
      this.nodes = (await api.whole(`recordings/${this.recordingId}/flame`, {}, null, told)).nodes;
      const calls = this.nodes.filter((node) => node[FAMILY]);
      const still = calls.filter((node) => !node[TOTAL]).reduce((sum, node) => sum + node[COUNT], 0);
      // Where the clock stood still for most calls, time would show but few of them.
      this.still = still * 2 > calls.reduce((sum, node) => sum + node[COUNT], 0);
      this.fromAddress();
    } catch (e) {
      this.fault = e;
    }
  }

  /** Keys mean something once there is what they are about. */
  get ready() {
    return Boolean(this.groups && this.nodes && !this.fault);
  }

  fromAddress() {
    if (!this.ready) return;
    const query = new URLSearchParams(location.search);
    const digest = query.get('d');
    this.other = Boolean(digest && this.recording.digest && !this.recording.digest.startsWith(digest));
    this.sort = SORTS.includes(query.get('sort')) ? query.get('sort') : 'count';
    this.timed = query.get('order') === 'time';
    this.asTable = query.get('look') === 'table';
    this.byCalls = query.has('wide') ? query.get('wide') === 'calls' : this.still;
    this.root = Math.max(0, Number(query.get('node'))) in this.nodes ? Math.max(0, Number(query.get('node'))) : 0;
    const wanted = query.get('call');
    const found = this.rows.findIndex((group) => key(group) === wanted);
    this.at = Math.max(0, found);
  }

  /** The address has all that is chosen here: call, sort, order, what is wide, node. */
  remember() {
    const query = new URLSearchParams();
    if (this.rows.length) query.set('call', key(this.rows[this.at]));
    if (this.sort !== 'count') query.set('sort', this.sort);
    if (this.timed) query.set('order', 'time');
    if (this.asTable) query.set('look', 'table');
    if (this.byCalls !== this.still) query.set('wide', this.byCalls ? 'calls' : 'time');
    if (this.root) query.set('node', this.root);
    if (this.recording.digest) query.set('d', this.recording.digest.slice(0, 8));
    history.replaceState(null, '', `${location.pathname}?${query}`);
  }

  choose(what) {
    const call = this.rows[this.at];
    Object.assign(this, what);
    this.at = Math.max(0, this.rows.indexOf(call));
    this.remember();
  }

  get rows() {
    const by = {call: (a, b) => a.call.localeCompare(b.call)}[this.sort] ?? ((a, b) => b[this.sort] - a[this.sort]);
    const calls = this.groups.filter((group) => !group.exit).sort(by);
    const exits = this.groups.filter((group) => group.exit).sort(by);
    return calls.flatMap((group) => group.call === 'KVM_RUN' ? [group, ...exits] : [group]);
  }

  pick(i) {
    this.at = Math.max(0, Math.min(this.rows.length - 1, i));
    this.remember();
    this.updateComplete.then(() => this.renderRoot.querySelector('tr.on')?.scrollIntoView({block: 'nearest'}));
  }

  next() { this.pick(this.at + 1); }
  previous() { this.pick(this.at - 1); }
  events() { location.assign(this.link(filterOf(this.rows[this.at]))); }
  up() { this.choose({root: Math.max(0, this.nodes?.[this.root]?.[PARENT] ?? 0)}); }
  weigh() { this.choose({byCalls: !this.byCalls}); }
  order() { this.choose({timed: !this.timed}); }
  theme() { nextTheme(); }
  sheet() { this.dialog = true; }
  escape() { this.dialog = false; }

  link(filter) {
    return `/r/${this.recordingId}?f=${encodeURIComponent(filter)}`;
  }

  time(value) {
    return value < 0 || !this.recording.durations && this.recording.clock === 'none' ? '–' : format.duration(value, this.recording.clock);
  }

  /** Without the unit where the head of the table tells it. */
  number(value) {
    return this.time(value).replace(' cycles', '');
  }

  render() {
    if (this.fault) return failure(this.fault, this.recordingId, 'shape');
    return html`${bar(this.recordingId, this.recording, 'shape')}
      ${this.other ? html`<div class="band">This link was made for a recording with another digest.</div>` : nothing}
      <main>${this.groups && this.nodes ? this.content() : html`<div class="state"><p>Reading the recording…
        ${this.progress ? `${Math.floor(this.progress.reached / Math.max(1, this.progress.of) * 100)}%` : ''}</p></div>`}</main>
      <call-dialog .open=${this.dialog} .title=${'Keys'} .page=${'shape'} @closed=${() => { this.dialog = false; }}></call-dialog>`;
  }

  content() {
    if (!this.rows.length) return html`<div class="state"><h2>This recording has no calls that returned</h2><p><a href="/r/${this.recordingId}">To its calls</a></p></div>`;
    return html`<div class="two"><section class="card calls" tabindex="0" aria-label="Calls by kind">${this.table()}</section>
      <section class="card" aria-label="Distribution">${this.histogram(this.rows[this.at])}</section></div>
      <section class="card gap" aria-label="Flame graph">${this.flame()}</section>`;
  }

  table() {
    const unit = this.recording.clock === 'tsc' ? ' cycles' : '';
    const head = (name, label, number = true) => html`<th class=${number ? 'n' : ''} aria-sort=${this.sort === name ? 'descending' : nothing}><button @click=${() => this.choose({sort: name})}>${label}</button></th>`;
    return html`<table><thead><tr>${head('call', 'call', false)}${head('count', 'count')}${head('errors', 'errors')}${head('p50', `p50${unit}`)}${head('p90', 'p90')}${head('p99', 'p99')}${head('p999', 'p99.9')}${head('max', 'max')}</tr></thead>
      <tbody>${this.rows.map((group, i) => html`<tr class="${i === this.at ? 'on' : ''} ${group.exit ? 'exit' : ''}" @click=${() => this.pick(i)}>
        <td><span class="badge" data-hue=${format.hue(group.family)}>${group.exit ? '' : format.badge(group.family)}</span><a href=${this.link(filterOf(group))} title="Its calls" @click=${(e) => e.stopPropagation()}>${group.exit ?? group.call}</a></td>
        <td class="n">${format.count(group.count)}</td>
        <td class="n">${group.errors ? html`<a class="bad" href=${this.link(`${filterOf(group)} && error`)} title="The calls that failed">✕ ${format.count(group.errors)}</a>` : ''}</td>
        ${['p50', 'p90', 'p99', 'p999'].map((p) => html`<td class="n">${this.number(group[p])}</td>`)}
        <td class="n">${group.max < 0 ? '–' : html`<a href="/r/${this.recordingId}?sel=${group.maxEvent}" title="The longest: event ${format.count(group.maxEvent)}">${this.number(group.max)}</a>`}</td></tr>`)}</tbody></table>`;
  }

  histogram(group) {
    const title = html`<h2>${group.exit ?? group.call}<span class="rest"></span><a href=${this.link(filterOf(group))}>${format.some(group.count, 'call')}</a></h2>`;
    if (!group.buckets.length) return html`${title}<p class="muted state">The source of this recording has no times.</p>`;
    const {buckets} = group;
    const first = buckets[0][0];
    const last = buckets.at(-1)[1];
    return html`${title}<div class="bars" role="group" aria-label="Calls by how long they took, logarithmic">
        ${buckets.map(([least, most, count]) => html`<a href=${this.link(`${filterOf(group)} && lat in {${least}..${most}}`)} data-count=${count}
          title="${format.some(count, 'call')} of ${this.time(least)} to ${this.time(most)}" aria-label="${format.some(count, 'call')} of ${this.time(least)} to ${this.time(most)}"><span></span></a>`)}</div>
      <div class="axis"><span>${this.time(first)}</span><span class="muted say">logarithmic; a bar leads to its calls</span><span>${this.time(last)}</span></div>`;
  }

  updated() {
    const bars = [...this.renderRoot.querySelectorAll('.bars a')];
    const most = Math.log1p(Math.max(1, ...bars.map((one) => Number(one.dataset.count))));
    for (const one of bars) one.firstElementChild.style.height = `${Math.log1p(Number(one.dataset.count)) / most * 100}%`;
    for (const badge of this.renderRoot.querySelectorAll('.badge')) {
      badge.style.color = `var(--${badge.dataset.hue})`;
      if (badge.textContent) badge.style.background = `color-mix(in srgb, var(--${badge.dataset.hue}) 15%, transparent)`;
    }
    for (const bar of this.renderRoot.querySelectorAll('.flame button')) {
      bar.style.left = `${bar.dataset.left}%`;
      bar.style.width = `calc(${bar.dataset.width}% - 1px)`;
      bar.style.top = `${bar.dataset.level * LEVEL}px`;
      bar.style.setProperty('--hue', `var(--${bar.dataset.hue || 'faint'})`);
    }
    const flame = this.renderRoot.querySelector('.flame');
    if (flame) flame.style.height = `${(1 + Math.max(0, ...[...flame.querySelectorAll('button')].map((one) => Number(one.dataset.level)))) * LEVEL}px`;
  }

  /** The same calls as they came: a lane a vCPU, callers above what they call. */
  inTime() {
    return html`<h2>Flame graph in order of time<span class="rest"></span><button @click=${this.order} title="Merge equal calls (o)">Merged</button></h2>
      <time-line class="tall" .recording=${this.recordingId} .clock=${this.recording.clock}
        @select-event=${({detail}) => location.assign(`/r/${this.recordingId}?sel=${detail}`)}></time-line>
      <p class="muted hint">Ctrl with the wheel zooms, dragging pans, a click opens the call.</p>`;
  }

  /** How wide each bar is: the time of its calls together, or how many they and those beneath them are. */
  weights(children) {
    const {nodes} = this;
    if (!this.byCalls) return nodes.map((node) => node[TOTAL]);
    const weights = nodes.map((node) => node[FAMILY] ? node[COUNT] : 0);
    // Parents come first: from the last on, each is summed up before it is added to its own.
    for (let i = nodes.length - 1; i > 0; i--) weights[nodes[i][PARENT]] += weights[i];
    return weights;
  }

  /** Merged, widest first. */
  flame() {
    if (this.timed) return this.inTime();
    const {nodes} = this;
    const children = nodes.map(() => []);
    nodes.forEach((node, i) => { if (node[PARENT] >= 0) children[node[PARENT]].push(i); });
    const weights = this.weights(children);
    const bars = [];
    const put = (i, left, width, level) => {
      if (width < 0.08) return;
      bars.push({i, left, width, level});
      let at = left;
      for (const child of children[i].sort((a, b) => weights[b] - weights[a])) {
        const share = width * weights[child] / Math.max(1, weights[i]);
        put(child, at, share, level + 1);
        at += share;
      }
    };
    put(this.root, 0, 100, 0);
    return html`<h2>${this.byCalls ? 'Where the calls are' : 'Where the time goes'}<span class="rest"></span>
        <button aria-pressed=${Boolean(this.byCalls)} title="As wide as calls are many, instead of as long as they took (w)" @click=${this.weigh}>By calls</button>
        <button ?disabled=${!this.root} @click=${this.up} title="One level out (Backspace)">↰ Out</button>
        <button aria-pressed=${Boolean(this.asTable)} @click=${() => this.choose({asTable: !this.asTable})}>Table</button>
        <a href=${this.link(this.flameFilter(this.root))}>${this.root ? `Calls of ${nodes[this.root][NAME]}` : 'All calls'}</a>
        <button @click=${this.order} title="As the calls came (o)">In order of time</button></h2>
      ${this.asTable ? this.flameTable(bars) : html`<div class="flame" role="tree" aria-label="Flame graph">${bars.map((one) => this.flameBar(one, children))}</div>`}`;
  }

  says(node) {
    return `${node[NAME]}: ${format.some(node[COUNT] || 0, 'call')}, ${this.time(node[TOTAL])} in all, ${this.time(node[SELF])} of its own${node[ERRORS] ? `, ${format.some(node[ERRORS], 'error')}` : ''}`;
  }

  flameBar({i, left, width, level}, children) {
    const node = this.nodes[i];
    const open = () => { if (children[i].length && i !== this.root) this.choose({root: i}); else location.assign(this.link(this.flameFilter(i))); };
    return html`<button role="treeitem" aria-level=${level + 1} class="${node[ERRORS] ? 'bad' : ''} ${width > 2 ? '' : 'thin'}" data-left=${left} data-width=${width} data-level=${level} data-hue=${node[FAMILY] ? format.hue(node[FAMILY]) : ''}
      title=${this.says(node)} aria-label=${this.says(node)} @click=${open}>${width > 2 ? node[NAME] : ''}</button>`;
  }

  flameTable(bars) {
    return html`<table><thead><tr><th>call</th><th class="n">calls</th><th class="n">errors</th><th class="n">time in all</th><th class="n">of its own</th></tr></thead><tbody>
      ${bars.map(({i, level}) => html`<tr><td>${'\u00a0\u00a0'.repeat(level)}<a href=${this.link(this.flameFilter(i))}>${this.nodes[i][NAME]}</a></td><td class="n">${format.count(this.nodes[i][COUNT])}</td>
        <td class="n">${format.count(this.nodes[i][ERRORS])}</td><td class="n">${this.time(this.nodes[i][TOTAL])}</td><td class="n">${this.time(this.nodes[i][SELF])}</td></tr>`)}</tbody></table>`;
  }

  /** The calls behind a bar: of its kind, under its callers, on its lane. */
  flameFilter(i) {
    const chain = [];
    for (let n = i; n > 0; n = this.nodes[n][PARENT]) chain.push(this.nodes[n]);
    const calls = chain.filter((node) => node[FAMILY]).map((node) => node[NAME]);
    const lane = chain.find((node) => !node[FAMILY])?.[NAME];
    if (!calls.length) return lane ? laneFilter(lane) : '';
    const [own, ...callers] = calls;
    const parts = [`call == "${own}"`, ...callers.map((name) => `under(call == "${name}")`)];
    if (lane && !callers.length) parts.push(laneFilter(lane));
    return parts.join(' && ');
  }
}

const key = (group) => group.exit ? `${group.call}/${group.exit}` : group.call;

const laneFilter = (lane) => lane.startsWith('vmm/') ? `actor == "${lane}"` : `on == "${lane}"`;

const filterOf = (group) => group.exit ? `call == KVM_RUN && exit.reason == ${group.exit}` : `call == "${group.call}"`;

customElements.define('shape-page', ShapePage);

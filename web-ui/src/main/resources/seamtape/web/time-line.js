// Minimap and timeline of a recording: a lane a vCPU, nested calls below their callers. The server
// joins what shares a pixel; a failed call is drawn whatever it shares one with.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as api from './api.js';
import * as format from './format.js';
import {AXIS, COUNT, ERROR, ERRORS, EVENT, GAP, LABEL, LENGTH, MAP, NAME, Pictures, ROW, WIDTH, lookOf} from './time-picture.js';

const FETCH_MILLIS = 50;
const OVERSCAN = 1;

class TimeLine extends LitElement {
  static properties = {
    recording: {}, clock: {}, at: {}, pins: {}, marks: {}, by: {}, state: {state: true}, table: {state: true}, tip: {state: true}, fault: {state: true},
  };

  static styles = [controls, css`
    :host { display: block; position: relative; background: var(--panel); border-bottom: 1px solid var(--line); flex: none; }
    .scroll { overflow-y: auto; overflow-x: hidden; height: var(--timeline, 150px); }
    canvas { display: block; width: 100%; height: 0; touch-action: pan-y; cursor: crosshair; }
    .wait { position: absolute; right: 12px; top: 6px; color: var(--muted); font-size: 12px; background: var(--panel); padding: 0 6px; }
    .tip { position: absolute; z-index: 6; pointer-events: none; background: var(--text); color: var(--bg); font: 12px/1.35 var(--mono); padding: 3px 8px; border-radius: 4px; max-width: 420px; white-space: pre-line; }
    .ab { position: absolute; right: 12px; bottom: 5px; z-index: 3; display: flex; gap: 6px; align-items: center; font: 12px var(--mono); background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 0 4px 0 8px; }
    .ab button { height: 19px; padding: 0 5px; }
    .tools { position: absolute; left: 2px; top: 25px; z-index: 3; display: flex; gap: 2px; }
    .tools button { height: 17px; padding: 0 3px; min-width: 16px; font-size: 11px; }
    table { font: 12px/19px var(--mono); margin-top: 44px; }
    .scroll.table { height: max(var(--timeline, 150px), 190px); }
    th { text-align: left; font: 600 11.5px var(--sans); color: var(--muted); padding: 3px 12px; }
    td { padding: 0 12px; }
    td.n, th.n { text-align: right; }
    .bad { color: var(--error); }
  `];

  #frame = 0;
  #data = null;
  #map = null;
  #view = null;
  #pictures = new Pictures();
  #width = 0;
  scrolled = 0;

  constructor() {
    super();
    this.pins = [];
    this.marks = [];
    this.by = 'time';
  }

  connectedCallback() {
    super.connectedCallback();
    this.again = () => {
      this.look = null;
      this.draw();
    };
    window.addEventListener('theme', this.again);
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.dark.addEventListener('change', this.again);
    this.size = new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (this.#width && width !== this.#width) this.fetch();
      this.#width = width;
      this.draw();
    });
    this.size.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('theme', this.again);
    this.dark.removeEventListener('change', this.again);
    this.size.disconnect();
    this.request?.abort();
    this.mapRequest?.abort();
  }

  willUpdate(changed) {
    if ((changed.has('recording') || changed.has('by')) && this.recording) this.load();
  }

  updated(changed) {
    if (['at', 'table', 'pins', 'marks'].some((name) => changed.has(name))) this.draw();
    const tip = this.renderRoot.querySelector('.tip');
    if (tip && this.tip) {
      tip.style.left = `${Math.min(this.tip.x + 12, this.width - 300)}px`;
      tip.style.top = `${this.tip.y + 16}px`;
    }
  }

  load() {
    const own = this.loading = this.read().finally(() => { if (this.loading === own) this.loading = null; });
  }

  /** The whole recording first: it is the minimap for good. */
  async read() {
    if (!this.recording) return;
    this.mapRequest?.abort();
    const {signal} = this.mapRequest = new AbortController();
    try {
      const data = await api.whole(`recordings/${this.recording}/timeline`, {bins: 1024, ...this.axis}, signal, (answer) => { this.state = answer; });
      this.state = null;
      this.fault = null;
      this.take(data);
      await this.updateComplete;
      this.draw();
    } catch (e) {
      if (e.name !== 'AbortError') this.fault = e;
    }
  }

  /** What is looked at when the answer comes stays in view; who looks at the end sees the new one. */
  take(data) {
    const {wanted} = this;
    this.wanted = null;
    const kept = this.#map ? this.#view.to < this.#map.last && this.#view : wanted?.to > wanted?.from && wanted;
    this.#map = data;
    this.#view = kept || {from: data.first, to: Math.max(data.first + 1, data.last)};
    if (!kept || !this.#data) this.#data = data;
    if (kept) this.fetch();
  }

  get axis() {
    return this.by === 'event' ? {by: 'event'} : {};
  }

  /** True where the axis counts events: the recording has no clock, or a person wants it so. */
  get counts() {
    return this.clock === 'none' || this.by === 'event';
  }

  /** By time or by events; what is in view or marked by the one means nothing by the other. */
  turn(by) {
    if (this.by === by) return;
    this.by = by;
    this.#map = this.#view = this.wanted = null;
    this.marks = [];
    this.dispatchEvent(new Event('turned'));
  }

  /** More events came: the whole again, once what was asked for is there. */
  grown() {
    if (!this.loading) this.load();
    else if (!this.behind) {
      this.behind = true;
      this.loading.then(() => {
        this.behind = false;
        this.grown();
      });
    }
  }

  get view() {
    return this.#view;
  }

  /** True while finer bins of the span in view are on their way. */
  busy = false;

  /** A span of the clock; {@code quiet} when the address told it. */
  show(from, to, quiet = false) {
    if (!this.#map) {
      this.wanted = {from, to};
      return;
    }
    const {first, last} = this.#map;
    const span = Math.min(Math.max(8, to - from), Math.max(8, last - first));
    const start = Math.max(first, Math.min((from + to - span) / 2, last - span));
    this.#view = {from: start, to: start + span};
    this.draw();
    this.busy = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), FETCH_MILLIS);
    if (!quiet) this.dispatchEvent(new Event('moved'));
  }

  get whole() {
    return !this.#map || !this.#view || (this.#view.from <= this.#map.first && this.#view.to >= this.#map.last);
  }

  zoom(factor, place) {
    if (!this.#view) return;
    const {from, to} = this.#view;
    const at = place ?? (from + to) / 2;
    this.show(at - (at - from) * factor, at + (to - at) * factor);
  }

  pan(share) {
    if (!this.#view) return;
    const by = (this.#view.to - this.#view.from) * share;
    this.show(this.#view.from + by, this.#view.to + by);
  }

  all() {
    if (this.#map) this.show(this.#map.first, this.#map.last);
  }

  centre() {
    if (!this.#view || this.at === undefined) return;
    const half = (this.#view.to - this.#view.from) / 2;
    this.show(this.at - half, this.at + half);
  }

  fit(from, to) {
    const edge = Math.max(4, (to - from) * 0.15);
    this.show(from - edge, to + edge);
  }

  async fetch() {
    if (!this.#view || !this.#map) return;
    this.busy = true;
    this.request?.abort();
    const {signal} = this.request = new AbortController();
    const span = this.#view.to - this.#view.from;
    const from = Math.max(this.#map.first, Math.floor(this.#view.from - span * OVERSCAN));
    const to = Math.min(this.#map.last, Math.ceil(this.#view.to + span * OVERSCAN));
    const bins = Math.min(4096, Math.max(64, Math.round((this.width - LABEL) * (to - from) / span)));
    try {
      this.#data = await api.whole(`recordings/${this.recording}/timeline`, {from, to, bins, ...this.axis}, signal);
      this.fault = null;
      this.paint();
      this.busy = false;
      if (this.table) this.requestUpdate();
    } catch (e) {
      if (e.name === 'AbortError') return;
      this.busy = false;
      this.fault = e;
    }
  }

  draw() {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.paint();
      });
    }
  }

  /** Pinned ones first: they stay in view. */
  get lanes() {
    const all = this.#map?.lanes ?? [];
    return [...all.filter((lane) => this.pins.includes(lane.lane)), ...all.filter((lane) => !this.pins.includes(lane.lane))];
  }

  /** A lane by what its calls are made on, or else by who makes them; null without one. */
  laneOf(on, actor) {
    const names = this.lanes.map((lane) => lane.lane);
    return names.find((name) => name === on) ?? names.find((name) => name === actor) ?? null;
  }

  pin(lane) {
    this.pins = this.pins.includes(lane) ? this.pins.filter((other) => other !== lane) : [...this.pins, lane];
    this.dispatchEvent(new Event('moved'));
  }

  /** Sets mark 0 (A) or 1 (B); null takes both away. */
  mark(which, time) {
    const marks = which === null ? [] : [...this.marks];
    if (which !== null) marks[which] = time;
    this.marks = marks;
    this.dispatchEvent(new Event('moved'));
  }

  get height() {
    return MAP + AXIS + this.lanes.reduce((sum, lane) => sum + lane.depths.length * ROW + GAP, 0) + 4;
  }

  x(time) {
    const {from, to} = this.#view;
    return LABEL + (time - from) / (to - from) * (this.width - LABEL);
  }

  time(x) {
    const {from, to} = this.#view;
    return from + (x - LABEL) / (this.width - LABEL) * (to - from);
  }

  paint() {
    const canvas = this.renderRoot.querySelector('canvas');
    if (!canvas || !this.#view || !this.#data) return;
    const {width, height} = this;
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.height = `${height}px`;
    }
    this.look ??= lookOf(this.renderRoot.querySelector('.probe'));
    this.#pictures.show({
      map: this.#map, data: this.#data, view: this.#view, lanes: this.lanes, pins: this.pins,
      width, height, ratio, look: this.look, says: (time) => this.says(time),
    });
    const pen = canvas.getContext('2d');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#pictures.lay(pen, this.scrolled);
    this.paintPlace(pen, width);
    this.paintMarks(pen, height);
    if (this.at !== undefined && this.at >= this.#view.from && this.at <= this.#view.to) {
      pen.fillStyle = this.look.accent;
      pen.fillRect(Math.round(this.x(this.at)) - 0.5, MAP, 1.5, height - MAP);
    }
  }

  /** As it was laid out: to ask for it costs a layout. */
  get width() {
    return this.#width || this.clientWidth;
  }

  get hits() {
    return this.#pictures.hits;
  }

  paintMarks(pen, height) {
    const {look} = this;
    const top = this.scrolled + MAP;
    const places = this.marks.map((time) => this.x(time));
    if (places[0] !== undefined && places[1] !== undefined) {
      const [a, b] = places.toSorted((p, q) => p - q).map((x) => Math.max(LABEL, x));
      pen.globalAlpha = 0.14;
      pen.fillStyle = look.warn;
      pen.fillRect(a, top, b - a, height - top);
      pen.globalAlpha = 1;
    }
    pen.fillStyle = look.warn;
    pen.font = `bold 11px ${look.mono}`;
    pen.textBaseline = 'middle';
    this.marks.forEach((time, which) => {
      const x = Math.round(places[which]);
      if (x < LABEL || x > this.width) return;
      pen.fillRect(x - 0.5, top, 1.5, height - top);
      pen.fillText('AB'[which], x + 3, top + AXIS / 2);
    });
  }

  /** On the minimap: the span in view, and the cursor. */
  paintPlace(pen, width) {
    const {first, last} = this.#map;
    const scale = width / Math.max(1, last - first);
    const a = (this.#view.from - first) * scale;
    const b = (this.#view.to - first) * scale;
    const top = this.scrolled;
    if (!this.whole) {
      pen.strokeStyle = this.look.accent;
      pen.lineWidth = 1.5;
      pen.strokeRect(a, top + 0.75, Math.max(3, b - a), MAP - 2.5);
    }
    if (this.at !== undefined) {
      pen.fillStyle = this.look.accent;
      pen.fillRect((this.at - first) * scale - 0.5, top, 1.5, MAP);
    }
  }

  says(time) {
    if (this.counts) return format.count(Math.round(time));
    if (this.clock === 'ns') return `${(time / 1e9).toPrecision(6)} s`.replace(/\.?0+ s/, ' s');
    return format.count(Math.round(time));
  }

  at_(event) {
    const box = this.renderRoot.querySelector('canvas').getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  }

  hit({x, y}) {
    const within = this.#pictures.within(y, this.scrolled);
    return this.hits.findLast((h) => within >= h.y && within < h.y + ROW && x >= h.a - 1 && x <= h.b + 1);
  }

  hover(event) {
    if (this.held) return;
    const hit = this.hit(this.at_(event));
    if (!hit) {
      this.tip = null;
      return;
    }
    const {items, i, name} = hit;
    const long = this.counts ? '' : ` ${format.duration(items[i + LENGTH], this.clock)}`;
    const box = this.getBoundingClientRect();
    const errors = items[i + ERRORS] ? `\n✕ ${format.some(items[i + ERRORS], 'error')}` : '';
    const text = items[i + COUNT] === 1 ? `${name}${long}\nevent ${format.count(items[i + EVENT])}`
      : `${format.some(items[i + COUNT], 'call')}${long && ` in${long}`}\nlongest: ${name}`;
    this.tip = {x: event.clientX - box.left, y: event.clientY - box.top, text: text + errors};
  }

  down(event) {
    if (!this.#view || event.button !== 0) return;
    const canvas = event.currentTarget;
    const start = this.at_(event);
    const view = {...this.#view};
    const inMap = start.y - this.scrolled < MAP;
    const range = inMap || event.shiftKey;
    let moved = false;
    this.held = true;
    this.tip = null;
    const {first, last} = this.#map;
    const mapTime = (x) => first + x / this.width * (last - first);
    canvas.setPointerCapture(event.pointerId);
    const move = (e) => {
      const {x} = this.at_(e);
      moved ||= Math.abs(x - start.x) > 3;
      if (!moved) return;
      if (range) {
        const [a, b] = [start.x, x].sort((p, q) => p - q).map((p) => inMap ? mapTime(p) : view.from + (p - LABEL) / (this.width - LABEL) * (view.to - view.from));
        this.drag = {from: a, to: b};
        if (inMap) this.show(a, b);
      } else {
        const by = (start.x - x) / (this.width - LABEL) * (view.to - view.from);
        this.show(view.from + by, view.to + by);
      }
    };
    const up = (e) => {
      canvas.removeEventListener('pointermove', move);
      canvas.removeEventListener('pointercancel', up);
      this.held = false;
      if (range && moved && this.drag && !inMap) this.show(this.drag.from, this.drag.to);
      if (!moved && inMap) {
        const half = (view.to - view.from) / 2;
        this.show(mapTime(start.x) - half, mapTime(start.x) + half);
        this.dispatchEvent(new CustomEvent('time', {detail: Math.round(mapTime(start.x))}));
      } else if (!moved) this.pick(start);
      this.drag = null;
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', up, {once: true});
    canvas.addEventListener('pointercancel', up, {once: true});
  }

  pick(place) {
    if (place.x < LABEL) {
      const within = this.#pictures.within(place.y, this.scrolled);
      const found = this.#pictures.places.findLast(({y, height}) => within >= y && within < y + height);
      if (found) this.pin(found.lane);
      return;
    }
    const hit = this.hit(place);
    if (!hit) return;
    const {items, i} = hit;
    const event = items[i + ERROR] || items[i + EVENT];
    this.dispatchEvent(new CustomEvent('select-event', {detail: event}));
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) {
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        this.pan(event.deltaX / this.width);
      }
      return;
    }
    event.preventDefault();
    if (this.#view) this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(this.at_(event).x));
  }

  firstUpdated() {
    this.renderRoot.querySelector('canvas').addEventListener('wheel', (e) => this.wheel(e), {passive: false});
    this.renderRoot.querySelector('.scroll').addEventListener('scroll', ({target}) => {
      this.scrolled = target.scrollTop;
      this.draw();
    }, {passive: true});
  }

  span() {
    const [a, b] = this.marks;
    const told = (name, time) => time === undefined ? nothing : html`<span>${name} ${this.says(time)}</span>`;
    const between = a !== undefined && b !== undefined;
    const long = this.counts ? format.some(Math.abs(b - a), 'event') : format.duration(Math.abs(b - a), this.clock);
    return html`<div class="ab" role="status" aria-label="Marks">${told('A', a)}${told('B', b)}${between ? html`<b>Δ ${long}</b>` : nothing}
      <button class="plain" aria-label="Take the marks away" @click=${() => this.mark(null)}>✕</button></div>`;
  }

  summary() {
    if (!this.#map) return 'Timeline: loading';
    return `Timeline: ${format.some(this.lanes.length, 'lane')}, ${this.lanes.map((lane) => lane.lane).join(', ')}; the table button gives the same as a table`;
  }

  render() {
    return html`<span class="probe" hidden></span>
      <div class="tools"><button class="plain" title="Whole recording (0)" aria-label="Whole recording" @click=${this.all}>⤢</button>
        <button class="plain" title="Zoom in (w)" aria-label="Zoom in" @click=${() => this.zoom(0.5)}>+</button>
        <button class="plain" title="Zoom out (s)" aria-label="Zoom out" @click=${() => this.zoom(2)}>−</button>
        ${this.clock === 'none' ? nothing : html`<button class="plain" title="By events instead of time: calls that took no time are seen too (x)" aria-label="Timeline by events" aria-pressed=${this.by === 'event'} @click=${() => this.turn(this.by === 'event' ? 'time' : 'event')}>#</button>`}
        <button class="plain" title="The same as a table" aria-label="Timeline as a table" aria-pressed=${Boolean(this.table)} @click=${() => { this.table = !this.table; }}>☰</button></div>
      <div class="scroll ${this.table ? 'table' : ''}" tabindex="0" role="group" aria-label="Timeline"><canvas role="img" aria-label=${this.summary()} ?hidden=${this.table}
        @pointermove=${this.hover} @pointerleave=${() => { this.tip = null; }} @pointerdown=${this.down}></canvas>
        ${this.table ? this.asTable() : nothing}</div>
      ${this.fault ? html`<span class="wait bad">${this.fault.message}</span>` : nothing}
      ${this.state ? html`<span class="wait">reading the recording… ${Math.floor(this.state.reached / Math.max(1, this.state.of) * 100)}%</span>` : nothing}
      ${this.marks.some((time) => time !== undefined) ? this.span() : nothing}
      ${this.tip ? html`<div class="tip" role="tooltip">${this.tip.text}</div>` : nothing}`;
  }

  /** The bins in view, a row a track. */
  asTable() {
    const rows = (this.#data?.lanes ?? []).flatMap((lane) => lane.depths.map((items, depth) => {
      let calls = 0, errors = 0, longest = -1;
      for (let i = 0; i < items.length; i += WIDTH) {
        if (items[i] > this.#view.to || items[i] + items[i + LENGTH] < this.#view.from) continue;
        calls += items[i + COUNT];
        errors += items[i + ERRORS];
        if (longest < 0 || items[i + LENGTH] > items[longest + LENGTH]) longest = i;
      }
      return {lane: lane.lane, depth, calls, errors, items, longest};
    }));
    return html`<table><thead><tr><th>lane</th><th class="n">depth</th><th class="n">calls in view</th><th class="n">errors</th><th>longest</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr><td>${row.lane} ${row.depth ? nothing : html`<button class="plain" aria-pressed=${this.pins.includes(row.lane)} aria-label="Pin ${row.lane}" @click=${() => this.pin(row.lane)}>◆</button>`}</td><td class="n">${row.depth}</td><td class="n">${format.count(row.calls)}</td>
        <td class="n ${row.errors ? 'bad' : ''}">${format.count(row.errors)}</td>
        <td>${row.longest < 0 ? '' : html`<button class="plain" @click=${() => this.dispatchEvent(new CustomEvent('select-event', {detail: row.items[row.longest + EVENT]}))}>
          ${this.#data.calls[row.items[row.longest + NAME]][0]} at event ${format.count(row.items[row.longest + EVENT])}</button>`}</td></tr>`)}</tbody></table>`;
  }
}
customElements.define('time-line', TimeLine);

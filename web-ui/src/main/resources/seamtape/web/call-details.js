// One call in full: decoded fields beside the bytes they lie in, and the calls around it.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as api from './api.js';
import * as format from './format.js';

/** So many checks are told at once; more are unfolded. */
const OPEN_CHECKS = 3;

class CallDetails extends LitElement {
  static properties = {recording: {}, event: {}, clock: {}, call: {state: true}, fault: {state: true}, side: {state: true}};

  static styles = [controls, css`
    :host { display: grid; grid-template-columns: minmax(280px, 1fr) minmax(0, 508px) minmax(220px, .7fr); min-height: 0; background: var(--panel); }
    .state { grid-column: 1 / -1; }
    .pane { overflow: auto; min-height: 0; border-left: 1px solid var(--line); position: relative; }
    .pane:first-child { border-left: 0; }
    .title { padding: 7px 12px 6px; border-bottom: 1px solid var(--line-soft); position: sticky; top: 0; background: var(--panel); z-index: 2; }
    .title h2 { margin: 0; font: 650 13px var(--mono); display: flex; gap: 8px; align-items: baseline; }
    .title .doc { color: var(--muted); font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .error { color: var(--error); }
    .why { padding: 5px 12px 6px; border-bottom: 1px solid var(--line-soft); font-size: 12.5px; line-height: 18px; box-shadow: inset 3px 0 0 var(--error); overflow-wrap: anywhere; }
    .why p { margin: 0; }
    .beneath { display: flex; gap: 6px; width: 100%; border: 0; background: none; height: auto; padding: 0; font: inherit; text-align: left; color: inherit; }
    .beneath:hover { background: var(--hover); }
    .beneath .l { flex: 1; font: 600 12px/18px var(--mono); white-space: normal; }
    .beneath .n { font: 12px/18px var(--mono); color: var(--muted); }
    .why ul { margin: 2px 0 2px 16px; list-style: disc; }
    .why summary { cursor: pointer; color: var(--muted); }
    table { font: 12px/19px var(--mono); }
    th.group { text-align: left; font: 600 11.5px var(--sans); color: var(--muted); padding: 8px 12px 2px; }
    td { padding: 0 12px; vertical-align: top; }
    td:first-child { color: var(--muted); width: 1%; white-space: nowrap; padding-right: 14px; }
    td:last-child { overflow-wrap: anywhere; unicode-bidi: isolate; }
    tr.field { cursor: default; }
    tr.field:hover { background: var(--hover); }
    tr.field.on { background: var(--mark); }
    tr.field.kept td:first-child { box-shadow: inset 3px 0 0 var(--accent); }
    tr.bad td:last-child { color: var(--error); font-weight: 650; }
    .sides { position: sticky; top: 0; z-index: 2; background: var(--panel); border-bottom: 1px solid var(--line-soft); padding: 6px 10px; display: flex; gap: 4px; align-items: center; height: 35px; }
    .sides button { height: 23px; }
    h3 { font: 600 11.5px var(--sans); color: var(--muted); margin: 10px 12px 3px; }
    ul { list-style: none; margin: 0; padding: 0; }
    .node { display: flex; gap: 6px; align-items: center; width: 100%; border: 0; border-radius: 0; background: none; padding: 0 12px; height: 21px; font: 12px/21px var(--mono); text-align: left; }
    .node .n { color: var(--muted); min-width: 56px; text-align: right; }
    .node .l { overflow: hidden; text-overflow: ellipsis; flex: 1; }
    .node.here { background: var(--select); font-weight: 600; }
    .node:hover { background: var(--hover); }
    .badge { flex: none; width: 15px; height: 15px; border-radius: 3px; font: 700 10.5px/15px var(--mono); text-align: center; }
    .more { margin: 4px 12px; }
    .inputs { font: 12px/19px var(--mono); padding: 0 12px; color: var(--muted); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    @media (max-width: 900px) { :host { grid-template-columns: minmax(0, 1fr); grid-auto-rows: max-content; overflow: auto; } .pane { overflow: auto hidden; border-left: 0; border-top: 1px solid var(--line); } .title, .sides { position: static; } }
  `];

  constructor() {
    super();
    this.side = 'enter';
  }

  willUpdate(changed) {
    if (changed.has('event') || changed.has('recording')) this.loaded = this.load();
  }

  async load() {
    this.request?.abort();
    if (!this.event) {
      this.call = this.fault = null;
      return;
    }
    const request = this.request = new AbortController();
    try {
      const call = await api.details(this.recording, this.event, request.signal);
      if (request.signal.aborted) return;
      this.call = call;
      this.fault = null;
      this.kept = null;
      const sideIsThere = call[this.side];
      const best = call.returned && bytesOf(call.returned) > bytesOf(call.enter) ? 'returned' : 'enter';
      this.side = sideIsThere && bytesOf(call[this.side]) > 0 && bytesOf(call[best]) === bytesOf(call[this.side]) ? this.side : best;
      this.renderRoot.querySelectorAll('.pane').forEach((pane) => { pane.scrollTop = 0; });
    } catch (e) {
      if (e.name !== 'AbortError') this.fault = e;
    }
  }

  /** Inline styles are set by script: the content security policy lets no markup do it. */
  updated() {
    for (const node of this.renderRoot.querySelectorAll('.node')) {
      node.style.paddingLeft = `${8 + Number(node.dataset.depth) * 14}px`;
      const badge = node.querySelector('.badge');
      badge.style.color = `var(--${badge.dataset.hue})`;
    }
  }

  /** The call of the event that was asked for last, when it is there. */
  async current() {
    await this.updateComplete;
    await this.loaded;
    return this.call;
  }

  select(event) {
    this.dispatchEvent(new CustomEvent('select-event', {detail: event}));
  }

  render() {
    if (this.fault) return html`<div class="state"><h2>This call cannot be shown</h2><p>${this.fault.message}</p></div>`;
    if (!this.call) return html`<div class="state"><p>${this.event ? 'Reading the call…' : 'Select a call to see its fields and bytes.'}</p></div>`;
    return html`
      <section class="pane" tabindex="0" aria-label="Fields">${this.titleOf(this.call)}${this.why()}${this.fields()}</section>
      <section class="pane" tabindex="0" aria-label="Bytes">${this.sides()}
        <hex-view .parts=${this.call[this.side]?.parts ?? []} @byte=${this.byte}></hex-view></section>
      <section class="pane" tabindex="0" aria-label="Calls around it">${this.tree()}</section>`;
  }

  titleOf(call) {
    const row = call.row;
    return html`<div class="title"><h2>${row[format.CALL]}
      ${row[format.FAILED] ? html`<span class="error">✕ ${row[format.ERROR]}</span>` : nothing}
      ${row[format.RETURN] === 0 ? html`<span class="chip warn">no return in the recording</span>` : nothing}</h2>
      <div class="doc" title=${call.doc}>${call.doc}</div></div>`;
  }

  /** What the errno or status means, what failed beneath, and which checks of the kernel answer so. */
  why() {
    const {refusal} = this.call;
    if (!refusal) return nothing;
    const {errno, meaning, operand, cause, severity} = Object.fromEntries(refusal.words);
    const told = [errno, operand ? `Operand ${operand}` : meaning, cause && `${cause}${severity ? ` (${severity})` : ''}`].filter(Boolean);
    const {beneath, checks} = refusal;
    if (!told.length && !beneath) return nothing;
    return html`<div class="why" role="note" aria-label="Why it failed">${told.map((text) => html`<p>${text}</p>`)}
      ${beneath ? html`<button class="beneath" title="The nested call that failed last" @click=${() => this.select(beneath[format.EVENT])}>
        <span class="muted">beneath it</span><span class="l error">${beneath[format.CALL]} ${beneath[format.ERROR]}</span><span class="n">${format.count(beneath[format.EVENT])}</span></button>` : nothing}
      ${checks.length ? html`<details ?open=${!beneath && checks.length <= OPEN_CHECKS}><summary>${format.some(checks.length, 'check')} of ${refusal.asked} that ${checks.length === 1 ? 'answers' : 'answer'} so</summary>
        <ul>${checks.map((text) => html`<li>${text}</li>`)}</ul></details>` : nothing}</div>`;
  }

  fields() {
    const {enter, returned} = this.call;
    return html`<table><tbody>
      ${this.eventRows('enter', enter, `Event ${format.count(enter.event)} · enters`)}
      ${returned ? this.eventRows('returned', returned, `Event ${format.count(returned.event)} · returns${this.took()}`) : nothing}
    </tbody></table>`;
  }

  took() {
    const text = format.duration(this.call.row[format.DURATION], this.clock);
    return text ? ` after ${text}` : '';
  }

  eventRows(side, event, title) {
    const rows = [html`<tr><th class="group" colspan="2">${title}</th></tr>`];
    let group = '';
    for (const field of event.fields) {
      const [path, value, doc, part] = field;
      const cut = path.search(/[.[]/);
      const inGroup = cut > 0 && part !== 0 ? path.slice(0, cut) : '';
      if (inGroup !== group && inGroup) rows.push(html`<tr><th class="group" colspan="2">struct ${inGroup}</th></tr>`);
      group = inGroup;
      const bad = side === 'returned' && path === 'ret' && this.call.row[format.FAILED];
      rows.push(html`<tr class="field ${bad ? 'bad' : ''}" data-key="${side}:${path}" title=${doc}
        @mouseenter=${() => this.point(side, field)} @mouseleave=${() => this.point(null)}
        @click=${() => this.keep(side, field)}>
        <td>${inGroup ? path.slice(cut).replace(/^\./, '') : path}</td><td>${value ?? '?'}</td></tr>`);
    }
    if (!event.fields.length) rows.push(html`<tr><td colspan="2">no fields</td></tr>`);
    return rows;
  }

  sides() {
    const side = (name, label) => html`<button aria-pressed=${this.side === name}
      ?disabled=${!this.call[name]} @click=${() => { this.side = name; }}>${label}</button>`;
    return html`<div class="sides">${side('enter', 'Enter')}${side('returned', 'Return')}
      <span class="muted">&nbsp;point at a field to see its bytes</span></div>`;
  }

  get hex() {
    return this.renderRoot.querySelector('hex-view');
  }

  /** Marks a field's bytes while the pointer is on it; then those of the field that was kept. */
  async point(side, field, scroll = false) {
    const shown = side ? {side, field} : this.kept;
    if (shown && shown.side !== this.side && shown.field[3] >= 0 && side) {
      this.side = shown.side;
      await this.updateComplete;
      await this.hex.updateComplete;
    }
    this.paint();
    if (shown && shown.side === this.side) this.hex?.mark(shown.field[3], shown.field[4], shown.field[5], side !== null || scroll);
    else this.hex?.mark(-1);
  }

  keep(side, field) {
    this.kept = this.kept?.field === field ? null : {side, field};
    this.point(null, null, true);
  }

  paint() {
    const key = this.kept && `${this.kept.side}:${this.kept.field[0]}`;
    for (const row of this.renderRoot.querySelectorAll('tr.field')) row.classList.toggle('kept', row.dataset.key === key);
  }

  /** The smallest field that has the byte under the pointer. */
  byte({detail: {part, at, click}}) {
    const covering = (this.call[this.side]?.fields ?? [])
      .filter((f) => f[3] === part && f[4] <= at && at < f[4] + f[5])
      .sort((a, b) => a[5] - b[5])[0];
    for (const row of this.renderRoot.querySelectorAll('tr.field.on')) row.classList.remove('on');
    if (!covering) {
      if (part < 0) this.point(null);
      return;
    }
    if (click) this.keep(this.side, covering);
    const rows = [...this.renderRoot.querySelectorAll('tr.field')];
    const row = rows.find((r) => r.dataset.key === `${this.side}:${covering[0]}`);
    row?.classList.add('on');
    row?.scrollIntoView({block: 'nearest'});
    this.hex.mark(covering[3], covering[4], covering[5], false);
  }

  tree() {
    const {row, parents, children, inputs} = this.call;
    const chain = [...parents].reverse();
    return html`
      <h3>Call chain</h3>
      <ul role="tree" aria-label="Call chain">
        ${chain.map((parent, i) => this.node(parent, i))}
        ${this.node(row, chain.length, true)}
        ${children.rows.map((child) => this.node(child, chain.length + 1))}
      </ul>
      ${children.next ? html`<button class="more" @click=${this.moreChildren}>More nested calls</button>` : nothing}
      ${!children.rows.length ? html`<p class="inputs">No calls are nested in it.</p>` : nothing}
      ${inputs.length ? html`<h3>Inputs before it</h3>${[...inputs].reverse().map(([event, name, text]) =>
        html`<div class="inputs" title=${text}>${format.count(event)} ${name} ${text}</div>`)}` : nothing}`;
  }

  node(row, depth, here = false) {
    const label = `${row[format.CALL]} ${row[format.FAILED] ? row[format.ERROR] : row[format.RESULT]}`;
    return html`<li role="none"><button class="node ${here ? 'here' : ''}" role="treeitem"
      aria-level=${depth + 1} aria-selected=${here} data-depth=${depth}
      @click=${() => this.select(row[format.EVENT])}>
      <span class="badge" data-hue=${format.hue(row[format.FAMILY])}>${format.badge(row[format.FAMILY])}</span>
      <span class="l ${row[format.FAILED] ? 'error' : ''}">${label}</span>
      <span class="n">${format.count(row[format.EVENT])}</span></button></li>`;
  }

  async moreChildren() {
    const call = this.call;
    const page = await api.children(this.recording, call.row[format.EVENT], call.children.next).catch(() => null);
    if (this.call !== call || !page) return;
    this.call = {...call, children: {rows: [...call.children.rows, ...page.rows], next: page.next}};
  }
}

function bytesOf(event) {
  return event ? event.parts.reduce((sum, part, i) => sum + (i > 0 ? part.length : 0), 0) : -1;
}

customElements.define('call-details', CallDetails);

// The command palette: every command of the page with its key, every view, every recording.
import {LitElement, html, css, nothing, controls, THEMES, useTheme} from './base.js';
import * as api from './api.js';
import {KEYS} from './keys.js';
import {COLUMNS, chosenColumns} from './call-row.js';
import * as format from './format.js';
import {SHOWN as KEY_NAMES} from './dialogs.js';

const SHOWN = 60;

/** Lower is nearer; -1 for none: the letters in order, the closer together the better. */
function distance(text, query) {
  let at = -1, gaps = 0;
  for (const letter of query) {
    const found = text.indexOf(letter, at + 1);
    if (found < 0) return -1;
    gaps += at < 0 ? found / 4 : found - at - 1;
    at = found;
  }
  return gaps;
}

class CommandPalette extends LitElement {
  static properties = {page: {}, name: {}, query: {state: true}, at: {state: true}, recordings: {state: true}};

  static styles = [controls, css`
    dialog { padding: 8px; width: min(560px, 92vw); margin-top: 12vh; }
    input { width: 100%; font: 15px var(--sans); height: 36px; border: 1px solid var(--line); border-radius: 6px; padding: 0 10px; background: var(--bg); color: var(--text); }
    ul { list-style: none; margin: 6px 0 0; padding: 0; max-height: min(430px, 60vh); overflow-y: auto; }
    li { display: flex; justify-content: space-between; gap: 10px; padding: 5px 10px; border-radius: 5px; cursor: pointer; }
    li.on { background: var(--select); }
    li .where { color: var(--muted); font-size: 12px; }
  `];

  constructor() {
    super();
    this.query = '';
    this.at = 0;
    this.recordings = [];
  }

  async firstUpdated() {
    this.renderRoot.querySelector('dialog').showModal();
    this.renderRoot.querySelector('input').focus();
    this.coming = api.recordings().catch(() => ({recordings: []}));
    const {recordings} = await this.coming;
    const chosen = this.at && this.found[this.at]?.text;
    this.recordings = recordings;
    if (chosen) this.at = Math.max(0, this.found.findIndex((command) => command.text === chosen));
    this.coming = null;
  }

  get commands() {
    const own = KEYS[this.name].flatMap(([, rows]) => rows.filter(([, action, text]) => text && action !== 'palette' && this.page[action] && this.page.ready !== false)
      .map(([key, action, text]) => ({text, key, run: () => this.page[action]()})));
    const go = (text, path) => ({text, where: 'go', run: () => location.assign(path)});
    const id = this.page.recordingId;
    const views = id ? [go('Calls of this recording', `/r/${id}`), go('State of the machine', `/r/${id}/state`), go('Latency and flame graph', `/r/${id}/shape`)] : [];
    const {notes, recording} = this.page;
    const themes = THEMES.map((name) => ({text: `Theme: ${name === 'auto' ? 'as the system' : name === 'contrast' ? 'high contrast' : name}`, where: 'theme', run: () => useTheme(name)}));
    const kept = !notes ? [] : [...notes.filters.map((one) => ({text: `Filter: ${one.name}`, where: one.filter, run: () => this.page.applyFilter(one.filter)})),
      ...notes.bookmarks.map((one) => ({text: `Bookmark: ${one.text || 'no note'}`, where: `event ${format.count(one.event)}`, run: () => this.page.jump(one.event)}))];
    const columns = recording && this.page.column ? COLUMNS.filter(([column]) => column !== 'event' && column !== 'call')
      .map(([column]) => ({text: `Column: ${chosenColumns().includes(column) ? 'hide' : 'show'} ${column}`, where: 'columns', run: () => this.page.column(column, !chosenColumns().includes(column))})) : [];
    return [...own, ...kept, ...themes, ...columns, go('All recordings', '/'), ...views, ...this.recordings.map((one) => go(`Open ${one.name}`, `/r/${one.id}`)),
      ...(id ? this.recordings.filter((one) => one.id !== id).map((one) => go(`Compare with ${one.name}`, `/diff/${id}/${one.id}`)) : [])];
  }

  get found() {
    const query = this.query.toLowerCase().replaceAll(' ', '');
    return this.commands.map((command) => ({command, d: distance(command.text.toLowerCase(), query)}))
      .filter(({d}) => d >= 0).sort((a, b) => a.d - b.d).slice(0, SHOWN).map(({command}) => command);
  }

  updated() {
    this.renderRoot.querySelector('li.on')?.scrollIntoView({block: 'nearest'});
  }

  key(event) {
    const {found} = this;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) {
      event.preventDefault();
      this.at = (this.at + step + found.length) % Math.max(1, found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.enter();
    }
  }

  /** Until the recordings are there, only a command that says what was typed is surely meant. */
  async enter() {
    const sure = this.at > 0 || this.found[0]?.text.toLowerCase().includes(this.query.trim().toLowerCase());
    if (!sure && this.coming) {
      await this.coming;
      await this.updateComplete;
    }
    if (this.isConnected) this.run(this.found[this.at]);
  }

  run(command) {
    this.remove();
    command?.run();
  }

  render() {
    const {found} = this;
    return html`<dialog aria-label="Commands" @close=${() => this.remove()} @click=${(e) => { if (e.target.tagName === 'DIALOG') this.remove(); }}>
      <input type="text" role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant=${`c${this.at}`} aria-label="Command" placeholder="What to do, or where to go"
        .value=${this.query} @input=${(e) => { this.query = e.target.value; this.at = 0; }} @keydown=${this.key}>
      <ul id="found" role="listbox" aria-label="Commands">${found.map((command, i) => html`<li id=${`c${i}`} role="option" aria-selected=${i === this.at} class=${i === this.at ? 'on' : ''}
        @click=${() => this.run(command)}><span>${command.text}</span>${command.key ? html`<kbd>${KEY_NAMES[command.key] ?? command.key}</kbd>` : html`<span class="where">${command.where ?? nothing}</span>`}</li>`)}</ul>
    </dialog>`;
  }
}
customElements.define('command-palette', CommandPalette);

export function openPalette(name, page) {
  if (document.querySelector('command-palette')) return;
  document.body.append(Object.assign(document.createElement('command-palette'), {name, page}));
}

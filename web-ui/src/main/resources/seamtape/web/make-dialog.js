// A new recording: a bundled workload, an uploaded one, or the log of a real run.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as api from './api.js';

/** Where the keyboard is when the dialog opens. */
const FIRST = {bundled: 'workload', file: 'yaml', log: 'log'};

class MakeDialog extends LitElement {
  static properties = {open: {type: Boolean, reflect: true}, how: {state: true}, choice: {state: true}, workload: {state: true}, fault: {state: true}, busy: {state: true}};

  static styles = [controls, css`
    dialog { width: min(560px, 94vw); }
    form { display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: 9px 12px; align-items: center; }
    .how { grid-column: 1 / -1; display: flex; gap: 6px; flex-wrap: wrap; }
    @media (max-width: 560px) { form { grid-template-columns: 84px minmax(0, 1fr); } }
    label { color: var(--muted); }
    input, select { font: 13px var(--sans); height: 30px; border: 1px solid var(--line); border-radius: 5px; padding: 0 8px; background: var(--bg); color: var(--text); width: 100%; }
    input[type=file] { border: 0; padding: 4px 0; }
    .doc { grid-column: 2; color: var(--muted); font-size: 12.5px; line-height: 18px; min-height: 36px; margin: 0; overflow-wrap: anywhere; }
    .fault { grid-column: 1 / -1; color: var(--error); margin: 0; overflow-wrap: anywhere; }
    .end { grid-column: 1 / -1; display: flex; justify-content: flex-end; gap: 8px; margin-top: 4px; }
  `];

  constructor() {
    super();
    this.how = 'bundled';
  }

  async updated(changed) {
    if (!changed.has('open')) return;
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog.open) {
      dialog.showModal();
      this.field(FIRST[this.how]).focus();
      this.fault = null;
      try {
        this.choice ??= await api.get('workloads');
        this.workload ??= this.choice.workloads[0]?.name;
      } catch (e) {
        this.fault = e.message;
      }
    } else if (!this.open && dialog.open) dialog.close();
  }

  closed() {
    this.open = false;
    this.dispatchEvent(new Event('closed'));
  }

  field(name) {
    return this.renderRoot.querySelector(`#${name}`);
  }

  async start(event) {
    event.preventDefault();
    this.fault = null;
    this.busy = true;
    try {
      await (this.how === 'log' ? this.importLog() : this.record());
      for (const field of ['name', 'yaml', 'log']) if (this.field(field)) this.field(field).value = '';
      this.dispatchEvent(new Event('made'));
    } catch (e) {
      this.fault = e.message;
    }
    this.busy = false;
  }

  async record() {
    const set = {};
    for (const pair of this.field('set').value.split(/[\s,]+/).filter(Boolean)) {
      const [name, value] = pair.split('=');
      if (value === undefined) throw new Error(`“${pair}” is no parameter: write NAME=VALUE`);
      set[name] = value;
    }
    const seed = this.field('seed').value.trim();
    if (seed && !Number.isSafeInteger(Number(seed))) throw new Error('a seed is a whole number');
    const file = this.field('yaml')?.files[0];
    if (this.how === 'file' && !file) throw new Error('choose a workload file first');
    await api.change('POST', 'recordings', {
      workload: this.how === 'bundled' ? this.workload : '', yaml: file ? await file.text() : '',
      profile: this.field('profile').value || undefined, name: this.field('name').value.trim() || undefined, set, ...(seed ? {seed: Number(seed)} : {}),
    });
  }

  async importLog() {
    const file = this.field('log').files[0];
    if (!file) throw new Error('choose a log first');
    await api.upload(this.field('kind').value, this.field('name').value.trim() || file.name, file);
  }

  render() {
    const how = (name, label) => html`<button type="button" aria-pressed=${this.how === name} @click=${() => { this.how = name; }}>${label}</button>`;
    return html`<dialog aria-label="New recording" @close=${this.closed} @click=${(e) => { if (e.target.tagName === 'DIALOG') this.closed(); }}>
      <h2>New recording<button class="plain" aria-label="Close" @click=${this.closed}>✕</button></h2>
      <form @submit=${this.start}>
        <div class="how" role="group" aria-label="Source">${how('bundled', 'Bundled workload')}${how('file', 'Workload file')}${how('log', 'Import a log')}</div>
        ${this.how === 'log' ? this.logFields() : this.workloadFields()}
        <label for="name">Name</label><input id="name" type="text" maxlength="80" placeholder=${this.how === 'log' ? 'of the file' : this.workload ?? ''}>
        ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
        <div class="end"><button type="button" @click=${this.closed}>Cancel</button><button class="primary" ?disabled=${this.busy}>${this.how === 'log' ? 'Import' : 'Record'}</button></div>
      </form></dialog>`;
  }

  workloadFields() {
    const {workloads = [], profiles = []} = this.choice ?? {};
    const {doc, seed, parameters = []} = workloads.find((one) => one.name === this.workload) ?? {};
    const bundled = this.how === 'bundled';
    return html`${bundled ? html`<label for="workload">Workload</label><select id="workload" @change=${(e) => { this.workload = e.target.value; }}>
        ${workloads.map((one) => html`<option ?selected=${one.name === this.workload}>${one.name}</option>`)}</select><p class="doc">${doc}</p>`
      : html`<label for="yaml">File</label><input id="yaml" type="file" accept=".yaml,.yml">`}
      <label for="profile">Profile</label><select id="profile">${[...profiles].reverse().map((one) => html`<option ?selected=${one === 'linux-7.3'}>${one}</option>`)}</select>
      <label for="seed">Seed</label><input id="seed" type="text" inputmode="numeric" placeholder=${bundled && seed !== undefined ? seed : "the workload's own"}>
      <label for="set">Parameters</label><input id="set" type="text" placeholder=${bundled ? parameters.join(' ') || doc && 'this workload has none' || '' : 'count=1000'}>`;
  }

  logFields() {
    return html`<label for="log">Log</label><input id="log" type="file">
      <label for="kind">Kind</label><select id="kind"><option value="strace">strace of a VMM</option><option value="ftrace">ftrace of the kvm events</option></select>
      <p class="doc">strace -f -ttt -T -yy -v -e trace=openat,ioctl,mmap,munmap,close -e kvm=vcpu; gzip is fine</p>`;
  }
}
customElements.define('make-dialog', MakeDialog);

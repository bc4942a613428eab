// The bar above a recording, and what stands below it when the recording cannot be shown.
import {html, nothing, logo} from './base.js';
import * as format from './format.js';

/** The recording is missing while it is being opened. */
export function bar(id, recording, at = 'calls', event = 0) {
  const tab = (name, path, label, query) => html`<a class="tab" aria-current=${name === at ? 'page' : nothing}
    href="/r/${id}${path}${event && query ? `?${query}=${event}` : ''}">${label}</a>`;
  return html`<header class="bar">
    <a class="home" href="/">${logo}<span>Seamtape</span></a>
    <h1>${recording?.name ?? id}</h1>
    <nav class="tabs" aria-label="Views">${tab('calls', '', 'Calls', 'sel')}${tab('state', '/state', 'State', 'at')}${tab('shape', '/shape', 'Latency', '')}</nav>
    ${recording ? facts(recording) : nothing}
    <span class="rest"></span><page-buttons></page-buttons></header>`;
}

function facts(recording) {
  const look = recording.state === 'damaged' ? 'bad' : 'warn';
  return html`<span class="where">
    <span class="chip">${recording.source}</span>
    ${recording.profile ? html`<span class="chip">${recording.profile}</span>` : nothing}
    ${recording.state === 'sealed' ? nothing : html`<span class="chip ${look}">${recording.state}</span>`}
    <span class="muted">${format.some(recording.calls, 'call')} · ${format.some(recording.events, 'event')}</span></span>`;
}

/** What went wrong, and the next step. */
export function failure(fault, id, at) {
  const damaged = fault.status === 422;
  const gone = fault.status === 404;
  return html`${bar(id, null, at)}<div class="state">
    <h2>${damaged ? 'This recording cannot be read' : gone ? 'There is no such recording' : 'The recording cannot be opened'}</h2>
    <p>${fault.message}</p>
    ${damaged ? html`<p>What is wrong with it, and where, says:</p><code>./seamtape verify ${id}.tape</code>` : nothing}
    ${damaged || gone ? nothing : html`<p><button @click=${() => location.reload()}>Try again</button></p>`}
    <p><a href="/">All recordings</a></p></div>`;
}

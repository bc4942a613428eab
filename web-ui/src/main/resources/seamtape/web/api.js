// The API as functions. A Problem is an answer that says why not.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Thrown when no answer came: the server is gone. */
export class Unreachable extends Error {}

export async function get(path, parameters = {}, signal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) value.forEach((one) => query.append(name, one));
    else if (value !== undefined && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return ask(`${path}${text ? `?${text}` : ''}`, {signal});
}

/** Answers that came with the page, by their addresses: each is given once. */
const given = new Map(Object.entries(JSON.parse(document.getElementById('answers')?.textContent ?? '{}')));

/** What came with the page for an address, without a wait; undefined when nothing did. */
export function had(path) {
  const answer = given.get(path);
  given.delete(path);
  return answer;
}

/** An answer that ends before its last byte is no answer: it may not pass for an empty one. */
async function ask(path, request) {
  const known = request.method ? undefined : had(path);
  if (known) return known;
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, request);
    const body = await response.text();
    if (response.ok) return body ? JSON.parse(body) : {};
    throw new Problem(response.status, told(body));
  } catch (e) {
    if (e.name === 'AbortError' || e instanceof Problem) throw e;
    throw new Unreachable('the server does not answer');
  }
}

function told(body) {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

export const recordings = () => get('recordings');
export const recording = (id, signal) => get(`recordings/${id}`, {}, signal);
export const calls = (id, from, count, filter, signal, dim = false, rule = []) =>
  get(`recordings/${id}/calls`, {from, count, filter, mode: dim ? 'dim' : '', rule}, signal);
export const details = (id, event, signal) => get(`recordings/${id}/events/${event}`, {}, signal);
export const children = (id, event, from) =>
  get(`recordings/${id}/events/${event}/children`, {from});
export const checkFilter = (filter, signal) => get('filters/check', {filter}, signal);
export const diff = (a, b, from, count, signal, more = {}) => get('diff', {a, b, from, count, ...more}, signal);
export const words = () => get('filters/words');

export const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** Asks where a row is, and asks again while the server is still looking. */
export async function locate(id, what, signal) {
  let question = what;
  for (;;) {
    const answer = await get(`recordings/${id}/locate`, question, signal);
    if (answer.complete || answer.found) return answer;
    if (answer.resume) question = {...question, error: question.error === 'first' ? 'next' : question.error, event: answer.resume};
    await pause(50);
    if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
  }
}

/** Asks for something that changes the served directory; the header tells that a page of ours does. */
export const change = (method, path, json) =>
  ask(path, {method, headers: {'x-seamtape': '1', ...(json ? {'content-type': 'application/json'} : {})},
    body: json && JSON.stringify(json)});

export const upload = (kind, name, file) =>
  ask(`imports?${new URLSearchParams({kind, name})}`, {method: 'POST', headers: {'x-seamtape': '1'}, body: file});

/** Asks again while the answer is not whole, telling how far it is; each answer within a slice of time. */
export async function whole(path, parameters, signal, progress) {
  for (;;) {
    const answer = await get(path, parameters, signal);
    if (answer.complete) return answer;
    progress?.(answer);
    await pause(60);
    if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
  }
}

export const notes = (id) => get(`recordings/${id}/notes`);
export const keepNotes = (id, notes) => change('PUT', `recordings/${id}/notes`, notes);

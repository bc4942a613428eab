// What a person may write into the "go to" dialog, as a question to the API.

const NANOS = {ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9};

/** Null for what is neither an event number nor a time, a share or an end. */
export function understood(text, clock) {
  const plain = text.replaceAll(',', '').replaceAll('_', '');
  const time = plain.match(/^\+?([0-9.]+)\s*(ns|us|µs|ms|s)$/);
  if (/^[0-9]+$/.test(plain) && Number(plain) > 0) return {event: Math.min(Number(plain), Number.MAX_SAFE_INTEGER)};
  if (/^[0-9]{1,3}%$/.test(plain) && parseInt(plain, 10) <= 100) return {percent: parseInt(plain, 10)};
  if (time && clock === 'ns') return {time: Math.round(Number(time[1]) * NANOS[time[2]])};
  if (/^t=[0-9]+$/.test(plain)) return {time: Number(plain.slice(2))};
  if (plain === 'end') return {percent: 100};
  if (plain === 'start') return {percent: 0};
  return null;
}

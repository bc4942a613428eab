// Numbers and names as people read them; and the order of values in a row of the API.

const EVENT = 0, INDEX = 1, TIME = 2, ACTOR = 3, ON = 4, DEPTH = 5, FAMILY = 6, CALL = 7,
  ARGUMENTS = 8, RESULT = 9, ERROR = 10, FAILED = 11, DURATION = 12, RETURN = 13;
export {EVENT, INDEX, TIME, ACTOR, ON, DEPTH, FAMILY, CALL, ARGUMENTS, RESULT, ERROR, FAILED, DURATION, RETURN};

/** Whole numbers, in groups of three; the browser's own formatter takes longer to make than a page of rows. */
export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

export const some = (n, noun) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = n / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Seconds with microseconds for a clock in nanoseconds, cycles for a TSC. */
export function time(value, clock) {
  if (clock === 'none') return '';
  if (clock === 'tsc') return count(value);
  const micros = Math.floor(value / 1000);
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
}

export function duration(value, clock) {
  if (value < 0 || clock === 'none') return '';
  if (clock === 'tsc') return `${count(value)} cycles`;
  if (value < 1e3) return `${value} ns`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} µs`;
  if (value < 1e9) return `${(value / 1e6).toFixed(2)} ms`;
  return `${(value / 1e9).toFixed(3)} s`;
}

const BADGES = {
  file: 'F', ioctl: 'I', seamcall: 'S', tdcall: 'C', tdvmcall: 'V', hypercall: 'H', hyperv: 'Y',
  xen: 'X', input: 'N',
};

/** The letter of a family: it tells families apart without colour. */
export const badge = (family) => BADGES[family] ?? '?';

export const hue = (family) =>
  family === 'hyperv' || family === 'xen' ? 'hypercall' : family === 'input' ? 'file' : family;

export const hex = (n) => `0x${n.toString(16)}`;

export function when(created) {
  const date = new Date(created);
  if (!created || Number.isNaN(date.getTime())) return '';
  const two = (n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}
